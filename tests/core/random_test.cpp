// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/core/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

using gait::purpose;
using gait::random_stream;

TEST_CASE("philox gives the published known answers") {
    // Random123's known-answer vectors for philox4x32-10.
    using words = std::array<std::uint32_t, 4>;
    CHECK(gait::philox({0, 0, 0, 0}, {0, 0}) ==
          words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    CHECK(
        gait::philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    CHECK(
        gait::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("seed, purpose, epoch and sample each choose other numbers") {
    const auto first = [](random_stream s) { return s(); };
    const auto base = first({1, purpose::shuffle, 2, 3});
    CHECK(base == first({1, purpose::shuffle, 2, 3}));
    CHECK(base != first({2, purpose::shuffle, 2, 3}));
    CHECK(base != first({1, purpose::dropout, 2, 3}));
    CHECK(base != first({1, purpose::shuffle, 3, 3}));
    CHECK(base != first({1, purpose::shuffle, 2, 4}));
    CHECK(base != first(random_stream(1, purpose::shuffle, 2, 3).fork(0)));
    CHECK(first(random_stream(1, purpose::shuffle).fork(0)) !=
          first(random_stream(1, purpose::shuffle).fork(1)));
}

TEST_CASE("uniform, below and normal have the moments they should") {
    random_stream random(7, purpose::user);
    constexpr int n = 200'000;
    double sum = 0, sum_normal = 0, squares = 0;
    std::vector<int> counts(7);
    for (int i = 0; i < n; ++i) {
        const float u = random.uniform();
        REQUIRE(u >= 0.0F);
        REQUIRE(u < 1.0F);
        sum += static_cast<double>(u);
        ++counts[random.below(7)];
        const double z = random.normal();
        sum_normal += z;
        squares += z * z;
    }
    CHECK(sum / n == doctest::Approx(0.5).epsilon(0.01));
    CHECK(std::abs(sum_normal / n) < 0.01);
    CHECK(squares / n == doctest::Approx(1.0).epsilon(0.02));
    for (const int count : counts)
        CHECK(count == doctest::Approx(n / 7.0).epsilon(0.03));
}

TEST_CASE("shuffle is a permutation that its stream decides") {
    std::vector<int> a(1000), b, sorted;
    std::iota(a.begin(), a.end(), 0);
    sorted = b = a;
    gait::shuffle(a, random_stream(1, purpose::shuffle, 5));
    gait::shuffle(b, random_stream(1, purpose::shuffle, 5));
    CHECK(a == b);
    CHECK(a != sorted);
    gait::shuffle(b, random_stream(1, purpose::shuffle, 6));
    CHECK(a != b);
    std::sort(a.begin(), a.end());
    CHECK(a == sorted);
}
