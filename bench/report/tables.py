# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""Results as Markdown: what stands between the two markers of docs/performance.md."""

import dataclasses

import measure
from cases import (BATCHES, Case, HIDDEN_SIZES, PRECISIONS, STEPS, SWEEP_BATCH,
                   SWEEP_HIDDEN_BATCH, SWEEP_HIDDEN_STEPS, WEIGHTS, is_gait,
                   thread_counts)

REFERENCE_RUN = 50 * 510 * 1000  # windows that 2017's training saw: epochs, batches, windows a batch


def number(value, unit=""):
    """Three digits that matter."""
    if value is None:
        return ""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}{unit}"


def percent(value):
    return "" if value is None else f"{100 * value:.0f} %"


def times(ratio):
    return "" if ratio is None else f"{ratio:.{2 if ratio < 10 else 0}f}"


def table(head, rows):
    lines = ["|" + "".join(f" {cell} |" if cell != "" else " |" for cell in line)
             for line in [head, *rows]]
    lines.insert(1, "|" + "---|" * len(head))
    return "\n".join(lines)


def code(command):
    return f"`{command}`"


class Report:
    def __init__(self, results, limits, peers, threads, builds=None):
        self.results, self.limits, self.peers, self.threads = results, limits, peers, threads
        self.builds = builds or {}  # {title: Results} for narrower registers
        self.rounded = {p.title for p in peers if p.rounded}

    # The four ratios.

    def best_peer(self, case):
        """(name, how many times longer it takes) of the fastest one in fp32."""
        for who in self.results.who(case):
            if not is_gait(who) and who not in self.rounded:
                return who, self.results.ratio(who, case)
        return "no peer", None

    def level_limit(self, level, threads=1):
        for name, values in self.limits.items():
            if name.startswith(f"read/{level}/") and f"threads:{threads}/" in name:
                return measure.median(values)
        return None

    def reading_limit(self):
        """Microseconds to read the weights, floats, from L2."""
        bandwidth = self.level_limit("L2")
        return WEIGHTS * 4 / bandwidth * 1e-3 if bandwidth else None

    def headline(self):
        """Rows (what, time, share of which limit, against the best peer)."""
        r, rows = self.results, []

        def against(case):
            who, ratio = self.best_peer(case)
            if ratio is None:
                return "no peer to compare with"
            verb = "as fast as" if 0.995 <= ratio < 1.005 else \
                f"{times(ratio)} times as fast as" if ratio > 1 else \
                f"{times(1 / ratio)} times slower than"
            return f"{verb} {who}"

        for title, case in (("training, a window of a step", Case("training", self.threads)),
                            ("batched inference, a window", Case("inference", self.threads))):
            rows.append((f"{title}, {self.threads} threads", number(r.us("gait", case), " us"),
                         f"{percent(r.share('gait', case))} of the FMA peak"
                         + self.gain_of_threads(case), against(case)))
        for threads in thread_counts("window", self.threads):
            case = Case("window", threads)
            if r.us("gait", case):
                rows.append((f"window alone, {threads} thread{'s' * (threads > 1)}",
                             number(r.us("gait", case), " us"),
                             f"{percent(r.share('gait', case))} of the FMA peak", against(case)))
        stream = Case("stream")
        us = r.us("gait", stream)
        limit = self.reading_limit()
        rows.append(("step of a stream", number(us, " us"),
                     f"{number(limit, ' us')} to read its weights from L2: {times(us / limit)} "
                     "times that" if limit and us else "", against(stream)))
        return rows

    def gain_of_threads(self, case):
        """", 1.93 times one thread", where both were measured."""
        ratios = [one.us / all_.us if one and all_ else None for one, all_ in
                  zip(self.results.of("gait", dataclasses.replace(case, threads=1)),
                      self.results.of("gait", case))]
        gain = measure.median(ratios) if case.threads > 1 else None
        return f", {times(gain)} times one thread" if gain else ""

    def faster_peers(self):
        """Sentences, one for each case in which a peer beats gait."""
        found = []
        for case in dict.fromkeys(c for _, c in self.results.times if isinstance(c, Case)):
            for who in self.results.who(case):
                ratio = None if is_gait(who) else self.results.ratio(who, case)
                if ratio is not None and ratio < 1:
                    note = ", in less than fp32" if who in self.rounded else ""
                    found.append(f"- {case.title}: {who} is {times(1 / ratio)} times as fast as "
                                 f"gait{note}.")
        return found

    # Tables.

    def by_threads(self, topic):
        """gait and the peers, fastest first, on one thread and on as many as help."""
        counts = [n for n in thread_counts(topic, self.threads)
                  if self.results.who(Case(topic, n))]
        if not counts:
            return "Nobody was measured."
        unit = "us a step" if topic == "stream" else "us a window"
        head = [""]
        for n in counts:
            head += [f"{unit}, {n} thread{'s' * (n > 1)}", "share of peak", "gait is faster by"]
        rows = []
        best = {}
        for n in counts:
            for who in self.results.who(Case(topic, n)):
                us = self.results.us(who, Case(topic, n))
                best[who] = min(us, best.get(who, us))
        for who in sorted(best, key=best.get):
            row = [f"**{who}**" if is_gait(who) else who]
            for n in counts:
                case = Case(topic, n)
                row += [number(self.results.us(who, case)),
                        percent(self.results.share(who, case)),
                        "" if who == "gait" else times(self.results.ratio(who, case))]
            rows.append(row)
        return table(head, rows)

    def precisions(self):
        """Training and batched inference on all threads in each precision, next to the FMA peak, to
        gait in fp32 and to the fastest peer in bfloat16; and how long 2017's run would take."""
        head, rows = [""], []
        cases = [Case(topic, self.threads) for topic in ("training", "inference")]
        for case in cases:
            rounded = next((w for w in self.results.who(case) if w in self.rounded), None)
            head += [f"{case.topic}, us a window", "share of the FMA peak", "times as fast as fp32"]
            head += [f"times as fast as {rounded}"] if rounded else []
        for who in ("gait", *(f"gait {p}" for p in PRECISIONS)):
            row = [who if who != "gait" else "gait fp32"]
            for case in cases:
                us = self.results.us(who, case)
                rounded = next((w for w in self.results.who(case) if w in self.rounded), None)
                row += [number(us), percent(self.results.share(who, case)),
                        times(self.results.ratio("gait", case, who) if us else None)]
                row += [times(self.results.ratio(rounded, case, who) if us else None)] \
                    if rounded else []
            us = self.results.us(who, cases[0])
            rows.append([*row, f"{us * REFERENCE_RUN * 1e-6 / 60:.0f} min" if us else ""])
        return table([*head, "2017's run"], rows)

    def hidden_sizes(self):
        columns = ["gait", *(p.title for p in self.peers if p.sweeps)]
        tables = []
        for topic in ("training", "stream"):
            rows, seen = [], set()
            for h in HIDDEN_SIZES:
                case = hidden_case(topic, h)
                row = [h]
                for who in columns:
                    us = self.results.us(who, case)
                    seen |= {who} if us else set()
                    row.append(number(us))
                rows.append(row + [percent(self.results.share("gait", case))])
            keep = [i for i, who in enumerate(columns) if who in seen]
            head = ["units", *(columns[i] for i in keep), "gait's share of peak"]
            tables.append(table(head, [[r[0], *(r[1 + i] for i in keep), r[-1]] for r in rows]))
        return tables

    def sweep(self, what):
        """Time per window as the batch or the window grows, on all threads."""
        rows = []
        for value in BATCHES if what == "batch" else STEPS:
            row = [f"{value:,}"]
            for topic in ("training", "inference"):
                case = sweep_case(what, value, topic, self.threads)
                us = self.results.us("gait", case)
                row.append(number(us))
                if what == "steps":
                    row.append(number(us and us / value))
                row.append(percent(self.results.share("gait", case)))
                if topic == "training":
                    row.append(number(self.results.counter(case, "_MB")))
            rows.append(row)
        one = ["us a window"] + (["us a step of it"] if what == "steps" else []) + \
            ["share of peak"]
        head = [what, *(f"training, {h}" for h in one), "a tile's tape, MB",
                *(f"inference, {h}" for h in one)]
        return table(head, rows)

    def narrower_registers(self):
        """Training and batched inference by builds for other instruction sets, of their own peak."""
        columns = [Case(topic, n) for topic in ("training", "inference")
                   for n in sorted({1, self.threads})]
        head = [""]
        for case in columns:
            head += [f"{case.title}, us a window", "share of its peak"]
        builds = {"this processor's": self.results} | self.builds
        return table(head, [[title, *(cell for case in columns for cell in
                                      (number(r.us("gait", case)), percent(r.share("gait", case))))]
                            for title, r in builds.items()]) if self.builds else None

    def processor_limits(self):
        """(multiply-adds, reading) of bench_peak."""
        grid = {}
        for name, values in self.limits.items():
            kind, what, *rest = name.split("/")
            threads = next(int(p.partition(":")[2]) for p in rest if p.startswith("threads:"))
            grid.setdefault(kind, {}).setdefault(what, {})[threads] = measure.median(values)
        tables = []
        for kind, unit in (("fma", "GFLOP/s"), ("read", "GB/s")):
            counts = sorted({n for row in grid.get(kind, {}).values() for n in row})
            head = ["", *(f"{unit}, {n} thread{'s' * (n > 1)}" for n in counts)]
            tables.append(table(head, [[what, *(number(row.get(n)) for n in counts)]
                                       for what, row in grid.get(kind, {}).items()]))
        return tables

    def extras(self):
        rows = [[key, number(self.results.us("gait", key))]
                for _, key in self.results.times if isinstance(key, str)]
        return table(["", "us a window; of a stream, a step"], rows) if rows else None

    def largest_difference(self):
        return max((t.worst for (who, _), ts in self.results.times.items()
                    if who not in self.rounded for t in ts if t), default=0)


def hidden_case(topic, hidden):
    return Case(topic, 1, hidden, SWEEP_HIDDEN_BATCH, SWEEP_HIDDEN_STEPS)


def sweep_case(what, value, topic, threads):
    batch, steps = (value, 200) if what == "batch" else (SWEEP_BATCH, value)
    return Case(topic, threads, 64, batch, steps)
