# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""What make_golden.py and check_with_torch.py share: the two models in PyTorch, and safetensors.

The safetensors package is not needed: the format is a length, a JSON header and the bytes.
"""

import json
import struct

import numpy as np
import torch
from torch import nn

DTYPES = {"F32": np.float32, "F64": np.float64, "I64": np.int64, "U8": np.uint8}


def write_safetensors(path, tensors, metadata=None):
    """Writes {name: numpy array} and {key: text}."""
    header, chunks, end = {"__metadata__": metadata or {}}, [], 0
    for name, array in tensors.items():
        dtype = next(key for key, value in DTYPES.items() if array.dtype == value)
        chunks.append(np.ascontiguousarray(array).tobytes())
        header[name] = {"dtype": dtype, "shape": list(array.shape),
                        "data_offsets": [end, end + len(chunks[-1])]}
        end += len(chunks[-1])
    text = json.dumps(header).encode()
    text += b" " * (-(8 + len(text)) % 64)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(chunks))


def read_safetensors(path):
    """Reads ({name: numpy array}, {key: text})."""
    with open(path, "rb") as file:
        data = file.read()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:start])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, info in header.items():
        first, last = info["data_offsets"]
        array = np.frombuffer(data[start + first:start + last], DTYPES[info["dtype"]])
        tensors[name] = array.reshape(info["shape"]).copy()
    return tensors, metadata


class Network(nn.ModuleList):
    """Dense at every step, two LSTMs, last hidden state, dense: x (T, R, F) -> logits (R, K)."""

    def __init__(self, features, dense, first, second, classes, activation):
        super().__init__([nn.Linear(features, dense), nn.LSTM(dense, first),
                          nn.LSTM(first, second), nn.Linear(second, classes)])
        self.activation = activation
        with torch.no_grad():  # two biases would move twice as fast as gait's one
            for lstm in (self[1], self[2]):
                lstm.bias_hh_l0.zero_().requires_grad_(False)

    def forward(self, x):
        x = self.activation(self[0](x))
        x, _ = self[1](x)
        x, _ = self[2](x)
        return self[3](x[-1])

    def arrays(self, dtype=np.float32):
        return {name: value.numpy().astype(dtype) for name, value in self.state_dict().items()}

    def load(self, arrays):
        self.load_state_dict({name: torch.from_numpy(value) for name, value in arrays.items()},
                             strict=True)


def reference(classes=7):
    return Network(3, 64, 64, 64, classes, torch.relu)


def small():
    return Network(3, 7, 5, 9, 4, torch.tanh)
