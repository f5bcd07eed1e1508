// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The option --precision, and the line that tells what became of it.
#pragma once

#include <gait/kernels/product_precision.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <map>
#include <string>

namespace har {

inline void add_precision_option(CLI::App& app, gait::product_precision& precision) {
    static const auto by_name = [] {
        std::map<std::string, gait::product_precision> names;
        for (const auto p : gait::product_precisions)
            names.emplace(gait::name_of(p), p);
        return names;
    }();
    app.add_option("--precision", precision,
                   "of the LSTMs' products: fp32; fp32_split, each float as three bfloat16, as\n"
                   "exact and faster where the processor has matrix tiles; bf16, floats rounded\n"
                   "to bfloat16. Where nothing multiplies bfloat16: fp32")
        ->transform(CLI::CheckedTransformer(by_name).description("{fp32,fp32_split,bf16}"))
        ->default_str(std::string(gait::name_of(precision)));
}

/// Unless it is what happens anyway.
inline void print_precision(gait::product_precision precision, std::FILE* to = stdout) {
    if (precision != gait::product_precision::fp32)
        std::fprintf(to, "Products in %s.\n", gait::description_of(precision).c_str());
}

} // namespace har
