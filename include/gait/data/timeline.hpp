// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// From a track's rows to stretches of continuous time. A row has two stamps: Creation_Time, the
// sensor's own clock in nanoseconds, good but sometimes ruined by a spreadsheet, and Arrival_Time,
// when the row reached the program, in milliseconds, late and in bursts. The sensor's clock is
// used where it can be.
#pragma once

#include <gait/data/hhar_tracks.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// Which column a track's times come from, and why if it isn't the sensor's own clock.
struct clock_choice {
    bool arrival = false;
    std::string reason;
};

/// Rows first, ..., last - 1 of a track: continuous in time.
struct stretch {
    std::size_t first = 0;
    std::size_t last = 0;
};

/// A track cut into stretches, and what was between them.
struct timeline {
    clock_choice clock;
    std::vector<stretch> stretches;
    index duplicates = 0; ///< rows equal to another in every column, removed
    index dropped = 0;    ///< rows with the label that isn't wanted; they stay, in no stretch
    index gaps = 0;       ///< cuts because of time
};

namespace detail {
/// Arrival_Time if Creation_Time has lost digits: it says so itself (1.42469663191325E+018), or
/// more than a fifth of the rows can't be told from the row before. `rows` are sorted by arrival.
inline clock_choice choose_clock(const hhar_track& track) {
    if (track.creation_damaged)
        return {true, "Creation_Time is damaged (floating point, digits lost)"};
    index same_creation = 0, same_arrival = 0;
    for (std::size_t i = 1; i < track.rows.size(); ++i) {
        same_creation += track.rows[i].creation_ns == track.rows[i - 1].creation_ns;
        same_arrival += track.rows[i].arrival_ms() == track.rows[i - 1].arrival_ms();
    }
    if (same_creation * 5 > std::ssize(track.rows) && same_arrival < same_creation)
        return {true, "Creation_Time is damaged (" + std::to_string(same_creation) +
                          " rows have the time of the row before)"};
    return {};
}

/// Does the sensor's clock fall back by over a minute between rows that arrived one after the
/// other? Then the device was restarted. (Less is a late delivery: watches keep rows back for
/// seconds.)
inline bool restarted(const track_row& before, const track_row& after) {
    constexpr std::int64_t minute = 60'000'000'000;
    return before.creation_ns - after.creation_ns > minute;
}

inline double seconds_between(const track_row& a, const track_row& b, bool arrival) {
    return arrival ? static_cast<double>(b.arrival_ms() - a.arrival_ms()) * 1e-3
                   : static_cast<double>(b.creation_ns - a.creation_ns) * 1e-9;
}
} // namespace detail

/// Sorts the rows of `track`, removes duplicates, and cuts at gaps of over `max_gap` seconds and
/// where rows have label `unwanted` (-1: none is unwanted).
inline timeline make_timeline(hhar_track& track, double max_gap, int unwanted = -1) {
    timeline result;
    auto& rows = track.rows;
    if (!std::ranges::is_sorted(rows, {}, &track_row::by_arrival))
        std::ranges::sort(rows, {}, &track_row::by_arrival);
    const auto repeated = std::unique(rows.begin(), rows.end());
    result.duplicates = rows.end() - repeated;
    rows.erase(repeated, rows.end());
    result.clock = detail::choose_clock(track);
    const bool arrival = result.clock.arrival;

    // A session is what the chosen clock can order: all rows, or those between two restarts.
    for (std::size_t first = 0; first < rows.size();) {
        std::size_t last = first + 1;
        while (last < rows.size() && (arrival || !detail::restarted(rows[last - 1], rows[last])))
            ++last;
        const std::span session = std::span(rows).subspan(first, last - first);
        if (!arrival && !std::ranges::is_sorted(session, {}, &track_row::by_creation))
            std::ranges::sort(session, {}, &track_row::by_creation);

        bool goes_on = false;
        for (std::size_t i = first; i < last; ++i) {
            const bool gap = i > first
                                 ? detail::seconds_between(rows[i - 1], rows[i], arrival) > max_gap
                                 : i > 0;
            result.gaps += gap;
            if (rows[i].label() == unwanted) {
                ++result.dropped;
                goes_on = false;
            } else if (goes_on && !gap) {
                result.stretches.back().last = i + 1;
            } else {
                result.stretches.push_back({i, i + 1});
                goes_on = true;
            }
        }
        first = last;
    }
    return result;
}

/// Seconds of each row of a stretch since its first. Rows with the same stamp are spread evenly
/// until the next stamp, so that times strictly increase: a burst of rows that arrived in the same
/// millisecond was not measured in it.
inline std::vector<double> times_of(std::span<const track_row> rows, bool arrival) {
    std::vector<double> times(rows.size());
    const std::size_t count = rows.size();
    const auto at = [&](std::size_t i) {
        return detail::seconds_between(rows.front(), rows[i], arrival);
    };
    const double span = count > 1 ? at(count - 1) : 0;
    // One millisecond if all stamps are the same: anything that keeps the order will do.
    const double period = span > 0 ? span / static_cast<double>(count - 1) : 1e-3;
    for (std::size_t first = 0; first < count;) {
        const double stamp = at(first);
        std::size_t last = first + 1;
        while (last < count && at(last) == stamp)
            ++last;
        const auto tied = static_cast<double>(last - first);
        const double step = last < count ? (at(last) - stamp) / tied : period;
        for (std::size_t i = first; i < last; ++i)
            times[i] = stamp + static_cast<double>(i - first) * step;
        first = last;
    }
    return times;
}

} // namespace gait::inline GAIT_ARCH
