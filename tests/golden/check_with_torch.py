#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""check_with_torch.py TORCH_EXCHANGE: weights cross between gait and PyTorch, both ways.
check_with_torch.py WEIGHTS.safetensors: a file's self-test comes out in PyTorch.

A file that gait saved loads into PyTorch with strict=True and gives gait's logits; a file that
PyTorch's side saved, second biases and all, loads into gait and gives PyTorch's. Where there is no
PyTorch the exit code is 77, which ctest takes as "skipped".
"""

import base64
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import torch
    from golden import read_safetensors, reference, write_safetensors
except ImportError as problem:
    print(f"skipped: {problem} (Debian's packages: python3-torch python3-numpy)")
    sys.exit(77)

# Logits are of order one; gait and PyTorch both round to float at every step.
TOLERANCE = 1e-5


def same(what, ours, theirs):
    difference = abs(ours - theirs).max()
    print(f"{what}: largest difference {difference:.1e}")
    if not difference < TOLERANCE:
        sys.exit(f"{what}: expected below {TOLERANCE}")


def check_self_test(what, network, metadata):
    def numbers(key):
        return torch.frombuffer(bytearray(base64.b64decode(metadata[key])), dtype=torch.float32)

    with torch.no_grad():
        logits = network(numbers("self_test_input").reshape(-1, 1, 3))[0]
    same(f"{what}'s self-test", numbers("self_test_output").numpy(), logits.numpy())


def main(exchange, folder):
    torch.manual_seed(3)
    windows = folder / "windows.safetensors"
    x = torch.randn(200, 5, 3)
    write_safetensors(windows, {"windows": x.numpy()})

    def gait_logits(weights):
        subprocess.run([exchange, "logits", weights, windows, folder / "logits"], check=True)
        return read_safetensors(folder / "logits")[0]["logits"]

    ours = folder / "gait.safetensors"
    subprocess.run([exchange, "save", ours], check=True)
    network = reference()
    tensors, metadata = read_safetensors(ours)
    network.load(tensors)
    assert sum(array.size for array in tensors.values()) == 67271
    assert len(json.loads(metadata["classes"])) == 7
    with torch.no_grad():
        same("gait's file", gait_logits(ours), network(x).numpy())
    check_self_test("gait", network, metadata)

    theirs = folder / "torch.safetensors"
    network = reference()
    with torch.no_grad():
        for lstm in (network[1], network[2]):
            lstm.bias_hh_l0.uniform_(-0.1, 0.1)
        write_safetensors(theirs, network.arrays())
        same("PyTorch's file", gait_logits(theirs), network(x).numpy())


if __name__ == "__main__":
    given = pathlib.Path(sys.argv[1]).resolve()
    if given.suffix == ".safetensors":
        tensors, metadata = read_safetensors(given)
        network = reference(len(json.loads(metadata["classes"])))
        network.load(tensors)
        check_self_test(given.name, network, metadata)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            main(given, pathlib.Path(scratch))
