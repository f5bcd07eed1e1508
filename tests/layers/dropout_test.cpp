// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/layers/dropout.hpp>
#include <gait/layers/each_step.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace {

constexpr gait::index F = 10, R = 1000;

/// Dropout of ones, row by row.
std::vector<float> dropped(const gait::pass& p, float rate, gait::index rows = R) {
    const std::vector<float> ones(static_cast<std::size_t>(rows * F), 1.0F);
    std::vector<float> y(ones.size());
    gait::pass with_rows = p;
    with_rows.rows = rows;
    gait::dropout<F>{.rate = rate}.forward<float>(
        gait::no_params<const float>(nullptr), {ones.data(), {1, rows}}, {y.data(), {1, rows}},
        gait::no_tape<float>(nullptr, {1, rows}), with_rows);
    return y;
}

std::vector<std::uint64_t> numbered(gait::index rows) {
    std::vector<std::uint64_t> samples(static_cast<std::size_t>(rows));
    std::iota(samples.begin(), samples.end(), 0);
    return samples;
}

} // namespace

TEST_CASE("drops at its rate, scales the rest, keeps the mean") {
    const auto samples = numbered(R);
    const auto y = dropped({.training = true, .seed = 1, .samples = samples.data()}, 0.3F);
    double zeros = 0, sum = 0;
    for (const float v : y) {
        CHECK((v == 0.0F || v == doctest::Approx(1 / 0.7)));
        zeros += v == 0.0F ? 1 : 0;
        sum += static_cast<double>(v);
    }
    CHECK(zeros / (R * F) == doctest::Approx(0.3).epsilon(0.05));
    CHECK(sum / (R * F) == doctest::Approx(1.0).epsilon(0.02));
}

TEST_CASE("outside training everything passes") {
    for (const float v : dropped({}, 0.3F))
        CHECK(v == 1.0F);
}

TEST_CASE("the mask follows the window, not its place in the tile") {
    const std::uint64_t two[] = {7, 42}, one[] = {42};
    const auto both = dropped({.training = true, .seed = 1, .samples = two}, 0.5F, 2);
    const auto alone = dropped({.training = true, .seed = 1, .samples = one}, 0.5F, 1);
    CHECK(std::equal(alone.begin(), alone.end(), both.begin() + F));
}

TEST_CASE("seed, epoch and layer draw other masks") {
    const auto samples = numbered(R);
    const gait::pass base{.training = true, .seed = 1, .samples = samples.data()};
    const auto y = dropped(base, 0.5F);
    gait::pass other = base;
    other.seed = 2;
    CHECK(dropped(other, 0.5F) != y);
    other = base;
    other.epoch = 1;
    CHECK(dropped(other, 0.5F) != y);
    other = base;
    other.layer = 1;
    CHECK(dropped(other, 0.5F) != y);
    CHECK(dropped(base, 0.5F) == y);
}

TEST_CASE("each step draws anew, or all of a window's are without the same features") {
    const std::uint64_t samples[] = {3, 4};
    const std::vector<float> ones(6 * 2 * F, 1.0F);
    for (const bool same : {false, true}) {
        CAPTURE(same);
        std::vector<float> y(ones.size());
        const gait::each_step<gait::dropout<F>> layer{{.rate = 0.5F, .same_in_all_steps = same}};
        const gait::pass p{.training = true, .seed = 1, .samples = samples, .rows = 2};
        layer.forward<float>(gait::no_params<const float>(nullptr), {ones.data(), {6, 2}},
                             {y.data(), {6, 2}},
                             gait::each_step<gait::dropout<F>>::tape<float>(nullptr, {6, 2}), p);
        for (int step = 1; step < 6; ++step)
            CHECK(std::equal(y.begin(), y.begin() + 2 * F, y.begin() + step * 2 * F) == same);
        CHECK_FALSE(std::equal(y.begin(), y.begin() + F, y.begin() + F, y.begin() + 2 * F));
    }
}
