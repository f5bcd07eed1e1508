# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""The simulator's tables: next to real runs, and for machines that aren't here."""

import statistics

from simulator import Compute, Network, Stragglers, asynchronous, local, synchronous
from stages import CORES

NODES = tuple(2**k for k in range(1, 11))
# Gbit/s and what a small message takes from program to program on such a network.
NETWORKS = {1: 50e-6, 10: 20e-6, 100: 3e-6}
STEPS = 60      # of each node, in a simulation
SERVERS = 4


def network(gbit, latency, per_message=0.0):
    return Network(gbit * 1e9 / 8, latency, per_message)


def outcome(setup, compute, net, steps=STEPS, update=0.0):
    if setup.mode == "single":
        return synchronous(1, steps, compute, net)
    if setup.mode == "sync":
        return synchronous(setup.ranks, steps, compute, net)
    if setup.mode == "local":
        return local(setup.ranks, steps, setup.every, compute, net)
    return asynchronous(setup.ranks, setup.servers, steps * setup.ranks, compute, net, update)


def batch_seconds(setup, samples, net, update=0.0):
    """For a batch on this machine, whose ranks beyond its cores share them."""
    crowd = max(1.0, setup.ranks / CORES)
    done = outcome(setup, Compute(tuple(crowd * s for s in samples)), net, 400, update)
    return setup.ranks / done.gradients_per_second()


def efficiency(setup, compute, net, update=0.0):
    """How much of what so many nodes could compute on their own; gradients per second; staleness."""
    done = outcome(setup, compute, net, update=update)
    alone = 1 / statistics.mean(compute.samples)
    return done.gradients_per_second() / alone / setup.ranks, done.gradients_per_second(), \
        done.staleness


STRAGGLERS = {
    "none": Stragglers(),
    "one node takes twice as long": Stragglers(nodes=1, node_factor=2),
    "one step in 100 takes 5 times as long": Stragglers(share_of_steps=0.01, step_factor=5),
}
