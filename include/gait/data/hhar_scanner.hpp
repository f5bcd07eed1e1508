// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The fast way through HHAR's CSV: one pass over a plain row, from its first byte to its line end.
// Plain are whole numbers, decimals of up to 15 digits and printable ASCII, without blanks or
// quotes around them, which is what phones write. Anything else is left to hhar_line, so nothing
// is judged here: a row is read exactly as hhar_line reads it, or not at all.
#pragma once

#include <gait/core/bits_as.hpp>
#include <gait/data/hhar_line.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// Scans rows whose columns lie as a header said. The text [at, end) of every function isn't empty
/// and ends in '\n', where every loop in here stops; nullptr means: not a plain row.
class hhar_scanner {
public:
    /// `line` has read the first line.
    explicit hhar_scanner(const hhar_line& line) : columns_(line.width(), skipped) {
        for (int c = 0; c < hhar_line::column_count; ++c) {
            const auto known = static_cast<hhar_line::column>(c);
            if (known == hhar_line::model || !line.has(known))
                continue;
            columns_[line.place(known)] = known;
            if (known <= hhar_line::z)
                names_begin_ = std::max(names_begin_, line.place(known) + 1);
        }
        for (const auto name : {hhar_line::user, hhar_line::device, hhar_line::label})
            ends_in_names_ &= !line.has(name) || line.place(name) >= names_begin_;
    }

    /// Are user, device and label all behind the last number, as in HHAR's own order?
    [[nodiscard]] bool ends_in_names() const { return ends_in_names_; }

    /// Reads the row that starts at `at` up to its last number; returns where the rest of the line
    /// starts. Leaves row.number as it was where there is no Index.
    const char* numbers(const char* at, const char* end, hhar_row& row) const {
        return values(0, names_begin_, at, end, row);
    }
    /// Reads that rest; returns where the next line starts. The names point into the text.
    const char* names(const char* at, const char* end, hhar_row& row) const {
        return values(names_begin_, columns_.size(), at, end, row);
    }

private:
    static constexpr int skipped = -1;

    const char* values(std::size_t first, std::size_t last, const char* at, const char* end,
                       hhar_row& row) const {
        for (std::size_t i = first; i != last; ++i) {
            if (!value(columns_[i], at, end, row))
                return nullptr;
            const bool is_last = i + 1 == columns_.size();
            if (is_last && *at == '\r')
                ++at;
            if (*at != (is_last ? '\n' : ','))
                return nullptr;
            ++at;
        }
        return at;
    }

    static bool value(int column, const char*& at, const char* end, hhar_row& row) {
        switch (column) {
        case hhar_line::number: {
            std::int64_t number = 0;
            if (!whole(at, end, 0, hhar_line::most_number, number))
                return false;
            row.number = static_cast<std::uint32_t>(number);
            return true;
        }
        case hhar_line::arrival:
            return whole(at, end, -hhar_line::most_arrival_ms, hhar_line::most_arrival_ms,
                         row.arrival_ms);
        case hhar_line::creation:
            return whole(at, end, -hhar_line::most_creation_ns, hhar_line::most_creation_ns,
                         row.creation_ns);
        case hhar_line::x:
            return decimal(at, end, row.xyz[0]);
        case hhar_line::y:
            return decimal(at, end, row.xyz[1]);
        case hhar_line::z:
            return decimal(at, end, row.xyz[2]);
        case hhar_line::user:
            return name(at, row.user);
        case hhar_line::device:
            return name(at, row.device);
        case hhar_line::label:
            return name(at, row.label);
        default:
            while (*at != ',' && is_printable(*at))
                ++at;
            return true;
        }
    }

    static bool is_printable(char c) { return c >= 0x20 && c < 0x7F; }

    /// Reads the digits at `at`, up to eight of them, all at once; returns how many.
    /// Source: Lemire, "Number parsing at a gigabyte per second", Software: Practice and
    /// Experience 51(8), 2021.
    static int eight_digits(const char*& at, const char* end, std::uint64_t& value) {
        std::uint64_t bytes = 0; // the first one lowest; 0 is no digit
        if (end - at >= 8)
            std::memcpy(&bytes, at, 8);
        else
            std::memcpy(&bytes, at, static_cast<std::size_t>(end - at));
        if constexpr (std::endian::native == std::endian::big)
            bytes = __builtin_bswap64(bytes);
        // A digit is 0x30 to 0x39: the high half is 3, and still is with 6 more.
        constexpr std::uint64_t high = 0xF0F0F0F0F0F0F0F0, threes = 0x3030303030303030;
        const std::uint64_t others =
            ((bytes & high) ^ threes) | (((bytes + 0x0606060606060606) & high) ^ threes);
        const int count = std::countr_zero(others) / 8;
        at += count;
        if (count == 0)
            return 0;
        // Moved up until the last digit is the highest byte; zeros, as values, come in below.
        bytes = (bytes - threes) << (64 - 8 * count);
        bytes = bytes * 10 + (bytes >> 8);
        constexpr std::uint64_t pairs = 0x000000FF000000FF;
        value = ((bytes & pairs) * (100 + (std::uint64_t{1'000'000} << 32)) +
                 ((bytes >> 16) & pairs) * (1 + (std::uint64_t{10'000} << 32))) >>
                32;
        return count;
    }

    /// Appends the digits at `at` to `value`; returns how many. More than 23 are no number of ours.
    static int digits(const char*& at, const char* end, std::uint64_t& value) {
        static constexpr std::array<std::uint64_t, 9> powers{
            1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};
        int count = 0, more = 8;
        while (more == 8 && count < 24) {
            std::uint64_t next = 0;
            more = eight_digits(at, end, next);
            value = value * powers[static_cast<std::size_t>(more)] + next;
            count += more;
        }
        return count;
    }

    /// A whole number of up to 19 digits, which an unsigned one of 64 bits holds.
    static bool whole(const char*& at, const char* end, std::int64_t least, std::int64_t most,
                      std::int64_t& result) {
        const bool negative = *at == '-';
        at += negative;
        std::uint64_t value = 0;
        const int count = digits(at, end, value);
        if (count == 0 || count > 19 || value > static_cast<std::uint64_t>(most))
            return false;
        result = negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
        return result >= least;
    }

    /// Digits, a point and digits. Up to 15 digits and powers of ten up to 15 are exact in double,
    /// so their quotient is the nearest double; and the float nearest to that is the float nearest
    /// to the decimal unless the double lies in the very middle between two floats.
    static bool decimal(const char*& at, const char* end, float& result) {
        static constexpr std::array<double, 16> powers{
            1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
        const bool negative = *at == '-';
        at += negative;
        std::uint64_t value = 0;
        const int before = digits(at, end, value);
        int behind = 0;
        if (*at == '.') {
            ++at;
            behind = digits(at, end, value);
            if (behind == 0)
                return false;
        }
        if (before == 0 || before + behind > 15)
            return false;
        const double nearest =
            static_cast<double>(value) / powers[static_cast<std::size_t>(behind)];
        constexpr std::uint64_t rest = (std::uint64_t{1} << 29) - 1; // of a double's 52 bits
        if ((bits_as<std::uint64_t>(nearest) & rest) == (rest + 1) / 2)
            return false;
        result = static_cast<float>(negative ? -nearest : nearest);
        return true;
    }

    static bool name(const char*& at, std::string_view& result) {
        const char* const first = at;
        while (*at != ',' && is_printable(*at))
            ++at;
        const auto size = static_cast<std::size_t>(at - first);
        if (size == 0 || size > hhar_line::longest_name || *first == ' ' || *first == '"' ||
            at[-1] == ' ')
            return false;
        result = {first, size};
        return true;
    }

    std::vector<int> columns_;    // of each place in a line, or skipped
    std::size_t names_begin_ = 0; // the place behind the last number
    bool ends_in_names_ = true;
};

} // namespace gait::inline GAIT_ARCH
