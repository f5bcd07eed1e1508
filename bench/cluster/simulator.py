# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""What training would take on machines that aren't here.

Nodes compute for times drawn from measured ones and send messages as har_train_mpi does; what is
simulated is when each message starts and arrives. Times are seconds, sizes bytes.

A node has one link, as fast in both directions at once, to a switch that is never the bottleneck. A
message takes `latency` and its length over the link's rate; messages on one link take their turns,
on the sender's and on the receiver's. A rank is busy for `per_message` with each one that it gets.
"""

import dataclasses
import heapq
import random

PARAMETERS = 66_759  # of the reference model, floats
SUMMED = 5           # floats beside a gradient: loss, weight, correct, count, wish to stop


@dataclasses.dataclass(frozen=True)
class Network:
    rate: float                # bytes per second
    latency: float             # from one program to another
    per_message: float = 0.0   # of a processor's time, on the receiver

    def alone(self, size):
        """The time of a message that meets no other."""
        return self.latency + size / self.rate + self.per_message


@dataclasses.dataclass(frozen=True)
class Stragglers:
    """Nodes that are always slow, and steps that now and then are."""
    nodes: int = 0
    node_factor: float = 1.0
    share_of_steps: float = 0.0
    step_factor: float = 1.0


@dataclasses.dataclass(frozen=True)
class Compute:
    """How long a step's gradient takes a node: drawn from `samples`."""
    samples: tuple
    stragglers: Stragglers = Stragglers()

    def draw(self, node, random_numbers):
        seconds = random_numbers.choice(self.samples)
        if node < self.stragglers.nodes:
            seconds *= self.stragglers.node_factor
        if random_numbers.random() < self.stragglers.share_of_steps:
            seconds *= self.stragglers.step_factor
        return seconds


@dataclasses.dataclass(frozen=True)
class Outcome:
    seconds: float        # all of it
    gradients: int        # computed by all nodes together
    bytes: float          # sent by all nodes together
    staleness: float = 0  # mean, of asynchronous training

    def gradients_per_second(self):
        return self.gradients / self.seconds


# All-reduce, as mpi_communicator.hpp: see there for why.

MANY = 4096  # numbers from which halving pays


def exchange(times, a, b, size, network):
    """a and b send each other `size` bytes, and both go on when both have what they wait for."""
    done = max(times[a], times[b]) + network.alone(size)
    times[a] = times[b] = done
    return 2 * size


def hand_over(times, a, b, size, network):
    """From a to b. a goes on when its link has taken it."""
    times[a] += size / network.rate
    times[b] = max(times[b], times[a] + network.latency) + network.per_message
    return size


def all_reduce(times, numbers, network, width=4):
    """Moves each node's clock to where it has the sum; returns the bytes that all have sent."""
    n, sent = len(times), 0
    core = 1 << (n.bit_length() - 1)
    for low in range(n - core):
        sent += hand_over(times, low + core, low, numbers * width, network)
    rounds = [1 << k for k in range(core.bit_length() - 1)]
    if numbers < MANY or core <= 2:
        sizes = [(apart, numbers * width) for apart in rounds]
    else:
        halved = [(apart, numbers * width / (2 * apart)) for apart in rounds]
        sizes = halved + halved[::-1]
    for apart, size in sizes:
        for a in range(core):
            if a < a ^ apart:
                sent += exchange(times, a, a ^ apart, size, network)
    for low in range(n - core):
        sent += hand_over(times, low, low + core, numbers * width, network)
    return sent


def synchronous(nodes, steps, compute, network, after=0.0, seed=1):
    """`after`: what follows the sum on every node, the update of the weights."""
    draw, times, sent = random.Random(seed), [0.0] * nodes, 0
    for _ in range(steps):
        times = [t + compute.draw(i, draw) for i, t in enumerate(times)]
        sent += all_reduce(times, PARAMETERS + SUMMED, network)
        times = [t + after for t in times]
    return Outcome(max(times), nodes * steps, sent)


def local(nodes, steps, every, compute, network, memory=2, after=0.0, seed=1):
    """Weights, and `memory` times as many numbers of the optimizer's, are averaged every so often."""
    draw, times, sent = random.Random(seed), [0.0] * nodes, 0
    for step in range(1, steps + 1):
        times = [t + compute.draw(i, draw) + after for i, t in enumerate(times)]
        if step % every == 0:
            for numbers in (PARAMETERS, memory * PARAMETERS, 1):  # 1: whether to stop
                sent += all_reduce(times, numbers, network)
    return Outcome(max(times), nodes * steps, sent)


def asynchronous(workers, servers, gradients, compute, network, update=0.0, seed=1):
    """`gradients` of workers that don't wait for each other; servers are nodes of their own.

    A worker sends a slice of its gradient to each server. A step begins when all slices are there
    and the step before is done: it takes `update` over the number of servers, and for the gradient's
    norm the head asks the other servers, one after the other: two messages for each. Then the
    servers send the worker its slices of the weights.
    """
    draw, slice_size = random.Random(seed), 4 * PARAMETERS / servers
    norm = 2 * (servers - 1) * (network.latency + network.per_message)
    out_free = [0.0] * servers    # links of the servers, from them
    in_free = [0.0] * servers     # and to them
    back_free = [0.0] * workers   # links to the workers
    missing = [0] * workers       # slices on their way to the servers, or back
    began_at = [0] * workers      # steps taken when the worker got its weights
    steps, head_free, total_age, sent, last = 0, 0.0, 0, 0.0, 0.0

    events = [(compute.draw(w, draw), 0, "computed", w, 0) for w in range(workers)]
    heapq.heapify(events)
    count = 0

    def push(time, what, worker, server=0):
        nonlocal count
        count += 1
        heapq.heappush(events, (time, count, what, worker, server))

    while steps < gradients:
        now, _, what, w, s = heapq.heappop(events)
        if what == "computed":
            missing[w] = servers
            for server in range(servers):  # the worker's link takes one slice after the other
                push(now + server * slice_size / network.rate + network.latency, "comes", w, server)
            sent += servers * slice_size
        elif what == "comes":
            in_free[s] = max(in_free[s], now) + slice_size / network.rate
            push(in_free[s], "is there", w, s)
        elif what == "is there":
            missing[w] -= 1
            if missing[w] == 0:
                head_free = max(head_free, now) + network.per_message + norm + update / servers
                push(head_free, "step", w)
        elif what == "step":
            total_age += steps - began_at[w]
            steps += 1
            last = now
            began_at[w] = steps
            missing[w] = servers
            for server in range(servers):
                start = max(out_free[server], now)
                out_free[server] = start + slice_size / network.rate
                push(start + network.latency, "returns", w, server)
            sent += servers * slice_size
        else:  # returns
            back_free[w] = max(back_free[w], now) + slice_size / network.rate
            missing[w] -= 1
            if missing[w] == 0:
                ready = back_free[w] + network.per_message
                push(ready + compute.draw(w, draw), "computed", w)
    return Outcome(last, steps, sent, total_age / steps)
