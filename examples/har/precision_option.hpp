// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The option --precision, and the line that tells what became of it.
#pragma once

#include <gait/kernels/product_precision.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>
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

/// Unless it is what happens anyway.
inline void print_precision(gait::product_precision precision, std::FILE* to = stdout) {
    if (precision != gait::product_precision::fp32)
        std::fprintf(to, "Products in %s.\n", gait::description_of(precision).c_str());
}

} // namespace har
