// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The line that tells what became of --precision.
#pragma once

#include <gait/kernels/product_precision.hpp>

#include <cstdio>

namespace har {

/// Unless it is what happens anyway.
inline void print_precision(gait::product_precision precision, std::FILE* to = stdout) {
    if (precision != gait::product_precision::fp32)
        std::fprintf(to, "Products in %s.\n", gait::description_of(precision).c_str());
}

} // namespace har
