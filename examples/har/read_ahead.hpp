// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The text of a table in runs of whole lines, in two buffers: while one run is worked on, the next
// is read and decompressed.
#pragma once

#include "archive.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace har {

/// Reads a member of an archive from its start to its end.
class read_ahead {
public:
    struct run {
        std::string_view text;  ///< whole lines, each with its '\n'; empty at the end
        std::int64_t bytes = 0; ///< read so far of the file on disk
    };

    /// `reader` is used by nobody else meanwhile.
    explicit read_ahead(archive_reader& reader) : reader_(reader) { fetch(); }

    /// Reads the run after the one that next() gave; in any thread, once between two calls of it.
    void fetch() noexcept {
        try {
            coming_ = fill();
        } catch (...) {
            problem_ = std::current_exception();
        }
    }
    /// What was fetched, good until the next call. Throws gait::error if it could not be read.
    run next() {
        if (problem_)
            std::rethrow_exception(problem_);
        std::swap(shown_, filled_);
        return coming_;
    }

private:
    /// Bytes in a run: enough for many pieces to parse side by side.
    static constexpr std::size_t size = 1 << 22;

    // What was left behind the last line end, then as much as there is room for. A file without any
    // line end in so much text comes as it is: its reader complains about the length of that line.
    run fill() {
        std::copy(rest_.begin(), rest_.end(), filled_.begin());
        const std::size_t kept = rest_.size();
        std::size_t count = kept + reader_.read_into(std::span(filled_).subspan(kept, size - kept));
        if (count < size && count > 0 && filled_[count - 1] != '\n')
            filled_[count++] = '\n'; // the last line of a file need not end
        std::string_view text(filled_.data(), count);
        if (const auto newline = text.rfind('\n'); newline != text.npos) {
            rest_ = text.substr(newline + 1);
            text = text.substr(0, newline + 1);
        } else if (count > 0) {
            filled_[count - 1] = '\n';
            rest_ = {};
        }
        return {text, reader_.bytes_read()};
    }

    archive_reader& reader_;
    std::vector<char> filled_ = std::vector<char>(size), shown_ = std::vector<char>(size);
    std::string_view rest_; // in shown_, behind the text
    run coming_;
    std::exception_ptr problem_;
};

} // namespace har
