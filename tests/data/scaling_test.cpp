// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/core/random.hpp>
#include <gait/data/scaling.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

TEST_CASE("mean and deviation of the given ranges, feature by feature") {
    //                          excluded      two ranges: 1 2 3 4, and 10 10 10 10
    const std::vector<float> x{99, 99, 1, 10, 2, 10, 99, 99, 3, 10, 4, 10};
    const std::vector<gait::sample_range> ranges{{1, 3}, {4, 6}};
    const auto s = gait::fit_scaling(x, 2, ranges);
    REQUIRE(s.mean.size() == 2);
    CHECK(s.mean[0] == doctest::Approx(2.5));
    CHECK(s.deviation[0] == doctest::Approx(1.1180340)); // sqrt(5 / 4)
    CHECK(s.mean[1] == doctest::Approx(10));
    CHECK(s.deviation[1] == 1.0F); // it never changes
}

TEST_CASE("a small movement on a large offset is measured well") {
    std::vector<float> x;
    for (int i = 0; i < 100'000; ++i)
        x.push_back(i % 2 == 0 ? 1000.0F : 1000.125F);
    const std::vector<gait::sample_range> all{{0, 100'000}};
    const auto s = gait::fit_scaling(x, 1, all);
    CHECK(s.mean[0] == doctest::Approx(1000.0625));
    CHECK(s.deviation[0] == doctest::Approx(0.0625).epsilon(1e-4));
}

TEST_CASE("scaled samples have mean 0 and deviation 1, in place too") {
    gait::random_stream random(3, gait::purpose::user);
    std::vector<float> x;
    for (int i = 0; i < 3000; ++i)
        x.push_back(static_cast<float>(5 + 2 * random.normal()));
    const std::vector<gait::sample_range> all{{0, 1000}};
    const gait::affine<3> apply(gait::fit_scaling(x, 3, all));
    for (std::size_t i = 0; i < x.size(); i += 3)
        apply(&x[i], &x[i]);
    const auto again = gait::fit_scaling(x, 3, all);
    for (std::size_t f = 0; f < 3; ++f) {
        CHECK(std::abs(again.mean[f]) < 1e-4F);
        CHECK(again.deviation[f] == doctest::Approx(1).epsilon(1e-4));
    }
}

TEST_CASE("scaled together, a sample keeps its direction, and the mean square is 1") {
    const std::vector<float> x{3, 0, 4, 1, 5, 8}; // (3, 2)
    const std::vector<gait::sample_range> all{{0, 3}};
    const auto s = gait::scaled_together(gait::fit_scaling(x, 2, all));
    CHECK(s.mean == std::vector<float>{0, 0});
    CHECK(s.deviation[0] == s.deviation[1]);
    CHECK(s.deviation[0] == doctest::Approx(std::sqrt((9 + 16 + 25 + 0 + 1 + 64) / 6.0)));
}

TEST_CASE("an empty scaling changes nothing") {
    const gait::affine<2> apply;
    const float x[2] = {1.5F, -3.25F};
    float y[2];
    apply(x, y);
    CHECK(y[0] == x[0]);
    CHECK(y[1] == x[1]);
}
