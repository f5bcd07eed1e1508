# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""docs/scaling.svg: the accuracy on people held out, by step and by wall time."""

import svg

TEXT, SOFT = "#1f2328", "#8c959f"
LINES = {"single": "#0969da", "sync": "#1a7f37", "async": "#bc4c00", "local": "#8250df"}
DARK = {TEXT: "#e6edf3", SOFT: "#6e7681", "#0969da": "#388bfd", "#1a7f37": "#3fb950",
        "#bc4c00": "#f0883e", "#8250df": "#a371f7"}


def curves(runs):
    """(title, colour, [(batches, seconds, accuracy), ...]) of each run."""
    for run in runs:
        points, seconds = [], 0.0
        for epoch in run.epochs:
            seconds += epoch["seconds"]
            points.append((epoch["epoch"] * run.batches(), seconds, epoch["validation_accuracy"]))
        yield run.setup.title, LINES[run.setup.mode], points


def script(runs):
    blocks, plots = [], []
    for number, (title, colour, points) in enumerate(curves(runs)):
        rows = "\n".join(" ".join(map(str, point)) for point in points)
        blocks.append(f"$curve{number} << END\n{rows}\nEND")
        plots.append((f'$curve{number} using {{x}}:3 with linespoints pointtype 7 pointsize 0.4 '
                      f'linewidth 2 linecolor rgb "{colour}" title "{title}"'))
    panels = [f'set xlabel "{label}" textcolor rgb "{TEXT}"\n{key}\nplot '
              + ", ".join(plot.format(x=column) for plot in plots)
              for label, column, key in (("batches", 1, f'set key bottom right textcolor rgb "{TEXT}"'),
                                         ("seconds", 2, "unset key"))]
    return "\n".join(blocks) + f"""
set terminal svg size 1000,400 dynamic font "sans-serif,14"
set multiplot layout 1,2 margins 0.07,0.98,0.16,0.95 spacing 0.08,0.12
set border 3 linecolor rgb "{SOFT}"
set tics nomirror textcolor rgb "{TEXT}"
set ylabel "accuracy on people held out" textcolor rgb "{TEXT}"
set yrange [0:1]
""" + "\nunset ylabel\n".join(panels) + "\nunset multiplot\n"


def draw(path, runs):
    svg.draw(path, script(runs), (1000, 400), DARK,
             "Accuracy by batches and by seconds; the table has the numbers")
