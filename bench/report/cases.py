# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""What is measured: the cases, their names in gait's own benchmarks, and the peers."""

import dataclasses
import json
import os
import pathlib
import subprocess

HIDDEN_SIZES = (8, 16, 32, 64, 65, 80, 100, 128, 256)
BATCHES = (64, 250, 1000, 10_000)
STEPS = (50, 100, 200, 500, 2000)
SWEEP_BATCH, SWEEP_HIDDEN_BATCH, SWEEP_HIDDEN_STEPS = 250, 96, 100
WEIGHTS = 66_176  # in the reference model's matrices; a streaming step reads each once


@dataclasses.dataclass(frozen=True)
class Case:
    topic: str  # training, inference, window or stream
    threads: int = 1
    hidden: int = 64
    batch: int = 1000
    steps: int = 200

    @property
    def flops(self):
        """Of one window, or of one step of a stream; multiply-adds of the products alone."""
        h = self.hidden
        steps = 1 if self.topic == "stream" else self.steps
        forward = 2 * (steps * (3 * h + 16 * h * h) + 7 * h)
        return 3 * forward if self.topic == "training" else forward

    @property
    def file(self):
        """The case file that a peer checks itself with."""
        return f"{self.hidden}x{self.batch}x{self.steps}.safetensors"

    @property
    def title(self):
        text = f"{self.topic}, {self.threads} thread{'s' if self.threads > 1 else ''}"
        if self.hidden != 64:
            text += f", {self.hidden} units"
        if self.topic == "training" and (self.batch, self.steps) != (1000, 200):
            text += f", {self.batch} windows of {self.steps} steps"
        return text


# Each case's names in bench_model; the first that it lists is the one.
GAIT_NAMES = {
    "training": ("training/batch:{batch}/steps:{steps}/threads:{threads}/real_time",
                 "training/hidden_{hidden}/batch:{batch}/steps:{steps}/threads:{threads}/real_time"),
    "inference": ("inference/batch:{batch}/steps:{steps}/threads:{threads}/real_time",),
    "window": ("window/batch:1/steps:{steps}/threads:{threads}/real_time",),
    "stream": ("stream/hidden_{hidden}",),
}
# What other builds of gait for this processor, with narrower registers, are measured on: by the
# last part of their presets' names.
NARROWER = {"avx2": "AVX2", "sse4.2": "SSE4.2"}


def narrower_builds(programs):
    """{title: folder} of those that bench/run made beside `programs`."""
    found = {title: programs.parent.parent / f"bench-{name}" / "bin"
             for name, title in NARROWER.items()}
    return {title: folder for title, folder in found.items()
            if (folder / "bench_model").exists()}


# Cases of gait alone, by what the tables call them.
SMALL_WEIGHTS = "step of a stream, 16-bit weights"
GAIT_EXTRAS = {
    SMALL_WEIGHTS: ("stream/16_bit_weights",),
    "training, 1,000 windows a step, 1 thread": (
        "training/batch:1000/steps:200/threads:1/real_time",),
    "of it around the products: shuffling, packing, windows, sums, optimizer": (
        "training/around_the_products/batch:1000/steps:200/real_time",),
    "training on input that breeds denormals": (
        "training/quiet_input/batch:250/steps:200/threads:{threads}/real_time",),
    "training on noise, same batch": (
        "training/batch:250/steps:200/threads:{threads}/real_time",),
}


def gait_name(case, listed):
    """The benchmark of `case` among the `listed` ones, or None."""
    values = dataclasses.asdict(case)
    for pattern in GAIT_NAMES[case.topic]:
        name = pattern.format(**values)
        of_any_size = "hidden" in pattern
        if name in listed and (of_any_size or case.hidden == 64):
            return name
    return None


# What gait's products are computed in besides fp32: names of bench_model and of --precision.
PRECISIONS = ("fp32_split", "bf16")


def gait_benchmarks(case, listed):
    """{who: name} of gait's benchmarks of `case` among the `listed` ones, fp32 first."""
    name = gait_name(case, listed)
    found = {"gait": name} if name else {}
    for precision in PRECISIONS:
        other = (name or "").replace(f"{case.topic}/", f"{case.topic}/{precision}/", 1)
        if other in listed:
            found[f"gait {precision}"] = other
    return found


def is_gait(who):
    return who == "gait" or who.startswith("gait ")


@dataclasses.dataclass(frozen=True)
class Peer:
    title: str
    command: tuple  # without --threads and --seconds
    topics: tuple
    sweeps: bool = False       # takes part in the sweep of hidden sizes
    small_batch: bool = False  # too slow for a thousand windows
    rounded: bool = False      # computes in less than fp32
    environment: tuple = ()


# glibc's allocator otherwise maps and unmaps a large tensor, page by page, in every pass. The C++
# peers that need it say so themselves.
KEEP_MEMORY = (("MALLOC_MMAP_THRESHOLD_", str(2**30)), ("MALLOC_TRIM_THRESHOLD_", str(2**30)))


def good_blas():
    """OpenBLAS takes a processor that it doesn't know, as virtual machines show them, for an old
    one, and PyTorch runs at half its speed. It asks when it is loaded, so before main()."""
    known = {"avx512bw": "SKYLAKEX", "avx2": "HASWELL"}
    core = next((core for flag, core in known.items() if flag in cpu_flags()), None)
    return (("OPENBLAS_CORETYPE", core),) if core else ()


ALL_TOPICS = ("training", "inference", "window", "stream")


def thread_counts(topic, threads):
    """One, and the most up to `threads` that gait has a use for: two share a window, one a stream."""
    return sorted({1, min(threads, {"window": 2, "stream": 1}.get(topic, threads))})


def find_peers(programs, python, frameworks):
    """(peers, what is missing). The programs that were built, and what `python` can import."""
    here = pathlib.Path(__file__).resolve().parent.parent / "peers"
    peers, missing = [], []

    def add(program, package, *peer, **options):
        path = programs / program
        if path.exists():
            title, arguments, topics = peer
            peers.append(Peer(title, (str(path), *arguments), topics, **options))
        elif package:
            missing.append(f"{peer[0]}: {program} was not built (Debian: {package})")

    add("peer_onednn", "libdnnl-dev", "oneDNN", (), ALL_TOPICS, sweeps=True)
    if any(flag in cpu_flags() for flag in ("avx512_bf16", "amx_bf16")):
        add("peer_onednn", "", "oneDNN bf16", ("--bf16",), ALL_TOPICS, rounded=True)
    add("peer_libtorch", "libtorch-dev", "PyTorch C++", (), ALL_TOPICS, sweeps=True,
        environment=good_blas())
    # As shipped: no setting of ours, and the BLAS that the package asks for if it is there.
    plain_blas = next(pathlib.Path("/usr/lib").glob("*/blas"), None)
    add("peer_libtorch", "", "PyTorch as shipped", ("--as-shipped",), ("training",),
        small_batch=True,
        environment=(("LD_LIBRARY_PATH", str(plain_blas)),) if plain_blas else ())
    add("peer_eigen", "libeigen3-dev", "Eigen step", (), ("window", "stream"), sweeps=True)
    if frameworks:
        script = str(here / "frameworks.py")
        found = subprocess.run([python, script, "--list"], capture_output=True, text=True,
                               check=True).stdout
        for line in map(json.loads, found.splitlines()):
            if line["missing"]:
                missing.append(f"{line['peer']}: the interpreter lacks "
                               f"{', '.join(line['missing'])}")
            else:
                peers.append(Peer(line["peer"],
                                  (python, script, "--framework", line["framework"]),
                                  tuple(line["topics"]), environment=KEEP_MEMORY + good_blas()))
    return peers, missing


def cpu_flags():
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return set()
    return {flag for line in text.splitlines() if line.startswith("flags")
            for flag in line.partition(":")[2].split()}


def all_threads():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
