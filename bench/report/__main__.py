# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""Measures gait and its peers in turns; writes docs/performance.md and its picture."""

import argparse
import pathlib
import signal
import sys
import time

import cases
import document
import machine
import measure
import picture
import tables
from cases import Case

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def options():
    parser = argparse.ArgumentParser(
        prog="bench/run", description="Builds the benchmarks for this processor, lets gait and its "
        "peers take turns, and writes the tables of docs/performance.md and docs/performance.svg. "
        "Leave the machine alone meanwhile.")
    parser.add_argument("--quick", action="store_true",
                        help="print four of the headline ratios, in under two minutes; write nothing")
    parser.add_argument("--rounds", type=int, help="turns of everybody (default 5; quick: 3)")
    parser.add_argument("--seconds", type=float,
                        help="shortest time of a measurement (default 0.5; quick: 0.2)")
    parser.add_argument("--python", help="interpreter whose frameworks are peers too (default "
                        "python3; quick: none)")
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / "build/bench/bin",
                        help="folder of the benchmarks (default build/bench/bin)")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "docs",
                        help="folder of performance.md (default docs)")
    chosen = parser.parse_args()
    chosen.rounds = chosen.rounds or (3 if chosen.quick else 5)
    chosen.seconds = chosen.seconds or (0.2 if chosen.quick else 0.5)
    if chosen.rounds < 1 or chosen.seconds <= 0:
        parser.error("expected at least one round, and seconds above 0")
    return chosen


def say(text, start=time.monotonic()):
    print(f"{time.monotonic() - start:6.0f} s  {text}", flush=True)


def quick(runner, peers, threads):
    """The four ratios."""
    for case in (Case("training", threads), Case("inference", threads), Case("window"),
                 Case("stream")):
        runner.compare(case, [p for p in peers if not p.small_batch])
    limits = runner.limits("read/L2/KB:264/threads:1/real_time")
    report = tables.Report(runner.results, limits, peers, threads)
    print()
    for row in report.headline():
        print(f"{row[0]}: {row[1]}, {row[2]}; {row[3]}")
    print("\n".join(report.faster_peers()))


def everything(runner, peers, threads):
    """All that the document shows; the limits of the processor."""
    for topic in cases.ALL_TOPICS:
        for count in cases.thread_counts(topic, threads):
            runner.compare(Case(topic, count), peers)
    few = [p for p in peers if p.sweeps]
    for hidden in cases.HIDDEN_SIZES:
        for topic in ("training", "stream"):
            runner.compare(tables.hidden_case(topic, hidden), few)
    for what, values in (("batch", cases.BATCHES), ("steps", cases.STEPS)):
        for value in values:
            for topic in ("training", "inference"):
                case = tables.sweep_case(what, value, topic, threads)
                name = cases.gait_name(case, runner.gait.listed)
                if name and not runner.results.of("gait", case):
                    runner.alone(case, name)
    for title, patterns in cases.GAIT_EXTRAS.items():
        for name in (p.format(threads=threads) for p in patterns):
            if name in runner.gait.listed:
                runner.alone(title, name)
    for title, folder in cases.narrower_builds(runner.gait.programs).items():
        runner.narrower(title, folder, ("training", "inference"), sorted({1, threads}))
    return runner.limits()


def main():
    chosen = options()
    programs, page = chosen.programs.resolve(), chosen.output / "performance.md"
    if not (programs / "bench_model").exists():
        raise RuntimeError(f"{programs}: expected bench_model; bench/run builds it")
    if not chosen.quick:
        document.checked(page)
    threads = cases.all_threads()
    python = chosen.python or ("" if chosen.quick else "python3")
    peers, missing = cases.find_peers(programs, python, frameworks=bool(python))
    say("peers: " + (", ".join(p.title for p in peers) or "none"))
    for text in missing:
        say(f"left out: {text}")
    gait = measure.Gait(programs, chosen.seconds)
    runner = measure.Runner(gait, peers, programs.parent / "cases", chosen.rounds, say)
    if chosen.quick:
        return quick(runner, peers, threads)

    limits = everything(runner, peers, threads)
    results = runner.results
    report = tables.Report(results, limits, peers, threads, runner.builds)
    rows = machine.describe(programs.parent, gait.context or {}, results.versions)
    document.write(page, document.body(report, rows, chosen.rounds, missing, results.errors))
    picture.draw(chosen.output / "performance.svg", results, threads)
    say(f"wrote {page} and its picture")


if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGHUP):  # peers that are stopped must not be left behind
        signal.signal(number, lambda *_: sys.exit("bench/run: stopped"))
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nbench/run: stopped; the document is as it was")
    except (RuntimeError, OSError) as problem:
        sys.exit(f"bench/run: {problem}")
