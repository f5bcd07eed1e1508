// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// HHAR's CSV, read as it comes: ten columns
//
//   Index,Arrival_Time,Creation_Time,x,y,z,User,Model,Device,gt
//
// with a header, then in any order and with others between them, or without one, then in this
// order. Text is pushed in, checked rows come out one by one, nothing is kept.
//
// Source: Stisen et al., "Smart devices are different", SenSys 2015 (the HHAR data set).
#pragma once

#include <gait/core/error.hpp>
#include <gait/core/extents.hpp>
#include <gait/data/csv_lines.hpp>
#include <gait/data/hhar_tracks.hpp>

#include <fast_float/fast_float.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// Turns pushed text into rows. Throws `error` with the line and the column of what is wrong.
class hhar_csv {
public:
    /// A file without the gt column is an error if `labels_needed`. `path` is for messages.
    explicit hhar_csv(std::string path, bool labels_needed = true)
        : lines_(std::move(path)), labels_needed_(labels_needed) {}

    /// Calls row(const hhar_row&) for each row that this chunk ends.
    template <class Row>
    void feed(std::span<const char> chunk, const Row& row) {
        lines_.feed(chunk, [&](std::string_view line) { read(line, row); });
    }

    /// The end of the file. No row at all is an error.
    template <class Row>
    void finish(const Row& row) {
        lines_.finish([&](std::string_view line) { read(line, row); });
        if (rows_ == 0)
            throw error(
                {lines_.path(), "line " + std::to_string(lines_.number() + 1),
                 "a row of accelerometer data",
                 lines_.number() == 0 ? "an empty file" : "the end of the file after the header"});
    }

    [[nodiscard]] index rows() const { return rows_; }

    /// Throws `error` about a column of the row given last.
    [[noreturn]] void fail(std::string_view place, std::string expected, std::string found) const {
        lines_.fail(place, std::move(expected), std::move(found));
    }

private:
    enum column { number, arrival, creation, x, y, z, user, model, device, label, column_count };
    static constexpr std::array<std::string_view, column_count> names{
        "Index", "Arrival_Time", "Creation_Time", "x", "y", "z", "User", "Model", "Device", "gt"};
    static constexpr std::size_t absent = ~std::size_t{0};

    template <class Row>
    void read(std::string_view line, const Row& row) {
        if (line.find_first_not_of(" \t") == line.npos)
            return;
        split_fields(line, fields_);
        if (width_ == 0) {
            width_ = column_count;
            check_text(line);
            if (!std::ranges::any_of(fields_, is_number))
                return read_header();
        }
        if (fields_.size() != width_)
            lines_.fail("", std::to_string(width_) + " columns", std::to_string(fields_.size()));
        check_text(line);
        fill();
        ++rows_;
        row(std::as_const(row_));
    }

    void read_header() {
        width_ = fields_.size();
        header_.assign(fields_.begin(), fields_.end());
        place_.fill(absent);
        for (std::size_t i = 0; i < width_; ++i) {
            const auto known = std::ranges::find(names, fields_[i]);
            if (known == names.end())
                continue;
            std::size_t& place = place_[static_cast<std::size_t>(known - names.begin())];
            if (place != absent)
                lines_.fail(*known, "one column of this name", "two");
            place = i;
        }
        std::string missing;
        for (std::size_t c = 0; c < names.size(); ++c) {
            const bool spare = c == number || c == model || (c == label && !labels_needed_);
            if (place_[c] == absent && !spare)
                missing += (missing.empty() ? "" : ", ") + std::string(names[c]);
        }
        if (!missing.empty())
            lines_.fail("", "a header with the columns " + missing, printable(header_text()));
    }

    [[nodiscard]] std::string header_text() const {
        std::string text;
        for (const std::string& name : header_)
            text += (text.empty() ? "" : ",") + name;
        return text;
    }

    void fill() {
        row_.number = place_[number] == absent ? static_cast<std::uint32_t>(rows_)
                                               : whole<std::uint32_t>(number, 0, 4'294'967'295);
        // Until the year 2096; the limits keep every difference of two times in range.
        row_.arrival_ms = whole<std::int64_t>(arrival, -4'000'000'000'000, 4'000'000'000'000);
        read_creation();
        for (std::size_t axis = 0; axis < 3; ++axis)
            row_.xyz[axis] = measured(static_cast<column>(x + axis));
        row_.user = text_of(user);
        row_.device = text_of(device);
        row_.label = place_[label] == absent ? std::string_view{} : text_of(label);
    }

    [[nodiscard]] std::string_view field(column c) const { return fields_[place_[c]]; }

    template <class Integer>
    [[nodiscard]] Integer whole(column c, std::int64_t least, std::int64_t most) const {
        const std::string_view text = field(c);
        std::int64_t value = 0;
        if (!read_whole(text, value) || value < least || value > most)
            lines_.fail(names[c],
                        "a whole number from " + std::to_string(least) + " to " +
                            std::to_string(most),
                        printable(text));
        return static_cast<Integer>(value);
    }

    void read_creation() {
        constexpr std::int64_t most = 4'000'000'000'000'000'000;
        const std::string_view text = field(creation);
        row_.creation_damaged = !read_whole(text, row_.creation_ns);
        if (row_.creation_damaged) {
            // A spreadsheet keeps 15 digits and writes 1.42469663191325E+018.
            double value = 0;
            if (!read_number(text, value) || !(std::abs(value) <= static_cast<double>(most)))
                lines_.fail(names[creation], "a time in nanoseconds", printable(text));
            row_.creation_ns = std::llround(value);
        }
        if (row_.creation_ns < -most || row_.creation_ns > most)
            lines_.fail(names[creation], "a time in nanoseconds below 4e18", printable(text));
    }

    [[nodiscard]] float measured(column c) const {
        float value = 0;
        if (!read_number(field(c), value))
            lines_.fail(names[c], "a number", printable(field(c)));
        if (!std::isfinite(value))
            lines_.fail(names[c], "a finite number", printable(field(c)));
        return value;
    }

    [[nodiscard]] std::string_view text_of(column c) const {
        constexpr std::size_t longest = 256;
        const std::string_view text = field(c);
        if (text.empty() || text.size() > longest)
            lines_.fail(names[c], "a name of 1 to " + std::to_string(longest) + " bytes",
                        text.empty() ? "nothing" : printable(text));
        for (const char letter : text)
            if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F)
                lines_.fail(names[c], "a name that can be printed", printable(text));
        return text;
    }

    // Plain ASCII, which nearly every line is, is seen at a glance.
    void check_text(std::string_view line) const {
        unsigned char all = 0;
        for (const char letter : line)
            all |= static_cast<unsigned char>(letter);
        if (all < 0x80 || first_not_utf8(line) == line.size())
            return;
        const auto bad = std::ranges::find_if(
            fields_, [](std::string_view text) { return first_not_utf8(text) != text.size(); });
        const auto place = static_cast<std::size_t>(bad - fields_.begin());
        lines_.fail(column_name(place), "text in UTF-8",
                    bad == fields_.end() ? "" : printable(*bad));
    }

    [[nodiscard]] std::string column_name(std::size_t place) const {
        const auto known = std::ranges::find(place_, place);
        if (known != place_.end() && width_ != 0)
            return std::string(names[static_cast<std::size_t>(known - place_.begin())]);
        return std::to_string(place + 1);
    }

    static bool read_whole(std::string_view text, std::int64_t& value) {
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
        return problem == std::errc{} && end == text.data() + text.size();
    }
    template <class Float>
    static bool read_number(std::string_view text, Float& value) {
        const auto [end, problem] =
            fast_float::from_chars(text.data(), text.data() + text.size(), value);
        return problem == std::errc{} && end == text.data() + text.size();
    }
    static bool is_number(std::string_view text) {
        double value = 0;
        return read_number(text, value);
    }

    csv_lines lines_;
    bool labels_needed_;
    std::array<std::size_t, column_count> place_{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    std::size_t width_ = 0; // columns in every line; 0 before the first line
    std::vector<std::string> header_;
    std::vector<std::string_view> fields_;
    hhar_row row_;
    index rows_ = 0;
};

} // namespace gait::inline GAIT_ARCH
