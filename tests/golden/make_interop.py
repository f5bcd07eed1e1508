#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""make_interop.py torch | keras | tensorflow | valkov FROZEN_PB: models as other programs save them.

Makes the files in interop/ beside this script, for tests/interop, and checks that the program that
saved a model computes what the golden file says. Made once with PyTorch 1.13 (Debian's python3-torch)
and, in a virtual environment, tensorflow-cpu 2.21.0 with Keras 3.15.1 (for small.keras on JAX); run
again only to change them.

  torch       stacked.safetensors, stacked.npz, stacked.onnx: Linear, ReLU, nn.LSTM of two layers with
              both biases, Linear; batch_first in the ONNX. stacked_golden.safetensors: its logits
  keras       small.keras: the weights of ../golden/small_weights.safetensors
  tensorflow  small.pb: the same weights as a frozen TensorFlow 1 graph of 4 steps, its cells as
              BasicLSTMCell builds them (i, j, f, o; 1 added to f while it runs).
              small_pb_golden.safetensors: its logits
  valkov      valkov_golden.safetensors: windows, and TensorFlow's logits of the published graph for
              them as they are, and laid as its notebook fed them: a (3, 200) array reshaped, not
              transposed, to (200, 3)

All windows are (T, R, F), logits (R, K), F32.
"""

import json
import os
import pathlib
import struct
import sys

import numpy as np

HERE = pathlib.Path(__file__).parent
OUT = HERE / "interop"
DTYPES = {"F32": np.float32, "F64": np.float64, "I64": np.int64}


def read_safetensors(path):
    data = path.read_bytes()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    arrays = {}
    for name, info in header.items():
        first, last = info["data_offsets"]
        array = np.frombuffer(data[start + first:start + last], DTYPES[info["dtype"]])
        arrays[name] = array.reshape(info["shape"])
    return arrays


def write_safetensors(path, arrays):
    header, chunks, end = {}, [], 0
    for name, array in arrays.items():
        chunks.append(np.ascontiguousarray(array, np.float32).tobytes())
        header[name] = {"dtype": "F32", "shape": list(array.shape),
                        "data_offsets": [end, end + len(chunks[-1])]}
        end += len(chunks[-1])
    text = json.dumps(header).encode()
    text += b" " * (-(8 + len(text)) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))


def same(what, found, expected):
    difference = float(np.abs(np.asarray(found) - np.asarray(expected)).max())
    print(f"{what}: largest difference {difference:.1e}")
    assert difference < 1e-5


def small():
    """Weights, and windows (25, 5, 3) with PyTorch's logits (5, 4)."""
    golden = read_safetensors(HERE / "small_golden.safetensors")
    return read_safetensors(HERE / "small_weights.safetensors"), golden["windows"], golden["logits"]


def make_torch():
    import torch
    from torch import nn

    class Stacked(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1 = nn.Linear(3, 6)
            self.lstm = nn.LSTM(6, 8, num_layers=2, batch_first=True)
            self.fc2 = nn.Linear(8, 4)

        def forward(self, x):  # (R, T, 3)
            x, _ = self.lstm(torch.relu(self.fc1(x)))
            return self.fc2(x[:, -1])

    torch.manual_seed(6)
    model = Stacked()
    windows = torch.from_numpy(small()[1]).float()
    turned = windows.transpose(0, 1)
    state = {name: value.numpy() for name, value in model.state_dict().items()}
    write_safetensors(OUT / "stacked.safetensors", state)
    np.savez(OUT / "stacked.npz", **state)
    torch.onnx.export(model, turned, OUT / "stacked.onnx", input_names=["x"],
                      output_names=["logits"], opset_version=14,
                      dynamic_axes={"x": {0: "N", 1: "T"}})
    logits = model.double()(turned.double()).detach().numpy()
    write_safetensors(OUT / "stacked_golden.safetensors",
                      {"windows": windows.numpy(), "logits": logits})
    same("stacked, float and double", model.float()(turned).detach().numpy(), logits)


def make_keras():
    import keras

    weights, windows, logits = small()
    layers = keras.layers
    model = keras.Sequential([keras.Input((25, 3)), layers.Dense(7, activation="tanh"),
                              layers.LSTM(5, return_sequences=True), layers.Dropout(0.2),
                              layers.LSTM(9), layers.Dense(4)])
    dense = lambda i: [weights[f"{i}.weight"].T, weights[f"{i}.bias"]]
    lstm = lambda i: [weights[f"{i}.weight_ih_l0"].T, weights[f"{i}.weight_hh_l0"].T,
                      weights[f"{i}.bias_ih_l0"]]
    for layer, values in zip([l for l in model.layers if l.weights],
                             [dense(0), lstm(1), lstm(2), dense(3)]):
        layer.set_weights(values)
    same("small.keras", model(windows.transpose(1, 0, 2).astype(np.float32)), logits)
    model.compile("adam")  # as trained models are; the file then has the optimizer's state, too
    model.optimizer.build(model.trainable_variables)
    model.save(OUT / "small.keras")


def make_tensorflow():
    import tensorflow as tf
    tf1 = tf.compat.v1

    weights, windows, _ = small()
    steps = 4

    def cell(name, x, states):
        """tf.nn.rnn_cell.BasicLSTMCell over tf.nn.static_rnn, forget_bias 1."""
        units = weights[f"{name}.weight_hh_l0"].shape[1]
        order = lambda m: np.concatenate([m[k * units:(k + 1) * units] for k in (0, 2, 1, 3)])
        joined = np.concatenate([weights[f"{name}.weight_ih_l0"], weights[f"{name}.weight_hh_l0"]], 1)
        bias = weights[f"{name}.bias_ih_l0"].copy()
        bias[units:2 * units] -= 1  # added again by every step
        with tf1.name_scope("c" + name):
            kernel, bias = tf.constant(order(joined).T), tf.constant(order(bias))
            c = h = tf.zeros([tf.shape(x[0])[0], units])
            outputs = []
            for step in x:
                i, j, f, o = tf.split(tf.nn.bias_add(tf.matmul(tf.concat([step, h], 1), kernel),
                                                     bias), 4, 1)
                c = tf.add(tf.multiply(c, tf.sigmoid(tf.add(f, tf.constant(1.0)))),
                           tf.multiply(tf.sigmoid(i), tf.tanh(j)))
                h = tf.multiply(tf.tanh(c), tf.sigmoid(o))
                outputs.append(h)
        return outputs

    graph = tf.Graph()
    with graph.as_default():
        x = tf1.placeholder(tf.float32, [None, steps, 3], "input")
        flat = tf.reshape(tf.transpose(x, [1, 0, 2]), [-1, 3])
        first = tf.tanh(tf.add(tf.matmul(flat, weights["0.weight"].T), weights["0.bias"]))
        h = cell("2", cell("1", tf.split(first, steps, 0), None), None)[-1]
        logits = tf.add(tf.matmul(h, weights["3.weight"].T), weights["3.bias"])
        tf.nn.softmax(logits, name="y_")
    short = windows[:steps].astype(np.float32)
    with tf1.Session(graph=graph) as session:
        found = session.run(logits, {x: short.transpose(1, 0, 2)})
    (OUT / "small.pb").write_bytes(graph.as_graph_def().SerializeToString())
    write_safetensors(OUT / "small_pb_golden.safetensors", {"windows": short, "logits": found})


def make_valkov(frozen):
    import tensorflow as tf
    tf1 = tf.compat.v1

    definition = tf1.GraphDef()
    definition.ParseFromString(pathlib.Path(frozen).read_bytes())
    graph = tf.Graph()
    with graph.as_default():
        tf1.import_graph_def(definition, name="")
    random = np.random.default_rng(2017)
    t = np.arange(200)[:, None, None] / 20.0
    windows = (np.array([0.0, 9.0, 3.0]) + random.uniform(0, 6, (1, 4, 3)) *
               np.sin(2 * np.pi * random.uniform(0.5, 3, (1, 4, 3)) * t) +
               random.standard_normal((200, 4, 3))).astype(np.float32)
    plain = windows.transpose(1, 0, 2)                             # (R, 200, 3)
    notebook = windows.transpose(1, 2, 0).reshape(-1, 200, 3)      # (R, 3, 200) read as (R, 200, 3)
    with tf1.Session(graph=graph) as session:
        run = lambda x: session.run("add_1:0", {"input:0": x})
        write_safetensors(OUT / "valkov_golden.safetensors",
                          {"windows": windows, "logits.steps_first": run(plain),
                           "logits.features_first": run(notebook)})
        print(run(notebook))


if __name__ == "__main__":
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    OUT.mkdir(exist_ok=True)
    {"torch": make_torch, "keras": make_keras, "tensorflow": make_tensorflow,
     "valkov": make_valkov}[sys.argv[1]](*sys.argv[2:])
