# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""docs/performance.svg: four panels of bars, by gnuplot; for light and dark pages."""

import svg
from cases import Case, is_gait
from tables import number

MOST = 6  # bars in a panel, the fastest ones
LONGEST = 5  # times the shortest; a longer bar is cut, and says so
# What gnuplot draws in, and what a dark page turns it into.
TEXT, SOFT, OURS, THEIRS = "#1f2328", "#8c959f", "#0969da", "#afb8c1"
DARK = {TEXT: "#e6edf3", SOFT: "#6e7681", OURS: "#388bfd", THEIRS: "#484f58"}


def panel(results, title, case, unit):
    who = results.who(case)
    shown = who[:MOST]
    if "gait" in who and "gait" not in shown:
        shown[-1] = "gait"
    if not shown:
        return None
    longest = LONGEST * results.us(shown[0], case)
    rows, ticks = [], []
    for y, name in zip(range(len(shown), 0, -1), shown):
        us = results.us(name, case)
        label = number(us) + (" (cut)" if us > longest else "")
        rows.append(f'{y} {min(us, longest)} "{label}" {int(is_gait(name))}')
        ticks.append(f'"{name}" {y}')
    widest = 1.3 * min(longest, results.us(shown[-1], case))
    data = "\n".join(rows)
    return f"""
$bars << END
{data}
END
set title "{title}, {unit}"
set ytics ({", ".join(ticks)})
set yrange [0.3:{len(shown) + 0.7}]
set xrange [0:{widest}]
plot $bars using ($4 == 0 ? $2 : 1/0):1:(0):2:($1-0.33):($1+0.33) with boxxyerror \
         fillstyle solid noborder linecolor rgb "{THEIRS}", \
     $bars using ($4 == 1 ? $2 : 1/0):1:(0):2:($1-0.33):($1+0.33) with boxxyerror \
         fillstyle solid noborder linecolor rgb "{OURS}", \
     $bars using 2:1:3 with labels left offset 0.7,0 textcolor rgb "{TEXT}"
"""


def script(results, threads):
    panels = [panel(results, *arguments) for arguments in (
        (f"Training, {threads} threads", Case("training", threads), "us a window"),
        (f"Batched inference, {threads} threads", Case("inference", threads), "us a window"),
        ("One window, 1 thread", Case("window"), "us"),
        ("One step of a stream", Case("stream"), "us"))]
    return f"""
set terminal svg size 1000,560 dynamic font "sans-serif,14"
set multiplot layout 2,2 margins 0.17,0.98,0.04,0.92 spacing 0.18,0.12
unset key
unset xtics
set border 2 linecolor rgb "{SOFT}"
set ytics nomirror scale 0 textcolor rgb "{TEXT}"
set title textcolor rgb "{TEXT}"
""" + "\n".join(filter(None, panels)) + "\nunset multiplot\n"


def draw(path, results, threads):
    svg.draw(path, script(results, threads), (1000, 560), DARK,
             "Times of gait and its peers; the tables have the numbers")
