// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The option --precision.
#pragma once

#include "support/command_line.hpp"

#include <gait/kernels/product_precision.hpp>

#include <string>
#include <utility>
#include <vector>

namespace har {

inline void add_precision_option(CLI::App& app, gait::product_precision& precision) {
    std::vector<std::pair<std::string, gait::product_precision>> choices;
    for (const auto p : gait::product_precisions)
        choices.emplace_back(gait::name_of(p), p);
    support::add_choice(
        app, "--precision", precision, choices,
        "of the LSTMs' products: fp32; fp32_split, each float as three bfloat16, about\n"
        "as exact, for processors with matrix tiles; bf16, floats rounded to bfloat16.\n"
        "Where nothing multiplies bfloat16: fp32");
}

} // namespace har
