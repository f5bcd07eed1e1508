// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A register of one lane, for processors that have no others, or none that xsimd knows: what
// simd.hpp uses of xsimd, once more in plain C++. With one lane a row has no rest, and the register
// tiles become as many plain sums side by side.
#pragma once

#include <gait/core/config.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace gait::inline GAIT_ARCH {
namespace one_lane {

template <class T>
struct batch {
    static constexpr std::size_t size = 1;
    T data;

    batch() = default;
    batch(T x) noexcept : data(x) {} // implicit, as xsimd's

    [[nodiscard]] static batch load_unaligned(const T* p) noexcept { return *p; }
    void store_unaligned(T* p) const noexcept { *p = data; }

    friend batch operator+(batch a, batch b) noexcept { return a.data + b.data; }
    friend batch operator-(batch a, batch b) noexcept { return a.data - b.data; }
    friend batch operator*(batch a, batch b) noexcept { return a.data * b.data; }
    friend batch operator/(batch a, batch b) noexcept { return a.data / b.data; }
    friend batch operator-(batch a) noexcept { return -a.data; }
    friend bool operator>(batch a, batch b) noexcept { return a.data > b.data; }
    friend batch operator<<(batch a, int bits) noexcept { return static_cast<T>(a.data << bits); }
    batch& operator+=(batch b) noexcept { return *this = *this + b; }
    batch& operator*=(batch b) noexcept { return *this = *this * b; }
};

/// Where the processor has it in one instruction it is one rounding: left to the compiler, it would
/// be one in some functions and two in others.
template <class T>
[[nodiscard]] batch<T> fma(batch<T> a, batch<T> b, batch<T> c) noexcept {
#if defined(__FP_FAST_FMAF) && defined(__FP_FAST_FMA)
    return std::fma(a.data, b.data, c.data);
#else
    return a * b + c;
#endif
}
template <class T>
[[nodiscard]] batch<T> fnma(batch<T> a, batch<T> b, batch<T> c) noexcept {
    return fma(-a, b, c);
}

template <class T>
[[nodiscard]] batch<T> sqrt(batch<T> x) noexcept {
    return std::sqrt(x.data);
}
template <class T>
[[nodiscard]] batch<T> select(bool which, batch<T> yes, batch<T> no) noexcept {
    return which ? yes : no;
}
/// As x86: the second if either is a NaN.
template <class T>
[[nodiscard]] batch<T> min(batch<T> a, batch<T> b) noexcept {
    return a.data < b.data ? a : b;
}
template <class T>
[[nodiscard]] batch<T> max(batch<T> a, batch<T> b) noexcept {
    return a.data > b.data ? a : b;
}
template <class T>
[[nodiscard]] T sum(batch<T> x) noexcept {
    return x.data;
}

} // namespace one_lane
} // namespace gait::inline GAIT_ARCH
