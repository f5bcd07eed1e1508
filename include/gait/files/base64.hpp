// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Bytes as text: base64 as in RFC 4648, section 4, with padding and without line breaks.
#pragma once

#include <gait/core/config.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gait::inline GAIT_ARCH {

namespace detail {
inline constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

inline constexpr std::array<std::uint8_t, 256> base64_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(64); // not a digit
    for (std::uint8_t v = 0; v < 64; ++v)
        values[static_cast<std::uint8_t>(base64_digits[v])] = v;
    return values;
}();
} // namespace detail

/// Four characters for every three bytes begun.
inline std::string base64_encode(std::span<const std::byte> bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t left = bytes.size() - i;
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8 | (k < left ? std::to_integer<std::uint32_t>(bytes[i + k]) : 0);
        for (std::size_t k = 0; k < 4; ++k)
            text += k <= left ? detail::base64_digits[group >> (18 - 6 * k) & 63] : '=';
    }
    return text;
}

/// The bytes again, or nothing if `text` is not what `base64_encode` writes.
inline std::optional<std::vector<std::byte>> base64_decode(std::string_view text) {
    if (text.size() % 4 != 0)
        return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && text.ends_with('=')) {
        text.remove_suffix(1);
        ++padding;
    }
    std::vector<std::byte> bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        const std::uint32_t value = detail::base64_values[static_cast<std::uint8_t>(c)];
        if (value == 64)
            return std::nullopt;
        bits = (bits << 6 | value) & 0xFFF;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes.push_back(static_cast<std::byte>(bits >> held & 0xFF));
        }
    }
    // What is left over are the zeros that filled the last digit, and no more of them than needed.
    const bool whole = held == static_cast<int>(2 * padding);
    if (!whole || (bits & ((1U << held) - 1)) != 0)
        return std::nullopt;
    return bytes;
}

} // namespace gait::inline GAIT_ARCH
