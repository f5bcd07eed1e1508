// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The backward pass of every layer against central differences in double, at awkward sizes.
#include <gait/layers.hpp>
#include <gait/model/gradient_check.hpp>

#include <doctest/doctest.h>

#include <cstdlib>

namespace {

/// Of the numbers that a layer has; under emulation and sanitizers a check of all takes minutes.
const gait::index every = std::getenv("GAIT_TEST_SHORT") != nullptr ? 7 : 1;

template <class Layer>
void check(const Layer& layer, gait::extents tile, const gait::pass& p = {}) {
    const auto report = gait::gradient_check(layer, tile, 1, every, p);
    INFO(Layer::description(), ": ", report.where, ", analytic ", report.analytic, ", numeric ",
         report.numeric);
    CHECK(report.worst < 1e-6);
}

/// Off by a thousandth.
struct wrong_last_step : gait::last_step<5> {
    template <class T>
    void backward(params<const T>, gait::view<const T, 5>, gait::view<const T, 5>,
                  gait::view<const T, 5> d_y, gait::view<T, 5> d_x, tape<T>, params<T>,
                  const gait::pass&) const {
        std::fill_n(d_x.data(), d_x.size().count() * 5, T{0});
        for (gait::index i = 0; i < d_y.rows() * 5; ++i)
            d_x.step(d_x.steps() - 1).data()[i] = d_y.data()[i] * static_cast<T>(1.001);
    }
};

} // namespace

TEST_CASE("dense") {
    check(gait::dense<1, 1>{}, {1, 1});
    check(gait::dense<3, 7>{}, {1, 5});
    check(gait::dense<7, 3, gait::relu>{}, {1, 13});
    check(gait::dense<65, 9, gait::hyperbolic_tangent>{}, {1, 4});
    check(gait::dense<3, 65, gait::logistic>{}, {1, 100}); // more rows than a slice of the tape
}

TEST_CASE("dense at each step") {
    check(gait::each_step<gait::dense<3, 7, gait::relu>>{}, {4, 5});
    check(gait::each_step<gait::dense<3, 7, gait::hyperbolic_tangent>>{}, {40, 3});
}

TEST_CASE("lstm") {
    check(gait::lstm<1, 1>{}, {9, 1});
    check(gait::lstm<3, 7>{}, {6, 5});
    check(gait::lstm<7, 3>{}, {40, 3}); // several slices of steps
    check(gait::lstm<8, 8>{}, {5, 12});
    check(gait::lstm<3, 9>{}, {1, 2});
    check(gait::lstm<5, 65>{}, {2, 2});
}

TEST_CASE("last_step") { check(gait::last_step<5>{}, {4, 3}); }

TEST_CASE("dropout, with its mask") {
    const std::uint64_t samples[] = {5, 9, 1};
    const gait::pass training{.training = true, .seed = 3, .epoch = 2, .samples = samples};
    check(gait::dropout<5>{.rate = 0.4F}, {1, 3}, training);
    check(gait::each_step<gait::dropout<5>>{{.rate = 0.4F}}, {4, 3}, training);
    check(gait::each_step<gait::dropout<5>>{{.rate = 0.4F, .same_in_all_steps = true}}, {4, 3},
          training);
    check(gait::dropout<5>{.rate = 0.4F}, {1, 3});
}

TEST_CASE("the check itself notices a wrong gradient") {
    const auto report = gait::gradient_check(wrong_last_step{}, {4, 3});
    CHECK(report.worst > 1e-4);
    CHECK(report.where.substr(0, 5) == "input");
}
