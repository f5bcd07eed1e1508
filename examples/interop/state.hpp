// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A network's numbers under the names that gait and PyTorch give them (docs/weights-format.md).
#pragma once

#include "arrays.hpp"

#include <string>
#include <utility>
#include <vector>

namespace interop {

/// "{index}.{name}" and array, in the order of the layers. PyTorch's second biases are zeros.
inline std::vector<std::pair<std::string, array>> state_of(const network& net) {
    std::vector<std::pair<std::string, array>> all;
    int number = 0;
    for (const layer& one : net.layers) {
        const std::string prefix = std::to_string(number) + ".";
        const auto add = [&](const char* name, std::vector<index> shape,
                             std::vector<float> numbers) {
            all.push_back({prefix + name, {std::move(shape), std::move(numbers)}});
        };
        const auto add_matrix = [&](const char* name, const matrix& m) {
            add(name, {m.rows, m.columns}, m.numbers);
        };
        if (const auto* d = std::get_if<dense>(&one)) {
            add_matrix("weight", d->weight);
            add("bias", {d->weight.rows}, d->bias);
        } else if (const auto* l = std::get_if<lstm>(&one)) {
            const index rows = l->weight_ih.rows;
            add_matrix("weight_ih_l0", l->weight_ih);
            add_matrix("weight_hh_l0", l->weight_hh);
            add("bias_ih_l0", {rows}, l->bias);
            add("bias_hh_l0", {rows}, std::vector<float>(static_cast<std::size_t>(rows)));
        } else {
            continue;
        }
        ++number;
    }
    return all;
}

} // namespace interop
