# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""A picture of the documents, by gnuplot; for light and dark pages."""

import os
import re
import subprocess


def draw(path, script, size, dark, title):
    """`script` draws into a terminal of `size`; `dark` says what a dark page makes of its colours."""
    done = subprocess.run(["gnuplot", "-d"], input=script, capture_output=True, text=True)
    if done.returncode != 0 or "<svg" not in done.stdout:
        raise RuntimeError(f"gnuplot: {done.stderr.strip()}")
    part = path.with_name(path.name + ".part")
    part.write_text(for_both_pages(done.stdout, size, dark, title))
    os.replace(part, path)


def for_both_pages(svg, size, dark, title):
    """A sheet behind it, and every colour by class instead of by value."""
    svg = re.sub(r"rgb\(\s*(\d+),\s*(\d+),\s*(\d+)\)",
                 lambda m: "#%02x%02x%02x" % tuple(map(int, m.groups())), svg)
    svg = re.sub(r"""(fill|stroke)\s*=\s*(['"])(#[0-9a-fA-F]{6})\2""",
                 lambda m: f'{m[1]}="{m[3].lower()}"', svg)
    rules = "".join(f'[fill="{a}"]{{fill:{b}}}[stroke="{a}"]{{stroke:{b}}}'
                    for a, b in dark.items())
    width, height = size
    style = ("<style>text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',"
             "sans-serif}.sheet{fill:#fff;stroke:#d0d7de}@media (prefers-color-scheme:dark){"
             f".sheet{{fill:#0d1117;stroke:#30363d}}{rules}}}</style>"
             f'<rect class="sheet" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" '
             'rx="10"/>')
    svg = re.sub(r"<title>.*?</title>\s*<desc>.*?</desc>", f"<title>{title}</title>", svg)
    head = re.search(r"<svg[^>]*>", svg)
    return svg[:head.end()] + "\n" + style + svg[head.end():]
