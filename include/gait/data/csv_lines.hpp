// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Text in chunks to lines in one piece, and lines to fields. Chunks are pushed, so the text may
// come from a file, an archive or a pipe; no more than one line of it is ever kept.
#pragma once

#include <gait/core/error.hpp>
#include <gait/core/extents.hpp>

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// `text` in quotes and fit for a message: what can't be printed as \xNN, no more than 40 bytes.
inline std::string printable(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string result = "'";
    for (const char c : text.substr(0, 40)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7F)
            result += c;
        else
            result = result + "\\x" + digits[byte >> 4] + digits[byte & 15];
    }
    return result + (text.size() > 40 ? "..." : "") + "'";
}

/// The position of the first byte of `text` that is no part of UTF-8, or its size.
/// Source: the Unicode standard 15.0, table 3-7.
inline std::size_t first_not_utf8(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned>(static_cast<unsigned char>(text[i])) : 0U;
    };
    std::size_t i = 0;
    while (i < text.size()) {
        const unsigned lead = byte(i);
        const std::size_t more = lead < 0x80                    ? 0
                                 : lead >= 0xC2 && lead <= 0xDF ? 1
                                 : lead >= 0xE0 && lead <= 0xEF ? 2
                                 : lead >= 0xF0 && lead <= 0xF4 ? 3
                                                                : 4;
        if (more == 4)
            return i;
        // Overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte.
        const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        for (std::size_t k = 1; k <= more; ++k)
            if (byte(i + k) < (k == 1 ? low : 0x80) || byte(i + k) > (k == 1 ? high : 0xBF))
                return i;
        i += more + 1;
    }
    return i;
}

/// Bytes in a line of text. HHAR's have about 90.
inline constexpr std::size_t longest_line = 65'536;

/// What is expected of a longer one.
inline std::string shorter_line() {
    return "at most " + std::to_string(longest_line) + " bytes in a line";
}

/// Throws `error` about line `number` of a text, the first is 1, or about one column of it.
[[noreturn]] inline void fail_at_line(const std::string& path, index number,
                                      std::string_view column, std::string expected,
                                      std::string found) {
    std::string place = "line " + std::to_string(number);
    if (!column.empty())
        place += ", column " + std::string(column);
    throw error({path, std::move(place), std::move(expected), std::move(found)});
}

/// Cuts pushed chunks into lines. Lines end in \n or \r\n; the last one need not.
class csv_lines {
public:
    /// `path` is for messages. `lines_before`: of the same text, read by somebody else.
    explicit csv_lines(std::string path, index lines_before = 0)
        : path_(std::move(path)), number_(lines_before) {}

    /// Calls line(std::string_view) for each line that this chunk ends.
    template <class Line>
    void feed(std::span<const char> chunk, const Line& line) {
        const char* at = chunk.data();
        const char* const end = at + chunk.size();
        while (at != end) {
            const auto left = static_cast<std::size_t>(end - at);
            const auto* newline = static_cast<const char*>(std::memchr(at, '\n', left));
            const auto length = newline ? static_cast<std::size_t>(newline - at) : left;
            if (begun_.size() + length > longest_line) {
                ++number_;
                fail("", shorter_line(), "more");
            }
            if (!newline) {
                begun_.append(at, length);
                return;
            }
            if (begun_.empty()) {
                give({at, length}, line);
            } else {
                begun_.append(at, length);
                give(begun_, line);
                begun_.clear();
            }
            at = newline + 1;
        }
    }

    /// The end of the text: gives the last line if it has no end of its own.
    template <class Line>
    void finish(const Line& line) {
        if (!begun_.empty())
            give(begun_, line);
        begun_.clear();
    }

    /// The line given last; the first is 1.
    [[nodiscard]] index number() const { return number_; }
    [[nodiscard]] const std::string& path() const { return path_; }

    /// Throws `error` about the line given last, or one column of it.
    [[noreturn]] void fail(std::string_view column, std::string expected, std::string found) const {
        fail_at_line(path_, number_, column, std::move(expected), std::move(found));
    }

private:
    template <class Line>
    void give(std::string_view text, const Line& line) {
        ++number_;
        if (text.ends_with('\r'))
            text.remove_suffix(1);
        if (number_ == 1 && text.starts_with("\xEF\xBB\xBF")) // a byte order mark
            text.remove_prefix(3);
        line(text);
    }

    std::string path_;
    std::string begun_; // the start of a line whose end hasn't come yet
    index number_;
};

/// The fields of a line, without the blanks and the one pair of double quotes around them.
/// A field with a comma of its own is two fields: no column of ours has any.
inline void split_fields(std::string_view line, std::vector<std::string_view>& fields) {
    fields.clear();
    const char* begin = line.data();
    const char* const end = begin + line.size();
    for (const char* at = begin;; ++at) {
        if (at != end && *at != ',')
            continue;
        const char* first = begin;
        const char* last = at;
        while (first != last && (*first == ' ' || *first == '\t'))
            ++first;
        while (first != last && (last[-1] == ' ' || last[-1] == '\t'))
            --last;
        if (last - first >= 2 && *first == '"' && last[-1] == '"') {
            ++first;
            --last;
        }
        fields.emplace_back(first, static_cast<std::size_t>(last - first));
        if (at == end)
            return;
        begin = at + 1;
    }
}

} // namespace gait::inline GAIT_ARCH
