// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/kernels/simd.hpp>

#include <support/largest.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

TEST_CASE_TEMPLATE("loads and stores stop where they are told to", T, float, double) {
    constexpr gait::index L = gait::lanes<T>;
    for (gait::index count = 1; count <= L; ++count) {
        std::vector<T> from(static_cast<std::size_t>(count), T{2}); // nothing may be read behind it
        std::vector<T> to(static_cast<std::size_t>(L), T{7});
        const auto x = gait::simd::load(static_cast<const T*>(from.data()), count);
        CHECK(gait::simd::sum<T>(x) == static_cast<T>(2 * count));
        gait::simd::store<T>(to.data(), x, count);
        CHECK(std::count(to.begin(), to.end(), T{2}) == count);
        CHECK(std::count(to.begin(), to.end(), T{7}) == L - count);
    }
}

namespace {

struct two_floats {
    float first, second;
};

/// What a kernel reads of a pair.
two_floats read(gait::bfloat16_pair pair) {
    gait::bfloat16_pair row[gait::lanes<float>];
    std::fill(std::begin(row), std::end(row), pair);
    const auto one = [&](gait::index v) {
        float lanes[gait::lanes<float>];
        gait::simd::store<float>(lanes, gait::simd::load_vector(row, v));
        return lanes[gait::lanes<float> - 1];
    };
    return {one(0), one(1)};
}

} // namespace

TEST_CASE("a pair of bfloat16 is the nearest to two floats") {
    std::mt19937 random(1);
    std::uniform_int_distribution<std::uint32_t> any_bits;
    double worst = 0;
    for (int i = 0; i < 200'000; ++i) {
        const auto a = std::bit_cast<float>(any_bits(random));
        const auto b = std::bit_cast<float>(any_bits(random));
        if (!std::isfinite(a) || !std::isfinite(b))
            continue;
        const auto [first, second] = read(gait::to_bfloat16(a, b));
        REQUIRE(std::isfinite(first));
        REQUIRE(std::isfinite(second));
        for (const auto& [x, y] : {std::pair{a, first}, {b, second}})
            if (std::abs(x) >= 1e-35F && std::abs(x) <= 3e38F)
                worst = gait_test::larger(worst, std::abs(static_cast<double>(y) / x - 1));
    }
    MESSAGE("largest relative error 2^", std::log2(worst));
    CHECK(worst <= 0x1p-8);
    CHECK(worst > 0x1p-10);
}

TEST_CASE("bfloat16 keeps what it can represent, zeros and NaN") {
    const auto [one, zero] = read(gait::to_bfloat16(1.0F, 0.0F));
    CHECK(one == 1.0F);
    CHECK(std::abs(zero) < 1e-38F);
    const auto [minus_half, two] = read(gait::to_bfloat16(-0.5F, 2.0F));
    CHECK(minus_half == -0.5F);
    CHECK(std::abs(two - 2.0F) <= 2.0F * 0x1p-8F);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    CHECK(std::isnan(read(gait::to_bfloat16(nan, 1.0F)).first));
    CHECK(std::isnan(read(gait::to_bfloat16(1.0F, nan)).second));
}
