# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""The reference model in PyTorch: eager, traced and frozen, or compiled."""

import torch
from torch import nn


class Model(nn.Module):
    """x (T, B, 3) -> logits (B, 7). Gradients for one bias of each LSTM layer, as gait has it."""

    def __init__(self, case):
        super().__init__()
        self.first = nn.Linear(3, case.hidden)
        self.lstm = nn.LSTM(case.hidden, case.hidden, num_layers=2)
        self.last = nn.Linear(case.hidden, 7)
        lstm = dict(self.lstm.named_parameters())
        self.by_name = {"0.weight": self.first.weight, "0.bias": self.first.bias,
                        "3.weight": self.last.weight, "3.bias": self.last.bias}
        for layer in range(2):
            for name in ("weight_ih", "weight_hh", "bias_ih"):
                self.by_name[f"{layer + 1}.{name}_l0"] = lstm[f"{name}_l{layer}"]
            lstm[f"bias_hh_l{layer}"].data.zero_()
            lstm[f"bias_hh_l{layer}"].requires_grad_(False)
        for name, weight in self.by_name.items():
            weight.data.copy_(torch.from_numpy(case.weights[name]))

    def forward(self, x):
        return self.last(self.lstm(torch.relu(self.first(x)))[0][-1])


class Step(nn.Module):
    """One step x (1, 1, 3) from a state: logits and the next state."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x, h, c):
        y, (h, c) = self.model.lstm(torch.relu(self.model.first(x)), (h, c))
        return self.model.last(y[0]), h, c


class Network:
    version = torch.__version__

    def __init__(self, framework, threads):
        torch.set_num_threads(threads)
        torch.set_flush_denormal(True)
        self.way = framework

    def ready(self, module, *example):
        module.eval()
        if self.way == "torch-jit":
            return torch.jit.freeze(torch.jit.trace(module, example))
        if self.way == "torch-compile":
            return torch.compile(module)
        return module

    def make(self, case, topic):
        model = Model(case)
        x = torch.from_numpy(case.windows)
        if topic == "training":
            return self.training(case, model, x)
        with torch.inference_mode(self.way != "torch-jit"), torch.no_grad():
            if topic == "stream":
                return self.stream(case, model, x)
            if topic == "window":
                x = x[:, :1].contiguous()
            call = self.ready(model, x)

        def run():
            with torch.inference_mode():
                return call(x)
        return lambda: (run().numpy(), None), run

    def training(self, case, model, x):
        labels = torch.from_numpy(case.labels)
        call = torch.compile(model) if self.way == "torch-compile" else model

        def run():
            for weight in model.by_name.values():
                weight.grad = None
            logits = call(x)
            nn.functional.cross_entropy(logits, labels).backward()
            return logits

        def solve():
            logits = run().detach().numpy()
            return logits, {name: w.grad.numpy() for name, w in model.by_name.items()}
        return solve, run

    def stream(self, case, model, x):
        samples = [x[t:t + 1, :1].contiguous() for t in range(case.steps)]
        zeros = torch.zeros(2, 1, case.hidden)
        step = self.ready(Step(model), samples[0], zeros, zeros)
        state = [zeros, zeros]

        def run(sample=samples[0]):
            with torch.inference_mode():
                y, *state[:] = step(sample, *state)
                return y

        def solve():
            state[:] = zeros, zeros
            for sample in samples:
                y = run(sample)
            return y.numpy(), None
        return solve, run
