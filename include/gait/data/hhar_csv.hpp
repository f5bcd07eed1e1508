// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// HHAR's CSV as it arrives: text is pushed in, checked rows come out one by one, nothing is kept.
// For pipes, and whoever wants each row at once. Whole files go through hhar_blocks.hpp, which
// reads many lines at the same time.
#pragma once

#include <gait/data/csv_lines.hpp>
#include <gait/data/hhar_line.hpp>

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace gait::inline GAIT_ARCH {

/// Throws `error` about a table that ended after `lines` lines without any row.
[[noreturn]] inline void fail_without_rows(const std::string& path, index lines, bool has_header) {
    fail_at_line(path, lines + 1, "", "a row of accelerometer data",
                 has_header   ? "the end of the file after the header"
                 : lines == 0 ? "an empty file"
                              : "blank lines alone");
}

/// Turns pushed text into rows. Throws `error` with the line and the column of what is wrong.
class hhar_csv {
public:
    /// A file without the gt column is an error if `labels_needed`. `path` is for messages.
    explicit hhar_csv(std::string path, bool labels_needed = true)
        : lines_(std::move(path)), line_(labels_needed) {}

    /// Calls row(const hhar_row&) for each row that this chunk ends.
    template <class Row>
    void feed(std::span<const char> chunk, const Row& row) {
        lines_.feed(chunk, [&](std::string_view text) { read(text, row); });
    }

    /// The end of the file. No row at all is an error.
    template <class Row>
    void finish(const Row& row) {
        lines_.finish([&](std::string_view text) { read(text, row); });
        if (rows_ == 0)
            fail_without_rows(lines_.path(), lines_.number(), line_.width() > 0);
    }

    [[nodiscard]] index rows() const { return rows_; }

    /// Throws `error` about a column of the row given last.
    [[noreturn]] void fail(std::string_view place, std::string expected, std::string found) const {
        lines_.fail(place, std::move(expected), std::move(found));
    }

private:
    template <class Row>
    void read(std::string_view text, const Row& row) {
        if (const hhar_row* found = line_.read(text, rows_, lines_)) {
            ++rows_;
            row(*found);
        }
    }

    csv_lines lines_;
    hhar_line line_;
    index rows_ = 0;
};

} // namespace gait::inline GAIT_ARCH
