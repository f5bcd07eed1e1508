// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Any bytes as HHAR's CSV, for libFuzzer: tests/fuzz/run builds and runs it. The reader for pipes
// and the one for files must give the same rows or complain in the same words, and what they read
// must go through preparation. Whatever crashes, leaks, runs out of memory or is undefined is a
// finding.
#include <gait/core/error.hpp>
#include <gait/data/hhar_blocks.hpp>
#include <gait/data/hhar_csv.hpp>
#include <gait/data/preparation.hpp>
#include <gait/data/recordings.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// What a reader made of a text.
struct outcome {
    gait::hhar_tracks tracks;
    std::string complaint; ///< empty: none
};

/// As from a pipe, in pieces of `piece` bytes.
outcome from_pipe(std::string_view text, std::size_t piece) {
    outcome result;
    try {
        gait::hhar_csv csv("fuzz");
        const auto add = [&](const gait::hhar_row& row) { result.tracks.add(row, csv); };
        for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
            csv.feed(text.substr(0, piece), add);
        csv.finish(add);
    } catch (const gait::error& problem) {
        result.complaint = problem.what();
    }
    return result;
}

/// As from a file, which comes in whole lines.
outcome from_file(const std::string& text) {
    outcome result;
    try {
        gait::hhar_blocks blocks("fuzz", 1, result.tracks);
        blocks.read(text);
        blocks.finish();
    } catch (const gait::error& problem) {
        result.complaint = problem.what();
    }
    return result;
}

void require(bool holds, const char* what, const outcome& a, const outcome& b) {
    if (holds)
        return;
    std::fprintf(stderr, "%s\n  pipe: %s\n  file: %s\n", what, a.complaint.c_str(),
                 b.complaint.c_str());
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1)
        return 0;
    const std::size_t piece = std::size_t{1} + data[0];
    std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (!text.empty() && text.back() != '\n')
        text += '\n';
    outcome pipe = from_pipe(text, piece), file = from_file(text);
    require(pipe.complaint == file.complaint, "other words", pipe, file);
    if (!pipe.complaint.empty())
        return 0;
    require(pipe.tracks.users() == file.tracks.users() &&
                pipe.tracks.devices() == file.tracks.devices() &&
                pipe.tracks.labels() == file.tracks.labels() &&
                std::ranges::equal(pipe.tracks.tracks(), file.tracks.tracks(), {},
                                   &gait::hhar_track::rows, &gait::hhar_track::rows),
            "other rows", pipe, file);
    try {
        std::vector<gait::track_report> reports;
        gait::validate(
            gait::prepare(std::move(file.tracks), {}, "fuzz", reports, [](gait::index) {}));
    } catch (const gait::error&) {
        // Nothing long enough for a run, or names that no list can have.
    }
    return 0;
}
