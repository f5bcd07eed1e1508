# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""The reference model in Keras, its passes compiled by tf.function."""

import tensorflow as tf


class Network:
    version = tf.__version__

    def __init__(self, framework, threads):
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)

    def make(self, case, topic):
        model, names = self.model(case, stateful=topic == "stream")
        x = tf.constant(case.windows.transpose(1, 0, 2))  # Keras wants (B, T, 3)
        if topic == "training":
            return self.training(case, model, names, x)
        if topic != "inference":
            x = x[:1]
        call = tf.function(lambda x: model(x, training=False))
        if topic != "stream":
            return lambda: (call(x).numpy(), None), lambda: call(x)

        def solve():
            for layer in model.layers:  # Keras 3 renamed it
                for reset in ("reset_state", "reset_states"):
                    if hasattr(layer, reset):
                        getattr(layer, reset)()
                        break
            for t in range(case.steps):
                y = call(x[:, t:t + 1])
            return y.numpy(), None
        sample = x[:, :1]
        return solve, lambda: call(sample)

    @staticmethod
    def model(case, stateful):
        keras = tf.keras
        rows = 1 if stateful else None
        steps = 1 if stateful else case.steps
        inputs = keras.Input(batch_shape=(rows, steps, 3))
        first = keras.layers.Dense(case.hidden, activation="relu")
        lower = keras.layers.LSTM(case.hidden, return_sequences=True, stateful=stateful)
        upper = keras.layers.LSTM(case.hidden, stateful=stateful)
        last = keras.layers.Dense(7)
        model = keras.Model(inputs, last(upper(lower(first(inputs)))))
        names = []  # of the trainable weights, in order
        for index, layer in enumerate((first, lower, upper, last)):
            parts = (("weight_ih_l0", "weight_hh_l0", "bias_ih_l0")
                     if layer in (lower, upper) else ("weight", "bias"))
            names += [f"{index}.{part}" for part in parts]
            layer.set_weights([case.weights[f"{index}.{part}"].T for part in parts])
        return model, names

    @staticmethod
    def training(case, model, names, x):
        labels = tf.constant(case.labels)

        @tf.function
        def run():
            with tf.GradientTape() as tape:
                logits = model(x, training=True)
                loss = tf.reduce_mean(
                    tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
            return logits, tape.gradient(loss, model.trainable_variables)

        def solve():
            logits, gradients = run()
            return logits.numpy(), {n: g.numpy().T for n, g in zip(names, gradients)}
        return solve, run
