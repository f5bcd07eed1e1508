// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// JSON as gait meets it: texts on their way into files, and files that nobody has to trust. All
// that is written and read goes through here, so that a program compiles the writer and the parser
// of nlohmann::json once each. They cost a compiler seconds, and again for every way to call them.
#pragma once

#include <gait/core/config.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

namespace gait::inline GAIT_ARCH {

/// A text, a number or a list of them as JSON: every digit that matters, and null for what is not
/// finite. Throws nlohmann::json::type_error if a text is not UTF-8.
template <class Value>
std::string json_text(const Value& value) {
    return nlohmann::json(value).dump();
}

/// A name out of a file, made fit for a message: quoted, control characters escaped, not endless.
inline std::string in_quotes(std::string_view name) {
    constexpr std::size_t most = 100;
    const bool cut = name.size() > most;
    const auto replace = nlohmann::json::error_handler_t::replace;
    const std::string text = nlohmann::json(name.substr(0, most)).dump(-1, ' ', false, replace);
    // JSON lets DEL and the control characters from U+0080 on be; terminals obey them.
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const bool long_control = c == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0;
        if (c != 0x7F && !long_control) {
            plain += text[i];
            continue;
        }
        char escape[8];
        std::snprintf(escape, sizeof escape, "\\u%04x",
                      long_control ? static_cast<unsigned char>(text[++i]) : c);
        plain += escape;
    }
    return plain + (cut ? "..." : "");
}

/// Takes what the parser finds, piece by piece; an answer of false ends the reading.
using json_events = nlohmann::json_sax<nlohmann::json>;

/// Reads all of `text`, building nothing.
inline void read_json(std::string_view text, json_events& events) {
    // json::sax_parse does just this, but brings its readers of five binary formats along: three
    // seconds of compiling, and 66 KB of code. The parser by itself is not part of the library's
    // interface, so other versions than those that were tried get sax_parse.
#if NLOHMANN_JSON_VERSION_MAJOR == 3 && NLOHMANN_JSON_VERSION_MINOR == 11
    auto input = nlohmann::detail::input_adapter(text.data(), text.data() + text.size());
    nlohmann::detail::parser<nlohmann::json, decltype(input)>(std::move(input)).sax_parse(&events);
#else
    nlohmann::json::sax_parse(text, &events);
#endif
}

} // namespace gait::inline GAIT_ARCH
