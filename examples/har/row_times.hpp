// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// When rows were measured, device by device: how fast a sensor really is, and where it was silent.
#pragma once

#include <gait/data/hhar_tracks.hpp>
#include <gait/data/timeline.hpp>

#include <cmath>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace har {

/// Numbers in bins that are equally wide. What lies outside counts in the first or the last: rows
/// that arrive in one burst would have a rate of megahertz.
struct histogram {
    static constexpr double most_bins = 500;
    double first = 0, width = 1;     ///< left border of bin 0; of each
    std::vector<gait::index> counts; ///< grows as far as it must

    void add(double value) {
        const double bin = std::floor((value - first) / width);
        const auto at = static_cast<std::size_t>(std::fmin(std::fmax(bin, 0), most_bins - 1));
        if (at >= counts.size())
            counts.resize(at + 1);
        ++counts[at];
    }
    [[nodiscard]] double middle(std::size_t bin) const {
        return first + (static_cast<double>(bin) + 0.5) * width;
    }
};

struct device_times {
    /// Rates over `rate_rows` rows without a gap, in Hz.
    histogram rates{0, 2, {}};
    /// Decimal logarithm of the seconds between a row and the next; bin 0 is all up to 0.1 ms.
    histogram intervals{-4, 0.1, {}};
    gait::index gaps = 0; ///< intervals of over max_gap
    double longest = 0;   ///< interval in seconds
};

inline constexpr std::size_t rate_rows = 100;

/// The times of every device's rows, by its name. Sorts the rows of each track.
inline std::map<std::string, device_times> row_times(gait::hhar_tracks& tracks, double max_gap) {
    std::map<std::string, device_times> all;
    for (gait::hhar_track& track : tracks.tracks()) {
        const gait::timeline line = gait::make_timeline(track, max_gap, -1);
        device_times& device = all[tracks.devices()[static_cast<std::size_t>(track.device)]];
        for (std::size_t s = 0; s < line.stretches.size(); ++s) {
            const auto [first, last] = line.stretches[s];
            const auto times = gait::times_of(std::span(track.rows).subspan(first, last - first),
                                              line.clock.arrival);
            for (std::size_t i = 1; i < times.size(); ++i)
                device.intervals.add(std::log10(times[i] - times[i - 1]));
            for (std::size_t i = rate_rows; i < times.size(); i += rate_rows)
                device.rates.add(static_cast<double>(rate_rows) /
                                 (times[i] - times[i - rate_rows]));
            // A clock that starts anew is a cut too, but no interval.
            const double gap =
                s == 0 ? 0
                       : gait::detail::seconds_between(track.rows[first - 1], track.rows[first],
                                                       line.clock.arrival);
            if (gap > max_gap) {
                device.intervals.add(std::log10(gap));
                device.longest = std::fmax(device.longest, gap);
                ++device.gaps;
            }
        }
    }
    return all;
}

} // namespace har
