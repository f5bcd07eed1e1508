// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Texts for people: text and numbers as one, for messages and descriptions (a stream would do, and
// bring 150 KB along), and names that can be shown to them.
#pragma once

#include <gait/core/config.hpp>

#include <algorithm>
#include <concepts>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

namespace gait::inline GAIT_ARCH {

/// Whether a name out of a file is there and can be printed as it is: no control characters, those
/// of UTF-8 beyond ASCII included (0xC2 0x80 to 0xC2 0x9F).
inline bool is_plain_name(std::string_view name) {
    unsigned char before = 0;
    return !name.empty() && std::none_of(name.begin(), name.end(), [&](char c) {
        const auto now = static_cast<unsigned char>(c);
        const bool second = std::exchange(before, now) == 0xC2 && now >= 0x80 && now < 0xA0;
        return now < ' ' || now == 0x7F || second;
    });
}

namespace detail {

inline void add_words(std::string& text, std::string_view words) { text += words; }
template <std::integral Number>
void add_words(std::string& text, Number number) {
    text += std::to_string(number);
}
template <std::floating_point Number>
void add_words(std::string& text, Number number) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.12g", static_cast<double>(number));
    text += digits;
}

/// The parts, one behind the other.
template <class... Parts>
std::string in_words(const Parts&... parts) {
    std::string text;
    (add_words(text, parts), ...);
    return text;
}

} // namespace detail

} // namespace gait::inline GAIT_ARCH
