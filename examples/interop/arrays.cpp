// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include "arrays.hpp"

#include <gait/files/json.hpp>
#include <gait/files/tensor_info.hpp>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace interop {

namespace {

/// "lstm_10" after "lstm_9".
bool comes_before(std::string_view a, std::string_view b) {
    const auto digits = [](std::string_view text) {
        std::size_t n = 0;
        while (n < text.size() && std::isdigit(static_cast<unsigned char>(text[n])))
            ++n;
        return n;
    };
    while (!a.empty() && !b.empty()) {
        const std::size_t m = digits(a), n = digits(b);
        if (m > 0 && n > 0) {
            if (m != n)
                return m < n;
            if (const int order = a.substr(0, m).compare(b.substr(0, n)); order != 0)
                return order < 0;
            a.remove_prefix(m), b.remove_prefix(n);
        } else {
            if (a.front() != b.front())
                return a.front() < b.front();
            a.remove_prefix(1), b.remove_prefix(1);
        }
    }
    return a.size() < b.size();
}

bool is_dense(const part& p) {
    return p.layers.size() == 1 && std::holds_alternative<dense>(p.layers.front());
}

std::string list_of(const std::vector<part>& parts) {
    std::string text;
    for (const part& p : parts) {
        text += text.empty() ? "" : ", ";
        text += gait::in_quotes(p.name);
        for (const layer& one : p.layers)
            text += (is_dense(p) ? " dense(" : " lstm(") + std::to_string(inputs_of(one)) + ", " +
                    std::to_string(outputs_of(one)) + ")";
    }
    return text;
}

/// Puts the parts into the order told, and their activations where they belong.
std::vector<part> told(const fs::path& path, std::vector<part> parts, const order_option& order) {
    std::vector<part> all;
    for (const std::string& word : order) {
        const auto colon = word.rfind(':');
        const std::string name = word.substr(0, colon);
        const auto at = std::ranges::find(parts, name, &part::name);
        if (at == parts.end())
            throw gait::error({path.string(), "", "the layer " + gait::in_quotes(name),
                               parts.empty() ? "no more layers" : list_of(parts)});
        if (colon != word.npos) {
            const auto after = activation_named(path, "--layers " + word, word.substr(colon + 1));
            if (!is_dense(*at))
                throw gait::error({path.string(), "--layers " + word,
                                   "an activation of a dense layer", "an LSTM, which has its own"});
            std::get<dense>(at->layers.front()).after = after;
        }
        all.push_back(std::move(*at));
        parts.erase(at);
    }
    if (!parts.empty())
        throw gait::error(
            {path.string(), "", "all its layers in --layers", "also " + list_of(parts)});
    return all;
}

/// Where a name of an array in a PyTorch state belongs.
struct state_name {
    std::string part, kind;
    index number = 0; ///< in a stack of LSTMs

    explicit state_name(const std::string& name) {
        const auto dot = name.rfind('.');
        part = dot == name.npos ? "" : name.substr(0, dot);
        kind = name.substr(dot == name.npos ? 0 : dot + 1);
        const auto at = kind.rfind("_l");
        // More than 1,000 LSTMs one on top of the other is another kind of name.
        if (at != kind.npos && kind.size() > at + 2 && kind.size() <= at + 5 &&
            std::all_of(kind.begin() + static_cast<std::ptrdiff_t>(at) + 2, kind.end(),
                        [](unsigned char c) { return std::isdigit(c); })) {
            number = std::stol(kind.substr(at + 2));
            kind.resize(at);
        }
    }
};

[[noreturn]] void refuse(const fs::path& path, const std::string& name, const std::string& expected,
                         const std::string& found) {
    throw gait::error({path.string(), "array " + gait::in_quotes(name), expected, found});
}

/// One layer of a PyTorch state.
struct state_layer {
    const fs::path& path;
    const named_arrays& arrays;
    const std::map<std::string, std::string>& names; ///< by their kind: "weight", "bias_ih", ...

    [[nodiscard]] layer whole(const std::string& place) const {
        if (names.contains("weight")) {
            if (names.size() > 1 + names.count("bias"))
                refuse(path, names.at("weight"), "a dense layer", "an LSTM of the same name");
            dense d{weight(place, "weight"), {}};
            d.bias = bias("bias", d.weight.rows);
            return d;
        }
        if (names.contains("bias"))
            refuse(path, names.at("bias"), "a dense layer's weight beside it", "none");
        lstm l{weight(place, "weight_ih"), weight(place, "weight_hh"), {}};
        const index units = l.weight_hh.columns, rows = l.weight_ih.rows;
        if (rows == units || rows == 3 * units)
            refuse(path, names.at("weight_ih"), "an LSTM's four gates",
                   rows == units ? "one: a plain recurrent layer" : "three: a GRU");
        l.bias = bias("bias_ih", rows);
        const auto second = bias("bias_hh", rows);
        for (std::size_t i = 0; i < second.size(); ++i)
            if (second[i] != 0) // -0 + 0 would be +0
                l.bias[i] += second[i];
        return l;
    }

private:
    [[nodiscard]] matrix weight(const std::string& place, const std::string& kind) const {
        const auto at = names.find(kind);
        if (at == names.end())
            throw gait::error({path.string(), place, "the array " + kind, "none"});
        return as_matrix(path, place + ", " + kind, arrays.at(at->second));
    }

    /// A layer without a bias has zeros.
    [[nodiscard]] std::vector<float> bias(const std::string& kind, index rows) const {
        const auto at = names.find(kind);
        if (at == names.end())
            return std::vector<float>(static_cast<std::size_t>(rows));
        const array& a = arrays.at(at->second);
        if (a.shape != std::vector<index>{rows})
            refuse(path, at->second, gait::shape_text({rows}), gait::shape_text(a.shape));
        return a.numbers;
    }
};

} // namespace

index count_of(const fs::path& path, const std::string& place,
               std::span<const std::int64_t> shape) {
    index count = 1;
    for (const std::int64_t size : shape) {
        if (size < 1 || count > most_numbers / size)
            throw gait::error({path.string(), place,
                               "1 to " + std::to_string(most_numbers) + " numbers",
                               "the shape " + gait::shape_text({shape.begin(), shape.end()})});
        count *= static_cast<index>(size);
    }
    return count;
}

matrix as_matrix(const fs::path& path, const std::string& place, const array& a) {
    if (a.shape.size() != 2)
        throw gait::error({path.string(), place, "a matrix", gait::shape_text(a.shape)});
    return {a.shape[0], a.shape[1], a.numbers};
}

matrix transposed(const matrix& m) {
    matrix t{m.columns, m.rows, {}};
    t.numbers.reserve(m.numbers.size());
    for (index column = 0; column < m.columns; ++column)
        for (index row = 0; row < m.rows; ++row)
            t.numbers.push_back(m.at(row, column));
    return t;
}

std::vector<float> as_vector(const fs::path& path, const std::string& place, const array& a) {
    if (a.shape.size() != 1)
        throw gait::error({path.string(), place, "a vector", gait::shape_text(a.shape)});
    return a.numbers;
}

std::vector<float> gates_in_order(const std::vector<float>& bias, const std::array<int, 4>& order) {
    const index block = std::ssize(bias) / 4;
    std::vector<float> all;
    for (const int from : order)
        std::copy_n(bias.begin() + from * block, block, std::back_inserter(all));
    return all;
}

matrix gates_in_order(const matrix& m, const std::array<int, 4>& order) {
    // Whole rows move, so the numbers of a block lie together.
    return {m.rows, m.columns, m.rows % 4 == 0 ? gates_in_order(m.numbers, order) : m.numbers};
}

namespace {

/// The parts with two neighbouring LSTMs swapped, if they fit that way too and their names, but for
/// numbers in them, say nothing of what comes first; or none.
std::vector<part> another_order(const std::vector<part>& parts) {
    const auto words = [](std::string name) {
        std::erase_if(name, [](unsigned char c) { return std::isdigit(c) != 0; });
        return name;
    };
    const auto fits = [](const std::vector<part>& all) {
        return std::ranges::adjacent_find(all, [](const part& a, const part& b) {
                   return outputs_of(a.layers.back()) != inputs_of(b.layers.front());
               }) == all.end();
    };
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        if (is_dense(parts[i]) || is_dense(parts[i + 1]) ||
            words(parts[i].name) == words(parts[i + 1].name))
            continue;
        auto other = parts;
        std::swap(other[i], other[i + 1]);
        if (fits(other))
            return other;
    }
    return {};
}

} // namespace

network arrange(const fs::path& path, std::vector<part> parts, const order_option& order) {
    if (order.empty()) {
        std::ranges::sort(parts, comes_before, &part::name);
        if (const auto other = another_order(parts); !other.empty())
            throw gait::error(
                {path.string(), "",
                 "--layers, since the names don't tell the order: " + list_of(parts) + ", or",
                 list_of(other)});
    } else
        parts = told(path, std::move(parts), order);

    network net;
    std::size_t behind_lstm = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const part& p = parts[i];
        const bool silent = i < order.size() ? order[i].find(':') == order[i].npos : true;
        if (is_dense(p) && i + 1 < parts.size() && silent)
            throw gait::error({path.string(), "layer " + gait::in_quotes(p.name),
                               "its activation, which is not in the file: --layers NAME:relu,...",
                               "the layers " + list_of(parts)});
        for (const layer& one : p.layers)
            net.layers.push_back(one);
        if (!is_dense(p))
            behind_lstm = net.layers.size();
    }
    if (behind_lstm > 0)
        net.layers.insert(net.layers.begin() + static_cast<std::ptrdiff_t>(behind_lstm),
                          last_step{});
    for (std::size_t i = 0, previous = 0; i < net.layers.size(); ++i) {
        if (std::holds_alternative<last_step>(net.layers[i]))
            continue;
        if (i > 0 && inputs_of(net.layers[i]) != outputs_of(net.layers[previous]))
            throw gait::error({path.string(), "",
                               "layers that fit in the order of --layers, or else of their names",
                               list_of(parts)});
        previous = i;
    }
    check(path, net);
    return net;
}

std::vector<part> parts_of_state(const fs::path& path, named_arrays arrays) {
    std::map<std::string, std::map<index, std::map<std::string, std::string>>> found;
    for (const auto& [name, a] : arrays) {
        if (name.ends_with("_reverse"))
            refuse(path, name, "one direction", "the second one of a bidirectional layer");
        const state_name where(name);
        if (where.kind == "weight_hr")
            refuse(path, name, "an LSTM as wide as its cells", "a projection (proj_size)");
        static const std::set<std::string> known{"weight",    "bias",    "weight_ih",
                                                 "weight_hh", "bias_ih", "bias_hh"};
        if (!known.contains(where.kind))
            refuse(path, name, "a weight or bias of a dense layer or LSTM",
                   gait::shape_text(a.shape));
        if (!found[where.part][where.number].try_emplace(where.kind, name).second)
            refuse(path, name, "one array of its kind", "two");
    }

    std::vector<part> parts;
    for (const auto& [name, stack] : found) {
        part p{name, {}};
        for (const auto& numbered : stack)
            p.layers.push_back(state_layer{path, arrays, numbered.second}.whole(
                "layer " + gait::in_quotes(name) + " " + std::to_string(numbered.first)));
        const bool mixed =
            p.layers.size() > 1 && std::ranges::any_of(p.layers, [](const layer& one) {
                return std::holds_alternative<dense>(one);
            });
        if (mixed || stack.rbegin()->first != std::ssize(stack) - 1)
            throw gait::error({path.string(), "layer " + gait::in_quotes(name),
                               "one dense layer, or LSTMs counted from l0", "another mixture"});
        parts.push_back(std::move(p));
    }
    return parts;
}

} // namespace interop
