// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The module that the page reads recordings with: C functions over one file.
#include "exported.hpp"
#include "recording_file.hpp"

#include <cstddef>
#include <optional>

namespace {

std::optional<web::recording_file> file;

const web::recorded_track& track(int i) { return file->tracks()[static_cast<std::size_t>(i)]; }

} // namespace

/// Returns the number of its tracks.
EXPORTED int open_recording(const char* path) {
    file.emplace(path);
    return static_cast<int>(file->tracks().size());
}
EXPORTED const char* track_name(int i) { return track(i).name.c_str(); }
EXPORTED int track_rows(int i) { return static_cast<int>(track(i).rows.size()); }
/// Where the page finds them: (rows, 8), as web::recorded_row has them.
EXPORTED const double* rows_at(int i) { return &track(i).rows.front().seconds; }

EXPORTED int label_count() { return static_cast<int>(file->labels().size()); }
EXPORTED const char* label_name(int i) {
    return file->labels()[static_cast<std::size_t>(i)].c_str();
}
