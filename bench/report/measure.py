# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""Taking turns: in every round gait and each peer run the same case, so that a machine that is busy
for a while is busy for all of them. Ratios are taken within a round, then their median.
"""

import contextlib
import dataclasses
import json
import os
import re
import signal
import statistics
import subprocess
import tempfile

import cases


@dataclasses.dataclass(frozen=True)
class Time:
    us: float           # a window, or a step of a stream
    peak: float = None  # GFLOP/s of the same process, moments before or after
    worst: float = 0    # largest difference from gait's answers
    counters: tuple = ()


def median(values):
    values = [v for v in values if v is not None]
    return statistics.median(values) if values else None


class Results:
    """Times by (who, case), one a round; None where there is none."""

    def __init__(self):
        self.times, self.errors, self.versions = {}, {}, {}

    def add(self, who, case, time):
        self.times.setdefault((who, case), []).append(time)

    def of(self, who, case):
        return self.times.get((who, case), [])

    def us(self, who, case):
        return median(t and t.us for t in self.of(who, case))

    def ratio(self, who, case, other="gait"):
        """How many times longer `who` takes than `other`."""
        return median(a.us / b.us if a and b else None
                      for a, b in zip(self.of(who, case), self.of(other, case)))

    def share(self, who, case):
        """Of the peak that the same process measured in the same stretch of time."""
        return median(case.flops / t.us / t.peak * 1e-3 if t and t.peak else None
                      for t in self.of(who, case))

    def counter(self, case, suffix):
        for time in self.of("gait", case):
            for name, value in time.counters if time else ():
                if name.endswith(suffix):
                    return value
        return None

    def who(self, case):
        """Everybody with a time, the fastest first."""
        found = {w: self.us(w, c) for w, c in self.times if c == case}
        return sorted((w for w, us in found.items() if us), key=found.get)


class Gait:
    """gait's own benchmarks, a process for each measurement."""

    def __init__(self, programs, seconds):
        self.programs, self.seconds = programs, seconds
        self.listed = set(self.call("bench_model", "--benchmark_list_tests").split())
        self.context = None

    def call(self, program, *arguments):
        try:
            done = subprocess.run([self.programs / program, *arguments], capture_output=True,
                                  text=True, start_new_session=True, check=True)
        except subprocess.CalledProcessError as problem:
            raise RuntimeError(f"{program}: {problem.stderr.strip() or problem}") from None
        return done.stdout

    def benchmarks(self, program, names):
        """Google Benchmark's entries, by name."""
        text = self.call(program, f"--benchmark_filter=^({'|'.join(names)})$",
                         f"--benchmark_min_time={self.seconds}", "--benchmark_format=json")
        report = json.loads(text)
        self.context = report["context"]
        return {entry["name"]: entry for entry in report["benchmarks"]}

    def time(self, name, case=None):
        entry = self.benchmarks("bench_model", [name]).get(name)
        if entry is None or entry.get("error_occurred"):
            raise RuntimeError(f"bench_model {name}: {(entry or {}).get('error_message', 'lost')}")
        unit = {"ns": 1e-3, "us": 1, "ms": 1e3, "s": 1e6}[entry["time_unit"]]
        batch = int((re.findall(r"batch:(\d+)", name) or [1])[0])
        peak = entry["GFLOP/s"] / entry["share_of_peak"] if entry.get("share_of_peak") else None
        counters = tuple((k, v) for k, v in entry.items() if isinstance(v, float))
        return Time(entry["real_time"] * unit / batch, peak, 0, counters)


class Worker:
    """A peer's process: takes orders on standard input, answers with a line of JSON. While others
    take their turns it is stopped: idle threads of some frameworks spin, and with two processors
    and ten such peers oneDNN took 1.4 times as long."""

    def __init__(self, peer, threads, seconds):
        self.peer = peer
        self.log = tempfile.TemporaryFile("w+")
        environment = os.environ | {"OMP_NUM_THREADS": str(threads)} | dict(peer.environment)
        self.process = subprocess.Popen(
            [*peer.command, "--threads", str(threads), "--seconds", str(seconds)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True,
            env=environment, start_new_session=True)

    def time(self, file, topic):
        self.signal(signal.SIGCONT)
        try:
            return self.answer(file, topic)
        finally:
            self.signal(signal.SIGSTOP)

    def signal(self, number):
        """To it and its helpers, if they are still there."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def answer(self, file, topic):
        try:
            self.process.stdin.write(f"{file} {topic}\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.log.seek(0)
            said = self.log.read().strip().splitlines()
            raise RuntimeError(said[-1] if said else "ended without a word")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        worst = max(answer["worst_logit"], answer["worst_gradient"])
        return answer["version"], Time(answer["microseconds"], answer.get("peak_gflops"), worst)

    def close(self):
        self.signal(signal.SIGKILL)
        self.process.wait()
        with contextlib.suppress(BrokenPipeError):  # what it died before it read
            self.process.stdin.close()
        self.process.stdout.close()
        self.log.close()


class Runner:
    def __init__(self, gait, peers, folder, rounds, say):
        self.gait, self.peers, self.folder = gait, peers, folder
        self.rounds, self.say = rounds, say
        self.results, self.builds, self.written = Results(), {}, set()
        folder.mkdir(parents=True, exist_ok=True)

    def case_file(self, case):
        """Written once a run: the programs may have changed since the last."""
        path = self.folder / case.file
        if path not in self.written:
            self.gait.call("reference_case", "--hidden", str(case.hidden), "--batch",
                           str(case.batch), "--steps", str(case.steps), str(path))
            self.written.add(path)
        return path

    def compare(self, case, peers):
        """One case: gait and the peers that have it take turns, `rounds` times."""
        turns = [*cases.gait_benchmarks(case, self.gait.listed).items(),
                 *((p.title, p) for p in peers if case.topic in p.topics)]
        workers = {}
        try:
            for number in range(self.rounds):
                first = number % max(1, len(turns))  # nobody is always the first
                for who, what in turns[first:] + turns[:first]:
                    self.turn(case, who, what, workers, number)
        finally:
            for worker in workers.values():
                worker.close()

    def turn(self, case, who, what, workers, number):
        """`what` is the name of one of gait's benchmarks, or a peer."""
        if (who, case) in self.results.errors:
            return
        try:
            if isinstance(what, str):
                time = self.gait.time(what)
            else:
                peer = what
                task = dataclasses.replace(case, batch=100) if peer.small_batch else case
                file = self.case_file(task)
                if peer not in workers:
                    workers[peer] = Worker(peer, case.threads, self.gait.seconds)
                self.results.versions[who], time = workers[peer].time(file, case.topic)
        except RuntimeError as problem:
            if who == "gait":
                raise
            self.results.errors[who, case] = str(problem)
            self.say(f"{case.title}: {who}: {problem}")
            return
        self.results.add(who, case, time)
        self.say(f"{case.title}, round {number + 1} of {self.rounds}: {who} {time.us:,.2f} us")

    def alone(self, key, name):
        """A benchmark that only gait has."""
        for number in range(self.rounds):
            time = self.gait.time(name)
            self.results.add("gait", key, time)
            self.say(f"{key if isinstance(key, str) else name}, round {number + 1} of "
                     f"{self.rounds}: {time.us:,.2f} us")

    def narrower(self, title, folder, topics, threads):
        """The same cases by another build of gait."""
        gait = Gait(folder, self.gait.seconds)
        results = self.builds.setdefault(title, Results())
        for number in range(self.rounds):
            for case in (cases.Case(topic, count) for topic in topics for count in threads):
                time = gait.time(cases.gait_name(case, gait.listed))
                results.add("gait", case, time)
                self.say(f"{title}: {case.title}, round {number + 1} of {self.rounds}: "
                         f"{time.us:,.2f} us")

    def limits(self, pattern=".*", rounds=None):
        """{name: [value, ...]} of bench_peak: GFLOP/s or GB/s."""
        limits = {}
        for number in range(rounds or self.rounds):
            self.say(f"limits of the processor, round {number + 1} of {rounds or self.rounds}")
            for name, entry in self.gait.benchmarks("bench_peak", [pattern]).items():
                limits.setdefault(name, []).append(entry.get("GFLOP/s", entry.get("GB/s")))
        return limits
