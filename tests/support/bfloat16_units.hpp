// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The same test on every unit that multiplies bfloat16: dot products where the program is compiled
// for a processor that has them, and matrix tiles, of the processor or else emulated.
#pragma once

#include "support/matrix_tile_emulator.hpp"

#include <gait/kernels/product_precision.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>

namespace test {

/// Another unit while it lives, however its scope is left.
class unit_in_use {
public:
    explicit unit_in_use(gait::bfloat16_unit unit) { gait::use_unit_for_bfloat16(unit); }
    ~unit_in_use() { gait::use_unit_for_bfloat16(before_); }
    unit_in_use(const unit_in_use&) = delete;
    unit_in_use& operator=(const unit_in_use&) = delete;

private:
    gait::bfloat16_unit before_ = gait::unit_for_bfloat16();
};

/// Whether the unit in use is emulated, hundreds of times slower than a real one.
inline bool bfloat16_is_emulated() {
    return gait::unit_for_bfloat16() == gait::bfloat16_unit::tiles &&
           !gait::matrix_tiles_permitted();
}

/// Calls work() with each unit in use; says which one that is if a check fails, and once what is
/// left out.
template <class Work>
void on_each_bfloat16_unit(const Work& work) {
    if constexpr (!gait::has_bfloat16_products) {
        MESSAGE("skipped: this program is compiled for a processor without bfloat16 products");
    } else {
        const auto with = [&](gait::bfloat16_unit unit, const std::string& name) {
            INFO("on ", name);
            const unit_in_use use(unit);
            work();
        };
        with(gait::bfloat16_unit::dots, "dot products");
#if defined(GAIT_MATRIX_TILES)
        const bool real = gait::matrix_tiles_permitted();
        std::optional<matrix_tile_emulator> emulator;
        if (!real)
            emulator.emplace();
        with(gait::bfloat16_unit::tiles, real ? "matrix tiles" : "emulated matrix tiles");
#else
        MESSAGE("skipped: matrix tiles are for Linux on x86-64");
#endif
    }
}

} // namespace test
