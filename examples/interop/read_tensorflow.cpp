// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Frozen graphs of TensorFlow 1: variables are constants, and tf.nn.static_rnn has written out
// every step of every LSTM as a dozen nodes. Nothing is believed of names or of the order of gates:
// the graph is followed from its output back to its input, and every step of it is matched against
//
//     [i j f o] = split([x h] W + b);  c' = c sigmoid(f + forget) + sigmoid(i) tanh(j)
//     h' = tanh(c') sigmoid(o)
//
// which is BasicLSTMCell. Its forget bias is added while it runs, so it is added to b here.
#include "readers.hpp"
#include "whole_file.hpp"

#include <gait/files/json.hpp>

#include <tensorflow.pb.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace interop {

namespace {

using node = tensorflow::Node;

/// An output of a node.
struct edge {
    const node* from = nullptr;
    index output = 0;
    bool operator==(const edge&) const = default;
};

/// What an operator is usually there for, where gait has nothing like it.
std::string meaning_of(std::string_view op) {
    const auto any = [op](std::initializer_list<std::string_view> ops) {
        return std::ranges::find(ops, op) != ops.end();
    };
    if (any({"Minimum", "Maximum", "ClipByValue", "Relu6"}))
        return " (hard_sigmoid, or cells that are clipped)";
    if (any({"ConcatV2", "Concat", "ReverseV2", "ReverseSequence"}))
        return " (as in bidirectional layers)";
    if (any({"Exit", "Enter", "Merge", "Switch", "While", "StatelessWhile", "TensorArrayReadV3",
             "TensorArrayGatherV3"}))
        return " (the loop of tf.nn.dynamic_rnn; tf.nn.static_rnn can be read)";
    if (any({"LSTMBlockCell", "BlockLSTM", "BlockLSTMV2", "CudnnRNN"}))
        return " (a fused LSTM)";
    if (any({"VariableV2", "Variable", "VarHandleOp"}))
        return " (the graph is not frozen)";
    return "";
}

class graph {
public:
    explicit graph(const fs::path& path) : path_(path) {
        const std::string bytes = read_whole(path);
        if (!message_.ParseFromString(bytes) || message_.node_size() == 0)
            throw gait::error({path.string(), "", "a frozen TensorFlow graph",
                               std::to_string(bytes.size()) + " other bytes"});
        for (const node& n : message_.node())
            if (!by_name_.try_emplace(n.name(), &n).second)
                fail(n, "a name of its own", "the name of another node");
    }

    [[noreturn]] void fail(const node& n, const std::string& expected,
                           const std::string& found) const {
        throw gait::error({path_.string(), "node " + gait::in_quotes(n.name()), expected, found});
    }
    [[noreturn]] void unexpected(edge e, const std::string& expected) const {
        fail(*e.from, expected,
             "the operator " + gait::in_quotes(e.from->op()) + meaning_of(e.from->op()));
    }

    /// Input `i` of a node, behind nodes that only pass it on.
    [[nodiscard]] edge input(const node& n, int i) const {
        if (i >= n.input_size())
            fail(n, std::to_string(i + 1) + " inputs", std::to_string(n.input_size()));
        edge e = named(n, n.input(i));
        for (int hops = 0; is(e, {"Identity", "StopGradient", "CheckNumerics"}); ++hops) {
            if (hops == message_.node_size() || e.from->input_size() < 1)
                fail(*e.from, "an input", "a circle");
            e = named(*e.from, e.from->input(0));
        }
        return e;
    }
    /// Throws unless `e` comes out of one of these operators.
    [[nodiscard]] edge input(edge e, int i, std::initializer_list<std::string_view> ops,
                             const std::string& expected) const {
        if (!is(e, ops))
            unexpected(e, expected);
        return input(*e.from, i);
    }

    [[nodiscard]] static bool is(edge e, std::initializer_list<std::string_view> ops) {
        return std::ranges::find(ops, std::string_view(e.from->op())) != ops.end();
    }

    [[nodiscard]] static const tensorflow::Value* attribute(const node& n, std::string_view key) {
        for (const auto& a : n.attr())
            if (a.key() == key)
                return &a.value();
        return nullptr;
    }

    /// The numbers of a constant.
    [[nodiscard]] array numbers(edge e) const {
        if (!is(e, {"Const"}))
            unexpected(e, "constant numbers");
        const auto& tensor = constant(*e.from, 1, "float");
        array a = shape_of(*e.from, tensor);
        fill(*e.from, tensor, tensor.float_val(), a.shape, a.numbers);
        return a;
    }
    [[nodiscard]] std::vector<std::int32_t> whole_numbers(edge e) const {
        if (!is(e, {"Const"}))
            unexpected(e, "constant whole numbers");
        const auto& tensor = constant(*e.from, 3, "int32");
        std::vector<std::int32_t> all;
        fill(*e.from, tensor, tensor.int_val(), shape_of(*e.from, tensor).shape, all);
        return all;
    }

    /// The node that the option names, or the only one that no other uses.
    [[nodiscard]] edge output(const std::string& name) const {
        if (!name.empty()) {
            const auto at = by_name_.find(name);
            if (at == by_name_.end())
                throw gait::error(
                    {path_.string(), "", "the node " + gait::in_quotes(name), "none of that name"});
            return {at->second, 0};
        }
        std::set<std::string_view> used;
        for (const node& n : message_.node())
            for (const std::string& i : n.input())
                used.insert(named(n, i).from->name());
        const node* last = nullptr;
        for (const node& n : message_.node()) {
            const bool idle = n.op() == "NoOp" || n.op() == "Const" || n.op() == "Placeholder";
            if (idle || used.contains(n.name()))
                continue;
            if (last != nullptr)
                fail(n, "a graph with one output, or its name by --output",
                     "another beside " + gait::in_quotes(last->name()));
            last = &n;
        }
        if (last == nullptr)
            throw gait::error({path_.string(), "", "a node that nothing else uses", "none"});
        return {last, 0};
    }

    [[nodiscard]] int size() const { return message_.node_size(); }
    [[nodiscard]] const fs::path& path() const { return path_; }

private:
    // "^name": only an order of execution; "name:1": output 1.
    static std::pair<std::string_view, index> split_name(std::string_view text) {
        if (text.starts_with('^'))
            text.remove_prefix(1);
        const auto colon = text.rfind(':');
        if (colon == text.npos || text.size() - colon > 7)
            return {text, 0};
        index output = 0;
        for (const char c : text.substr(colon + 1))
            output = 10 * output + (c - '0');
        return {text.substr(0, colon), output};
    }

    [[nodiscard]] edge named(const node& n, const std::string& text) const {
        const auto [name, output] = split_name(text);
        const auto at = by_name_.find(name);
        if (at == by_name_.end())
            fail(n, "inputs that are in the graph", gait::in_quotes(text));
        return {at->second, output};
    }

    [[nodiscard]] const tensorflow::Tensor& constant(const node& n, int type,
                                                     const char* name) const {
        const auto* value = attribute(n, "value");
        if (value == nullptr || value->tensor().dtype() != type)
            fail(n, std::string("a constant of type ") + name,
                 value ? "type " + std::to_string(value->tensor().dtype()) : "no value");
        return value->tensor();
    }

    [[nodiscard]] array shape_of(const node& n, const tensorflow::Tensor& tensor) const {
        std::vector<std::int64_t> shape;
        for (const auto& dim : tensor.tensor_shape().dim())
            shape.push_back(dim.size());
        count_of(path_, "node " + gait::in_quotes(n.name()), shape);
        return {{shape.begin(), shape.end()}, {}};
    }

    /// Bytes, or numbers of which the last stands for all that follow.
    template <class Number, class List>
    void fill(const node& n, const tensorflow::Tensor& tensor, const List& list,
              const std::vector<index>& shape, std::vector<Number>& out) const {
        index count = 1;
        for (const index size : shape)
            count *= size;
        const std::string& bytes = tensor.tensor_content();
        if (!bytes.empty()) {
            if (bytes.size() != static_cast<std::size_t>(count) * sizeof(Number))
                fail(n, std::to_string(count) + " numbers",
                     std::to_string(bytes.size()) + " bytes");
            out.resize(static_cast<std::size_t>(count));
            std::memcpy(out.data(), bytes.data(), bytes.size());
        } else {
            if (list.size() < 1 || list.size() > count)
                fail(n, "1 to " + std::to_string(count) + " numbers", std::to_string(list.size()));
            out.assign(list.begin(), list.end());
            out.resize(static_cast<std::size_t>(count), out.back());
        }
    }

    fs::path path_;
    tensorflow::Graph message_;
    std::unordered_map<std::string_view, const node*> by_name_;
};

const std::initializer_list<std::string_view> sums{"Add", "AddV2", "BiasAdd"};

/// One step of an LSTM, matched.
struct cell {
    edge x, h, c;                 ///< what goes in: input, and state before
    edge c_after;                 ///< and out, beside the h that it was found by
    edge kernel, bias;            ///< (F + H, 4 H) and (4 H)
    edge split;                   ///< of the four gates
    std::array<int, 4> place{};   ///< which quarters are i, f, g, o
    std::array<float, 4> added{}; ///< to i, f, g, o before their activation

    [[nodiscard]] bool same_weights(const cell& other) const {
        return kernel == other.kernel && bias == other.bias && place == other.place &&
               added == other.added;
    }
};

/// Matches the graph against what a step of an LSTM, or a dense layer, is made of.
class matcher {
public:
    explicit matcher(const graph& g) : g_(g) {}

    /// The step that gives h.
    cell step(edge h) {
        cell one;
        const auto [out_tanh, out_gate] = two(h, {"Mul"}, {"Tanh"}, "o * tanh(c) of an LSTM");
        quarter(one, 3, out_gate, {"Sigmoid"});
        one.c_after = g_.input(*out_tanh.from, 0);

        const std::string sum = "c = f * c + i * g of an LSTM";
        edge keep = g_.input(one.c_after, 0, sums, sum), add = g_.input(*one.c_after.from, 1);
        if (!graph::is(keep, {"Mul"}) || !graph::is(add, {"Mul"}))
            g_.unexpected(graph::is(keep, {"Mul"}) ? add : keep, sum);
        if (!has_input(add, {"Tanh"}))
            std::swap(keep, add);
        const auto [in_tanh, in_gate] = two(add, {"Mul"}, {"Tanh"}, "i * g of an LSTM");
        quarter(one, 2, in_tanh, {"Tanh"});
        quarter(one, 0, in_gate, {"Sigmoid"});
        const auto [forget_gate, before] = two(keep, {"Mul"}, {"Sigmoid"}, "f * c of an LSTM");
        one.c = before;
        quarter(one, 1, forget_gate, {"Sigmoid"});

        auto sorted = one.place;
        std::ranges::sort(sorted);
        if (sorted != std::array{0, 1, 2, 3})
            g_.fail(*one.split.from, "each quarter for one gate", "one for several");

        const std::string affine = "[x h] W + b of an LSTM";
        const edge joined =
            affine_input(g_.input(*one.split.from, 1), affine, one.kernel, one.bias);
        one.x = g_.input(joined, 0, {"ConcatV2"}, affine);
        one.h = g_.input(*joined.from, 1);
        if (joined.from->input_size() != 3 ||
            g_.whole_numbers(g_.input(*joined.from, 2)) != std::vector<std::int32_t>{1})
            g_.fail(*joined.from, "x and h side by side", "another concatenation");
        return one;
    }

    /// x of x W + b; and W and b.
    edge affine_input(edge sum, const std::string& expected, edge& weight, edge& bias) const {
        edge product = g_.input(sum, 0, sums, expected);
        bias = g_.input(*sum.from, 1);
        if (!graph::is(product, {"MatMul"}))
            std::swap(product, bias);
        const edge x = g_.input(product, 0, {"MatMul"}, expected);
        for (const char* key : {"transpose_a", "transpose_b"})
            if (const auto* flag = graph::attribute(*product.from, key); flag && flag->b())
                g_.fail(*product.from, "a plain product", key);
        weight = g_.input(*product.from, 1);
        return x;
    }

    /// All zeros: the state before the first step.
    [[nodiscard]] bool is_zero(edge e) const {
        if (graph::is(e, {"Fill"}))
            e = g_.input(*e.from, 1);
        if (!graph::is(e, {"Const"}))
            return false;
        return std::ranges::all_of(g_.numbers(e).numbers, [](float x) { return x == 0; });
    }

private:
    [[nodiscard]] bool has_input(edge e, std::initializer_list<std::string_view> ops) const {
        return graph::is(g_.input(*e.from, 0), ops) || graph::is(g_.input(*e.from, 1), ops);
    }

    /// The two inputs of `e`, that of one of the operators `first` before the other.
    [[nodiscard]] std::pair<edge, edge> two(edge e, std::initializer_list<std::string_view> ops,
                                            std::initializer_list<std::string_view> first,
                                            const std::string& expected) const {
        edge a = g_.input(e, 0, ops, expected), b = g_.input(*e.from, 1);
        if (!graph::is(a, first))
            std::swap(a, b);
        if (!graph::is(a, first)) // the one that tells more
            g_.unexpected(meaning_of(a.from->op()).empty() ? b : a, expected);
        return {a, b};
    }

    /// Notes which quarter of the split gate `e` activates, and the constant added before.
    void quarter(cell& one, std::size_t gate, edge e,
                 std::initializer_list<std::string_view> activation) const {
        edge from = g_.input(e, 0, activation, std::string(*activation.begin()) + " of a gate");
        if (graph::is(from, sums)) {
            edge constant = g_.input(*from.from, 1);
            from = g_.input(*from.from, 0);
            if (graph::is(from, {"Const"}))
                std::swap(from, constant);
            if (graph::is(constant, {"Mul"}) || graph::is(from, {"Mul"}))
                g_.fail(*e.from, "a gate that sees x and h", "one that sees c too (peepholes)");
            const array a = g_.numbers(constant);
            if (a.numbers.size() != 1)
                g_.fail(*constant.from, "one number added to a gate",
                        std::to_string(a.numbers.size()));
            one.added[gate] = a.numbers.front();
        }
        if (!graph::is(from, {"Split"}))
            g_.unexpected(from, "a quarter of [x h] W + b");
        if (one.split.from == nullptr)
            one.split = {from.from, 0};
        const auto* parts = graph::attribute(*from.from, "num_split");
        const bool fits = one.split.from == from.from && parts && parts->i() == 4 &&
                          from.output < 4 &&
                          g_.whole_numbers(g_.input(*from.from, 0)) == std::vector<std::int32_t>{1};
        if (!fits)
            g_.fail(*from.from, "one split in four for all gates", "another");
        one.place[gate] = static_cast<int>(from.output);
    }

    const graph& g_;
};

/// Follows the graph from its end.
class reading {
public:
    explicit reading(const graph& g) : g_(g), match_(g) {}

    network all(const read_options& options) {
        edge at = g_.output(options.output);
        if (graph::is(at, {"Softmax", "LogSoftmax"}))
            at = g_.input(*at.from, 0);
        while (!graph::is(at, {"Mul"}))
            at = dense_before(at);
        layers_.emplace_back(last_step{});

        std::vector<edge> steps{at}; // the last one first
        std::vector<edge> wanted;    // what the layer above takes of this one
        do {
            auto [lstm_layer, h, x] = lstm_before(steps.front());
            if (!wanted.empty() && wanted != h)
                g_.fail(*steps.front().from, "a layer that takes each step of the one below",
                        "other steps");
            layers_.emplace_back(std::move(lstm_layer));
            if (layers_.size() > 64)
                g_.fail(*steps.front().from, "at most 64 layers", "more");
            steps = wanted = std::move(x);
        } while (graph::is(steps.front(), {"Mul"}));

        edge source = whole_of(steps);
        while (!graph::is(source, {"Placeholder", "Reshape", "Transpose"}))
            source = dense_before(source);
        check_input(source, inputs_of(layers_.back()), std::ssize(steps));

        network net;
        net.layers.assign(std::make_move_iterator(layers_.rbegin()),
                          std::make_move_iterator(layers_.rend()));
        net.metadata["window_steps"] = std::to_string(steps.size());
        check(g_.path(), net);
        return net;
    }

private:
    struct lstm_steps {
        lstm layer;
        std::vector<edge> h, x; // per step, the last one first
    };

    /// The dense layer that ends in `at` goes to layers_; what goes into it comes back.
    edge dense_before(edge at) {
        dense d;
        const std::pair<const char*, activation> known[] = {{"Relu", activation::relu},
                                                            {"Tanh", activation::tanh},
                                                            {"Sigmoid", activation::sigmoid}};
        for (const auto& [op, after] : known)
            if (graph::is(at, {op})) {
                d.after = after;
                at = g_.input(*at.from, 0);
                break;
            }
        edge weight, bias;
        const edge x = match_.affine_input(at, "a dense layer, x W + b", weight, bias);
        const std::string place = "node " + gait::in_quotes(weight.from->name());
        d.weight = transposed(as_matrix(g_.path(), place, g_.numbers(weight)));
        d.bias =
            as_vector(g_.path(), "node " + gait::in_quotes(bias.from->name()), g_.numbers(bias));
        layers_.emplace_back(std::move(d));
        if (layers_.size() > 64)
            g_.fail(*at.from, "at most 64 layers", "more");
        return x;
    }

    /// The LSTM whose last step gives `last`, followed back to its first.
    lstm_steps lstm_before(edge last) {
        lstm_steps all;
        const cell first = match_.step(last);
        edge h = last;
        for (cell now = first;;) {
            all.h.push_back(h);
            all.x.push_back(now.x);
            if (std::ssize(all.x) > g_.size())
                g_.fail(*last.from, "a first step", "a circle");
            if (match_.is_zero(now.h)) {
                if (!match_.is_zero(now.c))
                    g_.unexpected(now.c, "zeros before the first step");
                break;
            }
            const cell before = match_.step(now.h);
            if (before.c_after != now.c || !before.same_weights(first))
                g_.fail(*now.h.from, "the same LSTM at every step", "another one");
            h = std::exchange(now, before).h;
        }

        const auto place = [](edge e) { return "node " + gait::in_quotes(e.from->name()); };
        const matrix kernel = gates_in_order(
            transposed(as_matrix(g_.path(), place(first.kernel), g_.numbers(first.kernel))),
            first.place); // (4 H, F + H)
        const index units = kernel.rows / 4, features = kernel.columns - units;
        if (kernel.rows % 4 != 0 || features < 1)
            g_.fail(*first.kernel.from, "weights (F + H, 4 H)",
                    std::to_string(kernel.columns) + " by " + std::to_string(kernel.rows));
        all.layer = {{kernel.rows, features, {}}, {kernel.rows, units, {}}, {}};
        for (index row = 0; row < kernel.rows; ++row)
            for (index column = 0; column < kernel.columns; ++column)
                (column < features ? all.layer.weight_ih : all.layer.weight_hh)
                    .numbers.push_back(kernel.at(row, column));
        all.layer.bias = gates_in_order(
            as_vector(g_.path(), place(first.bias), g_.numbers(first.bias)), first.place);
        if (std::ssize(all.layer.bias) != kernel.rows)
            g_.fail(*first.bias.from, std::to_string(kernel.rows) + " numbers",
                    std::to_string(all.layer.bias.size()));
        for (index row = 0; row < kernel.rows; ++row)
            all.layer.bias[static_cast<std::size_t>(row)] +=
                first.added[static_cast<std::size_t>(row / units)];
        return all;
    }

    /// What is cut into these steps, the last one first: (T N, F) cut into T, or (T, N, F) or
    /// (N, T, F) along T.
    edge whole_of(const std::vector<edge>& steps) {
        const node& cut = *steps.front().from;
        const bool splits = cut.op() == "Split";
        if (!splits && cut.op() != "Unpack")
            g_.unexpected(steps.front(), "the steps of a window, or an LSTM below");
        const auto* count = graph::attribute(cut, splits ? "num_split" : "num");
        for (std::size_t t = 0; t < steps.size(); ++t)
            if (steps[steps.size() - 1 - t] != edge{&cut, static_cast<index>(t)})
                g_.fail(cut, "one step after the other", "another order of steps");
        if (count == nullptr || count->i() != std::ssize(steps))
            g_.fail(cut, "as many steps as the LSTM takes, " + std::to_string(steps.size()),
                    count ? std::to_string(count->i()) : "none");
        const auto* axis = graph::attribute(cut, "axis");
        steps_axis_ = splits || axis == nullptr ? 0 : axis->i();
        if (steps_axis_ != 0 && steps_axis_ != 1)
            g_.fail(cut, "steps along axis 0 or 1", std::to_string(steps_axis_));
        if (splits && g_.whole_numbers(g_.input(cut, 0)) != std::vector<std::int32_t>{0})
            g_.fail(cut, "a split by rows", "another");
        return g_.input(cut, splits ? 1 : 0);
    }

    /// `e`, cut into `steps`, must be the windows (N, T, F) that the graph is fed.
    void check_input(edge e, index features, index steps) const {
        if (graph::is(e, {"Reshape"})) {
            const edge shape = g_.input(*e.from, 1);
            if (g_.whole_numbers(shape) !=
                std::vector<std::int32_t>{-1, static_cast<std::int32_t>(features)})
                g_.fail(*e.from, "rows of " + std::to_string(features), "another shape");
            e = g_.input(*e.from, 0);
        }
        if (steps_axis_ == 0) {
            const edge windows =
                g_.input(e, 0, {"Transpose"}, "windows (N, T, F) turned to (T, N, F)");
            if (g_.whole_numbers(g_.input(*e.from, 1)) != std::vector<std::int32_t>{1, 0, 2})
                g_.fail(*e.from, "(N, T, F) turned to (T, N, F)", "another turn");
            e = windows;
        }
        if (!graph::is(e, {"Placeholder"}))
            g_.unexpected(e, "the windows that the graph is fed");
        const auto* shape = graph::attribute(*e.from, "shape");
        if (shape == nullptr || shape->shape().dim_size() != 3)
            return; // not told
        const auto fits = [&](int i, index wanted) {
            const auto size = shape->shape().dim(i).size();
            return size < 0 || size == wanted;
        };
        if (!fits(1, steps) || !fits(2, features))
            g_.fail(*e.from,
                    "windows of " + std::to_string(steps) + " by " + std::to_string(features),
                    "another shape");
    }

    index steps_axis_ = 0;
    std::vector<layer> layers_; // the last one first
    const graph& g_;
    matcher match_;
};

} // namespace

network read_tensorflow(const fs::path& path, const read_options& options) {
    if (!options.layers.empty())
        throw gait::error({path.string(), "", "no --layers", "a file that tells its layers"});
    const graph g(path);
    return reading(g).all(options);
}

} // namespace interop
