# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""What is run, in which order."""

import dataclasses
import os

from runs import Setup

CORES = len(os.sched_getaffinity(0))
STAGES = ("speed", "pair", "compute", "server", "hosts", "accuracy")


@dataclasses.dataclass(frozen=True)
class Plan:
    """Sizes of everything. A batch has 64 tiles of 6 windows: as many for each of 1, 2, 4, 8."""
    ranks: tuple = (1, 2, 4, 8)
    batch: int = 384
    rows: int = 400_000    # to simulate
    users: int = 6
    window: int = 200
    rounds: int = 3
    pair_rounds: int = 9
    epochs: int = 3        # of a measurement, the first of which is thrown away
    accuracy_epochs: int = 15
    hosts_window: int = 50 # short ones, or there is nothing to see of the network
    hosts_batch: int = 96
    hosts_epochs: int = 3
    every: int = 4         # steps between two averages of local SGD

    def timed(self, epochs, window):
        return ["--split", "none", "--epochs", epochs, "--window", window, "--hop", window // 4]


QUICK = Plan(ranks=(1, 2), rows=40_000, users=2, window=50, rounds=1, pair_rounds=3,
             accuracy_epochs=2, epochs=2, hosts_epochs=2)


def setups(plan):
    single = [Setup("single", threads=t) for t in sorted({1, CORES})]
    return single + [Setup(mode, ranks, every=plan.every) for mode in ("sync", "async", "local")
                     for ranks in plan.ranks if ranks > 1 or mode == "async"]


def speed(runner, plan, data):
    """{setup: [run, ...]}, one a round; everybody is first in turn."""
    found = {}
    everybody = setups(plan)
    for number in range(plan.rounds):
        first = number * len(everybody) // plan.rounds
        for setup in everybody[first:] + everybody[:first]:
            run = runner.run("speed", f"{setup.title}, round {number + 1}", setup, data,
                             plan.batch, plan.timed(plan.epochs, plan.window))
            if run:
                found.setdefault(setup, []).append(run)
    return found


def pair(runner, plan, data):
    """[(two ranks of a thread, a rank of two threads), ...] in turns."""
    found = []
    two = (Setup("sync", 2), Setup("single", threads=2))
    for number in range(plan.pair_rounds):
        runs = {setup: runner.run("pair", f"{setup.title}, round {number + 1}", setup, data,
                                  plan.batch, plan.timed(plan.epochs, plan.window))
                for setup in (two if number % 2 == 0 else two[::-1])}
        if all(runs.values()):
            found.append((runs[two[0]], runs[two[1]]))
    return found


def compute(runner, plan, data):
    """{(windows a step, samples of each): run} of one thread with the machine for itself."""
    found = {}
    for window, batch, epochs in ((plan.window, plan.batch, plan.epochs),
                                  (plan.hosts_window, plan.hosts_batch, plan.hosts_epochs)):
        for ranks in sorted({*plan.ranks, 2, 3, 4}):
            if batch % ranks == 0:
                share = batch // ranks
                found[share, window] = runner.run(
                    "compute", f"{share} windows of {window}", Setup("single"), data, share,
                    plan.timed(epochs, window))
    return {key: run for key, run in found.items() if run}


def server(runner, plan, data):
    """Seconds that a server takes for a step, at most: workers with next to nothing to do. None if
    it wasn't measured."""
    setup = Setup("async", 4)
    run = runner.run("server", setup.title, setup, data, 48, plan.timed(2, 4))
    return run.step_seconds() / setup.ranks if run else None


def hosts(runner, plan, data):
    """[(setup, run), ...] on four hosts."""
    found = []
    for setup in (Setup("sync", 2), Setup("sync", 4), Setup("async", 1), Setup("async", 3),
                  Setup("local", 4, every=plan.every)):
        run = runner.run("hosts", setup.title, setup, data, plan.hosts_batch,
                         plan.timed(plan.hosts_epochs, plan.hosts_window), setup.processes)
        if run:
            found.append((setup, run))
    return found


def accuracy(runner, plan, data):
    """{setup: run} with people held out."""
    options = ["--epochs", plan.accuracy_epochs, "--window", plan.window,
               "--hop", plan.window // 4, "--order", "shuffled"]
    found = {setup: runner.run("accuracy", setup.title, setup, data, plan.batch, options)
             for setup in setups(plan)}
    return {setup: run for setup, run in found.items() if run}
