// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include "arrays.hpp"
#include "writers.hpp"

#include <gait/core/config.hpp>
#include <gait/files/atomic_file.hpp>

#include <onnx.pb.h>

#include <array>
#include <span>
#include <utility>
#include <vector>

namespace interop {

namespace {

/// Builds a graph that is one chain of nodes.
class chain {
public:
    explicit chain(onnx::Graph& graph) : graph_(graph) {}

    std::string now = "x"; ///< the value that the next node takes

    onnx::Node& node(const char* op, std::vector<std::string> more_inputs,
                     std::vector<std::string> outputs = {}) {
        auto& n = *graph_.add_node();
        n.set_op_type(op);
        n.set_name(std::string(op) + "_" + std::to_string(graph_.node_size()));
        n.add_input(now);
        for (std::string& name : more_inputs)
            n.add_input(std::move(name));
        if (outputs.empty())
            outputs.push_back(n.name() + "_out");
        for (const std::string& name : outputs) {
            n.add_output(name);
            if (!name.empty())
                now = name; // the last one goes on
        }
        return n;
    }

    std::string constant(const std::string& name, const std::vector<index>& shape,
                         std::span<const float> numbers) {
        add(name, shape, 1, numbers.data(), numbers.size_bytes());
        return name;
    }
    std::string constant(const std::string& name, const std::vector<index>& shape,
                         std::int64_t number) {
        add(name, shape, 7, &number, sizeof number);
        return name;
    }

    /// From (N, T, F) to (T, N, F), or back.
    void turn() {
        auto& perm = *node("Transpose", {}).add_attribute();
        perm.set_name("perm");
        perm.set_type(7);
        for (const int axis : {1, 0, 2})
            perm.add_ints(axis);
    }

private:
    void add(const std::string& name, const std::vector<index>& shape, int type, const void* bytes,
             std::size_t size) {
        auto& t = *graph_.add_initializer();
        t.set_name(name);
        t.set_data_type(type);
        for (const index n : shape)
            t.add_dims(n);
        t.set_raw_data(bytes, size);
    }

    onnx::Graph& graph_;
};

void write(chain& c, const dense& d, const std::string& name) {
    const matrix w = transposed(d.weight); // (in, out)
    c.node("MatMul", {c.constant(name + ".weight", {w.rows, w.columns}, w.numbers)});
    c.node("Add", {c.constant(name + ".bias", {w.columns}, d.bias)});
    constexpr std::array<const char*, 4> operators{"", "Relu", "Tanh", "Sigmoid"};
    if (d.after != activation::identity)
        c.node(operators[static_cast<std::size_t>(d.after)], {});
}

void write(chain& c, const lstm& l, const std::string& name) {
    const std::array ifgo_to_iofc{0, 3, 1, 2};
    const matrix w = gates_in_order(l.weight_ih, ifgo_to_iofc);
    const matrix r = gates_in_order(l.weight_hh, ifgo_to_iofc);
    std::vector<float> b = gates_in_order(l.bias, ifgo_to_iofc);
    b.resize(2 * b.size()); // the second bias: zeros
    const std::vector<std::string> weights{
        c.constant(name + ".W", {1, w.rows, w.columns}, w.numbers),
        c.constant(name + ".R", {1, r.rows, r.columns}, r.numbers),
        c.constant(name + ".B", {1, 2 * w.rows}, b)};
    auto& n = c.node("LSTM", weights, {name + ".Y"});
    auto& units = *n.add_attribute();
    units.set_name("hidden_size");
    units.set_type(2);
    units.set_i(r.columns);
    c.node("Squeeze", {c.constant(name + ".directions", {1}, 1)}); // there is one
}

void declare(onnx::Value& value, const char* name,
             const std::vector<std::pair<const char*, index>>& sizes) {
    value.set_name(name);
    auto& type = *value.mutable_type()->mutable_tensor_type();
    type.set_elem_type(1);
    for (const auto& [letter, size] : sizes) {
        auto& dim = *type.mutable_shape()->add_dim();
        if (size > 0)
            dim.set_value(size);
        else
            dim.set_name(letter);
    }
}

} // namespace

void write_onnx(const fs::path& path, const network& net) {
    onnx::Model model;
    model.set_ir_version(7);
    model.set_producer_name("gait");
    model.set_producer_version(GAIT_VERSION);
    model.add_opset_import()->set_version(14);
    for (const auto& [key, value] : net.metadata) {
        auto& entry = *model.add_metadata_props();
        entry.set_key(key);
        entry.set_value(value);
    }
    auto& graph = *model.mutable_graph();
    graph.set_name("gait");
    const bool vector = ends_in_vector(net);
    declare(*graph.add_input(), "x", {{"N", 0}, {"T", 0}, {"F", inputs_of(net)}});
    if (vector)
        declare(*graph.add_output(), "logits", {{"N", 0}, {"K", outputs_of(net)}});
    else
        declare(*graph.add_output(), "logits", {{"N", 0}, {"T", 0}, {"K", outputs_of(net)}});

    chain c(graph);
    c.turn();
    int number = 0;
    for (const layer& one : net.layers) {
        const std::string name = std::to_string(number);
        if (const auto* d = std::get_if<dense>(&one)) {
            write(c, *d, name);
        } else if (const auto* l = std::get_if<lstm>(&one)) {
            write(c, *l, name);
        } else {
            c.node("Gather", {c.constant("last", {}, -1)}); // along T
            continue;
        }
        ++number;
    }
    if (!vector)
        c.turn();
    c.node("Identity", {}, {"logits"});

    gait::atomic_file file(path);
    file << model.SerializeAsString();
    file.commit();
}

} // namespace interop
