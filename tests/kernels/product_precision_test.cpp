// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Which precision is computed when one is asked for, and what people are told.
#include "support/bfloat16_units.hpp"

#include <gait/kernels/product_precision.hpp>

#include <doctest/doctest.h>

#include <string>

TEST_CASE("without a unit for bfloat16 every precision is fp32, and it is said why") {
    const test::unit_in_use use(gait::bfloat16_unit::none);
    for (const auto p : gait::product_precisions)
        CHECK(gait::available(p) == gait::product_precision::fp32);
    CHECK(gait::description_of(gait::product_precision::fp32) == "fp32 on multiply-adds");
    CHECK(gait::description_of(gait::product_precision::bf16) ==
          "fp32 on multiply-adds, as nothing here multiplies bfloat16 for bf16");
}

TEST_CASE("with one it is what was asked for") {
    const test::unit_in_use use(gait::bfloat16_unit::tiles);
    for (const auto p : gait::product_precisions)
        CHECK(gait::available(p) == p);
    CHECK(gait::description_of(gait::product_precision::fp32_split) ==
          "fp32_split on matrix tiles");
    CHECK(gait::description_of(gait::product_precision::fp32) == "fp32 on multiply-adds");
}

TEST_CASE("a program without kernels for bfloat16 has no unit for them") {
    CHECK(gait::has_bfloat16_products == (gait::unit_for_bfloat16() != gait::bfloat16_unit::none));
}
