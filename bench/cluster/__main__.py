# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""Trains in every mode on several ranks, simulates more; writes docs/scaling.md and its picture."""

import argparse
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "bench/report"))  # tables, pictures and pages are made there

import charts
import document
import page
import stages
from runs import Runner, Setup

PROGRAM = "bench/scaling"


def options():
    parser = argparse.ArgumentParser(
        prog=PROGRAM, description="Trains by single, synchronous, asynchronous and local SGD on 1, "
        "2, 4 and 8 ranks, simulates up to 1,024 nodes, and writes the tables of docs/scaling.md "
        "and docs/scaling.svg. Leave the machine alone meanwhile.")
    parser.add_argument("--quick", action="store_true",
                        help="small runs, most of them on one and two ranks; print the tables, write "
                        "nothing")
    parser.add_argument("--data", type=pathlib.Path,
                        help="recordings to train on: prepared, or as har_prepare reads them "
                        "(default: simulated ones)")
    parser.add_argument("--stages", default=",".join(stages.STAGES),
                        help="what to run, of the rest what the last time has left is shown "
                        "(default %(default)s)")
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / "build/demo/bin",
                        help="folder of har_train_mpi (default build/demo/bin)")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "docs",
                        help="folder of scaling.md (default docs)")
    chosen = parser.parse_args()
    chosen.stages = set(filter(None, chosen.stages.split(",")))
    if unknown := chosen.stages - set(stages.STAGES):
        parser.error(f"--stages: expected some of {', '.join(stages.STAGES)}, found "
                     f"{', '.join(sorted(unknown))}")
    return chosen


def say(text, start=time.monotonic()):
    print(f"{time.monotonic() - start:6.0f} s  {text}", flush=True)


def main():
    chosen = options()
    plan = stages.QUICK if chosen.quick else stages.Plan()
    path = chosen.output / "scaling.md"
    if not (chosen.programs / "har_train_mpi").exists():
        raise RuntimeError(f"{chosen.programs}: expected har_train_mpi; bench/scaling builds it "
                           "where there is MPI")
    if not chosen.quick:
        document.checked(path, PROGRAM)
    folder = ROOT / "build" / ("scaling-quick" if chosen.quick else "scaling")
    runner = Runner(chosen.programs.resolve(), folder, say, chosen.stages)
    data = runner.prepared(chosen.data) if chosen.data else runner.simulated(plan.rows, plan.users)
    missing = []

    def attempt(stage):
        try:
            return stage(runner, plan, data)
        except RuntimeError as problem:
            if "SKIPPED" not in str(problem):
                raise
            missing.append(str(problem))
            return []

    speed, pairs, compute = (stage(runner, plan, data)
                             for stage in (stages.speed, stages.pair, stages.compute))
    hosts, accuracy = attempt(stages.hosts), stages.accuracy(runner, plan, data)
    text = page.body(plan, speed, pairs, compute, hosts, accuracy, stages.server(runner, plan, data),
                     missing)
    if chosen.quick:
        print("\n" + text)
        return
    if accuracy:
        drawn = (Setup("single"), *(Setup(mode, 2, every=plan.every)
                                    for mode in ("sync", "async", "local")))
        charts.draw(chosen.output / "scaling.svg", [accuracy[s] for s in drawn if s in accuracy])
    document.write(path, text, PROGRAM)
    say(f"wrote {path} and its picture")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(f"\n{PROGRAM}: stopped; the document is as it was")
    except (RuntimeError, OSError) as problem:
        sys.exit(f"{PROGRAM}: {problem}")
