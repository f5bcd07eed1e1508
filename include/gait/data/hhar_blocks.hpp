// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// HHAR's CSV by many threads. Text comes in long runs of whole lines; each run is cut at line ends
// into pieces that are parsed side by side, every one with names and line numbers of its own, and
// then joined to the tracks in the order of the file. So neither the tracks nor what is said about
// a bad line depends on the number of threads.
#pragma once

#include <gait/core/threads.hpp>
#include <gait/data/hhar_csv.hpp>
#include <gait/data/hhar_endings.hpp>
#include <gait/data/hhar_line.hpp>
#include <gait/data/hhar_scanner.hpp>
#include <gait/data/hhar_tracks.hpp>

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

namespace detail {

/// What is wrong with a line, before anybody knows its number in the file.
struct misfit {
    index line; ///< in its piece; the first is 1
    std::string column, expected, found;
};

/// A piece of the text and what was in it. Used again for other pieces: names stay known.
class hhar_piece {
public:
    explicit hhar_piece(const std::vector<std::string>& classes)
        : names_(classes), label_lines_(classes.size()) {}

    /// `text`: whole lines, not empty, each with its '\n'. Says nothing yet about what is wrong.
    void parse(std::string_view text, const hhar_scanner& scan, hhar_line& line) noexcept {
        rows_.clear();
        lines_ = 0;
        problem_ = nullptr;
        try {
            const char* const end = text.data() + text.size();
            for (const char* at = text.data(); at != end;) {
                ++lines_;
                const char* const next = parse_plain(at, end, scan);
                at = next ? next : parse_any(at, end, line);
            }
        } catch (...) {
            problem_ = std::current_exception();
        }
    }

    /// Moves the rows to `tracks`. `lines` and `rows` are those before this piece, and then those
    /// after it; `numbered`: rows come with a number of their own.
    void join(hhar_tracks& tracks, const std::string& path, index& lines, index& rows,
              bool numbered) {
        label_lines_.resize(names_.labels().size(), lines_);
        for (std::size_t i = labels_.size(); i < label_lines_.size(); ++i)
            labels_.push_back(
                tracks.label_of(names_.labels()[i], in_file{path, lines + label_lines_[i]}));
        const auto& mine = names_.tracks();
        for (std::size_t i = tracks_.size(); i < mine.size(); ++i)
            tracks_.push_back(
                tracks.track_of(names_.users()[static_cast<std::size_t>(mine[i].user)],
                                names_.devices()[static_cast<std::size_t>(mine[i].device)]));
        for (std::size_t i = 0; i < mine.size(); ++i)
            tracks.tracks()[static_cast<std::size_t>(tracks_[i])].creation_damaged |=
                mine[i].creation_damaged;
        raise(path, lines);

        const auto first_number = numbered ? 0U : static_cast<std::uint32_t>(rows);
        for (hhar_tracks::placed_row& placed : rows_) {
            placed.track = tracks_[static_cast<std::size_t>(placed.track)];
            placed.row.arrival_and_label =
                placed.row.arrival_ms() * 256 + labels_[placed.row.label()];
            placed.row.number += first_number;
            tracks.keep(placed);
        }
        lines += lines_;
        rows += std::ssize(rows_);
    }

private:
    struct in_piece {
        index line;
        [[noreturn]] void fail(std::string_view column, std::string expected,
                               std::string found) const {
            throw misfit{line, std::string(column), std::move(expected), std::move(found)};
        }
    };
    struct in_file {
        const std::string& path;
        index line;
        [[noreturn]] void fail(std::string_view column, std::string expected,
                               std::string found) const {
            fail_at_line(path, line, column, std::move(expected), std::move(found));
        }
    };

    const char* parse_plain(const char* at, const char* end, const hhar_scanner& scan) {
        constexpr auto most = static_cast<std::ptrdiff_t>(longest_line);
        hhar_row& row = plain_row_;
        row.number = static_cast<std::uint32_t>(rows_.size());
        const char* const names = scan.numbers(at, end, row);
        if (!names)
            return nullptr;
        if (scan.ends_in_names())
            if (const auto* known = endings_.find(names, end)) {
                const char* const next = names + known->text.size();
                if (next - at > most)
                    return nullptr;
                rows_.push_back(
                    {known->track,
                     {row.creation_ns, row.arrival_ms * 256 + known->label, row.number, row.xyz}});
                return next;
            }
        const char* const next = scan.names(names, end, row);
        if (!next || next - at > most)
            return nullptr;
        keep(row);
        if (scan.ends_in_names())
            endings_.add({names, next}, rows_.back().track, rows_.back().row.label());
        return next;
    }

    const char* parse_any(const char* at, const char* end, hhar_line& line) {
        const auto left = static_cast<std::size_t>(end - at);
        const auto* newline = static_cast<const char*>(std::memchr(at, '\n', left));
        std::string_view text(at, static_cast<std::size_t>(newline - at));
        if (text.size() > longest_line)
            in_piece{lines_}.fail("", shorter_line(), "more");
        if (text.ends_with('\r'))
            text.remove_suffix(1);
        if (const hhar_row* row = line.read(text, std::ssize(rows_), in_piece{lines_}))
            keep(*row);
        return newline + 1;
    }

    void keep(const hhar_row& row) {
        rows_.push_back(names_.place(row, in_piece{lines_}));
        if (names_.labels().size() > label_lines_.size())
            label_lines_.push_back(lines_);
    }

    void raise(const std::string& path, index lines) const {
        if (!problem_)
            return;
        try {
            std::rethrow_exception(problem_);
        } catch (const misfit& m) {
            fail_at_line(path, lines + m.line, m.column, m.expected, m.found);
        }
    }

    hhar_tracks names_; // this piece's users, devices, labels and tracks; the rows are in rows_
    std::vector<index> label_lines_;   // in this piece, where each label was seen first
    std::vector<int> labels_, tracks_; // numbers in the file of labels and tracks of names_
    hhar_endings endings_;
    hhar_row plain_row_; // every plain row is written over the one before
    std::vector<hhar_tracks::placed_row> rows_;
    index lines_ = 0;
    std::exception_ptr problem_; // a misfit, or no memory
};

} // namespace detail

/// Reads one table into tracks.
class hhar_blocks {
public:
    /// `path` is for messages; `threads` >= 1.
    hhar_blocks(std::string path, int threads, hhar_tracks& tracks)
        : path_(std::move(path)), threads_(threads), tracks_(tracks) {}

    /// `text`: the next whole lines, each with its '\n'. Throws `error` with the line and the
    /// column of what is wrong first.
    ///
    /// Meanwhile one of the threads calls meanwhile(), which must not throw: the place to read or
    /// decompress what comes after `text`.
    template <class Meanwhile>
    void read(std::string_view text, const Meanwhile& meanwhile) {
        assert(text.empty() || text.back() == '\n');
        while (!scan_ && !text.empty())
            text = read_first(text);
        const std::vector<std::string_view> texts = cut(text);
        while (pieces_.size() < texts.size())
            pieces_.emplace_back(tracks_.classes_given() ? tracks_.labels()
                                                         : std::vector<std::string>{});
        std::vector<hhar_line> lines(static_cast<std::size_t>(threads_), line_);
        // First in the row, so that it begins at once and whoever did it helps with the rest.
        parallel_for(threads_, std::ssize(texts) + 1, [&](index item, int thread) {
            if (item == 0)
                return meanwhile();
            const auto i = static_cast<std::size_t>(item - 1);
            pieces_[i].parse(texts[i], *scan_, lines[static_cast<std::size_t>(thread)]);
        });
        for (std::size_t i = 0; i < texts.size(); ++i)
            pieces_[i].join(tracks_, path_, lines_, rows_, line_.has(hhar_line::number));
    }
    void read(std::string_view text) {
        read(text, [] {});
    }

    /// The end of the table. No row at all is an error.
    void finish() const {
        if (rows_ == 0)
            fail_without_rows(path_, lines_, line_.width() > 0);
    }

    [[nodiscard]] index rows() const { return rows_; }

private:
    /// Bytes in a piece. Its text and its rows stay in a core's own cache.
    static constexpr std::size_t piece_size = 1 << 18;

    // Reads lines until the first that says where the columns are; the rest of the text.
    std::string_view read_first(std::string_view text) {
        csv_lines one(path_, lines_);
        const std::size_t length = text.find('\n') + 1;
        one.feed(text.substr(0, length), [&](std::string_view line) {
            if (const hhar_row* row = line_.read(line, rows_, one)) {
                ++rows_;
                tracks_.add(*row, one);
            }
        });
        ++lines_;
        if (line_.width() != 0)
            scan_.emplace(line_);
        return text.substr(length);
    }

    static std::vector<std::string_view> cut(std::string_view text) {
        std::vector<std::string_view> pieces;
        while (!text.empty()) {
            const std::size_t newline = text.find('\n', std::min(piece_size, text.size() - 1));
            pieces.push_back(text.substr(0, newline + 1));
            text.remove_prefix(newline + 1);
        }
        return pieces;
    }

    std::string path_;
    int threads_;
    hhar_tracks& tracks_;
    hhar_line line_;                   // knows the columns once scan_ is there
    std::optional<hhar_scanner> scan_; // after the first line that isn't blank
    std::vector<detail::hhar_piece> pieces_;
    index lines_ = 0, rows_ = 0;
};

} // namespace gait::inline GAIT_ARCH
