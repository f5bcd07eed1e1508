#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""check_exports.py GAIT_IMPORT GAIT_EXPORT: what other programs make of gait_export's files.

Models of tests/golden/interop are imported, and exported to ONNX and to PyTorch. onnx's checker must
pass the former, ONNX Runtime give the self-test's logits, and PyTorch, by the lines that gait_export
prints, the same from the latter, whose tensors must be gait's to the bit. A part whose packages are
missing is skipped; if all are, the exit code is 77, which ctest takes as "skipped".
"""

import base64
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

try:
    import numpy as np
except ImportError:
    print("skipped: there is no NumPy")
    sys.exit(77)

MODELS = pathlib.Path(__file__).resolve().parent.parent / "golden" / "interop"
TOLERANCE = 1e-5


def read_safetensors(path):
    data = path.read_bytes()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:start])
    metadata = header.pop("__metadata__")
    tensors = {name: np.frombuffer(data[start + info["data_offsets"][0]:
                                        start + info["data_offsets"][1]], np.float32)
               .reshape(info["shape"]) for name, info in header.items()}
    return tensors, metadata


def floats(text):
    return np.frombuffer(base64.b64decode(text), np.float32)


def same(what, found, expected):
    difference = float(np.abs(np.asarray(found).reshape(-1) - expected).max())
    print(f"{what}: largest difference {difference:.1e}")
    if not difference < TOLERANCE:
        sys.exit(f"{what}: expected below {TOLERANCE}")


def check_onnx(name, file, x, expected):
    try:
        import onnx
        import onnxruntime
    except ImportError as problem:
        print(f"skipped: {problem}")
        return False
    onnx.checker.check_model(onnx.load(file), full_check=True)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    same(f"{name} in ONNX Runtime {onnxruntime.__version__}", session.run(None, {"x": x})[0],
         expected)
    both = session.run(None, {"x": np.concatenate([x, 0 * x])})[0][:1]  # two windows at once
    same(f"{name} in ONNX Runtime, one window of two", both, expected)
    return True


def check_torch(name, folder, lines, x, tensors, expected):
    try:
        import torch
    except ImportError as problem:
        print(f"skipped: {problem}")
        return False
    os.chdir(folder)
    torch.load(f"{name}.pt", weights_only=True)  # nothing in it that could do harm
    world = {}
    exec(lines, world)  # what gait_export told its user to type
    model = world["model"]
    state = model.state_dict()
    assert set(state) == set(tensors)
    for key, value in tensors.items():
        assert state[key].numpy().tobytes() == value.tobytes(), key
    with torch.no_grad():
        same(f"{name} in PyTorch {torch.__version__}",
             model(torch.from_numpy(x.copy()).transpose(0, 1)).numpy(), expected)
    return True


def main(importer, exporter, scratch):
    checked = 0
    for model in ("small.keras", "stacked.onnx"):
        file = scratch / f"{model.split('.')[0]}.safetensors"
        subprocess.run([importer, MODELS / model, file], check=True, stdout=subprocess.DEVNULL)
        tensors, metadata = read_safetensors(file)
        features = tensors["0.weight"].shape[1]
        x = floats(metadata["self_test_input"]).reshape(1, -1, features)
        expected = floats(metadata["self_test_output"])
        run = lambda to: subprocess.run([exporter, file, to], check=True, text=True,
                                        stdout=subprocess.PIPE).stdout
        onnx_file, torch_file = scratch / f"{file.stem}.onnx", scratch / f"{file.stem}.pt"
        run(onnx_file)
        checked += check_onnx(file.stem, onnx_file, x, expected)
        checked += check_torch(file.stem, scratch, run(torch_file), x, tensors, expected)
    sys.exit(0 if checked else 77)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(),
             pathlib.Path(scratch).resolve())
