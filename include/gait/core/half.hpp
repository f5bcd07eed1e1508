// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Half precision, binary16 of IEEE 754: a sign, 5 bits of exponent, 10 of fraction. Only a way to
// keep numbers in two bytes; sums are made in float. In integers, because few processors convert
// them, and because a denormal half must survive where denormal floats are flushed.
#pragma once

#include <gait/core/bits_as.hpp>

#include <cstdint>

namespace gait::inline GAIT_ARCH {

/// The largest finite half.
inline constexpr float largest_half = 65504;

/// The nearest half, of two equally near ones the even one. From 65520 on it is infinite; NaN stays
/// NaN.
[[nodiscard]] constexpr std::uint16_t to_half(float x) noexcept {
    const auto bits = bits_as<std::uint32_t>(x);
    const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000U);
    const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
    std::uint32_t half = 0;
    if (magnitude > 0x7F800000U) {
        half = 0x7E00;
    } else if (magnitude >= 0x477FF000U) { // 65520
        half = 0x7C00;
    } else if (magnitude < 0x38800000U) { // 2^-14: the last place of 0.5 is that of these halves
        half = bits_as<std::uint32_t>(bits_as<float>(magnitude) + 0.5F) - 0x3F000000U;
    } else {
        half = (magnitude + 0xFFFU + (magnitude >> 13 & 1U) - 0x38000000U) >> 13;
    }
    return static_cast<std::uint16_t>(sign | half);
}

/// Exactly the half's value.
[[nodiscard]] constexpr float from_half(std::uint16_t half) noexcept {
    const std::uint32_t sign = (half & 0x8000U) << 16, exponent = half >> 10 & 0x1FU;
    const std::uint32_t fraction = half & 0x3FFU;
    if (exponent == 0) {
        const float value = static_cast<float>(fraction) * 0x1p-24F;
        return bits_as<float>(sign | bits_as<std::uint32_t>(value));
    }
    const std::uint32_t biased = exponent == 0x1F ? 0xFFU : exponent + 112;
    return bits_as<float>(sign | biased << 23 | fraction << 13);
}

} // namespace gait::inline GAIT_ARCH
