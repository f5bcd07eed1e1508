// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// tanh, sigmoid and relu, in registers and over spans, and their derivatives from their results.
//
// Both curves rest on one exponential. With n = round(x / ln 2) and r = x - n ln 2, |r| <= ln(2)/2,
//
//     exp(x)     = 2^n exp(r)
//     exp(x) - 1 = 2^n (exp(r) - 1) + (2^n - 1)        exact near zero, where n = 0
//     sigmoid(x) = 1 / (1 + exp(-x))
//     tanh(x)    = E / (E + 2),   E = exp(2x) - 1
//
// exp(r) - 1 is its Taylor series, to degree 7 in float (next term 5e-9 of the first) and 13 in
// double. The formula for tanh keeps the relative error small near zero; 1 - 2 / (exp(2x) + 1)
// would not.
//
// Error bounds, against double over every float there is (tests/kernels/activations_test.cpp), with
// fused multiply-add:
//
//     float    tanh     absolute 1.6e-7, relative 3e-7
//              sigmoid  absolute 1.0e-7, relative 4e-7 for x > -87; below, it stays above 0
//     double   tanh, sigmoid  relative 1e-14
//
// NaN gives NaN. +-infinity gives the limits.
#pragma once

#include <gait/kernels/simd.hpp>

#include <cstdint>

namespace gait::inline GAIT_ARCH {

namespace detail {

template <class T>
struct exp_constants;

/// 1.5 * 2^mantissa pushes an integer into the lowest bits; adding the exponent's bias there makes
/// those bits, shifted up, the power of two itself.
template <>
struct exp_constants<float> {
    using integer = std::int32_t;
    static constexpr float shifter = 0x1.8p23F + 127.0F;
    static constexpr int mantissa_bits = 23;
    static constexpr float largest = 88.0F; ///< exp of it is finite, of its negative normal
    static constexpr int degree = 7;
    static constexpr float tanh_is_one = 10.0F;
};
template <>
struct exp_constants<double> {
    using integer = std::int64_t;
    static constexpr double shifter = 0x1.8p52 + 1023.0;
    static constexpr int mantissa_bits = 52;
    static constexpr double largest = 708.0;
    static constexpr int degree = 13;
    static constexpr double tanh_is_one = 20.0;
};

template <class T>
struct exp_parts {
    batch<T> scale;    ///< 2^n
    batch<T> fraction; ///< exp(r) - 1
};

/// 1 / k!
template <class T>
constexpr T inverse_factorial(int k) {
    double product = 1;
    for (int i = 2; i <= k; ++i)
        product *= i;
    return static_cast<T>(1 / product);
}

/// The two parts of exp(x), |x| <= exp_constants::largest.
template <class T>
[[nodiscard, gnu::always_inline]] inline exp_parts<T> split_exp(batch<T> x) noexcept {
    using constants = exp_constants<T>;
    constexpr T log2_e = static_cast<T>(1.4426950408889634074);
    constexpr T ln_2 = static_cast<T>(0.6931471805599453094);

    const batch<T> shifter(constants::shifter);
    const batch<T> shifted = simd::fma(x, batch<T>(log2_e), shifter);
    const batch<T> r = simd::fnma(shifted - shifter, batch<T>(ln_2), x);

    batch<T> series(inverse_factorial<T>(constants::degree));
#pragma GCC unroll 16
    for (int k = constants::degree - 1; k > 0; --k)
        series = simd::fma(series, r, batch<T>(inverse_factorial<T>(k)));

    using integers = batch<typename constants::integer>;
    const auto bits = std::bit_cast<integers>(shifted) << constants::mantissa_bits;
    return {std::bit_cast<batch<T>>(bits), series * r};
}

} // namespace detail

namespace simd {

/// 1 / (1 + exp(-x)).
template <class T>
[[nodiscard, gnu::always_inline]] inline batch<T> sigmoid(batch<T> x) noexcept {
    constexpr T limit = detail::exp_constants<T>::largest;
    const auto [scale, fraction] = detail::split_exp<T>(clamp(-x, -limit, limit));
    return batch<T>(T{1}) / (fma(scale, fraction, scale) + batch<T>(T{1}));
}

/// The hyperbolic tangent.
template <class T>
[[nodiscard, gnu::always_inline]] inline batch<T> tanh(batch<T> x) noexcept {
    constexpr T limit = detail::exp_constants<T>::tanh_is_one;
    const batch<T> limited = clamp(x, -limit, limit);
    const auto [scale, fraction] = detail::split_exp<T>(limited + limited);
    const batch<T> e = fma(scale, fraction, scale - batch<T>(T{1}));
    return e / (e + batch<T>(T{2}));
}

} // namespace simd

// An activation is a type with a name, the curve on a register, and the curve's derivative given
// its result: all a dense layer needs to know of it.

struct identity {
    static constexpr const char* name = "identity";
    template <class T>
    [[gnu::always_inline]] static batch<T> apply(batch<T> x) noexcept {
        return x;
    }
    template <class T>
    [[gnu::always_inline]] static batch<T> slope(batch<T> /*y*/) noexcept {
        return batch<T>(T{1});
    }
};

/// max(x, 0); its slope at 0 is 0, as in PyTorch. NaN gives NaN.
struct relu {
    static constexpr const char* name = "relu";
    template <class T>
    [[gnu::always_inline]] static batch<T> apply(batch<T> x) noexcept {
        return xsimd::max(batch<T>(T{0}), x);
    }
    template <class T>
    [[gnu::always_inline]] static batch<T> slope(batch<T> y) noexcept {
        return xsimd::select(y > batch<T>(T{0}), batch<T>(T{1}), batch<T>(T{0}));
    }
};

/// tanh x, slope 1 - y^2.
struct hyperbolic_tangent {
    static constexpr const char* name = "tanh";
    template <class T>
    [[gnu::always_inline]] static batch<T> apply(batch<T> x) noexcept {
        return simd::tanh<T>(x);
    }
    template <class T>
    [[gnu::always_inline]] static batch<T> slope(batch<T> y) noexcept {
        return simd::fnma<T>(y, y, batch<T>(T{1}));
    }
};

/// 1 / (1 + exp(-x)), slope y (1 - y).
struct logistic {
    static constexpr const char* name = "sigmoid";
    template <class T>
    [[gnu::always_inline]] static batch<T> apply(batch<T> x) noexcept {
        return simd::sigmoid<T>(x);
    }
    template <class T>
    [[gnu::always_inline]] static batch<T> slope(batch<T> y) noexcept {
        return simd::fnma<T>(y, y, y);
    }
};

/// y (N) = activation of x (N). x and y may be the same; no alignment needed.
template <class Activation, class T>
void activate(index N, const T* x, T* y) noexcept {
    for_each_register<T>(N, [&](index i, index count) {
        simd::store<T>(y + i, Activation::template apply<T>(simd::load(x + i, count)), count);
    });
}

/// d_x (N) = d_y (N) times the activation's slope, from its result y (N). Any may be the same.
template <class Activation, class T>
void activate_backward(index N, const T* y, const T* d_y, T* d_x) noexcept {
    for_each_register<T>(N, [&](index i, index count) {
        const batch<T> slope = Activation::template slope<T>(simd::load(y + i, count));
        simd::store<T>(d_x + i, simd::load(d_y + i, count) * slope, count);
    });
}

} // namespace gait::inline GAIT_ARCH
