// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Optimizers against their formulas written out for a single number, over several steps.
#include <gait/training/clipping.hpp>
#include <gait/training/optimizers.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <concepts>
#include <functional>
#include <limits>
#include <vector>

namespace {

constexpr double rate = 0.05;
constexpr int steps = 7;

/// The slope of (p - 3)^2 / 2 + sin(p).
double slope(double p) { return p - 3 + std::cos(p); }

/// Where the optimizer goes from 0.5; every parameter of a run must go the same way.
double walked(const gait::any_optimizer& method, std::size_t N = 5) {
    std::vector<double> p(N, 0.5), g(N), memory(static_cast<std::size_t>(method.slots()) * N);
    for (int t = 1; t <= steps; ++t) {
        for (std::size_t i = 0; i < N; ++i)
            g[i] = slope(p[i]);
        method.update<double>({t, rate}, p, g, memory);
    }
    for (const double other : p)
        CHECK(other == doctest::Approx(p[0]).epsilon(1e-14));
    return p[0];
}

/// Where a formula goes: step(t, p, slope).
double expected(const std::function<double(int, double, double)>& step) {
    double p = 0.5;
    for (int t = 1; t <= steps; ++t)
        p = step(t, p, slope(p));
    return p;
}

doctest::Approx near(double x) { return doctest::Approx(x).epsilon(1e-12); }

} // namespace

TEST_CASE("sgd") {
    CHECK(walked(gait::sgd{}) ==
          near(expected([](int, double p, double g) { return p - rate * g; })));
    CHECK(walked(gait::sgd{.weight_decay = 0.1}) ==
          near(expected([](int, double p, double g) { return p - rate * (g + 0.1 * p); })));
    double v = 0;
    CHECK(walked(gait::sgd{.momentum = 0.9}) == near(expected([&](int, double p, double g) {
              v = 0.9 * v + g;
              return p - rate * v;
          })));
    v = 0;
    CHECK(walked(gait::sgd{0.9, true, 0.1}) == near(expected([&](int, double p, double g) {
              g += 0.1 * p;
              v = 0.9 * v + g;
              return p - rate * (g + 0.9 * v);
          })));
    CHECK(gait::sgd{}.slots() == 0);
    CHECK(gait::sgd{.momentum = 0.5}.slots() == 1);
}

TEST_CASE("rmsprop") {
    double v = 0;
    CHECK(walked(gait::rmsprop{.smoothing = 0.9, .weight_decay = 0.1}) ==
          near(expected([&](int, double p, double g) {
              g += 0.1 * p;
              v = 0.9 * v + 0.1 * g * g;
              return p - rate * g / (std::sqrt(v) + 1e-8);
          })));
}

TEST_CASE("adam and adamw") {
    for (const bool decoupled : {false, true}) {
        double m = 0, v = 0;
        const double walk = decoupled ? walked(gait::adamw{.weight_decay = 0.1})
                                      : walked(gait::adam{.weight_decay = 0.1});
        CHECK(walk == near(expected([&](int t, double p, double g) {
                  if (decoupled)
                      p -= rate * 0.1 * p;
                  else
                      g += 0.1 * p;
                  m = 0.9 * m + 0.1 * g;
                  v = 0.999 * v + 0.001 * g * g;
                  const double mean = m / (1 - std::pow(0.9, t));
                  const double square = v / (1 - std::pow(0.999, t));
                  return p - rate * mean / (std::sqrt(square) + 1e-8);
              })));
    }
    // The first step of Adam is as long as the learning rate, whatever the gradient.
    std::vector<float> p{0, 0}, memory(4);
    const std::vector<float> g{1e-3F, -50};
    gait::adam{}.update<float>({1, 0.01}, p, g, memory);
    CHECK(p[0] == doctest::Approx(-0.01).epsilon(1e-4));
    CHECK(p[1] == doctest::Approx(0.01).epsilon(1e-4));
}

TEST_CASE("any_optimizer is the one it was given") {
    const gait::any_optimizer by_default;
    CHECK(by_default.description() == gait::adam{}.description());
    gait::any_optimizer method = gait::sgd{.momentum = 0.9, .nesterov = true};
    CHECK(method.description() == "sgd(momentum 0.9, nesterov, weight decay 0)");
    CHECK(method.slots() == 1);
    method = gait::any_optimizer(gait::rmsprop{});
    CHECK(method.description() == gait::rmsprop{}.description());
    static_assert(gait::optimizer<gait::any_optimizer>);
    static_assert(std::convertible_to<gait::adamw, gait::any_optimizer>);
    struct own : gait::sgd {}; // an optimizer, but there is no place for it
    static_assert(gait::optimizer<own> && !std::convertible_to<own, gait::any_optimizer>);
}

TEST_CASE("a mean of the parameters counts the last steps, and leaves the steps alone") {
    constexpr std::size_t N = 3;
    for (const double averaged : {0.1, 0.5, 1.0}) {
        const gait::any_optimizer plain = gait::adam{}, method(gait::adam{}, averaged);
        CHECK(method.slots() == plain.slots() + 1);
        std::vector<double> p(N, 0.5), g(N), memory(N * static_cast<std::size_t>(method.slots()));
        CHECK(method.result<double>(0, p, memory).data() == p.data());
        double mean = 0;
        for (int t = 1; t <= steps; ++t) {
            for (std::size_t i = 0; i < N; ++i)
                g[i] = slope(p[i]);
            method.update<double>({t, rate}, p, g, memory);
            const double share = 1 / averaged / (t + 1 / averaged - 1); // as the paper has it
            mean = (1 - share) * mean + share * p[0];
            for (const double other : method.result<double>(t, p, memory))
                CHECK(other == near(mean));
        }
        CHECK(p[0] == walked(plain));
        if (averaged == 1) // of all steps alike
            CHECK(mean == near([] {
                      double sum = 0, m = 0, v = 0, at = 0.5;
                      for (int t = 1; t <= steps; ++t) {
                          m = 0.9 * m + 0.1 * slope(at);
                          v = 0.999 * v + 0.001 * slope(at) * slope(at);
                          at -= rate * m / (1 - std::pow(0.9, t)) /
                                (std::sqrt(v / (1 - std::pow(0.999, t))) + 1e-8);
                          sum += at;
                      }
                      return sum / steps;
                  }()));
    }
    CHECK(gait::any_optimizer(gait::sgd{}, 0.1).description() ==
          gait::sgd{}.description() + ", averaged over 0.1");
}

TEST_CASE("clipping keeps the direction and limits the length") {
    std::vector<float> g{6, -8};
    CHECK(gait::mean_and_clip<float>(g, 2, 0) == doctest::Approx(5));
    CHECK(g == std::vector<float>{3, -4});
    CHECK(gait::mean_and_clip<float>(g, 1, 10) == doctest::Approx(5));
    CHECK(g == std::vector<float>{3, -4});
    CHECK(gait::mean_and_clip<float>(g, 1, 1) == doctest::Approx(5));
    CHECK(g[0] == doctest::Approx(0.6).epsilon(1e-6));
    CHECK(g[1] == doctest::Approx(-0.8).epsilon(1e-6));
    g[0] = std::numeric_limits<float>::infinity();
    CHECK_FALSE(std::isfinite(gait::mean_and_clip<float>(g, 1, 1)));
}
