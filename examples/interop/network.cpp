// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include "network.hpp"

#include <gait/files/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace interop {

namespace {

constexpr std::array<const char*, 4> activation_names{"identity", "relu", "tanh", "sigmoid"};

double activated(activation after, double x) {
    switch (after) {
    case activation::relu:
        return std::max(x, 0.0);
    case activation::tanh:
        return std::tanh(x);
    case activation::sigmoid:
        return 1 / (1 + std::exp(-x));
    case activation::identity:
        break;
    }
    return x;
}

/// sum_j w(row, j) x(j)
double product(const matrix& w, index row, const double* x) {
    double sum = 0;
    for (index j = 0; j < w.columns; ++j)
        sum += static_cast<double>(w.at(row, j)) * x[j];
    return sum;
}

/// Each overload: x (T, in) to y (T, out), or (1, in) behind the last step.
struct forward {
    std::vector<double>& x;
    index width; ///< features of a step of x

    void operator()(const dense& d) const {
        const index steps = std::ssize(x) / d.weight.columns;
        std::vector<double> y;
        for (index t = 0; t < steps; ++t)
            for (index k = 0; k < d.weight.rows; ++k)
                y.push_back(
                    activated(d.after, static_cast<double>(d.bias[static_cast<std::size_t>(k)]) +
                                           product(d.weight, k, x.data() + t * d.weight.columns)));
        x = std::move(y);
    }

    // i, f, o = sigmoid, g = tanh of W_ih x + W_hh h + b;  c = f c + i g;  h = o tanh(c)
    void operator()(const lstm& l) const {
        const index features = l.weight_ih.columns, units = l.weight_hh.columns;
        const index steps = std::ssize(x) / features;
        const auto size = static_cast<std::size_t>(units);
        std::vector<double> h(size), c(size), gates(4 * size), y;
        for (index t = 0; t < steps; ++t) {
            for (index k = 0; k < 4 * units; ++k) {
                const auto at = static_cast<std::size_t>(k);
                gates[at] = activated(k / units == 2 ? activation::tanh : activation::sigmoid,
                                      static_cast<double>(l.bias[at]) +
                                          product(l.weight_ih, k, x.data() + t * features) +
                                          product(l.weight_hh, k, h.data()));
            }
            for (std::size_t u = 0; u < size; ++u) {
                c[u] = gates[size + u] * c[u] + gates[u] * gates[2 * size + u];
                h[u] = gates[3 * size + u] * std::tanh(c[u]);
            }
            y.insert(y.end(), h.begin(), h.end());
        }
        x = std::move(y);
    }

    void operator()(const last_step&) const { x.erase(x.begin(), x.end() - width); }
};

void check_matrix(const fs::path& path, const std::string& place, const matrix& m) {
    const bool whole = m.rows >= 1 && m.columns >= 1 && std::ssize(m.numbers) == m.rows * m.columns;
    if (!whole)
        throw gait::error({path.string(), place, "a matrix of at least 1 by 1",
                           std::to_string(m.rows) + " by " + std::to_string(m.columns)});
}

void check_size(const fs::path& path, const std::string& place, index wanted, index found) {
    if (wanted != found)
        throw gait::error({path.string(), place, std::to_string(wanted), std::to_string(found)});
}

void check_finite(const fs::path& path, const std::string& place,
                  const std::vector<float>& numbers) {
    for (const float number : numbers)
        if (!std::isfinite(number))
            throw gait::error({path.string(), place, "finite numbers", std::to_string(number)});
}

} // namespace

index inputs_of(const layer& one) {
    if (const auto* d = std::get_if<dense>(&one))
        return d->weight.columns;
    if (const auto* l = std::get_if<lstm>(&one))
        return l->weight_ih.columns;
    return 0;
}

index outputs_of(const layer& one) {
    if (const auto* d = std::get_if<dense>(&one))
        return d->weight.rows;
    if (const auto* l = std::get_if<lstm>(&one))
        return l->weight_hh.columns;
    return 0;
}

index inputs_of(const network& net) { return inputs_of(net.layers.front()); }

index outputs_of(const network& net) {
    index features = 0;
    for (const layer& one : net.layers)
        if (!std::holds_alternative<last_step>(one))
            features = outputs_of(one);
    return features;
}

bool ends_in_vector(const network& net) {
    return std::ranges::any_of(
        net.layers, [](const layer& one) { return std::holds_alternative<last_step>(one); });
}

std::string name_of(activation one) { return activation_names[static_cast<std::size_t>(one)]; }

activation activation_named(const fs::path& path, const std::string& place,
                            const std::string& name) {
    const auto at =
        std::ranges::find(activation_names, name == "linear" ? std::string("identity") : name);
    if (at == activation_names.end())
        throw gait::error({path.string(), place, "the activation identity, relu, tanh or sigmoid",
                           gait::in_quotes(name)});
    return static_cast<activation>(at - activation_names.begin());
}

std::string description(const network& net) {
    std::string text;
    bool sequence = true;
    index features = 0;
    for (const layer& one : net.layers) {
        text += text.empty() ? "" : " | ";
        const std::string sizes =
            std::to_string(inputs_of(one)) + ", " + std::to_string(outputs_of(one));
        if (const auto* d = std::get_if<dense>(&one)) {
            const std::string plain = "dense(" + sizes + ", " + name_of(d->after) + ")";
            text += sequence ? "each_step(" + plain + ")" : plain;
        } else if (std::holds_alternative<lstm>(one)) {
            text += "lstm(" + sizes + ")";
        } else {
            text += "last_step(" + std::to_string(features) + ")";
            sequence = false;
            continue;
        }
        features = outputs_of(one);
    }
    return text;
}

void check(const fs::path& path, const network& net) {
    index features = 0;
    bool sequence = true, remembers = false;
    for (std::size_t i = 0; i < net.layers.size(); ++i) {
        const std::string place = "layer " + std::to_string(i);
        const layer& one = net.layers[i];
        if (std::holds_alternative<last_step>(one)) {
            if (!sequence || features == 0)
                throw gait::error({path.string(), place, "steps to take the last of", "none"});
            sequence = false;
            continue;
        }
        if (features > 0)
            check_size(path, place + ", features in", features, inputs_of(one));
        if (const auto* d = std::get_if<dense>(&one)) {
            check_matrix(path, place + ", weight", d->weight);
            check_size(path, place + ", numbers in the bias", d->weight.rows, std::ssize(d->bias));
            check_finite(path, place, d->weight.numbers);
            check_finite(path, place, d->bias);
        } else if (const auto* l = std::get_if<lstm>(&one)) {
            if (!sequence)
                throw gait::error({path.string(), place, "no LSTM behind the last step", "one"});
            const index units = l->weight_hh.columns;
            check_matrix(path, place + ", input weights", l->weight_ih);
            check_matrix(path, place + ", recurrent weights", l->weight_hh);
            check_size(path, place + ", rows of the recurrent weights", 4 * units,
                       l->weight_hh.rows);
            check_size(path, place + ", rows of the input weights", 4 * units, l->weight_ih.rows);
            check_size(path, place + ", numbers in the bias", 4 * units, std::ssize(l->bias));
            check_finite(path, place, l->weight_ih.numbers);
            check_finite(path, place, l->weight_hh.numbers);
            check_finite(path, place, l->bias);
            remembers = true;
        }
        features = outputs_of(one);
    }
    if (!remembers)
        throw gait::error({path.string(), "", "a model with an LSTM", "none"});
}

std::vector<float> run(const network& net, const std::vector<float>& x) {
    std::vector<double> y(x.begin(), x.end());
    index width = inputs_of(net);
    for (const layer& one : net.layers) {
        std::visit(forward{y, width}, one);
        if (!std::holds_alternative<last_step>(one))
            width = outputs_of(one);
    }
    std::vector<float> logits;
    for (const double number : y)
        logits.push_back(static_cast<float>(number));
    return logits;
}

} // namespace interop
