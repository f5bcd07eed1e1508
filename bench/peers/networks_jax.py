# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""The reference model in JAX: scans, their input products taken out of the loop, all of it jitted."""

import jax
import jax.numpy as jnp


def cell(u, state, gates):
    h, c = state
    i, f, g, o = jnp.split(gates + h @ u, 4, axis=-1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return (h, c), h


def lstm(weights, index, x, state):
    """x (T, B, F) from `state`: h (T, B, H) and the next state."""
    w, u, b = (weights[f"{index}.{n}_l0"] for n in ("weight_ih", "weight_hh", "bias_ih"))
    state, h = jax.lax.scan(lambda s, g: cell(u.T, s, g), state, x @ w.T + b)
    return h, state


def forward(weights, x, states):
    """x (T, B, 3) -> logits (B, 7), states."""
    a = jax.nn.relu(x @ weights["0.weight"].T + weights["0.bias"])
    a, lower = lstm(weights, 1, a, states[0])
    a, upper = lstm(weights, 2, a, states[1])
    return a[-1] @ weights["3.weight"].T + weights["3.bias"], (lower, upper)


def zeros(rows, hidden):
    zero = jnp.zeros((rows, hidden))
    return ((zero, zero), (zero, zero))


def loss(weights, x, labels, states):
    logits, _ = forward(weights, x, states)
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], 1)
    return -chosen.mean(), logits


class Network:
    version = jax.__version__

    def __init__(self, framework, threads):
        pass  # one for each processor it may use

    def make(self, case, topic):
        weights = {name: jnp.asarray(value) for name, value in case.weights.items()}
        x = jnp.asarray(case.windows)
        if topic in ("window", "stream"):
            x = x[:, :1]
        start = zeros(x.shape[1], case.hidden)
        call = jax.jit(forward)
        if topic == "training":
            labels = jnp.asarray(case.labels)
            gradient = jax.jit(jax.value_and_grad(loss, has_aux=True))

            def solve():
                (_, logits), gradients = gradient(weights, x, labels, start)
                return logits, gradients
            return solve, lambda: jax.block_until_ready(gradient(weights, x, labels, start))
        if topic != "stream":
            return (lambda: (call(weights, x, start)[0], None),
                    lambda: jax.block_until_ready(call(weights, x, start)))

        samples = [x[t:t + 1] for t in range(case.steps)]
        states = [start]

        def run(sample=samples[0]):
            logits, states[0] = jax.block_until_ready(call(weights, sample, states[0]))
            return logits

        def solve():
            states[0] = start
            for sample in samples:
                logits = run(sample)
            return logits, None
        return solve, run
