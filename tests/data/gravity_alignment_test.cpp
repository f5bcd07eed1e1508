// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/core/random.hpp>
#include <gait/data/gravity_alignment.hpp>

#include <support/largest.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

namespace {

using vec = std::array<double, 3>;
constexpr gait::index T = 50;

double dot(const vec& a, const vec& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

vec of_length_one(vec x) {
    const double length = std::sqrt(dot(x, x));
    for (double& number : x)
        number /= length;
    return x;
}

vec some_direction(gait::random_stream& random) {
    return of_length_one({random.normal(), random.normal(), random.normal()});
}

/// Gravity along `up`, and around it strides of `strength` (m/s^2) in all directions.
std::vector<float> window_along(const vec& up, double strength) {
    std::vector<float> x;
    for (gait::index t = 0; t < T; ++t)
        for (std::size_t i = 0; i < 3; ++i) // whole periods: their mean is 0
            x.push_back(static_cast<float>(
                9.81 * up[i] + strength * std::sin(2 * 3.14159265358979 * static_cast<double>(t) *
                                                   static_cast<double>(i + 1) / T)));
    return x;
}

gait::gravity_alignment to(const vec& up) {
    return gait::gravity_alignment(std::array{static_cast<float>(up[0]), static_cast<float>(up[1]),
                                              static_cast<float>(up[2])});
}

vec mean_of(const std::vector<float>& x) {
    vec mean{};
    for (std::size_t i = 0; i < x.size(); ++i)
        mean[i % 3] += static_cast<double>(x[i]) / T;
    return mean;
}

/// How far m is from a rotation: its rows are of length 1, at right angles, and right-handed.
double distance_from_rotation(const gait::axes_matrix& m) {
    double worst = 0;
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j) {
            double product = 0;
            for (std::size_t k = 0; k < 3; ++k)
                product += static_cast<double>(m.at[3 * i + k] * m.at[3 * j + k]);
            worst = gait_test::larger(worst, std::abs(product - (i == j)));
        }
    const auto& a = m.at;
    const float determinant = a[0] * (a[4] * a[8] - a[5] * a[7]) -
                              a[1] * (a[3] * a[8] - a[5] * a[6]) +
                              a[2] * (a[3] * a[7] - a[4] * a[6]);
    return gait_test::larger(worst, std::abs(static_cast<double>(determinant) - 1));
}

} // namespace

TEST_CASE("a window of movement ends up upright, however the phone lay, and nothing is distorted") {
    gait::random_stream random(1, gait::purpose::user);
    for (int i = 0; i < 200; ++i) {
        const vec up = some_direction(random);
        vec lay = some_direction(random);
        if (i == 0) // and the borders: as it should lie, upside down, across
            lay = up;
        if (i == 1)
            lay = {-up[0], -up[1], -up[2]};
        if (i == 2)
            lay = of_length_one({-up[1], up[0], 0});
        CAPTURE(i);
        const auto window = window_along(lay, 4);
        const gait::posture p = gait::posture_of(window.data(), T);
        CHECK(p.moves);
        const auto align = to(up);
        CHECK(distance_from_rotation(align.turn(p)) < 1e-5);
        std::vector<float> out(window.size());
        align(window.data(), 1, 0, {T, 1}, out.data());
        const vec mean = mean_of(out), expected = align.up_after(p);
        for (std::size_t k = 0; k < 3; ++k) {
            CHECK(mean[k] == doctest::Approx(9.81 * up[k]).epsilon(1e-5).scale(10));
            CHECK(expected[k] == doctest::Approx(up[k]).epsilon(1e-6).scale(1));
        }
    }
}

TEST_CASE("turning is the least that does it: what lies nearly right is hardly moved") {
    const vec up = of_length_one({0.1, -1, 0.2}), lay = of_length_one({0.15, -1, 0.2});
    const auto window = window_along(lay, 4);
    const auto m = to(up).turn(gait::posture_of(window.data(), T));
    // The trace of a rotation is 1 + 2 cos(angle), and the least angle is that between the two.
    const double trace = static_cast<double>(m.at[0] + m.at[4] + m.at[8]);
    CHECK((trace - 1) / 2 == doctest::Approx(dot(up, lay)).epsilon(1e-5));
}

TEST_CASE("a still window stays as it lies, to the bit, and so does every window without an up") {
    gait::random_stream random(2, gait::purpose::user);
    for (int i = 0; i < 20; ++i) {
        const vec lay = some_direction(random);
        for (const double strength : {0.1, 4.0}) {
            const auto window = window_along(lay, strength);
            const gait::posture p = gait::posture_of(window.data(), T);
            CHECK(p.moves == (strength > 1));
            const auto align = p.moves ? gait::gravity_alignment() : to({0, 0, 1});
            std::vector<float> out(window.size());
            align(window.data(), 1, 0, {T, 1}, out.data());
            CHECK(out == window);
            for (std::size_t k = 0; k < 3; ++k)
                CHECK(align.up_after(p)[k] == doctest::Approx(lay[k]).epsilon(1e-5).scale(1));
        }
    }
}

TEST_CASE("a window that points nowhere is not turned") {
    std::vector<float> window(T * 3);
    for (std::size_t i = 0; i < window.size(); ++i)
        window[i] = i / 3 % 2 == 0 ? 5.0F : -5.0F;
    const gait::posture p = gait::posture_of(window.data(), T);
    CHECK(p.moves);
    CHECK(p.length == 0);
    CHECK(to({0, 1, 0}).turn(p).at == gait::axes_matrix{}.at);
}

TEST_CASE("windows side by side are aligned each by itself, and short ones as well") {
    gait::random_stream random(3, gait::purpose::user);
    constexpr gait::index R = 5;
    std::vector<std::vector<float>> alone;
    std::vector<float> together(T * R * 3);
    for (gait::index r = 0; r < R; ++r) {
        alone.push_back(window_along(some_direction(random), r == 2 ? 0.1 : 5));
        for (gait::index t = 0; t < T; ++t)
            for (gait::index i = 0; i < 3; ++i)
                together[static_cast<std::size_t>((t * R + r) * 3 + i)] =
                    alone.back()[static_cast<std::size_t>(t * 3 + i)];
    }
    const auto align = to(of_length_one({1, 2, 3}));
    for (const gait::index steps : {T, T - 7}) {
        CAPTURE(steps);
        constexpr gait::index first = 1, rows = 3;
        std::vector<float> out(static_cast<std::size_t>(steps * rows * 3));
        align(together.data(), R, first, {steps, rows}, out.data());
        for (gait::index r = 0; r < rows; ++r) {
            std::vector<float> expected(static_cast<std::size_t>(steps * 3));
            align(alone[static_cast<std::size_t>(first + r)].data(), 1, 0, {steps, 1},
                  expected.data());
            for (gait::index t = 0; t < steps; ++t)
                for (gait::index i = 0; i < 3; ++i)
                    CHECK(out[static_cast<std::size_t>((t * rows + r) * 3 + i)] ==
                          expected[static_cast<std::size_t>(t * 3 + i)]);
        }
    }
}
