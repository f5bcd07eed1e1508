#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""Makes the golden files beside this script: what PyTorch computes, for parity_test.cpp.

Made once with PyTorch 1.13.1 (Debian 12's python3-torch); run it again only to change them.

PyTorch computes in double, from weights that are exact in float, so the golden numbers are right to
all their digits and the whole difference seen by a test is gait's. For each of two models there are

  NAME_weights.safetensors  F32, PyTorch's state_dict; both biases, the second one zero
  NAME_golden.safetensors   F64 (the reference model's gradients F32, to keep the file small)
    windows (T, R, F), labels (R), logits (R, K), class_weights (K)
    long.windows (200, 2, F), long.logits (2, K)
    loss.plain, loss.weighted, loss.smoothed (label smoothing 0.1), loss.both: (1)
    gradient.plain.NAME (and .weighted, .smoothed for the small model): in PyTorch's shapes
    losses.OPTIMIZER (11): before the first of ten full-batch steps and after each

Losses are torch.nn.functional.cross_entropy's mean: weighted, it divides by the sum of the weights
of the windows' labels.
"""

import pathlib

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from golden import reference, small, write_safetensors

HERE = pathlib.Path(__file__).parent
STEPS = 10

# Name -> optimizer over parameters p, `rate` times a model's own factor. parity_test.cpp repeats
# these numbers.
OPTIMIZERS = {
    "sgd": lambda p, rate: torch.optim.SGD(p, lr=0.1 * rate),
    "momentum": lambda p, rate: torch.optim.SGD(p, lr=0.05 * rate, momentum=0.9),
    "adam": lambda p, rate: torch.optim.Adam(p, lr=0.003 * rate),
}
MORE_OPTIMIZERS = {
    "nesterov": lambda p, rate: torch.optim.SGD(p, lr=0.05 * rate, momentum=0.9, nesterov=True),
    "l2": lambda p, rate: torch.optim.SGD(p, lr=0.1 * rate, weight_decay=0.01),
    "rmsprop": lambda p, rate: torch.optim.RMSprop(p, lr=0.003 * rate, alpha=0.9),
    "adamw": lambda p, rate: torch.optim.AdamW(p, lr=0.003 * rate, weight_decay=0.1),
}


def motion(steps, rows, random):
    """Windows (T, R, 3) that look a little like scaled acceleration, exact in float."""
    t = np.arange(steps)[:, None, None] / 50.0
    frequency = random.uniform(0.5, 4.0, (1, rows, 3))
    phase = random.uniform(0.0, 2.0 * np.pi, (1, rows, 3))
    x = np.sin(2.0 * np.pi * frequency * t + phase) + 0.5 * random.standard_normal((steps, rows, 3))
    return x.astype(np.float32).astype(np.float64)


def losses_of(make_network, weights, make_optimizer, rate, x, labels):
    network = make_network().double()
    network.load(weights)
    optimizer = make_optimizer([p for p in network.parameters() if p.requires_grad], rate)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = cross_entropy(network(x), labels)
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
    losses.append(cross_entropy(network(x), labels).item())
    return np.array(losses)


def make(name, make_network, steps, rows, rate, optimizers, all_gradients, gradient_type, seed):
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    network = make_network()
    weights = network.arrays()
    network.double()
    classes = network[3].out_features

    x = torch.from_numpy(motion(steps, rows, random))
    labels = torch.arange(rows) * 3 % classes
    class_weights = torch.linspace(0.5, 2.0, classes, dtype=torch.float64)
    long = torch.from_numpy(motion(200, 2, random))
    golden = {"windows": x, "labels": labels, "class_weights": class_weights,
              "logits": network(x), "long.windows": long, "long.logits": network(long)}

    kinds = {"plain": {}, "weighted": {"weight": class_weights},
             "smoothed": {"label_smoothing": 0.1},
             "both": {"weight": class_weights, "label_smoothing": 0.1}}
    for kind, arguments in kinds.items():
        network.zero_grad()
        loss = cross_entropy(network(x), labels, **arguments)
        loss.backward()
        golden["loss." + kind] = loss.reshape(1)
        if kind == "plain" or all_gradients:
            for tensor, parameter in network.named_parameters():
                if parameter.requires_grad:
                    golden[f"gradient.{kind}.{tensor}"] = parameter.grad.clone().to(gradient_type)

    arrays = {key: value.detach().numpy().copy() for key, value in golden.items()}
    for key, make_optimizer in optimizers.items():
        arrays["losses." + key] = losses_of(make_network, weights, make_optimizer, rate, x, labels)
        print(f"{name:10} {key:9}", " ".join(f"{loss:.4f}" for loss in arrays["losses." + key]))

    write_safetensors(HERE / f"{name}_weights.safetensors", weights)
    write_safetensors(HERE / f"{name}_golden.safetensors", arrays,
                      {"torch": torch.__version__, "made_by": "tests/golden/make_golden.py"})


if __name__ == "__main__":
    torch.set_num_threads(1)
    make("small", small, 25, 5, 5, OPTIMIZERS | MORE_OPTIMIZERS, True, torch.float64, seed=1)
    make("reference", reference, 40, 4, 1, OPTIMIZERS, False, torch.float32, seed=2)
