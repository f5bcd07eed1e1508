// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Numbers and texts as C++.
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

namespace embed {

/// A word that C++20 keeps for itself, so that nothing can be called that.
inline bool is_keyword(std::string_view word) {
    static constexpr std::string_view keywords[] = {
        "alignas",       "alignof",     "and",
        "and_eq",        "asm",         "auto",
        "bitand",        "bitor",       "bool",
        "break",         "case",        "catch",
        "char",          "char16_t",    "char32_t",
        "char8_t",       "class",       "co_await",
        "co_return",     "co_yield",    "compl",
        "concept",       "const",       "const_cast",
        "consteval",     "constexpr",   "constinit",
        "continue",      "decltype",    "default",
        "delete",        "do",          "double",
        "dynamic_cast",  "else",        "enum",
        "explicit",      "export",      "extern",
        "false",         "float",       "for",
        "friend",        "goto",        "if",
        "inline",        "int",         "long",
        "mutable",       "namespace",   "new",
        "noexcept",      "not",         "not_eq",
        "nullptr",       "operator",    "or",
        "or_eq",         "private",     "protected",
        "public",        "register",    "reinterpret_cast",
        "requires",      "return",      "short",
        "signed",        "sizeof",      "static",
        "static_assert", "static_cast", "struct",
        "switch",        "template",    "this",
        "thread_local",  "throw",       "true",
        "try",           "typedef",     "typeid",
        "typename",      "union",       "unsigned",
        "using",         "virtual",     "void",
        "volatile",      "wchar_t",     "while",
        "xor",           "xor_eq"};
    return std::ranges::binary_search(keywords, word);
}

/// A number with every digit that matters, of the type it has here.
template <class T>
std::string literal(T number) {
    char digits[64];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
    std::string text(std::begin(digits), end);
    if constexpr (std::floating_point<T>) {
        if (text.find_first_of(".e") == text.npos)
            text += ".0";
        if (std::same_as<T, float>)
            text += "F";
    }
    return text;
}

/// Any bytes as a std::string_view.
inline std::string literal(std::string_view bytes) {
    std::string text = "\"";
    for (const char c : bytes) {
        if (c == '"' || c == '\\') {
            text += {'\\', c};
        } else if (c >= ' ' && c <= '~') {
            text += c;
        } else {
            char octal[8]; // three digits: whatever follows is not one of them
            std::snprintf(octal, sizeof octal, "\\%03o", static_cast<unsigned char>(c));
            text += octal;
        }
    }
    return text + "\"sv";
}

/// "inline constexpr TYPE name[] = {...};", or nothing where there are no numbers.
template <class T>
std::string array(std::string_view type, std::string_view name, std::span<const T> numbers) {
    if (numbers.empty())
        return {};
    std::string text;
    text.append("alignas(64) inline constexpr ").append(type).append(" ");
    text.append(name).append("[] = {");
    std::size_t column = 100;
    for (const T number : numbers) {
        const std::string one = literal(number);
        if (column + one.size() + 2 > 98) {
            text += "\n    ";
            column = 3;
        } else {
            text += ' ';
        }
        text += one + ",";
        column += one.size() + 2;
    }
    return text + "\n};\n";
}

} // namespace embed
