#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""The reference model in whatever Python frameworks this interpreter has.

    frameworks.py --list                                   which are here, and which are missing
    frameworks.py --framework jax --threads 2 FILE TOPIC   one line of JSON

Takes the same orders as the C++ peers (see peer.hpp), from standard input if there is no FILE: it
checks the framework's answers against gait's before it times them.
"""

import argparse
import dataclasses
import importlib
import importlib.metadata
import importlib.util
import json
import os
import pathlib
import struct
import sys
import time

TOPICS = ("training", "inference", "window", "stream")
EVERYTHING_BUT_TRAINING = TOPICS[1:]


@dataclasses.dataclass(frozen=True)
class Framework:
    title: str
    module: str
    needs: tuple
    topics: tuple = TOPICS


FRAMEWORKS = {
    "torch": Framework("PyTorch", "networks_torch", ("torch",)),
    "torch-jit": Framework("PyTorch traced", "networks_torch", ("torch",),
                           EVERYTHING_BUT_TRAINING),  # freezing is for inference
    "torch-compile": Framework("PyTorch compiled", "networks_torch", ("torch 2",)),
    "keras": Framework("Keras tf.function", "networks_keras", ("tensorflow",)),
    "jax": Framework("JAX jit", "networks_jax", ("jax",)),
    "onnxruntime": Framework("ONNX Runtime", "networks_onnx", ("onnxruntime", "onnx"),
                             EVERYTHING_BUT_TRAINING),  # it trains no LSTM
}
# As the C++ peers have them.
LOGITS_TOLERANCE = 1e-4
GRADIENTS_TOLERANCE = 2e-3


def read_safetensors(path):
    """{name: numpy array}."""
    import numpy as np
    dtypes = {"F32": np.float32, "I64": np.int64}
    data = pathlib.Path(path).read_bytes()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    tensors = {}
    for name, info in json.loads(data[8:start]).items():
        if name != "__metadata__":
            first, last = info["data_offsets"]
            array = np.frombuffer(data[start + first:start + last], dtypes[info["dtype"]])
            tensors[name] = array.reshape(info["shape"]).copy()
    return tensors


class Case:
    """Weights by PyTorch's names, windows x (T, B, 3), labels (B), and gait's answers."""

    def __init__(self, path):
        tensors = read_safetensors(path)
        self.windows, self.labels = tensors.pop("windows"), tensors.pop("labels")
        self.logits = tensors.pop("logits")
        self.gradients = {name[2:]: tensors.pop(name)
                          for name in list(tensors) if name.startswith("d.")}
        self.weights = tensors
        self.steps, self.batch, _ = self.windows.shape
        self.hidden = tensors["0.weight"].shape[0]


def differences(case, logits, gradients):
    """Largest differences from gait's answers, relative to the largest number of each tensor."""
    import numpy as np
    logits = np.asarray(logits).reshape(-1, 7)
    expected = case.logits[:len(logits)]
    worst = [float(abs(logits - expected).max() / max(1, abs(case.logits).max())), 0.0]
    if gradients is not None:
        for name, ours in case.gradients.items():
            theirs = np.asarray(gradients[name]).reshape(ours.shape)
            apart = abs(theirs - ours).max() / abs(ours).max()
            worst[1] = float(np.maximum(worst[1], apart))  # max() could lose a NaN
    for what, found, limit in (("logits", worst[0], LOGITS_TOLERANCE),
                               ("gradients", worst[1], GRADIENTS_TOLERANCE)):
        if not found <= limit:
            raise RuntimeError(f"not timed, it computes something else: {what} differ by "
                               f"{found:.2g}, allowed {limit:g}")
    return worst


def mean_seconds(run, seconds):
    """Mean time of a run, over at least `seconds` and after one that doesn't count."""
    run()
    times = 1
    while True:
        start = time.perf_counter()
        for _ in range(times):
            run()
        took = time.perf_counter() - start
        if took >= seconds:
            return took / times
        times = times * 10 if took <= seconds / 100 else int(1.4 * seconds / took * times) + 1


class Server:
    def __init__(self, network, framework, threads, seconds):
        self.network, self.framework = network, framework
        self.threads, self.seconds = threads, seconds
        self.cases, self.ready = {}, {}

    def prepare(self, file, topic):
        """(case, run, worst differences); checks the first time."""
        if (file, topic) not in self.ready:
            if file not in self.cases:
                self.cases[file] = Case(file)
            case = self.cases[file]
            if topic not in FRAMEWORKS[self.framework].topics:
                raise RuntimeError(f"{FRAMEWORKS[self.framework].title} has no {topic}")
            solve, run = self.network.make(case, topic)
            self.ready[file, topic] = case, run, differences(case, *solve())
        return self.ready[file, topic]

    def order(self, file, topic):
        line = {"peer": FRAMEWORKS[self.framework].title, "version": self.network.version,
                "file": file, "case": topic, "threads": self.threads}
        try:
            case, run, worst = self.prepare(file, topic)
            took = mean_seconds(run, self.seconds)
            one = topic in ("window", "stream")
            line |= {"batch": 1 if one else case.batch,
                     "steps": 1 if topic == "stream" else case.steps, "hidden": case.hidden,
                     "microseconds": 1e6 * took / (1 if one else case.batch),
                     "worst_logit": worst[0], "worst_gradient": worst[1]}
        except Exception as problem:  # whatever a framework throws ends this order, not the run
            line["error"] = (str(problem).splitlines() or [type(problem).__name__])[0]
        print(json.dumps(line), flush=True)
        return "error" not in line


def missing(framework):
    """What it needs and this interpreter has not: a module, or its first major version."""
    lacking = []
    for need in FRAMEWORKS[framework].needs + ("numpy",):
        module, _, major = need.partition(" ")
        if importlib.util.find_spec(module) is None:
            lacking.append(module)
        elif major and int(importlib.metadata.version(module).partition(".")[0]) < int(major):
            lacking.append(need)
    return lacking


def list_frameworks():
    for name, framework in FRAMEWORKS.items():
        print(json.dumps({"framework": name, "peer": framework.title,
                          "topics": framework.topics, "missing": missing(name)}))


def has_avx512():
    try:
        flags = pathlib.Path("/proc/cpuinfo").read_text().split()
    except OSError:
        return False
    return {"avx512f", "avx512bw", "avx512dq", "avx512vl"} <= set(flags)


def open_framework(name, threads):
    """Limits the threads before the framework starts its own, then imports it."""
    lacking = missing(name)
    if lacking:
        sys.exit(f"frameworks.py: {name} needs the missing {', '.join(lacking)}")
    os.environ["OMP_NUM_THREADS"] = str(threads)
    if has_avx512():  # PyTorch doesn't use all of its kernels unless told
        os.environ.setdefault("ATEN_CPU_CAPABILITY", "avx512")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    if hasattr(os, "sched_setaffinity"):  # XLA asks how many processors it may use, nothing else
        allowed = sorted(os.sched_getaffinity(0))
        if threads < len(allowed):
            os.sched_setaffinity(0, allowed[:threads])
    module = importlib.import_module(FRAMEWORKS[name].module)
    return module.Network(name, threads)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", help="case written by reference_case; none: stdin")
    parser.add_argument("topic", nargs="?", choices=TOPICS)
    parser.add_argument("--list", action="store_true", help="say what is installed and what isn't")
    parser.add_argument("--framework", choices=FRAMEWORKS)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=float, default=0.5,
                        help="shortest time to run what is timed (default %(default)s)")
    options = parser.parse_args()
    if options.list:
        return list_frameworks()
    if not options.framework or bool(options.file) != bool(options.topic):
        parser.error("expected --list, or --framework with FILE and TOPIC or neither")
    server = Server(open_framework(options.framework, options.threads), options.framework,
                    options.threads, options.seconds)
    if options.file:
        sys.exit(not server.order(options.file, options.topic))
    for line in sys.stdin:
        file, _, topic = line.strip().rpartition(" ")  # a path may have spaces, too
        if file:
            server.order(file, topic)


if __name__ == "__main__":
    main()
