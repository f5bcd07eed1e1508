// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What the command lines of the programs have in common, over CLI11.
#pragma once

#include "support/program.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <concepts>
#include <iterator>
#include <limits>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace support {

/// With as many digits as it takes to read the same number again.
template <class T>
std::string number_text(T number) {
    char text[32];
    return {text, std::to_chars(text, std::end(text), number).ptr};
}

namespace detail {
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
    const std::string range = number_text(low) + (open ? " or more" : " to " + number_text(high));
    const std::string or_word = word.empty() ? "" : ", or " + word;
    const std::string expected = std::string(std::integral<T> ? "a whole number" : "a number") +
                                 (open ? ", " : " from ") + range + or_word;
    const auto problem = [=](const std::string& text) -> std::string {
        T value{};
        const char* const end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, value);
        // Behind a zero CLI11 would read a whole number to the base of 8.
        const std::size_t first = text.starts_with('-') ? 1 : 0;
        const bool octal = std::integral<T> && text.size() > first + 1 && text[first] == '0';
        const bool is_number = read.ec == std::errc{} && read.ptr == end && !octal;
        if ((is_number && value >= low && value <= high) || (!word.empty() && text == word))
            return {};
        return "expected " + expected + ", found '" + text + "'";
    };
    return {problem, range + or_word};
}

/// Accepts these words.
inline CLI::Validator one_of(const std::vector<std::string>& words) {
    const auto problem = [words](const std::string& text) -> std::string {
        std::string list;
        for (const std::string& word : words) {
            if (text == word)
                return {};
            list += (list.empty() ? "" : ", ") + word;
        }
        return "expected one of " + list + ", found '" + text + "'";
    };
    return {problem, "{" + CLI::detail::join(words) + "}"};
}

/// An option for one of these values, by its word.
template <class T>
CLI::Option* add_choice(CLI::App& app, const std::string& option, T& value,
                        const std::vector<std::pair<std::string, T>>& choices,
                        const std::string& help) {
    std::vector<std::string> words;
    std::string now;
    for (const auto& choice : choices) {
        words.push_back(choice.first);
        if (choice.second == value)
            now = choice.first;
    }
    const auto choose = [&value, choices](const std::string& word) {
        for (const auto& choice : choices)
            if (choice.first == word)
                value = choice.second;
    };
    return app.add_option_function<std::string>(option, choose, help)
        ->check(one_of(words))
        ->default_str(now);
}

/// Reads the command line. False: it asked for help, and got it. Throws usage_error.
inline bool parse(CLI::App& app, int argc, char** argv) {
    try {
        app.parse(argc, argv);
        return true;
    } catch (const CLI::ParseError& end) {
        if (end.get_exit_code() != 0)
            throw usage_error(end.what());
        app.exit(end);
        return false;
    }
}

} // namespace support
