// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Files in HHAR's columns to tracks, by all threads, with a bar that says how it goes.
#pragma once

#include "archive.hpp"
#include "read_ahead.hpp"
#include "support/interrupt.hpp"
#include "support/progress.hpp"

#include <gait/data/hhar_blocks.hpp>
#include <gait/data/hhar_tracks.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace har {

/// Bytes that the files take on disk; those that can't be looked at count for nothing.
inline std::int64_t bytes_of(const std::vector<std::string>& files) {
    std::int64_t total = 0;
    for (const std::string& file : files) {
        std::error_code unknown;
        const auto size = std::filesystem::file_size(file, unknown);
        if (!unknown)
            total += static_cast<std::int64_t>(size);
    }
    return total;
}

/// How much text was read, and what it came to in the end.
class reading_display {
public:
    reading_display(const std::vector<std::string>& files, int threads)
        : threads_(threads), bar_("reading", bytes_of(files), "bytes") {}

    /// `bytes` more of the files on disk, `text` bytes with `rows` rows once unpacked.
    void advance(std::int64_t bytes, std::size_t text, gait::index rows) {
        using seconds = std::chrono::duration<double>;
        const double elapsed =
            std::max(seconds(std::chrono::steady_clock::now() - start_).count(), 1e-9);
        text_ += static_cast<double>(text);
        rows_ += rows;
        const auto all = static_cast<double>(rows_);
        bar_.note(support::short_number(all) + " rows, " + support::short_number(all / elapsed) +
                  " rows/s, " + support::short_number(text_ / elapsed / threads_) +
                  "B/s of text per thread");
        bar_.advance(bytes);
    }
    void finish() { bar_.finish(); }
    [[nodiscard]] gait::index rows() const { return rows_; }

private:
    int threads_;
    support::progress bar_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    double text_ = 0;
    gait::index rows_ = 0;
};

/// Reads every table of the files into `tracks`, up to Ctrl-C; how many rows those were. Throws
/// gait::error with the line and the column of what is wrong.
inline gait::index read_tables(const std::vector<std::string>& files, int threads,
                               gait::hhar_tracks& tracks) {
    reading_display display(files, threads);
    for (const std::string& file : files)
        for_each_table(file, [&](archive_reader& reader, const std::string& name) {
            gait::hhar_blocks table(name, threads, tracks);
            read_ahead text(reader);
            std::int64_t bytes = reader.bytes_read();
            while (!support::interrupted()) {
                const auto run = text.next();
                if (run.text.empty())
                    return table.finish();
                const gait::index rows = table.rows();
                table.read(run.text, [&] { text.fetch(); });
                display.advance(std::max<std::int64_t>(run.bytes - bytes, 0), run.text.size(),
                                table.rows() - rows);
                bytes = std::max(bytes, run.bytes);
            }
        });
    display.finish();
    return display.rows();
}

} // namespace har
