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
// (exp(r) - 1) / r is a polynomial: in float the minimax one of degree 5 (Remez; relative error
// 1.1e-8), in double the Taylor series to degree 12. The formula for tanh keeps the relative error
// small near zero; 1 - 2 / (exp(2x) + 1) would not.
//
// Registers go through in step. One alone is a chain of some fifteen instructions that wait four
// cycles each for the one before; four side by side fill the waiting. On a 16-register AVX2 machine
// a register took 17.7 cycles one by one, 10.7 by fours, 12.8 by twelves (they no longer fit). An
// approximate reciprocal with a Newton step in place of the division: 11.6.
//
// Error bounds, against double over every float there is (tests/kernels/activations_test.cpp):
//
//     float    tanh     absolute 1.6e-7, relative 3e-7
//              sigmoid  absolute 1.0e-7, relative 4e-7 for x > -87; below, it stays above 0
//     double   tanh, sigmoid  relative 1e-14
//
// NaN gives NaN. +-infinity gives the limits.
#pragma once

#include <gait/kernels/simd.hpp>

#include <array>
#include <cstdint>
#include <utility>

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
    static constexpr float tanh_is_one = 10.0F;
    static constexpr float ln_2_high = 0x1.62e4p-1F, ln_2_low = 1.42860677e-06F;
    /// (exp(r) - 1) / r, lowest power first.
    static constexpr std::array series{1.0F,          0.49999998F,    0.166665062F,
                                       0.0416671362F, 0.00836906856F, 0.0013888873F};
};
template <>
struct exp_constants<double> {
    using integer = std::int64_t;
    static constexpr double shifter = 0x1.8p52 + 1023.0;
    static constexpr int mantissa_bits = 52;
    static constexpr double largest = 708.0;
    static constexpr double tanh_is_one = 20.0;
    static constexpr double ln_2_high = 0x1.62e42feep-1, ln_2_low = 1.9082149292705877e-10;
    static constexpr std::array<double, 13> series = [] {
        std::array<double, 13> inverse_factorials{};
        double factorial = 1;
        for (std::size_t k = 0; k < inverse_factorials.size(); ++k)
            inverse_factorials[k] = 1 / (factorial *= static_cast<double>(k + 1));
        return inverse_factorials;
    }();
};

/// exp(k x) in two parts: 2^n, and exp(r) where k is -1, exp(r) - 1 where it is 2.
template <class T, index N>
struct exp_parts {
    batch<T> scale[N], fraction[N];
};

/// The parts of exp(k x), |k x| <= exp_constants::largest, of a register for each K, in step. The k
/// is in the constants and costs no instruction.
template <class T, int... K>
[[nodiscard, gnu::always_inline]] inline exp_parts<T, sizeof...(K)>
split_exp(const batch<T> (&x)[sizeof...(K)]) noexcept {
    using constants = exp_constants<T>;
    using integers = batch<typename constants::integer>;
    constexpr index N = sizeof...(K);
    constexpr T k[N] = {K...};
    constexpr T log2_e = static_cast<T>(1.4426950408889634074);
    constexpr T ln_2 = static_cast<T>(0.6931471805599453094);
    constexpr std::size_t terms = constants::series.size();
    // exp(k s) - 1 = s (c_0 k + c_1 k^2 s + ...)
    constexpr auto series = [&] {
        std::array<std::array<T, terms>, N> scaled{};
        for (std::size_t j = 0; j < N; ++j) {
            T power = 1;
            for (std::size_t i = 0; i < terms; ++i)
                scaled[j][i] = constants::series[i] * (power *= k[j]);
        }
        return scaled;
    }();

    exp_parts<T, N> e;
    batch<T> s[N];
#pragma GCC unroll 16
    for (index j = 0; j < N; ++j) {
        const batch<T> shifter(constants::shifter);
        e.scale[j] = simd::fma(x[j], batch<T>(k[j] * log2_e), shifter);
        const batch<T> n = e.scale[j] - shifter;
        if constexpr (simd::fused) // two roundings need ln 2 in two parts, n times the first exact
            s[j] = simd::fnma(n, batch<T>(ln_2 / k[j]), x[j]);
        else
            s[j] = x[j] - n * batch<T>(constants::ln_2_high / k[j]) -
                   n * batch<T>(constants::ln_2_low / k[j]);
        e.fraction[j] = batch<T>(series[static_cast<std::size_t>(j)][terms - 1]);
    }
#pragma GCC unroll 16
    for (std::size_t i = 2; i <= terms; ++i)
#pragma GCC unroll 16
        for (index j = 0; j < N; ++j)
            e.fraction[j] = simd::fma(e.fraction[j], s[j],
                                      batch<T>(series[static_cast<std::size_t>(j)][terms - i]));
#pragma GCC unroll 16
    for (index j = 0; j < N; ++j) {
        e.fraction[j] =
            k[j] == 2 ? e.fraction[j] * s[j] : simd::fma(e.fraction[j], s[j], batch<T>(T{1}));
        e.scale[j] = bits_as<batch<T>>(bits_as<integers>(e.scale[j]) << constants::mantissa_bits);
    }
    return e;
}

/// Limited to where the exponential is exact and the curve not yet flat.
template <class T>
[[nodiscard, gnu::always_inline]] inline batch<T> sigmoid_range(batch<T> x) noexcept {
    constexpr T limit = exp_constants<T>::largest;
    return simd::clamp(x, -limit, limit);
}
template <class T>
[[nodiscard, gnu::always_inline]] inline batch<T> tanh_range(batch<T> x) noexcept {
    constexpr T limit = exp_constants<T>::tanh_is_one;
    return simd::clamp(x, -limit, limit);
}

/// What the curves make of exp(-x) and of exp(2x).
template <class T>
[[nodiscard, gnu::always_inline]] inline batch<T> sigmoid_of(batch<T> scale,
                                                             batch<T> exp_r) noexcept {
    const batch<T> one(T{1});
    return simd::divide(one, simd::fma(scale, exp_r, one));
}
template <class T>
[[nodiscard, gnu::always_inline]] inline batch<T> tanh_of(batch<T> scale,
                                                          batch<T> fraction) noexcept {
    const batch<T> e = simd::fma(scale, fraction, scale - batch<T>(T{1}));
    return simd::divide(e, e + batch<T>(T{2}));
}

/// Sigmoid where k is -1, tanh where it is 2.
template <class T, int... K>
[[gnu::always_inline]] inline void curves(batch<T> (&x)[sizeof...(K)]) noexcept {
    constexpr index N = sizeof...(K);
    constexpr int k[N] = {K...};
#pragma GCC unroll 16
    for (index j = 0; j < N; ++j)
        x[j] = k[j] == 2 ? tanh_range<T>(x[j]) : sigmoid_range<T>(x[j]);
    const auto e = split_exp<T, K...>(x);
#pragma GCC unroll 16
    for (index j = 0; j < N; ++j)
        x[j] = k[j] == 2 ? tanh_of<T>(e.scale[j], e.fraction[j])
                         : sigmoid_of<T>(e.scale[j], e.fraction[j]);
}

template <int K, class T, std::size_t... I>
[[gnu::always_inline]] inline void same_curves(batch<T> (&x)[sizeof...(I)],
                                               std::index_sequence<I...>) noexcept {
    curves<T, (static_cast<void>(I), K)...>(x);
}

} // namespace detail

namespace simd {

/// x = 1 / (1 + exp(-x)), N registers in step.
template <class T, index N>
[[gnu::always_inline]] inline void sigmoid(batch<T> (&x)[N]) noexcept {
    detail::same_curves<-1, T>(x, std::make_index_sequence<N>{});
}

/// x = tanh(x), N registers in step.
template <class T, index N>
[[gnu::always_inline]] inline void tanh(batch<T> (&x)[N]) noexcept {
    detail::same_curves<2, T>(x, std::make_index_sequence<N>{});
}

/// The four gates i, f, g, o of the same units in step: tanh for g, sigmoid for the others.
template <class T>
[[gnu::always_inline]] inline void gates(batch<T> (&x)[4]) noexcept {
    detail::curves<T, -1, -1, 2, -1>(x);
}

} // namespace simd

// An activation is a type with a name, the curve on N registers in step, and the curve's derivative
// given its result: all a dense layer needs to know of it.

struct identity {
    static constexpr const char* name = "identity";
    template <class T, index N>
    [[gnu::always_inline]] static void apply(batch<T> (&/*x*/)[N]) noexcept {}
    template <class T>
    [[gnu::always_inline]] static batch<T> slope(batch<T> /*y*/) noexcept {
        return batch<T>(T{1});
    }
};

/// max(x, 0); its slope at 0 is 0, as in PyTorch. NaN gives NaN.
struct relu {
    static constexpr const char* name = "relu";
    template <class T, index N>
    [[gnu::always_inline]] static void apply(batch<T> (&x)[N]) noexcept {
#pragma GCC unroll 16
        for (index j = 0; j < N; ++j)
            x[j] = simd::max(batch<T>(T{0}), x[j]);
    }
    template <class T>
    [[gnu::always_inline]] static batch<T> slope(batch<T> y) noexcept {
        return simd::select(y > batch<T>(T{0}), batch<T>(T{1}), batch<T>(T{0}));
    }
};

/// tanh x, slope 1 - y^2.
struct hyperbolic_tangent {
    static constexpr const char* name = "tanh";
    template <class T, index N>
    [[gnu::always_inline]] static void apply(batch<T> (&x)[N]) noexcept {
        simd::tanh<T>(x);
    }
    template <class T>
    [[gnu::always_inline]] static batch<T> slope(batch<T> y) noexcept {
        return simd::fnma<T>(y, y, batch<T>(T{1}));
    }
};

/// 1 / (1 + exp(-x)), slope y (1 - y).
struct logistic {
    static constexpr const char* name = "sigmoid";
    template <class T, index N>
    [[gnu::always_inline]] static void apply(batch<T> (&x)[N]) noexcept {
        simd::sigmoid<T>(x);
    }
    template <class T>
    [[gnu::always_inline]] static batch<T> slope(batch<T> y) noexcept {
        return simd::fnma<T>(y, y, y);
    }
};

/// y (N) = activation of x (N). x and y may be the same; no alignment needed.
template <class Activation, class T>
void activate(index N, const T* x, T* y) noexcept {
    constexpr index L = lanes<T>, in_step = 4;
    const auto some = [&]<index Count>(std::integral_constant<index, Count>, index i,
                                       index inside) {
        batch<T> registers[Count];
#pragma GCC unroll 4
        for (index j = 0; j < Count; ++j)
            registers[j] = simd::load(x + i + j * L, inside);
        Activation::template apply<T>(registers);
#pragma GCC unroll 4
        for (index j = 0; j < Count; ++j)
            simd::store<T>(y + i + j * L, registers[j], inside);
    };
    index i = 0;
    for (; i + in_step * L <= N; i += in_step * L)
        some(std::integral_constant<index, in_step>{}, i, L);
    for (; i < N; i += L)
        some(std::integral_constant<index, 1>{}, i, N - i);
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
