// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/core/half.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>

using gait::from_half;
using gait::to_half;

namespace {
constexpr float infinity = std::numeric_limits<float>::infinity();

/// (-1)^s 2^(e - 15) (1 + f / 1024), and denormals below: the definition, in double.
double value_of(std::uint16_t half) {
    const int exponent = half >> 10 & 31, fraction = half & 1023;
    const double size =
        exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    return (half & 0x8000) != 0 ? -size : size;
}
} // namespace

TEST_CASE("every half is the number that its definition says, and comes back") {
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
        const auto half = static_cast<std::uint16_t>(bits);
        if ((half & 0x7FFF) > 0x7C00) {
            CHECK(std::isnan(from_half(half)));
            CHECK(std::isnan(from_half(to_half(from_half(half)))));
        } else if ((half & 0x7FFF) == 0x7C00) {
            CHECK(from_half(half) == (half == 0x7C00 ? infinity : -infinity));
            CHECK(to_half(from_half(half)) == half);
        } else {
            CHECK(static_cast<double>(from_half(half)) == value_of(half));
            CHECK(to_half(from_half(half)) == half); // -0 included
        }
    }
}

TEST_CASE("a number becomes the nearest half, halfway the even one") {
    for (std::uint16_t half = 0; half < 0x7BFF; ++half) {
        const auto next = static_cast<std::uint16_t>(half + 1);
        const auto middle = static_cast<float>((value_of(half) + value_of(next)) / 2);
        for (const bool negative : {false, true}) {
            const float s = negative ? -1.0F : 1.0F;
            const auto with_sign = [&](std::uint16_t h) {
                return static_cast<std::uint16_t>(h | (negative ? 0x8000 : 0));
            };
            CHECK(to_half(s * middle) == with_sign(half % 2 == 0 ? half : next));
            CHECK(to_half(s * std::nextafter(middle, 0.0F)) == with_sign(half));
            CHECK(to_half(s * std::nextafter(middle, infinity)) == with_sign(next));
        }
    }
    CHECK(to_half(gait::largest_half) == 0x7BFF);
    CHECK(to_half(std::nextafter(65520.0F, 0.0F)) == 0x7BFF);
    CHECK(to_half(65520.0F) == 0x7C00);
    CHECK(to_half(std::numeric_limits<float>::max()) == 0x7C00);
    CHECK(to_half(std::numeric_limits<float>::denorm_min()) == 0);
}
