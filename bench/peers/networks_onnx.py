# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""The reference model as an ONNX graph in ONNX Runtime. Inference only: that is what it is for."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper


def in_onnx_order(rows):
    """PyTorch's gates i, f, g, o along the first axis to ONNX's i, o, f, c."""
    i, f, g, o = np.split(rows, 4)
    return np.concatenate([i, o, f, g])


def graph(case, rows, steps, carry):
    """x (T, B, 3) -> y (B, 7); with `carry` also the layers' states in and out."""
    constants, nodes = [], []

    def constant(name, value):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(kind, inputs, *outputs, **attributes):
        nodes.append(helper.make_node(kind, inputs, list(outputs), **attributes))
        return outputs[0]

    w, shape = case.weights, (1, rows, case.hidden)
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, (steps, rows, 3))]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, (rows, 7))]
    a = node("MatMul", ["x", constant("w0", w["0.weight"].T)], "p0")
    a = node("Relu", [node("Add", [a, constant("b0", w["0.bias"])], "s0")], "a0")
    for layer in (1, 2):
        bias = in_onnx_order(w[f"{layer}.bias_ih_l0"])
        arguments = [a, constant(f"w{layer}", in_onnx_order(w[f"{layer}.weight_ih_l0"])[None]),
                     constant(f"u{layer}", in_onnx_order(w[f"{layer}.weight_hh_l0"])[None]),
                     constant(f"b{layer}", np.concatenate([bias, 0 * bias])[None]), ""]
        if carry:
            for name in (f"h{layer}", f"c{layer}"):
                arguments.append(name)
                inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
                outputs.append(helper.make_tensor_value_info("next_" + name, TensorProto.FLOAT,
                                                             shape))
        node("LSTM", arguments, f"all{layer}", f"next_h{layer}", f"next_c{layer}",
             hidden_size=case.hidden)
        a = node("Squeeze", [f"all{layer}", constant(f"axis{layer}", np.array([1]))], f"a{layer}")
    a = node("Squeeze", ["next_h2", constant("axis3", np.array([0]))], "a3")
    a = node("MatMul", [a, constant("w3", w["3.weight"].T)], "p3")
    node("Add", [a, constant("b3", w["3.bias"])], "y")
    model = helper.make_model(helper.make_graph(nodes, "gait", inputs, outputs, constants),
                              opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = min(model.ir_version, 8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


class Network:
    version = onnxruntime.__version__

    def __init__(self, framework, threads):
        self.options = onnxruntime.SessionOptions()
        self.options.intra_op_num_threads = threads
        self.options.inter_op_num_threads = 1
        self.options.add_session_config_entry("session.set_denormal_as_zero", "1")

    def session(self, case, rows, steps, carry):
        return onnxruntime.InferenceSession(graph(case, rows, steps, carry), self.options,
                                            providers=["CPUExecutionProvider"])

    def make(self, case, topic):
        if topic == "stream":
            return self.stream(case)
        x = case.windows if topic == "inference" else np.ascontiguousarray(case.windows[:, :1])
        session = self.session(case, x.shape[1], case.steps, False)
        feed = {"x": x}
        return (lambda: (session.run(["y"], feed)[0], None),
                lambda: session.run(["y"], feed))

    def stream(self, case):
        session = self.session(case, 1, 1, True)
        names = ["h1", "c1", "h2", "c2"]
        results = ["y"] + ["next_" + name for name in names]
        feed = {}

        def reset():
            feed.update({name: np.zeros((1, 1, case.hidden), np.float32) for name in names})

        def run(t=0):
            feed["x"] = samples[t]
            y, *states = session.run(results, feed)
            feed.update(zip(names, states))
            return y

        def solve():
            reset()
            for t in range(case.steps):
                y = run(t)
            return y, None
        samples = [np.ascontiguousarray(case.windows[t:t + 1, :1]) for t in range(case.steps)]
        reset()
        return solve, run
