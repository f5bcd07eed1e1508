# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""The simulator of bench/cluster against what pen and paper say where they can."""

import math
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench/cluster"))
from simulator import (PARAMETERS, SUMMED, Compute, Network, Stragglers, asynchronous, local,
                       synchronous)

SECONDS = 0.1
STEADY = Compute((SECONDS,))
WIRE = Network(rate=125e6, latency=1e-3, per_message=2e-4)
IDEAL = Network(rate=math.inf, latency=0)
GRADIENT, WEIGHTS = 4 * (PARAMETERS + SUMMED), 4 * PARAMETERS


class Synchronous(unittest.TestCase):
    def seconds_of_sum(self, nodes, network=WIRE):
        return synchronous(nodes, 1, STEADY, network).seconds - SECONDS

    def test_no_variance_and_an_ideal_network_scale_perfectly(self):
        for nodes in (1, 2, 3, 8, 1024):
            done = synchronous(nodes, 7, STEADY, IDEAL)
            self.assertAlmostEqual(done.gradients_per_second(), nodes / SECONDS)

    def test_two_nodes_send_all_once(self):
        self.assertAlmostEqual(self.seconds_of_sum(2), 1.2e-3 + GRADIENT / 125e6)

    def test_powers_of_two_halve_and_double(self):
        for rounds in (2, 3, 10):
            nodes = 2**rounds
            expected = 2 * rounds * 1.2e-3 + 2 * (nodes - 1) / nodes * GRADIENT / 125e6
            self.assertAlmostEqual(self.seconds_of_sum(nodes), expected)
            sent = synchronous(nodes, 1, STEADY, WIRE).bytes
            self.assertAlmostEqual(sent, 2 * (nodes - 1) * GRADIENT)

    def test_a_third_node_hands_over_and_gets_back(self):
        self.assertAlmostEqual(self.seconds_of_sum(3), 3 * (1.2e-3 + GRADIENT / 125e6))

    def test_steps_last_as_long_as_the_slowest(self):
        # The largest of n exponential times is 1 + 1/2 + ... + 1/n of their mean.
        draw = random.Random(5)
        exponential = Compute(tuple(draw.expovariate(10) for _ in range(20_000)))
        for nodes in (2, 16, 64):
            expected = 0.1 * sum(1 / k for k in range(1, nodes + 1))
            found = synchronous(nodes, 2000, exponential, IDEAL).seconds / 2000
            self.assertAlmostEqual(found / expected, 1, delta=0.03)

    def test_one_slow_node_slows_all(self):
        slow = Compute((SECONDS,), Stragglers(nodes=1, node_factor=3))
        self.assertAlmostEqual(synchronous(8, 5, slow, IDEAL).seconds, 5 * 3 * SECONDS)

    def test_slow_steps_come_as_often_as_they_should(self):
        slow = Compute((SECONDS,), Stragglers(share_of_steps=0.1, step_factor=5))
        for nodes in (1, 8):
            some = 1 - 0.9**nodes  # of the steps have one
            found = synchronous(nodes, 20_000, slow, IDEAL).seconds / 20_000 / SECONDS
            self.assertAlmostEqual(found, 1 + 4 * some, delta=0.05)


class Local(unittest.TestCase):
    def test_averages_as_often_as_it_should(self):
        small = 2 * 1.2e-3 + 2 * 4 / 125e6  # one number, twice: below the size that is halved
        large = 4 * 1.2e-3 + 1.5 * WEIGHTS / 125e6
        larger = 4 * 1.2e-3 + 1.5 * 2 * WEIGHTS / 125e6
        done = local(4, 20, 10, STEADY, WIRE, memory=2)
        self.assertAlmostEqual(done.seconds, 20 * SECONDS + 2 * (large + larger + small))


class Asynchronous(unittest.TestCase):
    def test_a_worker_alone_waits_for_its_messages(self):
        cycle = SECONDS + 2 * (1.2e-3 + WEIGHTS / 125e6) + 5e-3
        done = asynchronous(1, 1, 1000, STEADY, WIRE, update=5e-3)
        self.assertAlmostEqual(done.seconds / 1000, cycle, delta=1e-4)
        self.assertEqual(done.staleness, 0)

    def test_a_worker_waits_for_all_servers(self):
        cycle = SECONDS + 2 * (1.2e-3 + WEIGHTS / 125e6) + 5e-3 / 4 + 6 * 1.2e-3
        done = asynchronous(1, 4, 1000, STEADY, WIRE, update=5e-3)
        self.assertAlmostEqual(done.seconds / 1000, cycle, delta=1e-4)

    def test_gradients_that_come_at_once_take_their_turns(self):
        done = asynchronous(50, 1, 50, STEADY, WIRE)
        self.assertAlmostEqual(done.seconds, SECONDS + 1.2e-3 + 50 * WEIGHTS / 125e6)

    def test_few_workers_scale_perfectly_on_an_ideal_network(self):
        for servers in (1, 3):
            done = asynchronous(8, servers, 8000, STEADY, IDEAL)
            self.assertAlmostEqual(done.gradients_per_second() / (8 / SECONDS), 1, delta=1e-3)
            self.assertAlmostEqual(done.staleness, 7, delta=0.01)

    def test_many_workers_go_as_fast_as_the_server_steps(self):
        done = asynchronous(64, 1, 6400, STEADY, IDEAL, update=0.02)
        self.assertAlmostEqual(done.gradients_per_second() * 0.02, 1, delta=0.01)

    def test_or_as_fast_as_its_link_carries(self):
        narrow = Network(rate=1e7, latency=0)
        for servers in (1, 4):
            done = asynchronous(64 * servers, servers, 6400 * servers, STEADY, narrow)
            self.assertAlmostEqual(done.gradients_per_second() * WEIGHTS / servers / 1e7, 1,
                                   delta=0.02)

    def test_the_norm_takes_two_messages_for_each_further_server(self):
        far = Network(rate=math.inf, latency=1e-3)
        done = asynchronous(256, 4, 10_000, STEADY, far)
        self.assertAlmostEqual(done.gradients_per_second() * 6e-3, 1, delta=0.01)

    def test_a_slow_worker_slows_nobody_else(self):
        slow = Compute((SECONDS,), Stragglers(nodes=1, node_factor=4))
        done = asynchronous(8, 1, 8000, slow, IDEAL)
        self.assertAlmostEqual(done.gradients_per_second() * SECONDS, 7.25, delta=0.02)


if __name__ == "__main__":
    unittest.main()
