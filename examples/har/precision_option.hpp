// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The option --precision.
#pragma once

#include <gait/kernels/product_precision.hpp>

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace har {

inline void add_precision_option(CLI::App& app, gait::product_precision& precision) {
    std::vector<std::string> names;
    for (const auto p : gait::product_precisions)
        names.emplace_back(gait::name_of(p));
    app.add_option_function<std::string>(
           "--precision",
           [&precision](const std::string& name) {
               for (const auto p : gait::product_precisions)
                   if (gait::name_of(p) == name)
                       precision = p;
           },
           "of the LSTMs' products: fp32; fp32_split, each float as three bfloat16, about\n"
           "as exact, for processors with matrix tiles; bf16, floats rounded to bfloat16.\n"
           "Where nothing multiplies bfloat16: fp32")
        ->check(CLI::IsMember(names))
        ->default_str(std::string(gait::name_of(precision)));
}

} // namespace har
