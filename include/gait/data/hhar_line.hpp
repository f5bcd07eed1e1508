// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// One line of HHAR's CSV. Ten columns
//
//   Index,Arrival_Time,Creation_Time,x,y,z,User,Model,Device,gt
//
// with a header, then in any order and with others between them, or without one, then in this
// order. Every value is checked, and what is wrong is said with the name of its column.
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
#include <string>
#include <string_view>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// Reads lines, the first of them first: it says where the columns are. Complaints go to
/// where.fail(column, expected, found), which throws.
class hhar_line {
public:
    enum column { number, arrival, creation, x, y, z, user, model, device, label, column_count };

    // Until the year 2096; the limits keep every difference of two times in range.
    static constexpr std::int64_t most_arrival_ms = 4'000'000'000'000;
    static constexpr std::int64_t most_creation_ns = 4'000'000'000'000'000'000;
    static constexpr std::int64_t most_number = 4'294'967'295;
    static constexpr std::size_t longest_name = 256;
    /// Of x, y and z: squares and differences of what is read are finite floats. No phone measures
    /// that, and hhar_scanner's 15 digits can't reach it.
    static constexpr float most_measured = 1e15F;

    /// A header without the gt column is an error if `labels_needed`.
    explicit hhar_line(bool labels_needed = true) : labels_needed_(labels_needed) {}

    /// The row in `text`, good until the next call; none in a blank line and in a header.
    /// `rows_before`: in the file, which numbers the rows where there is no Index.
    template <class Where>
    const hhar_row* read(std::string_view text, index rows_before, const Where& where) {
        if (text.find_first_not_of(" \t") == text.npos)
            return nullptr;
        split_fields(text, fields_);
        if (width_ == 0) {
            width_ = column_count;
            check_text(text, where);
            if (!std::ranges::any_of(fields_, is_number)) {
                read_header(where);
                return nullptr;
            }
        }
        if (fields_.size() != width_)
            where.fail("", std::to_string(width_) + " columns", std::to_string(fields_.size()));
        check_text(text, where);
        fill(rows_before, where);
        return &row_;
    }

    /// Columns in every line; 0 before the first line.
    [[nodiscard]] std::size_t width() const { return width_; }
    [[nodiscard]] bool has(column c) const { return place_[c] != absent; }
    /// Where in a line the column is, if it is there.
    [[nodiscard]] std::size_t place(column c) const { return place_[c]; }

private:
    static constexpr std::array<std::string_view, column_count> names{
        "Index", "Arrival_Time", "Creation_Time", "x", "y", "z", "User", "Model", "Device", "gt"};
    static constexpr std::size_t absent = ~std::size_t{0};

    template <class Where>
    void read_header(const Where& where) {
        width_ = fields_.size();
        place_.fill(absent);
        for (std::size_t i = 0; i < width_; ++i) {
            const auto known = std::ranges::find(names, fields_[i]);
            if (known == names.end())
                continue;
            std::size_t& place = place_[static_cast<std::size_t>(known - names.begin())];
            if (place != absent)
                where.fail(*known, "one column of this name", "two");
            place = i;
        }
        const auto add = [](std::string& list, const char* between, std::string_view name) {
            list.append(list.empty() ? "" : between).append(name);
        };
        std::string missing;
        for (std::size_t c = 0; c < names.size(); ++c) {
            const bool spare = c == number || c == model || (c == label && !labels_needed_);
            if (place_[c] == absent && !spare)
                add(missing, ", ", names[c]);
        }
        if (missing.empty())
            return;
        std::string header;
        for (const std::string_view name : fields_)
            add(header, ",", name);
        where.fail("", std::string("a header with the columns ").append(missing),
                   printable(header));
    }

    template <class Where>
    void fill(index rows_before, const Where& where) {
        row_.number = has(number) ? static_cast<std::uint32_t>(whole(number, 0, most_number, where))
                                  : static_cast<std::uint32_t>(rows_before);
        row_.arrival_ms = whole(arrival, -most_arrival_ms, most_arrival_ms, where);
        read_creation(where);
        for (std::size_t axis = 0; axis < 3; ++axis)
            row_.xyz[axis] = measured(static_cast<column>(x + axis), where);
        row_.user = text_of(user, where);
        row_.device = text_of(device, where);
        row_.label = has(label) ? text_of(label, where) : std::string_view{};
    }

    [[nodiscard]] std::string_view field(column c) const { return fields_[place_[c]]; }

    template <class Where>
    [[nodiscard]] std::int64_t whole(column c, std::int64_t least, std::int64_t most,
                                     const Where& where) const {
        const std::string_view text = field(c);
        std::int64_t value = 0;
        if (!read_whole(text, value) || value < least || value > most)
            where.fail(names[c],
                       "a whole number from " + std::to_string(least) + " to " +
                           std::to_string(most),
                       printable(text));
        return value;
    }

    template <class Where>
    void read_creation(const Where& where) {
        constexpr std::int64_t most = most_creation_ns;
        const std::string_view text = field(creation);
        row_.creation_damaged = !read_whole(text, row_.creation_ns);
        if (row_.creation_damaged) {
            // A spreadsheet keeps 15 digits and writes 1.42469663191325E+018.
            double value = 0;
            if (!read_number(text, value) || !(std::abs(value) <= static_cast<double>(most)))
                where.fail(names[creation], "a time in nanoseconds", printable(text));
            row_.creation_ns = std::llround(value);
        }
        if (row_.creation_ns < -most || row_.creation_ns > most)
            where.fail(names[creation], "a time in nanoseconds below 4e18", printable(text));
    }

    template <class Where>
    [[nodiscard]] float measured(column c, const Where& where) const {
        float value = 0;
        if (!read_number(field(c), value))
            where.fail(names[c], "a number", printable(field(c)));
        if (!std::isfinite(value))
            where.fail(names[c], "a finite number", printable(field(c)));
        if (std::abs(value) > most_measured)
            where.fail(names[c], "a number from -1e15 to 1e15", printable(field(c)));
        return value;
    }

    template <class Where>
    [[nodiscard]] std::string_view text_of(column c, const Where& where) const {
        const std::string_view text = field(c);
        if (text.empty() || text.size() > longest_name)
            where.fail(names[c], "a name of 1 to " + std::to_string(longest_name) + " bytes",
                       text.empty() ? "nothing" : printable(text));
        for (const char letter : text)
            if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F)
                where.fail(names[c], "a name that can be printed", printable(text));
        return text;
    }

    // Plain ASCII, which nearly every line is, is seen at a glance.
    template <class Where>
    void check_text(std::string_view line, const Where& where) const {
        unsigned char all = 0;
        for (const char letter : line)
            all |= static_cast<unsigned char>(letter);
        if (all < 0x80 || first_not_utf8(line) == line.size())
            return;
        const auto bad = std::ranges::find_if(
            fields_, [](std::string_view text) { return first_not_utf8(text) != text.size(); });
        const auto place = static_cast<std::size_t>(bad - fields_.begin());
        where.fail(column_name(place), "text in UTF-8",
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

    bool labels_needed_;
    std::array<std::size_t, column_count> place_{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    std::size_t width_ = 0;
    std::vector<std::string_view> fields_;
    hhar_row row_;
};

} // namespace gait::inline GAIT_ARCH
