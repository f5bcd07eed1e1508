// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A register of two numbers in plain C++, for processors that xsimd has no registers for, or not
// the ones we need: RISC-V, 32-bit ARM (whose NEON has no doubles, and in xsimd 8.1 divides by an
// approximation), and WebAssembly without SIMD. It has of xsimd's interface what simd.hpp uses.
//
// Two, because the tiles of the kernels then take 24 numbers of the 32 that such processors hold;
// four would spill. Members instead of an array or a vector extension: those, g++ 12 keeps in
// memory or in integer registers.
#pragma once

#include <gait/core/config.hpp>

#include <cmath>
#include <cstddef>

namespace gait::inline GAIT_ARCH {

namespace plain {

template <class T>
struct batch {
    static constexpr std::size_t size = 2;

    T low, high;

    batch() = default;
    batch(T both) noexcept : low(both), high(both) {}
    batch(T first, T second) noexcept : low(first), high(second) {}

    [[nodiscard]] static batch load_unaligned(const T* p) noexcept { return {p[0], p[1]}; }
    void store_unaligned(T* p) const noexcept {
        p[0] = low;
        p[1] = high;
    }

    friend batch operator+(batch a, batch b) noexcept { return {a.low + b.low, a.high + b.high}; }
    friend batch operator-(batch a, batch b) noexcept { return {a.low - b.low, a.high - b.high}; }
    friend batch operator*(batch a, batch b) noexcept { return {a.low * b.low, a.high * b.high}; }
    friend batch operator/(batch a, batch b) noexcept { return {a.low / b.low, a.high / b.high}; }
    friend batch operator<<(batch a, int bits) noexcept {
        return {static_cast<T>(a.low << bits), static_cast<T>(a.high << bits)};
    }
    friend batch& operator+=(batch& a, batch b) noexcept { return a = a + b; }

    /// For `select`.
    friend batch<bool> operator>(batch a, batch b) noexcept {
        return {a.low > b.low, a.high > b.high};
    }
};

template <class T>
[[nodiscard]] batch<T> select(batch<bool> which, batch<T> yes, batch<T> no) noexcept {
    return {which.low ? yes.low : no.low, which.high ? yes.high : no.high};
}

// As on x86: the second operand when either is a NaN.
template <class T>
[[nodiscard]] batch<T> max(batch<T> a, batch<T> b) noexcept {
    return select(a > b, a, b);
}
template <class T>
[[nodiscard]] batch<T> min(batch<T> a, batch<T> b) noexcept {
    return select(b > a, a, b);
}

template <class T>
[[nodiscard]] batch<T> sqrt(batch<T> x) noexcept {
    return {std::sqrt(x.low), std::sqrt(x.high)};
}

template <class T>
[[nodiscard]] T hadd(batch<T> x) noexcept {
    return x.low + x.high;
}

/// a * b + c, in one rounding where the processor does that as fast: then it must be said, or the
/// compiler is free to do it here and not there, and the same window gives other last bits.
template <class T>
[[nodiscard]] batch<T> fma(batch<T> a, batch<T> b, batch<T> c) noexcept {
#ifdef __FP_FAST_FMAF
    return {std::fma(a.low, b.low, c.low), std::fma(a.high, b.high, c.high)};
#else
    return a * b + c;
#endif
}
template <class T>
[[nodiscard]] batch<T> fnma(batch<T> a, batch<T> b, batch<T> c) noexcept {
    return fma(batch<T>(-a.low, -a.high), b, c);
}

} // namespace plain

} // namespace gait::inline GAIT_ARCH
