# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""What it was measured on and with."""

import pathlib
import platform
import re
import subprocess

import cases


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return (done.stdout.splitlines() or ["unknown"])[0]


def processor():
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or "unknown"
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.M)
    return found.group(1) if found else "unknown"


def system():
    try:
        text = pathlib.Path("/etc/os-release").read_text()
    except OSError:
        return platform.system()
    found = re.search(r'^PRETTY_NAME="?([^"\n]+)', text, re.M)
    return found.group(1) if found else platform.system()


def compiler(build):
    """(name and version, the flags of bench_model) of a build folder."""
    cache = build / "CMakeCache.txt"
    found = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.+)$", cache.read_text(), re.M) \
        if cache.exists() else None
    name = first_line(found.group(1), "--version") if found else "unknown"
    ninja = build / "build.ninja"
    flags = re.search(r"bench_model\.dir/model\.cpp\.o:.*?\n(?:.*\n)*?\s+FLAGS = (.*)",
                      ninja.read_text()) if ninja.exists() else None
    wanted = [f for f in (flags.group(1).split() if flags else [])
              if re.match(r"-(O|m|f|std|DNDEBUG)", f)]
    return name, " ".join(wanted)


def memory():
    try:
        text = pathlib.Path("/proc/meminfo").read_text()
    except OSError:
        return "unknown"
    kilobytes = int(re.search(r"MemTotal:\s*(\d+)", text).group(1))
    return f"{kilobytes / 2**20:.0f} GB"


def caches(context):
    """From Google Benchmark's description of the machine."""
    parts = []
    for cache in context.get("caches", []):
        if cache["type"] != "Instruction":
            size = cache["size"] / 1024
            text = f"{size:.0f} KB" if size < 1024 else f"{size / 1024:.0f} MB"
            shared = cache["num_sharing"]
            parts.append(f"L{cache['level']} {text}"
                         + (f" for {shared} threads" if shared > 1 else " a core"))
    return ", ".join(parts) or "unknown"


def describe(build, context, versions):
    """Rows (what, value) for the table."""
    name, flags = compiler(build)
    virtual = "hypervisor" in cases.cpu_flags()
    return [
        ("processor", processor() + (", in a virtual machine" if virtual else "")),
        ("threads used", f"1 and {cases.all_threads()}" if cases.all_threads() > 1 else "1"),
        ("caches", caches(context)),
        ("memory", memory()),
        ("system", f"{system()}, kernel {platform.release()}"),
        ("compiler", f"{name}, `{flags}`"),
        ("peers", "; ".join(f"{who} {version}" for who, version in sorted(versions.items()))
         or "none"),
    ]
