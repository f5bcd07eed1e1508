# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""docs/scaling.md: the tables between its two markers."""

import statistics

import projection
from machine import first_line, memory, processor
from projection import NETWORKS, NODES, SERVERS, STRAGGLERS, batch_seconds, efficiency, network
from runs import Setup
from simulator import Compute
from stages import CORES
from tables import number, percent, table


def milliseconds(seconds):
    return number(1e3 * seconds)


def middle(runs, what):
    return statistics.median(what(run) for run in runs)


def machine_line():
    return (f"On {processor()}, {CORES} cores, {memory()}, {first_line('mpirun', '--version')}. "
            f"Ranks beyond {CORES} share cores, and so does the server of asynchronous SGD: more "
            "of them show what sharing costs and nothing about more machines.")


def speed_table(plan, speed):
    single = next(iter(speed.values()))
    rows = []
    for setup, runs in speed.items():
        ratio = statistics.median(one.step_seconds() / run.step_seconds()
                                  for one, run in zip(single, runs))
        crowded = "yes" if setup.processes * setup.threads > CORES else ""
        many = setup.processes > 1
        rows.append((setup.title, milliseconds(middle(runs, lambda r: r.step_seconds())),
                     f"{ratio:.2f}",
                     milliseconds(middle(runs, lambda r: r.waited())) if many else "",
                     number(middle(runs, lambda r: r.sent()) / 1e3) if many else "", crowded))
    return table(["set-up", f"ms for {plan.batch} windows", "times as fast as one thread",
                  "of it a rank waits, ms", "kB sent by all ranks", "shares cores"], rows)


def pair_line(pairs):
    ratios = [two.step_seconds() / one.step_seconds() for two, one in pairs]
    return (f"Two ranks of one thread take {statistics.median(ratios):.3f} times as long as one rank "
            f"of two threads: the median of {len(ratios)} pairs of runs in turns, "
            f"{min(ratios):.3f} to {max(ratios):.3f}.")


def accuracy_table(runs):
    rows = []
    for setup, run in runs.items():
        seconds = sum(epoch["seconds"] for epoch in run.epochs)
        best = max(epoch["validation_accuracy"] for epoch in run.epochs)
        last = run.epochs[-1]
        rows.append((setup.title, f"{last['train_loss']:.3f}", f"{last['validation_loss']:.3f}",
                     percent(last["validation_accuracy"]), percent(best), number(seconds)))
    return table(["set-up", "training loss", "validation loss", "accuracy", "best epoch's",
                  "seconds in all"], rows)


def real_and_simulated(rows):
    """`rows`: (where, setup, real seconds, simulated seconds)."""
    return table(["where", "set-up", "ms a batch, real", "simulated", "simulated / real"],
                 [(where, setup.title, milliseconds(real), milliseconds(seen), f"{seen / real:.2f}")
                  for where, setup, real, seen in rows])


def comparison(plan, speed, compute, hosts, update):
    """Rows for the table, where both exist."""
    rows = []
    memory_of_machine = network(40, 5e-6)
    for setup, runs in speed.items():
        source = compute.get((plan.batch // setup.ranks, plan.window))
        if source and setup.threads == 1:
            seen = batch_seconds(setup, source.samples(), memory_of_machine, update)
            rows.append(("memory", setup, middle(runs, lambda r: r.step_seconds()), seen))
    for setup, run in hosts:
        if source := compute.get((plan.hosts_batch // setup.ranks, plan.hosts_window)):
            seen = batch_seconds(setup, source.samples(), network(1, 1e-3), update)
            rows.append(("1 Gbit/s, 1 ms", setup, run.step_seconds(), seen))
    return rows


def modes(nodes, plan):
    return (Setup("sync", nodes), Setup("async", nodes, servers=1),
            Setup("async", nodes, servers=SERVERS), Setup("local", nodes, every=plan.every))


HEAD = ["nodes", "sync", "async, 1 server", f"async, {SERVERS} servers", "local SGD"]


def projection_table(gbit, plan, samples, update, share):
    net = network(gbit, NETWORKS[gbit])
    rows = []
    for nodes in NODES:
        cells = []
        for setup in modes(nodes, plan):
            kept, per_second, _ = efficiency(setup, Compute(samples), net, update)
            steps = per_second / (nodes if setup.mode == "sync" or setup.mode == "local" else 1)
            cells.append(f"{number(steps)} steps/s, {number(per_second * share / 1e3)}k, "
                         f"{percent(kept)}")
        rows.append((f"{nodes:,}", *cells))
    return table(HEAD, rows)


def straggler_table(plan, samples, update, nodes=16, gbit=10):
    net = network(gbit, NETWORKS[gbit])
    rows = []
    for title, stragglers in STRAGGLERS.items():
        rows.append((title, *(percent(efficiency(s, Compute(samples, stragglers), net, update)[0])
                              for s in modes(nodes, plan))))
    return table([f"{nodes} nodes, {gbit} Gbit/s", *HEAD[1:]], rows)


def assumptions(plan, samples, update, share):
    mean = statistics.mean(samples)
    spread = statistics.pstdev(samples) / mean
    networks = ", ".join(f"{gbit} Gbit/s with {1e6 * latency:.0f} us"
                         for gbit, latency in NETWORKS.items())
    return "\n".join((
        f"- A node computes the gradient of {share} windows of {plan.window} steps in "
        f"{milliseconds(mean)} ms, as one core here does: {len(samples)} times measured, with a "
        f"standard deviation of {100 * spread:.1f} %, and drawn from these at random. More nodes "
        "mean larger batches. A faster node needs a faster network for the same efficiency.",
        f"- Networks of {networks} from program to program. Every node has one link, as fast both "
        "ways at once; the switch between them is never the bottleneck, nothing is lost.",
        "- Messages are those that har_train_mpi sends: sums by halving and doubling, weights and "
        "twice as many numbers of Adam's averaged by local SGD, slices of gradients and weights.",
        f"- A step of asynchronous SGD takes its servers {milliseconds(update)} ms in all (measured "
        "here, sharing cores), and for the norm of the gradient a question to each further server "
        "and its answer, one after the other. "
        "Servers are nodes of their own and not counted. Staleness has no bound: gradients of n "
        "workers are n - 1 steps old, so the table says that they are computed, not that they "
        "help.",
        "- har_train_mpi itself takes at most 64 ranks: a batch has 64 shards. Beyond that the "
        "table is of the algorithm.",
        f"- {projection.STEPS} steps of each node, one seed. Reading data, validation and "
        "checkpoints are left out."))


def body(plan, speed, pairs, compute, hosts, accuracy, update, missing):
    parts = ["## This machine", machine_line()]
    if speed:
        parts += [speed_table(plan, speed),
                  f"Medians of {plan.rounds} rounds in which all take turns. A rank waits for "
                  "slower ranks, for messages, and for a core if it shares one. The server of "
                  "asynchronous SGD counts as a rank: with few workers it is mostly the server that "
                  "waits, for work."]
    if pairs:
        parts += [pair_line(pairs)]
    if accuracy:
        parts += ["## Accuracy",
                  f"{plan.accuracy_epochs} epochs of `--recipe plain --batch {plan.batch} --window "
                  f"{plan.window} --hop {plan.window // 4} --order shuffled` on the simulated people "
                  "or `--data`, some of them held out, one seed: single, sync and a single "
                  "asynchronous worker take the same steps.",
                  "![Accuracy by batches and by seconds](scaling.svg)", accuracy_table(accuracy)]
    share = plan.batch // 4
    source = compute.get((share, plan.window))
    if source and update is not None:
        samples = source.samples()
        parts += ["## Real and simulated",
                  real_and_simulated(comparison(plan, speed, compute, hosts, update)),
                  "The simulated node takes what one thread took on its own for as many windows, "
                  "times ranks over cores where they share cores. Memory: 40 Gbit/s and 5 us. "
                  "1 Gbit/s, 1 ms: four hosts on this machine (tests/distributed/four_hosts), whose "
                  "switch is a program that takes its time on these cores too, and windows of "
                  f"{plan.hosts_window} steps, or there would be little to see of the network.",
                  "## More machines than there are",
                  "Steps a second, thousand windows a second, and how much that is of what the "
                  "nodes could compute without each other."]
        for gbit in NETWORKS:
            parts += [f"{gbit} Gbit/s:", projection_table(gbit, plan, samples, update, share)]
        parts += ["Nodes that are slow, efficiency:", straggler_table(plan, samples, update),
                  "Assumptions:", assumptions(plan, samples, update, share)]
    if missing:
        parts += ["Not measured:", "\n".join(f"- {text}." for text in missing)]
    return "\n\n".join(parts)
