// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Every update kernel against plain Eigen, at sizes around a register and the model's own.
#include <gait/core/buffer.hpp>
#include <gait/core/random.hpp>
#include <gait/kernels/reference_updates.hpp>
#include <gait/kernels/updates.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <vector>

namespace {

template <class T>
std::vector<gait::index> sizes() {
    const gait::index L = gait::lanes<T>;
    return {0, 1, 3, L - 1, L, L + 1, 2 * L + 3, 65, 66759};
}

template <class T>
std::vector<T> numbers(gait::index N, int seed, bool positive = false) {
    gait::random_stream random(static_cast<std::uint64_t>(seed), gait::purpose::user);
    std::vector<T> x(static_cast<std::size_t>(N));
    for (T& value : x) {
        value = static_cast<T>(random.normal());
        if (positive)
            value = value * value;
    }
    return x;
}

/// Whether all differ by at most a few roundings of numbers of size 1.
template <class T>
bool close(const std::vector<T>& a, const std::vector<T>& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(std::abs(a[i] - b[i]) <=
              16 * std::numeric_limits<T>::epsilon() * (1 + std::abs(b[i]))))
            return false;
    return a.size() == b.size();
}

} // namespace

TEST_CASE_TEMPLATE("sgd_update and momentum_update are what Eigen computes", T, float, double) {
    for (const gait::index N : sizes<T>()) {
        CAPTURE(N);
        const auto g = numbers<T>(N, 1);
        auto p = numbers<T>(N, 2), q = p;
        gait::sgd_update<T>(N, T(0.1), T(0.01), g.data(), p.data());
        gait::reference::sgd_update<T>(N, T(0.1), T(0.01), g.data(), q.data());
        CHECK(close(p, q));
        for (const bool nesterov : {false, true}) {
            auto v = numbers<T>(N, 3), w = v;
            gait::momentum_update<T>(N, T(0.1), T(0.9), T(0.01), nesterov, g.data(), v.data(),
                                     p.data());
            gait::reference::momentum_update<T>(N, T(0.1), T(0.9), T(0.01), nesterov, g.data(),
                                                w.data(), q.data());
            CHECK(close(p, q));
            CHECK(close(v, w));
        }
    }
}

TEST_CASE_TEMPLATE("rmsprop_update and adam_update are what Eigen computes", T, float, double) {
    const gait::adam_step<T> at{.rate = T(0.02),
                                .beta1 = T(0.9),
                                .beta2 = T(0.99),
                                .root = T(1.5),
                                .epsilon = T(1e-3),
                                .decay = T(0.01),
                                .shrink = T(0.999)};
    for (const gait::index N : sizes<T>()) {
        CAPTURE(N);
        const auto g = numbers<T>(N, 1);
        auto p = numbers<T>(N, 2), q = p;
        auto v = numbers<T>(N, 3, true), w = v;
        gait::rmsprop_update<T>(N, T(0.01), T(0.9), T(1e-3), T(0.02), g.data(), v.data(), p.data());
        gait::reference::rmsprop_update<T>(N, T(0.01), T(0.9), T(1e-3), T(0.02), g.data(), w.data(),
                                           q.data());
        CHECK(close(p, q));
        CHECK(close(v, w));

        auto m = numbers<T>(N, 4), n = m;
        gait::adam_update<T>(N, at, g.data(), m.data(), v.data(), p.data());
        gait::reference::adam_update<T>(N, at, g.data(), n.data(), w.data(), q.data());
        CHECK(close(p, q));
        CHECK(close(m, n));
        CHECK(close(v, w));
    }
}

TEST_CASE_TEMPLATE("scale, add and sum_of_squares are what Eigen computes", T, float, double) {
    for (const gait::index N : sizes<T>()) {
        CAPTURE(N);
        const auto x = numbers<T>(N, 1);
        auto y = numbers<T>(N, 2), z = y;
        gait::scale<T>(N, T(0.3), y.data());
        gait::reference::scale<T>(N, T(0.3), z.data());
        CHECK(y == z);
        gait::add<T>(N, x.data(), y.data());
        gait::reference::add<T>(N, x.data(), z.data());
        CHECK(y == z);
        CHECK(gait::sum_of_squares<T>(N, x.data()) ==
              doctest::Approx(gait::reference::sum_of_squares<T>(N, x.data())).epsilon(1e-13));
    }
}

TEST_CASE_TEMPLATE("average_update is what Eigen computes", T, float, double) {
    for (const gait::index N : sizes<T>()) {
        CAPTURE(N);
        const auto p = numbers<T>(N, 1);
        auto mean = numbers<T>(N, 2), expected = mean;
        gait::average_update<T>(N, T(0.2), p.data(), mean.data());
        gait::reference::average_update<T>(N, T(0.2), p.data(), expected.data());
        CHECK(close(mean, expected));
        gait::average_update<T>(N, T(1), p.data(), expected.data());
        CHECK(close(expected, p));
    }
}

TEST_CASE_TEMPLATE("compensate_delay is what Eigen computes, and nothing where nothing has moved",
                   T, float, double) {
    for (const gait::index N : sizes<T>()) {
        CAPTURE(N);
        const auto p = numbers<T>(N, 1), old = numbers<T>(N, 2);
        auto g = numbers<T>(N, 3), h = g;
        const auto before = g;
        gait::compensate_delay<T>(N, T(0.2), p.data(), p.data(), g.data());
        CHECK(g == before);
        gait::compensate_delay<T>(N, T(0.2), p.data(), old.data(), g.data());
        gait::reference::compensate_delay<T>(N, T(0.2), p.data(), old.data(), h.data());
        CHECK(close(g, h));
    }
}

TEST_CASE("squares that are added piece by piece are those of the whole, to the bit") {
    const auto x = numbers<float>(1003, 1);
    gait::square_chains chains;
    const std::vector<gait::index> cuts{0, 320, 336, 1003};
    for (std::size_t i = 1; i < cuts.size(); ++i)
        chains.add(cuts[i] - cuts[i - 1], x.data() + cuts[i - 1]);
    CHECK(chains.total() == gait::sum_of_squares<float>(1003, x.data()));
}

TEST_CASE("sum_of_squares is exact where float would not be") {
    std::vector<float> x(100'001, 1.0F);
    x[0] = 1e10F;
    CHECK(gait::sum_of_squares<float>(std::ssize(x), x.data()) ==
          doctest::Approx(double{1e10F} * double{1e10F} + 1e5).epsilon(1e-15));
}

TEST_CASE("what is not finite stays so, for the trainer to see") {
    const std::vector<float> g{1, std::numeric_limits<float>::quiet_NaN(), 1};
    std::vector<float> p(3), m(3), v(3);
    gait::adam_update<float>(
        3, {.rate = 0.1F, .beta1 = 0.9F, .beta2 = 0.99F, .root = 1, .epsilon = 1e-8F}, g.data(),
        m.data(), v.data(), p.data());
    CHECK(std::isfinite(p[0]));
    CHECK(std::isnan(p[1]));
    CHECK(std::isfinite(p[2]));
    CHECK(std::isnan(gait::sum_of_squares<float>(3, p.data())));
}
