// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/core/random.hpp>
#include <gait/data/resampling.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace {

struct emitted {
    std::vector<double> seconds;
    std::vector<float> values;
    std::vector<double> shares;
    void operator()(const gait::grid_point<1>& point) {
        seconds.push_back(point.seconds);
        values.push_back(point.value[0]);
        shares.push_back(point.share);
    }
};

gait::pushed push(gait::resampler<1>& grid, double seconds, float value, emitted& out) {
    return grid.push(seconds, &value, [&](const gait::grid_point<1>& point) { out(point); });
}

} // namespace

TEST_CASE("between two samples the signal is a straight line") {
    gait::resampler<1> grid(10, 5);
    emitted out;
    CHECK(push(grid, 100.0, 0, out) == gait::pushed::started);
    CHECK(push(grid, 100.25, 5, out) == gait::pushed::continued);
    CHECK(push(grid, 100.4, 8, out) == gait::pushed::continued);
    REQUIRE(out.values.size() == 5);
    for (std::size_t k = 0; k < 5; ++k) {
        CHECK(out.seconds[k] == doctest::Approx(100 + 0.1 * static_cast<double>(k)));
        CHECK(out.values[k] == doctest::Approx(2.0 * static_cast<double>(k)));
    }
    CHECK(out.shares[1] == doctest::Approx(0.4));
    CHECK(out.shares[2] == doctest::Approx(0.8));
}

TEST_CASE("samples that are on the grid already come out as they are") {
    gait::resampler<1> grid(50, 0.2);
    emitted out;
    for (int k = 0; k < 1000; ++k)
        push(grid, 1.4e9 + 0.02 * k, static_cast<float>(k), out);
    REQUIRE(out.values.size() == 1000);
    for (std::size_t k = 0; k < 1000; ++k)
        CHECK(out.values[k] == doctest::Approx(static_cast<double>(k)).epsilon(1e-4));
}

TEST_CASE("a gap starts the grid anew, the past is ignored") {
    gait::resampler<1> grid(10, 0.3);
    emitted out;
    push(grid, 0.0, 1, out);
    CHECK(push(grid, 0.0, 7, out) == gait::pushed::ignored);
    CHECK(push(grid, -1.0, 7, out) == gait::pushed::ignored);
    CHECK(push(grid, 0.1, 2, out) == gait::pushed::continued);
    CHECK(push(grid, 0.55, 9, out) == gait::pushed::started);
    CHECK(out.values == std::vector<float>{1, 2, 9});
    CHECK(out.seconds.back() == 0.55);
    grid.reset();
    CHECK(push(grid, 0.0, 3, out) == gait::pushed::started);
}

TEST_CASE("a time that is no number, or a clock that is set back, doesn't silence what follows") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    gait::resampler<1> grid(10, 0.3);
    emitted out;
    CHECK(push(grid, std::nan(""), 7, out) == gait::pushed::ignored);
    CHECK(push(grid, 5000.0, 1, out) == gait::pushed::started);
    CHECK(push(grid, std::nan(""), 7, out) == gait::pushed::ignored);
    CHECK(push(grid, infinity, 7, out) == gait::pushed::ignored);
    CHECK(push(grid, 5000.1, 2, out) == gait::pushed::continued);
    CHECK(push(grid, 4941.0, 7, out) == gait::pushed::ignored); // less than a minute: late
    CHECK(push(grid, 4000.0, 3, out) == gait::pushed::started);
    CHECK(push(grid, 4000.1, 4, out) == gait::pushed::continued);
    CHECK(out.values == std::vector<float>{1, 2, 3, 4});
    CHECK(out.seconds.back() == doctest::Approx(4000.1));
}

TEST_CASE("a sine keeps its frequency and amplitude through jittered times") {
    constexpr double hertz = 2.0, amplitude = 3.0, pi = std::numbers::pi;
    gait::random_stream random(1, gait::purpose::user);
    gait::resampler<1> grid(50, 0.2);
    emitted out;
    double seconds = 0;
    while (seconds < 20) {
        push(grid, seconds, static_cast<float>(amplitude * std::sin(2 * pi * hertz * seconds)),
             out);
        seconds += 0.005 * (0.5 + random.uniform());
    }
    CHECK(out.values.size() == 1000);
    double sine = 0, cosine = 0;
    for (std::size_t k = 0; k < out.values.size(); ++k) {
        const double phase = 2 * pi * hertz * static_cast<double>(k) / 50;
        sine += out.values[k] * std::sin(phase) * 2 / static_cast<double>(out.values.size());
        cosine += out.values[k] * std::cos(phase) * 2 / static_cast<double>(out.values.size());
    }
    CHECK(sine == doctest::Approx(amplitude).epsilon(0.005));
    CHECK(std::abs(cosine) < 0.01);
}
