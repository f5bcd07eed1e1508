// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What the command lines of the programs have in common, over CLI11.
#pragma once

#include <CLI/CLI.hpp>

#include <charconv>
#include <concepts>
#include <iterator>
#include <limits>
#include <string>
#include <system_error>
#include <type_traits>

namespace support {
namespace detail {

template <class T>
std::string number_text(T number) {
    char text[32];
    return {text, std::to_chars(text, std::end(text), number).ptr};
}

/// Above it a range is open. Of floating-point numbers it is what a float can hold, so that an
/// infinity is refused.
template <class T>
constexpr T most = std::numeric_limits<T>::max();
template <std::floating_point T>
constexpr T most<T> = std::numeric_limits<float>::max();

} // namespace detail

/// Accepts numbers from `low` to `high`, both included, and neither NaN nor infinity; or a word.
template <class T>
CLI::Validator number(T low, std::type_identity_t<T> high = detail::most<T>,
                      const std::string& word = {}) {
    const bool open = high == detail::most<T>;
    const std::string range =
        detail::number_text(low) + (open ? " or more" : " to " + detail::number_text(high));
    const std::string or_word = word.empty() ? "" : ", or " + word;
    const std::string expected = std::string(std::integral<T> ? "a whole number" : "a number") +
                                 (open ? ", " : " from ") + range + or_word;
    const auto problem = [=](const std::string& text) -> std::string {
        T value{};
        const char* const end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, value);
        const bool is_number = read.ec == std::errc{} && read.ptr == end;
        if ((is_number && value >= low && value <= high) || (!word.empty() && text == word))
            return {};
        return "expected " + expected + ", found '" + text + "'";
    };
    return {problem, range + or_word};
}

} // namespace support
