// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A file in HHAR's columns as numbers, to be played again at the pace at which it was recorded: one
// track for each user and device.
#pragma once

#include <har/live_track.hpp>

#include <gait/data/hhar_csv.hpp>
#include <gait/files/input_file.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace web {

/// A row as the page keeps it. Times count from the track's first row.
struct recorded_row {
    double seconds; ///< at which it is played, which is when it was measured; but no pause is
                    ///< longer than one second
    double arrival_ms, creation_ns, creation_damaged;
    double x, y, z;
    double label; ///< index among the file's
};

struct recorded_track {
    std::string name; ///< "user, device"
    std::vector<recorded_row> rows;
    std::int64_t first_arrival_ms, first_creation_ns;
    har::live_clock clock;
};

class recording_file {
public:
    /// Throws gait::error.
    explicit recording_file(const std::filesystem::path& path) {
        const gait::input_file file(path);
        gait::hhar_csv csv(path.filename().string(), false);
        const auto add = [this](const gait::hhar_row& row) { keep(row); };
        std::vector<char> chunk(1 << 16);
        for (std::uint64_t at = 0; at < file.size();) {
            const auto count = std::min<std::uint64_t>(chunk.size(), file.size() - at);
            const auto part = std::span(chunk.data(), static_cast<std::size_t>(count));
            file.read(at, std::as_writable_bytes(part));
            csv.feed(part, add);
            at += count;
        }
        csv.finish(add);
        if (tracks_.empty())
            throw gait::error({path.filename().string(), "", "rows below the header", "none"});
    }

    [[nodiscard]] const std::vector<recorded_track>& tracks() const { return tracks_; }
    [[nodiscard]] const std::vector<std::string>& labels() const { return labels_; }

private:
    void keep(const gait::hhar_row& row) {
        const std::string name = std::string(row.user) + ", " + std::string(row.device);
        const auto [place, is_new] = place_.try_emplace(name, tracks_.size());
        if (is_new)
            tracks_.push_back({name, {}, row.arrival_ms, row.creation_ns, {}});
        recorded_track& track = tracks_[place->second];
        const double before = track.clock.seconds();
        track.clock.tick(row);
        const double pause = std::clamp(track.clock.seconds() - before, 0.0, 1.0);
        track.rows.push_back(
            {.seconds = pause + (track.rows.empty() ? 0 : track.rows.back().seconds),
             .arrival_ms = static_cast<double>(row.arrival_ms - track.first_arrival_ms),
             .creation_ns = static_cast<double>(row.creation_ns - track.first_creation_ns),
             .creation_damaged = row.creation_damaged ? 1.0 : 0.0,
             .x = static_cast<double>(row.xyz[0]),
             .y = static_cast<double>(row.xyz[1]),
             .z = static_cast<double>(row.xyz[2]),
             .label = static_cast<double>(index_of(std::string(row.label)))});
    }

    std::size_t index_of(const std::string& label) {
        const auto [place, is_new] = label_.try_emplace(label, labels_.size());
        if (is_new)
            labels_.push_back(label);
        return place->second;
    }

    std::vector<recorded_track> tracks_;
    std::vector<std::string> labels_;
    std::map<std::string, std::size_t> place_, label_;
};

} // namespace web
