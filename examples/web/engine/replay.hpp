// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A file in HHAR's columns, to be played again at the pace at which it was recorded: one track for
// each user and device.
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
#include <utility>
#include <vector>

namespace web {

struct replay_row {
    double seconds; ///< since the track's first row
    gait::hhar_row row;
};

struct replay_track {
    std::string name; ///< "user, device"
    std::vector<replay_row> rows;
    har::live_clock clock;
};

class replay_file {
public:
    /// Throws gait::error.
    explicit replay_file(const std::filesystem::path& path) {
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
    }

    [[nodiscard]] const std::vector<replay_track>& tracks() const { return tracks_; }

private:
    void keep(gait::hhar_row row) {
        const std::string name = std::string(row.user) + ", " + std::string(row.device);
        const auto [place, is_new] = place_.try_emplace(name, tracks_.size());
        if (is_new)
            tracks_.push_back({name, {}, {}});
        replay_track& track = tracks_[place->second];
        track.clock.tick(row);
        const double seconds = track.clock.seconds();
        const double before = track.rows.empty() ? 0 : track.rows.back().seconds;
        row.user = row.device = {};
        // The texts of a row live until the next one; a label is one of a few.
        row.label = labels_.try_emplace(std::string(row.label)).first->first;
        track.rows.push_back({std::max(before, seconds), row});
    }

    std::vector<replay_track> tracks_;
    std::map<std::string, std::size_t> place_;
    std::map<std::string, int> labels_;
};

} // namespace web
