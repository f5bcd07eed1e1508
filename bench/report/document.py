# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""docs/performance.md: the tables between its two markers. The prose around them is nobody's here.
The tables of docs/scaling.md are put into it in the same way."""

import os

from cases import SMALL_WEIGHTS, thread_counts
from tables import code, table, times

BEGIN = "<!-- Written by {}; the next run replaces it. -->"
END = "<!-- What follows is written by hand. -->"


def body(report, machine, rounds, missing, errors):
    """The generated part."""
    faster = report.faster_peers()
    training_sizes, stream_sizes = report.hidden_sizes()
    fma, read = report.processor_limits()
    threads = report.threads
    reference = "build/bench/cases/64x1000x200.safetensors"
    model = "build/bench/bin/bench_model"
    parts = [
        "## At a glance",
        table(["", "time of a window or step", "of the limit", "next to the best peer"],
              report.headline()),
        f"Medians of {rounds} round{'s' * (rounds > 1)}. " + code("bench/run"),
        "![Times of gait and its peers](performance.svg)",
        "### Where a peer is faster",
        "\n".join(faster) or "In none of the cases on this page.",
        "## The machine",
        table(["", ""], machine),
    ]
    for topic, title, text in (
            ("training", "Training", "Forward and backward over 1,000 windows of 200 steps. gait's "
             "time is of the whole step: it also extracts the windows, sums the gradients, updates "
             "and packs the weights. The peers' is of the two passes alone. "
             "As shipped: 100 windows."),
            ("inference", "Batched inference", "1,000 windows of 200 steps."),
            ("window", "One window", "200 steps, nothing else to do meanwhile."),
            ("stream", "One step of a stream", "The state is carried; the weights are read once.")):
        example = {"training": "'^training/batch:1000'", "inference": "'^inference/batch:1000'",
                   "window": "'^window'", "stream": "'^stream/hidden_64$'"}[topic]
        peer = f"build/bench/bin/peer_onednn --threads {max(thread_counts(topic, threads))}"
        parts += [f"## {title}", text, report.by_threads(topic),
                  code(f"{model} --benchmark_filter={example}") + ", "
                  + code(f"{peer} {reference} {topic}")]
    parts += ["## Products in bfloat16",
              f"`--precision` of the LSTMs' products, on {threads} threads. fp32_split has each float "
              "as three bfloat16; it is meant for processors with matrix tiles, on which nobody has timed "
              "it yet, and elsewhere three times slower than fp32. Shares are of the fp32 multiply-adds, so they may be more than all. "
              "2017's run: 50 epochs of 510 batches of 1,000 windows, by this training step.",
              report.precisions(),
              code(f"{model} --benchmark_filter='(bf16|split)/batch:1000'")]
    if extras := report.extras():
        parts += ["## Others", extras]
        change = report.results.counter(SMALL_WEIGHTS, "logit_change")
        limit, small = report.reading_limit(), report.results.us("gait", SMALL_WEIGHTS)
        if change and limit:
            parts.append(f"A step with weights in 16 bits is {times(limit / small)} times as fast as "
                         "weights in 32 bits can be read from L2. Rounding them moves the logits of "
                         f"the untrained reference model by at most {change:.1e} in 1,000 steps of "
                         "noise. "
                         + code(f"{model} --benchmark_filter=16_bit"))
    hidden = "build/bench/cases/100x96x100.safetensors"
    parts += [
        "## Hidden sizes",
        "Units fill whole registers, so a number that is no multiple of their lanes takes about as "
        "long as the next multiple.",
        "Training, 96 windows of 100 steps on one thread, us a window:", training_sizes,
        "A step of a stream, us:", stream_sizes,
        code(f"{model} --benchmark_filter='hidden_'") + ", "
        + code(f"build/bench/bin/peer_eigen --threads 1 {hidden} stream"),
    ]
    if narrower := report.narrower_registers():
        parts += ["## Narrower registers",
                  "The same sources, built for other instruction sets; each against the "
                  "multiply-adds that its own registers can do.", narrower,
                  code("build/bench-sse4.2/bin/bench_model --benchmark_filter='/batch:1000/'")]
    parts += [
        "## Larger batches, longer windows",
        f"On {threads} threads, windows of 200 steps. Each thread has one tile and its tape, "
        "whatever the batch; in a program that can multiply bfloat16, 1.8 MB of it are scratch for "
        "that, which fp32 never touches:", report.sweep("batch"),
        "250 windows of so many steps:", report.sweep("steps"),
        code(f"{model} --benchmark_filter='^(training|inference)/batch'"),
        "## The limits", fma, read, code("build/bench/bin/bench_peak"),
        "## Answers",
        f"Largest difference between a peer's logits or gradients and gait's, relative to the "
        f"largest number of the tensor: {report.largest_difference():.1e}.",
    ]
    said = [f"- {who}, {case.title}: {text}." for (who, case), text in errors.items()]
    said += [f"- {text}." for text in missing]
    if said:
        parts += ["Not measured:", "\n".join(said)]
    return "\n\n".join(parts)


def write(path, text, program="bench/run"):
    """Replaces what is between the markers; beside and renamed, so it is never half done."""
    begin = BEGIN.format(program)
    before, found, rest = path.read_text().partition(begin)
    _, end, after = rest.partition(END)
    if not found or not end:
        raise RuntimeError(f"{path}: expected the line {END if found else begin}")
    part = path.with_name(path.name + ".part")
    part.write_text(f"{before}{begin}\n\n{text}\n\n{END}{after}")
    os.replace(part, path)


def checked(path, program="bench/run"):
    """Fails before the measurements, not after. Begins a page that isn't there."""
    begin = BEGIN.format(program)
    if not path.exists():
        path.write_text(f"# {path.stem.capitalize()}\n\n{begin}\n{END}\n")
    text = path.read_text()
    if not 0 <= text.find(begin) < text.find(END):
        raise RuntimeError(f"{path}: expected the lines {begin} and {END}")
