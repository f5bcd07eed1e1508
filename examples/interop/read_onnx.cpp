// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// ONNX: followed from its output back to its input, which must be one chain of products, LSTMs and
// what changes nothing. ONNX's gates are i, o, f, c; its LSTM has two biases, which are added.
// Source: https://onnx.ai/onnx/operators, of the operators named below.
#include "readers.hpp"
#include "whole_file.hpp"

#include <gait/files/json.hpp>
#include <gait/files/tensor_info.hpp>

#include <onnx.pb.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace interop {

namespace {

using node = onnx::Node;

class graph {
public:
    explicit graph(const fs::path& path) : path_(path) {
        const std::string bytes = read_whole(path);
        if (!message_.ParseFromString(bytes) || message_.graph().output_size() == 0)
            throw gait::error({path.string(), "", "an ONNX model",
                               std::to_string(bytes.size()) + " other bytes"});
        for (const node& n : message_.graph().node())
            for (const std::string& output : n.output())
                if (!output.empty() && !made_by_.try_emplace(output, &n).second)
                    fail(n, "outputs of its own", gait::in_quotes(output) + " of another node");
        for (const auto& t : message_.graph().initializer())
            constants_.try_emplace(t.name(), &t);
    }

    [[noreturn]] void fail(const node& n, const std::string& expected,
                           const std::string& found) const {
        const std::string name = n.name().empty() && n.output_size() > 0 ? n.output(0) : n.name();
        throw gait::error({path_.string(),
                           "node " + gait::in_quotes(name) + " (" + n.op_type() + ")", expected,
                           found});
    }

    [[nodiscard]] const onnx::Model& message() const { return message_; }
    [[nodiscard]] const fs::path& path() const { return path_; }

    /// The node with that output, or nullptr.
    [[nodiscard]] const node* maker(const std::string& name) const {
        const auto at = made_by_.find(name);
        return at == made_by_.end() ? nullptr : at->second;
    }

    /// The name of input `i`; empty: left out.
    [[nodiscard]] static std::string input(const node& n, int i) {
        return i < n.input_size() ? n.input(i) : "";
    }
    [[nodiscard]] static const onnx::Attribute* attribute(const node& n, std::string_view name) {
        for (const auto& a : n.attribute())
            if (a.name() == name)
                return &a;
        return nullptr;
    }
    [[nodiscard]] static std::int64_t whole(const node& n, std::string_view name,
                                            std::int64_t otherwise) {
        const auto* a = attribute(n, name);
        return a ? a->i() : otherwise;
    }

    /// A constant: an initializer, or the output of Constant; nullptr if `name` is neither.
    [[nodiscard]] const onnx::Tensor* constant(const std::string& name) const {
        if (const auto at = constants_.find(name); at != constants_.end())
            return at->second;
        const node* n = maker(name);
        if (n == nullptr || n->op_type() != "Constant")
            return nullptr;
        const auto* value = attribute(*n, "value");
        return value ? &value->t() : nullptr;
    }
    [[nodiscard]] array numbers(const node& user, const std::string& name) const {
        const auto* t = constant(name);
        if (t == nullptr)
            fail(user, "constant numbers", gait::in_quotes(name) + ", which are computed");
        array a;
        a.numbers = fill<float>(user, *t, 1, t->float_data());
        a.shape.assign(t->dims().begin(), t->dims().end());
        return a;
    }
    [[nodiscard]] std::vector<std::int64_t> whole_numbers(const node& user,
                                                          const std::string& name) const {
        const auto* t = constant(name);
        if (t == nullptr)
            fail(user, "constant whole numbers", gait::in_quotes(name) + ", which are computed");
        return fill<std::int64_t>(user, *t, 7, t->int64_data());
    }
    /// An attribute in old versions, input `i` in new ones.
    [[nodiscard]] std::vector<std::int64_t> axes(const node& n, const char* name, int i) const {
        if (const auto* a = attribute(n, name))
            return {a->ints().begin(), a->ints().end()};
        return input(n, i).empty() ? std::vector<std::int64_t>{} : whole_numbers(n, input(n, i));
    }

    /// Whether a value is zero whatever the windows are: state before the first step.
    [[nodiscard]] bool is_zero(const std::string& name, int depth = 0) const {
        if (const auto* t = constant(name)) {
            if (t->data_type() != 1)
                return false;
            const node* n = maker(name);
            const auto all = fill<float>(n ? *n : node(), *t, 1, t->float_data());
            return std::ranges::all_of(all, [](float x) { return x == 0; });
        }
        const node* n = maker(name);
        if (n == nullptr || depth > 16)
            return false;
        const std::string& op = n->op_type();
        if (op == "ConstantOfShape") {
            const auto* value = attribute(*n, "value");
            return value == nullptr ||
                   std::ranges::all_of(fill<float>(*n, value->t(), 1, value->t().float_data()),
                                       [](float x) { return x == 0; });
        }
        if (op == "Concat")
            return n->input_size() > 0 && n->input_size() < 100 &&
                   std::ranges::all_of(n->input(),
                                       [&](const std::string& each) {
                                           return each == n->input(0) || is_zero(each, depth + 8);
                                       }) &&
                   is_zero(n->input(0), depth + 1);
        for (const char* passes : {"Expand", "Slice", "Unsqueeze", "Squeeze", "Reshape", "Identity",
                                   "Transpose", "Gather", "Cast"})
            if (op == passes)
                return is_zero(input(*n, 0), depth + 1);
        return false;
    }

private:
    template <class Number, class List>
    [[nodiscard]] std::vector<Number> fill(const node& user, const onnx::Tensor& t, int type,
                                           const List& list) const {
        const std::string name = gait::in_quotes(t.name());
        if (t.data_type() != type || t.data_location() != 0)
            fail(user, type == 1 ? "numbers of type float in " + name : "whole numbers in " + name,
                 t.data_location() != 0 ? "numbers in another file"
                                        : "type " + std::to_string(t.data_type()));
        const std::vector<std::int64_t> shape(t.dims().begin(), t.dims().end());
        const auto count = static_cast<std::size_t>(count_of(path_, "initializer " + name, shape));
        const bool raw = t.has_raw_data();
        const std::size_t found =
            raw ? t.raw_data().size() / sizeof(Number) : static_cast<std::size_t>(list.size());
        if (found != count || (raw && t.raw_data().size() % sizeof(Number) != 0))
            fail(user, std::to_string(count) + " numbers in " + name, std::to_string(found));
        std::vector<Number> all(list.begin(), list.end());
        if (raw && count > 0) {
            all.resize(count);
            std::memcpy(all.data(), t.raw_data().data(), count * sizeof(Number));
        }
        return all;
    }

    fs::path path_;
    onnx::Model message_;
    std::unordered_map<std::string, const node*> made_by_;
    std::unordered_map<std::string, const onnx::Tensor*> constants_;
};

/// Nodes from input to output, by output 0 of each, but for LSTMs, where it is known which.
struct link {
    const node* at;
    std::string taken; ///< the output that the chain goes on with
};

/// The input of `n` that the chain comes from: the one that isn't constant.
std::string data_input(const graph& g, const node& n) {
    const bool either = n.op_type() == "Add" || n.op_type() == "MatMul";
    if (either && g.constant(graph::input(n, 0)) != nullptr)
        return graph::input(n, 1);
    return graph::input(n, 0);
}

std::vector<link> chain_of(const graph& g) {
    const auto& message = g.message().graph();
    if (message.output_size() != 1)
        throw gait::error({g.path().string(), "", "a model with one output",
                           std::to_string(message.output_size())});
    std::vector<link> chain;
    std::string name = message.output(0).name();
    while (const node* n = g.maker(name)) {
        chain.push_back({n, name});
        if (std::ssize(chain) > message.node_size())
            g.fail(*n, "an input", "a circle");
        name = data_input(g, *n);
    }
    const bool fed = std::ranges::any_of(message.input(),
                                         [&](const auto& value) { return value.name() == name; });
    if (!fed || chain.empty())
        throw gait::error({g.path().string(), "", "an output that is computed from an input",
                           gait::in_quotes(name)});
    std::ranges::reverse(chain);
    return chain;
}

class reading {
public:
    explicit reading(const graph& g) : g_(g) {}

    network all() {
        const auto chain = chain_of(g_);
        for (std::size_t i = 0; i < chain.size(); ++i)
            take(chain[i], i + 1 == chain.size());
        if (net_.layers.empty())
            throw gait::error({g_.path().string(), "", "layers", "none"});
        network net = std::move(net_);
        for (const auto& entry : g_.message().metadata_props())
            net.metadata[entry.key()] = entry.value();
        check(g_.path(), net);
        return net;
    }

private:
    /// What an LSTM left: how the numbers lie.
    enum class form { steps, steps_and_directions, directions, vector };

    void take(const link& l, bool last) {
        const node& n = *l.at;
        const std::string& op = n.op_type();
        const bool own = n.domain().empty() || n.domain() == "ai.onnx";
        if (!own)
            g_.fail(n, "ONNX's own operators", "one of " + gait::in_quotes(n.domain()));
        if (op == "Identity" || op == "Dropout")
            return;
        if ((op == "Softmax" || op == "LogSoftmax") && last) {
            const std::int64_t axis = graph::whole(n, "axis", -1),
                               rank = form_ == form::steps ? 3 : 2;
            if (axis != -1 && axis != rank - 1)
                g_.fail(n, "a softmax over the classes, the last axis", std::to_string(axis));
            return; // gait makes probabilities of logits itself
        }
        if (op == "MatMul" || op == "Gemm")
            product(n);
        else if (op == "Add")
            sum(n);
        else if (op == "Relu" || op == "Tanh" || op == "Sigmoid")
            activate(n);
        else if (op == "LSTM")
            recur(n, l.taken);
        else if (op == "Transpose")
            turn(n);
        else if (op == "Squeeze" || op == "Reshape")
            squeeze(n);
        else if (op == "Gather")
            gather(n);
        else
            g_.fail(n,
                    "MatMul, Gemm, Add, Relu, Tanh, Sigmoid, LSTM, Transpose, Squeeze, Gather, "
                    "Softmax at the end",
                    gait::in_quotes(op));
    }

    void product(const node& n) {
        require_form(n);
        const bool second = data_input(g_, n) == graph::input(n, 0);
        const std::string name = graph::input(n, second ? 1 : 0);
        matrix w =
            as_matrix(g_.path(), "initializer " + gait::in_quotes(name), g_.numbers(n, name));
        if (!second)
            g_.fail(n, "x W", "W x");
        dense d;
        if (n.op_type() == "Gemm") {
            for (const char* key : {"alpha", "beta"})
                if (const auto* a = graph::attribute(n, key); a && a->f() != 1)
                    g_.fail(n, std::string(key) + " 1", std::to_string(a->f()));
            if (graph::whole(n, "transA", 0) != 0)
                g_.fail(n, "transA 0", "1");
            if (graph::whole(n, "transB", 0) != 0)
                w = transposed(w);
        }
        d.weight = transposed(w);
        d.bias.assign(static_cast<std::size_t>(d.weight.rows), 0.0F);
        open_ = true; // for a bias, and an activation
        biased_ = false;
        if (n.op_type() == "Gemm" && !graph::input(n, 2).empty())
            add_bias(n, d, graph::input(n, 2));
        net_.layers.emplace_back(std::move(d));
    }

    void add_bias(const node& n, dense& d, const std::string& name) {
        const array a = g_.numbers(n, name);
        if (std::ssize(a.numbers) != d.weight.rows || a.shape.empty() ||
            a.shape.back() != d.weight.rows)
            g_.fail(n, "a bias of " + std::to_string(d.weight.rows),
                    std::to_string(a.numbers.size()) + " numbers");
        d.bias = a.numbers;
        biased_ = true;
    }

    void sum(const node& n) {
        auto* d = open_ && !biased_ ? std::get_if<dense>(&net_.layers.back()) : nullptr;
        if (d == nullptr)
            g_.fail(n, "a bias behind a product", "another sum");
        const bool second = data_input(g_, n) == graph::input(n, 0);
        add_bias(n, *d, graph::input(n, second ? 1 : 0));
    }

    void activate(const node& n) {
        auto* d = open_ ? std::get_if<dense>(&net_.layers.back()) : nullptr;
        if (d == nullptr)
            g_.fail(n, "an activation behind a product", "another place");
        std::string name = n.op_type();
        name.front() = static_cast<char>(name.front() - 'A' + 'a');
        d->after = activation_named(g_.path(), "", name);
        open_ = false;
    }

    void recur(const node& n, const std::string& taken) {
        require_form(n);
        refuse_variants(n);
        const bool batch_first = graph::whole(n, "layout", 0) == 1;
        if (time_axis_ && *time_axis_ != (batch_first ? 1 : 0))
            g_.fail(n, "steps on the axis where the layer before has them", "another turn");
        // W (1, 4 H, F), R (1, 4 H, H), B (1, 8 H)
        const auto stripped = [&](int i, std::size_t rank) {
            array a = g_.numbers(n, graph::input(n, i));
            if (a.shape.size() != rank || a.shape.front() != 1)
                g_.fail(n, "one direction",
                        "weights " + gait::shape_text(a.shape) + " (bidirectional?)");
            a.shape.erase(a.shape.begin());
            return a;
        };
        const std::array iofc_to_ifgo{0, 2, 3, 1};
        const auto ordered = [&](int i) {
            return gates_in_order(as_matrix(g_.path(), "", stripped(i, 3)), iofc_to_ifgo);
        };
        lstm l{ordered(1), ordered(2), std::vector<float>()};
        const auto rows = static_cast<std::size_t>(l.weight_ih.rows);
        l.bias.assign(rows, 0.0F);
        if (!graph::input(n, 3).empty()) {
            const array b = stripped(3, 2);
            if (b.numbers.size() != 2 * rows)
                g_.fail(n, std::to_string(2 * rows) + " biases", std::to_string(b.numbers.size()));
            for (std::size_t i = 0; i < rows; ++i) {
                const float second = b.numbers[rows + i];
                l.bias[i] = second == 0 ? b.numbers[i] : b.numbers[i] + second;
            }
            l.bias = gates_in_order(l.bias, iofc_to_ifgo);
        }
        net_.layers.emplace_back(std::move(l));
        open_ = false;
        time_axis_ = batch_first ? 1 : 0;
        batch_first_ = batch_first;
        if (n.output_size() > 2 && taken == n.output(2))
            g_.fail(n, "the output Y or Y_h", "Y_c, the cells");
        if (n.output_size() > 1 && taken == n.output(1)) {
            net_.layers.emplace_back(last_step{});
            form_ = form::directions;
        } else {
            form_ = form::steps_and_directions;
        }
    }

    void refuse_variants(const node& n) const {
        if (const auto* a = graph::attribute(n, "direction"); a && a->s() != "forward")
            g_.fail(n, "the direction forward", gait::in_quotes(a->s()));
        if (const auto* a = graph::attribute(n, "activations")) {
            const std::vector<std::string> usual{"Sigmoid", "Tanh", "Tanh"};
            if (!std::ranges::equal(a->strings(), usual)) {
                std::string names;
                for (const std::string& name : a->strings())
                    names += (names.empty() ? "" : ", ") + gait::in_quotes(name);
                g_.fail(n, "the activations Sigmoid, Tanh, Tanh", names);
            }
        }
        if (graph::attribute(n, "clip") != nullptr)
            g_.fail(n, "an LSTM without clip", "one with");
        if (graph::whole(n, "input_forget", 0) != 0)
            g_.fail(n, "input_forget 0", "1: coupled gates");
        if (!graph::input(n, 7).empty())
            g_.fail(n, "gates that see x and h", "peepholes (input P)");
        if (!graph::input(n, 4).empty())
            g_.fail(n, "windows of one length", "sequence_lens");
        for (const int i : {5, 6})
            if (const std::string name = graph::input(n, i); !name.empty() && !g_.is_zero(name))
                g_.fail(n, "a state of zeros before the first step", gait::in_quotes(name));
    }

    void turn(const node& n) {
        open_ = false;
        const auto* perm = graph::attribute(n, "perm");
        const auto is = [&](std::initializer_list<std::int64_t> wanted) {
            return perm != nullptr && std::ranges::equal(perm->ints(), wanted);
        };
        if (form_ == form::steps && is({1, 0, 2})) {
            if (time_axis_)
                time_axis_ = 1 - *time_axis_;
        } else if (form_ == form::steps_and_directions && is({0, 2, 1, 3})) {
            directions_last_ = true; // (T, 1, N, H) to (T, N, 1, H)
        } else {
            g_.fail(n, "steps and windows that change places", "another permutation");
        }
    }

    /// Takes away the axis of directions, of which there is one.
    void squeeze(const node& n) {
        open_ = false;
        const bool sequence = form_ == form::steps_and_directions;
        if (!sequence && form_ != form::directions)
            g_.fail(n, "an LSTM before", "another place");
        if (n.op_type() == "Squeeze") {
            const std::int64_t rank = sequence ? 4 : 3;
            const std::int64_t wanted = sequence ? (directions_last_ ? 2 : 1) : directions_axis();
            const auto axes = g_.axes(n, "axes", 1);
            if (axes != std::vector{wanted} && axes != std::vector{wanted - rank})
                g_.fail(n, "axis " + std::to_string(wanted) + ", that of directions",
                        "another or several");
        } else {
            const auto shape = g_.whole_numbers(n, graph::input(n, 1));
            const index units = outputs_of(net_);
            // A zero keeps the size at its place, so it may stand only before that axis.
            using sizes = std::vector<std::int64_t>;
            const sizes known = sequence ? sizes{0, -1, units} : sizes{-1, units};
            const bool kept = sequence ? directions_last_ : directions_axis() == 1;
            const bool good =
                shape == known ||
                (kept && sequence && (shape == sizes{0, 0, -1} || shape == sizes{0, 0, units})) ||
                (kept && !sequence && (shape == sizes{0, -1} || shape == sizes{0, units}));
            if (!good)
                g_.fail(n, "the axis of directions taken away", "another shape");
        }
        form_ = sequence ? form::steps : form::vector;
    }

    void gather(const node& n) {
        open_ = false;
        const auto which = g_.whole_numbers(n, graph::input(n, 1));
        using one = std::vector<std::int64_t>;
        if (form_ == form::directions) {
            const std::int64_t axis = graph::whole(n, "axis", 0);
            if ((which != one{0} && which != one{-1}) ||
                (axis != directions_axis() && axis != directions_axis() - 3))
                g_.fail(n, "the only direction, 0 along axis " + std::to_string(directions_axis()),
                        "other numbers");
            require_single(n);
            form_ = form::vector;
            return;
        }
        if (form_ != form::steps || !time_axis_ || graph::whole(n, "axis", 0) != *time_axis_ ||
            which != one{-1})
            g_.fail(n, "the last step, -1 along the steps of an LSTM", "other numbers");
        require_single(n);
        net_.layers.emplace_back(last_step{});
        form_ = form::vector;
    }

    /// Where the directions are in the LSTM's last states: (1, N, H), or (N, 1, H).
    [[nodiscard]] std::int64_t directions_axis() const { return batch_first_ ? 1 : 0; }

    /// A list of one index would keep the axis.
    void require_single(const node& n) const {
        if (g_.constant(graph::input(n, 1))->dims_size() != 0)
            g_.fail(n, "a single index", "a list of one");
    }

    void require_form(const node& n) const {
        if (form_ == form::steps_and_directions || form_ == form::directions)
            g_.fail(n, "a Squeeze behind the LSTM", "its output as it is");
    }

    const graph& g_;
    network net_;
    form form_ = form::steps;
    std::optional<int> time_axis_; ///< known from the first LSTM on
    bool batch_first_ = false;
    bool directions_last_ = false; ///< of an LSTM's output: (.., .., 1, H), not (T, 1, N, H)
    bool open_ = false;            ///< the last layer may still get a bias and an activation
    bool biased_ = false;          ///< the bias it has got
};

} // namespace

network read_onnx(const fs::path& path, const read_options& options) {
    if (!options.layers.empty())
        throw gait::error({path.string(), "", "no --layers", "a file that tells its layers"});
    const graph g(path);
    return reading(g).all();
}

} // namespace interop
