// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What gait can't represent is refused by its name, and what is damaged by its place: good files,
// each changed in one way.
#include <interop/models.hpp>
#include <interop/whole_file.hpp>

#include <examples/zip_bytes.hpp>

#include <nlohmann/json.hpp>
#include <onnx.pb.h>
#include <tensorflow.pb.h>

#include <functional>
#include <map>

using namespace gait_test;

namespace {

/// What the reader says of these bytes under that name.
std::string refusal_of(const std::string& name, const std::string& bytes,
                       const interop::read_options& options = {}) {
    const scratch_folder folder;
    write_all(folder / name, bytes);
    return message_of([&] { static_cast<void>(interop::read_any(folder / name, options)); });
}

template <class Message>
std::string changed(const std::string& file, const std::function<void(Message&)>& change) {
    Message message;
    REQUIRE(message.ParseFromString(read_all(saved(file))));
    change(message);
    return message.SerializeAsString();
}

std::string changed_onnx(const std::function<void(interop::onnx::Node&)>& change_lstm) {
    return refusal_of("a.onnx", changed<interop::onnx::Model>("stacked.onnx", [&](auto& model) {
                          for (auto& n : *model.mutable_graph()->mutable_node())
                              if (n.op_type() == "LSTM") {
                                  change_lstm(n);
                                  return;
                              }
                      }));
}

/// The graph with its first node of that operator changed.
std::string changed_graph(const std::string& op,
                          const std::function<void(interop::tensorflow::Node&)>& change) {
    return refusal_of("a.pb", changed<interop::tensorflow::Graph>("small.pb", [&](auto& graph) {
                          for (auto& n : *graph.mutable_node())
                              if (n.op() == op) {
                                  change(n);
                                  return;
                              }
                          FAIL("no node of operator ", op);
                      }));
}

/// The Keras model with one word of its config changed.
std::string changed_keras(const std::string& from, const std::string& to) {
    auto members = interop::read_zip(saved("small.keras"));
    std::string& config = members["config.json"];
    const auto at = config.find(from);
    REQUIRE(at != config.npos);
    config.replace(at, from.size(), to);
    return refusal_of("a.keras", zip_bytes({members.begin(), members.end()}));
}

/// A PyTorch state of zeros with arrays of these shapes.
std::string state(const std::map<std::string, std::vector<gait::index>>& shapes) {
    const scratch_folder folder;
    static const std::vector<float> zeros(4096);
    std::vector<gait::tensor_out> tensors;
    for (const auto& [name, shape] : shapes) {
        std::size_t count = 1;
        for (const auto size : shape)
            count *= static_cast<std::size_t>(size);
        tensors.push_back(gait::tensor_out::of<float>(name, shape, std::span(zeros).first(count)));
    }
    gait::write_safetensors(folder / "state", tensors, {});
    return refusal_of("a.safetensors", read_all(folder / "state"));
}

std::string npy(const std::string& header, const std::string& data) {
    std::string bytes = "\x93NUMPY";
    bytes += {1, 0, static_cast<char>(header.size()), 0};
    return bytes + header + data;
}
std::string npz(const std::string& header, const std::string& data) {
    return refusal_of("a.npz", zip_bytes({{"fc.weight.npy", npy(header, data)}}));
}

} // namespace

TEST_CASE("PyTorch: bidirectional, projections, other networks") {
    const std::map<std::string, std::vector<gait::index>> good{{"lstm.weight_ih_l0", {8, 3}},
                                                               {"lstm.weight_hh_l0", {8, 2}},
                                                               {"lstm.bias_ih_l0", {8}},
                                                               {"lstm.bias_hh_l0", {8}}};
    CHECK(state(good).empty());
    const auto with = [&](const std::string& name, std::vector<gait::index> shape) {
        auto more = good;
        more[name] = std::move(shape);
        return state(more);
    };
    CHECK(says(with("lstm.weight_ih_l0_reverse", {8, 3}), "bidirectional"));
    CHECK(says(with("lstm.weight_hr_l0", {1, 2}), "projection"));
    CHECK(says(with("lstm.weight_ih_l0", {6, 3}), "a GRU"));
    CHECK(says(with("lstm.weight_ih_l0", {2, 3}), "a plain recurrent layer"));
    CHECK(says(with("norm.running_mean", {3}), "norm.running_mean"));
    CHECK(says(with("lstm.weight_ih_l2", {8, 2}), "weight_hh"));
    CHECK(says(with("lstm.bias_hh_l0", {9}), "lstm.bias_hh_l0\": expected (8), found (9)"));
    CHECK(says(with("out.weight", {4, 5}), "layers that fit"));
    CHECK(says(with("conv.weight", {4, 2, 1}), "expected a matrix, found (4, 2, 1)"));
}

TEST_CASE("names that leave two orders open need a person's") {
    const auto two = [](const std::string& a, const std::string& b) {
        return state({{a + ".weight_ih_l0", {32, 8}},
                      {a + ".weight_hh_l0", {32, 8}},
                      {b + ".weight_ih_l0", {32, 8}},
                      {b + ".weight_hh_l0", {32, 8}},
                      {"out.weight", {2, 8}}});
    };
    CHECK(
        says(two("encoder", "decoder"), "expected --layers, since the names don't tell the order"));
    CHECK(two("lstm1", "lstm2").empty());
}

TEST_CASE("a person's order of layers has to name them all, once") {
    const auto told = [](std::vector<std::string> layers) {
        return message_of([&] {
            static_cast<void>(
                interop::read_any(saved("stacked.safetensors"), {std::move(layers), ""}));
        });
    };
    CHECK(says(told({"fc1:relu", "lstm"}), "also \"fc2\""));
    CHECK(says(told({"fc1:relu", "gru", "fc2"}), "the layer \"gru\""));
    CHECK(says(told({"fc1:swish", "lstm", "fc2"}), "\"swish\""));
    CHECK(says(told({"fc1", "lstm", "fc2"}), "its activation"));
    CHECK(says(told({"fc1:relu", "lstm:relu", "fc2"}), "an LSTM, which has its own"));
    CHECK(says(told({"fc2:relu", "lstm", "fc1"}), "layers that fit"));
}

TEST_CASE("TensorFlow: what isn't BasicLSTMCell, or isn't frozen") {
    const auto becomes = [](const std::string& op) { return [op](auto& n) { n.set_op(op); }; };
    CHECK(says(changed_graph("Sigmoid", becomes("Minimum")), "hard_sigmoid"));
    CHECK(says(changed_graph("Split", becomes("Exit")), "dynamic_rnn"));
    CHECK(says(changed_graph("Softmax", becomes("ConcatV2")), "bidirectional"));
    CHECK(says(changed_graph("ConcatV2", becomes("LSTMBlockCell")), "fused"));
    CHECK(says(changed_graph("Softmax", becomes("Cumsum")), "\"Cumsum\""));
    CHECK(says(changed_graph("MatMul", [](auto& n) { n.set_input(1, "input"); }), "constant"));
    CHECK(says(changed_graph("Sigmoid", [](auto& n) { n.set_input(0, "nobody:1"); }), "nobody"));
    CHECK(says(changed_graph("Sigmoid", [](auto& n) { n.set_name("input"); }), "another node"));

    // A gate that sees the cells: sigmoid(f + 1), and 1 is now c * w.
    CHECK(says(refusal_of("a.pb", changed<interop::tensorflow::Graph>(
                                      "small.pb",
                                      [](auto& graph) {
                                          for (auto& n : *graph.mutable_node())
                                              if (n.op() == "Const" && n.attr_size() > 0)
                                                  for (auto& a : *n.mutable_attr())
                                                      if (a.key() == "value" &&
                                                          a.value().tensor().float_val_size() ==
                                                              1 &&
                                                          a.value().tensor().float_val(0) == 1)
                                                          n.set_op("Mul");
                                      })),
               "peepholes"));
}

TEST_CASE("TensorFlow: steps that don't belong together") {
    const auto all = [](const std::string& op,
                        const std::function<void(int, interop::tensorflow::Node&)>& change) {
        return refusal_of("a.pb", changed<interop::tensorflow::Graph>("small.pb", [&](auto& graph) {
                              int number = 0;
                              for (auto& n : *graph.mutable_node())
                                  if (n.op() == op)
                                      change(number++, n);
                          }));
    };
    // The last of eight steps leaves out the one before it.
    const std::string circle = all("ConcatV2", [](int i, auto& n) {
        static std::string first;
        if (i == 4)
            first = n.input(1);
        if (i == 7)
            n.set_input(1, first);
    });
    CHECK(says(circle, "node "));
    CHECK(says(all("Split",
                   [](int, auto& n) {
                       for (auto& a : *n.mutable_attr())
                           if (a.key() == "num_split")
                               a.mutable_value()->set_i(5);
                   }),
               "node "));
    CHECK(says(all("Transpose", [](int, auto& n) { n.set_op("Identity"); }), "turned to"));
}

TEST_CASE("ONNX: variants of the LSTM") {
    const auto attribute = [](const std::string& name) {
        return [name](auto& n) -> interop::onnx::Attribute& {
            for (auto& a : *n.mutable_attribute())
                if (a.name() == name)
                    return a;
            auto& a = *n.add_attribute();
            a.set_name(name);
            return a;
        };
    };
    CHECK(says(changed_onnx([&](auto& n) { attribute("direction")(n).set_s("bidirectional"); }),
               "\"bidirectional\""));
    CHECK(says(changed_onnx([&](auto& n) {
                   auto& a = attribute("activations")(n);
                   for (const char* name : {"HardSigmoid", "Tanh", "Tanh"})
                       a.add_strings(name);
               }),
               "HardSigmoid"));
    CHECK(says(changed_onnx([&](auto& n) { attribute("clip")(n).set_f(1); }), "clip"));
    CHECK(says(changed_onnx([&](auto& n) { attribute("input_forget")(n).set_i(1); }), "coupled"));
    CHECK(says(changed_onnx([](auto& n) {
                   while (n.input_size() < 8)
                       n.add_input("");
                   n.set_input(7, n.input(3));
               }),
               "peepholes"));
    CHECK(says(changed_onnx([](auto& n) { n.set_input(5, n.input(3)); }), "zeros before"));
    CHECK(says(changed_onnx([](auto& n) { n.set_input(1, "x"); }), "which are computed"));
    CHECK(says(changed_onnx([](auto& n) { n.set_op_type("GRU"); }), "\"GRU\""));
    CHECK(says(changed_onnx([](auto& n) { n.set_domain("com.somebody"); }), "com.somebody"));
    const auto with_softmax = [](int axis) {
        return refusal_of("a.onnx", changed<interop::onnx::Model>("stacked.onnx", [&](auto& model) {
                              auto& graph = *model.mutable_graph();
                              auto& n = *graph.add_node();
                              n.set_op_type("Softmax");
                              n.add_input(graph.output(0).name());
                              n.add_output("p");
                              auto& a = *n.add_attribute();
                              a.set_name("axis");
                              a.set_i(axis);
                              graph.mutable_output(0)->set_name("p");
                          }));
    };
    CHECK(with_softmax(-1).empty());
    CHECK(with_softmax(1).empty());
    CHECK(says(with_softmax(0), "expected a softmax over the classes, the last axis, found 0"));
    const auto outside =
        changed<interop::onnx::Model>("stacked.onnx", [](interop::onnx::Model& model) {
            for (auto& t : *model.mutable_graph()->mutable_initializer())
                t.set_data_location(1);
        });
    CHECK(says(refusal_of("a.onnx", outside), "another file"));
}

TEST_CASE("Keras: variants of the LSTM, other layers") {
    CHECK(says(changed_keras(R"("recurrent_activation": "sigmoid")",
                             R"("recurrent_activation": "hard_sigmoid")"),
               "\"hard_sigmoid\""));
    CHECK(says(changed_keras(R"("class_name": "LSTM")", R"("class_name": "Bidirectional")"),
               "\"Bidirectional\""));
    CHECK(
        says(changed_keras(R"("go_backwards": false)", R"("go_backwards": true)"), "go_backwards"));
    CHECK(says(changed_keras(R"("activation": "tanh")", R"("activation": "swish")"), "\"swish\""));
    CHECK(says(changed_keras(R"("class_name": "Dropout")", R"("class_name": "Masking")"),
               "\"Masking\""));
    CHECK(says(changed_keras(R"("class_name": "Sequential")", R"("class_name": "Mine")"),
               "\\\"Mine\\\""));
    CHECK(says(changed_keras(R"({"module")", "["), "a model made of layers"));
}

TEST_CASE("NumPy: headers that lie") {
    const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }\n";
    const std::string data(8, '\0');
    CHECK(says(npz(good, data), "a model with an LSTM")); // read, and then there is none
    CHECK(says(npz(good, data.substr(1)), "expected 8 bytes of data, found 7"));
    CHECK(says(npz("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 1), }", data), ">f4"));
    CHECK(says(npz("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 9), }", data),
               "67108864 numbers"));
    CHECK(says(npz("{'descr': '<f4', 'shape': (2, 1), }", data), "2 of them"));
    CHECK(says(npz("{'descr': '<f4', 'fortran_order': maybe", data), "'False' in the header"));
    CHECK(says(npz("__import__('os')", data), "'{' in the header"));
    CHECK(says(refusal_of("a.npz", zip_bytes({{"a.npy", "x"}})), "NumPy's .npy format"));
}

TEST_CASE("files cut short, empty, or of another kind: one error with the path") {
    for (const char* name :
         {"stacked.safetensors", "stacked.npz", "stacked.onnx", "small.keras", "small.pb"}) {
        CAPTURE(name);
        const std::string whole = read_all(saved(name));
        for (const std::size_t size :
             {std::size_t{0}, std::size_t{1}, whole.size() / 2, whole.size() - 1}) {
            CAPTURE(size);
            CHECK(says(refusal_of(name, whole.substr(0, size)), name));
        }
        CHECK(says(refusal_of(name, std::string(5000, '\xA5')), name));
    }
    const std::string weights = interop::read_zip(saved("small.keras")).at("model.weights.h5");
    CHECK(says(refusal_of("w.h5", weights, {{"dense:tanh", "lstm", "lstm_1"}, ""}), "\"dense_1\""));
    CHECK(refusal_of("w.h5", weights, {{"dense:tanh", "lstm", "lstm_1", "dense_1"}, ""}).empty());
    CHECK(says(refusal_of("w.h5", weights.substr(0, 3000)), "w.h5"));
    CHECK(says(refusal_of("w.h5", "GIF89a"), "an HDF5 file"));
    CHECK(says(refusal_of("w.tflite", "TFL3"), "'.tflite'"));
}
