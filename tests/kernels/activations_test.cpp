// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The activations against double, over the whole range of float: every 61st of the 2^32 bit
// patterns, or all of them when GAIT_EXHAUSTIVE is set (some minutes).
#include <gait/kernels/activations.hpp>

#include <gait/kernels/reference.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

namespace {

struct worst_error {
    double absolute = 0, relative = 0;
    float absolute_at = 0, relative_at = 0;
};

/// NaN exceeds every number, and nothing exceeds NaN.
bool exceeds(double x, double worst) { return !(x <= worst) && !std::isnan(worst); }

/// Compares Activation with `exact` at floats all over the range. Relative errors count where the
/// exact result is a normal float.
template <class Activation, class Exact>
worst_error sweep(Exact exact, float lowest) {
    const std::uint64_t stride = std::getenv("GAIT_EXHAUSTIVE") != nullptr   ? 1
                                 : std::getenv("GAIT_TEST_SHORT") != nullptr ? 997
                                                                             : 61;
    constexpr gait::index block = 4096;
    std::vector<float> x, y(block);
    worst_error worst;
    const auto compare = [&] {
        gait::activate<Activation, float>(static_cast<gait::index>(x.size()), x.data(), y.data());
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double expected = exact(static_cast<double>(x[i]));
            const double absolute = std::abs(static_cast<double>(y[i]) - expected);
            if (exceeds(absolute, worst.absolute))
                worst.absolute = absolute, worst.absolute_at = x[i];
            if (x[i] > lowest &&
                std::abs(expected) >= static_cast<double>(std::numeric_limits<float>::min())) {
                const double relative = absolute / std::abs(expected);
                if (exceeds(relative, worst.relative))
                    worst.relative = relative, worst.relative_at = x[i];
            }
        }
        x.clear();
    };
    for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32); bits += stride) {
        const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
        if (!std::isnan(value))
            x.push_back(value);
        if (x.size() == static_cast<std::size_t>(block))
            compare();
    }
    compare();
    return worst;
}

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

template <class Activation, class T>
T one(T x) {
    T y = 0;
    gait::activate<Activation, T>(1, &x, &y);
    return y;
}

} // namespace

TEST_CASE("tanh stays within its error bound over all floats") {
    const auto worst = sweep<gait::hyperbolic_tangent>([](double x) { return std::tanh(x); },
                                                       -std::numeric_limits<float>::infinity());
    INFO("absolute ", worst.absolute, " at ", worst.absolute_at, ", relative ", worst.relative,
         " at ", worst.relative_at);
    CHECK(worst.absolute <= 1.6e-7);
    CHECK(worst.relative <= 3e-7);
    MESSAGE("tanh: absolute ", worst.absolute, ", relative ", worst.relative);
}

TEST_CASE("sigmoid stays within its error bound over all floats") {
    const auto worst = sweep<gait::logistic>(sigmoid, -87.0F);
    INFO("absolute ", worst.absolute, " at ", worst.absolute_at, ", relative ", worst.relative,
         " at ", worst.relative_at);
    CHECK(worst.absolute <= 1.0e-7);
    CHECK(worst.relative <= 4e-7);
    CHECK(one<gait::logistic>(-1000.0F) > 0.0F);
    MESSAGE("sigmoid: absolute ", worst.absolute, ", relative ", worst.relative);
}

TEST_CASE("in double, tanh and sigmoid are good to 1e-14") {
    for (double x = -30; x < 30; x += 0.0137) {
        CHECK(one<gait::hyperbolic_tangent>(x) == doctest::Approx(std::tanh(x)).epsilon(1e-14));
        CHECK(one<gait::logistic>(x) == doctest::Approx(sigmoid(x)).epsilon(1e-14));
    }
    CHECK(one<gait::hyperbolic_tangent>(1e-9) == doctest::Approx(1e-9).epsilon(1e-14));
}

TEST_CASE_TEMPLATE("NaN and infinities", T, float, double) {
    const T nan = std::numeric_limits<T>::quiet_NaN();
    const T infinity = std::numeric_limits<T>::infinity();
    CHECK(std::isnan(one<gait::hyperbolic_tangent>(nan)));
    CHECK(std::isnan(one<gait::logistic>(nan)));
    CHECK(std::isnan(one<gait::relu>(nan)));
    CHECK(one<gait::hyperbolic_tangent>(infinity) == T{1});
    CHECK(one<gait::hyperbolic_tangent>(-infinity) == T{-1});
    CHECK(one<gait::logistic>(infinity) == T{1});
    CHECK(one<gait::logistic>(-infinity) < static_cast<T>(1e-37));
    CHECK(one<gait::relu>(-infinity) == T{0});
}

TEST_CASE_TEMPLATE("spans of awkward sizes agree with the reference", A, gait::identity, gait::relu,
                   gait::hyperbolic_tangent, gait::logistic) {
    namespace reference = gait::reference;
    const gait::index L = gait::lanes<float>;
    for (const gait::index n :
         {gait::index{1}, L - 1, L, L + 1, gait::index{3}, gait::index{64}, gait::index{65}}) {
        reference::matrix<float> x = reference::matrix<float>::Random(1, n) * 3;
        reference::matrix<float> d_y = reference::matrix<float>::Random(1, n);
        // One guard number behind each result must survive.
        std::vector<float> y(static_cast<std::size_t>(n) + 1, 77.0F);
        std::vector<float> d_x(static_cast<std::size_t>(n) + 1, 77.0F);
        gait::activate<A, float>(n, x.data(), y.data());
        gait::activate_backward<A, float>(n, y.data(), d_y.data(), d_x.data());
        const auto expected = reference::activate<float>(A::name, x);
        const auto d_expected = reference::activate_backward<float>(A::name, expected, d_y);
        for (gait::index i = 0; i < n; ++i) {
            CHECK(y[static_cast<std::size_t>(i)] == doctest::Approx(expected(0, i)).epsilon(1e-6));
            CHECK(d_x[static_cast<std::size_t>(i)] ==
                  doctest::Approx(d_expected(0, i)).epsilon(1e-5));
        }
        CHECK(y.back() == 77.0F);
        CHECK(d_x.back() == 77.0F);
    }
}
