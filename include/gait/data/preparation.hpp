// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// From tracks to prepared recordings: every track is put in order, cut at its gaps and brought to
// the uniform rate, or left at its own, and what happened to it is kept for the report.
#pragma once

#include <gait/data/hhar_tracks.hpp>
#include <gait/data/recordings.hpp>
#include <gait/data/resampling.hpp>
#include <gait/data/timeline.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// HHAR's classes in the order of its papers.
inline constexpr std::array<std::string_view, 7> hhar_classes{
    "bike", "sit", "stand", "walk", "stairsup", "stairsdown", "null"};

struct preparation_options {
    double rate_hz = 50;         ///< of the result, unless `native`
    bool native = false;         ///< a sample for every row, at each device's own rate
    double max_gap = 0.2;        ///< seconds between rows from which on they aren't joined
    bool drop_null = false;      ///< leave out what is labelled null, and cut there
    std::string units = "m/s^2"; ///< of the input; nothing is converted
};

/// What became of a track.
struct track_report {
    std::string user, device;
    clock_choice clock;
    index rows = 0;       ///< that were read
    index duplicates = 0; ///< of them, removed
    index null_rows = 0;  ///< of them, dropped because asked to
    index lone_rows = 0;  ///< of them, dropped: too few between two gaps to make two samples
    index gaps = 0;
    double rate_hz = 0; ///< as measured between the gaps; 0 if it can't be told
    index runs = 0;
    index samples = 0;  ///< at the uniform rate, or as many as rows
    double seconds = 0; ///< of all runs
};

namespace detail {
/// `names` in alphabetical order, and the new number of each.
struct sorted_names {
    std::vector<std::string> names;
    std::vector<int> number;

    explicit sorted_names(const std::vector<std::string>& given) : names(given) {
        std::ranges::sort(names);
        for (const std::string& name : given)
            number.push_back(
                static_cast<int>(std::ranges::lower_bound(names, name) - names.begin()));
    }
};

/// The list of classes: the one given; HHAR's seven if there are no others among the labels; else
/// the labels in alphabetical order. Without null if it is dropped.
inline std::vector<std::string> class_list(const hhar_tracks& tracks, bool drop_null) {
    std::vector<std::string> classes = tracks.labels();
    const auto is_hhar = [](const std::string& label) {
        return std::ranges::find(hhar_classes, label) != hhar_classes.end();
    };
    if (!tracks.classes_given()) {
        if (std::ranges::all_of(classes, is_hhar))
            classes.assign(hhar_classes.begin(), hhar_classes.end());
        else
            std::ranges::sort(classes);
    }
    if (drop_null)
        std::erase(classes, "null");
    return classes;
}

inline int position(const std::vector<std::string>& names, std::string_view name) {
    const auto found = std::ranges::find(names, name);
    return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

/// Appends one stretch, at the uniform rate or row by row, as a run; one that gives fewer than two
/// samples is left out. Returns its length in seconds, or -1 if it was left out.
inline double append_run(recordings& r, std::span<const track_row> rows, bool arrival, run next,
                         std::span<const int> label_numbers) {
    const std::vector<double> times = times_of(rows, arrival);
    next.begin = r.size();
    next.start_seconds = arrival ? static_cast<double>(rows.front().arrival_ms()) * 1e-3
                                 : static_cast<double>(rows.front().creation_ns) * 1e-9;
    // The cuts are made already: nothing inside a stretch is a gap.
    resampler<recordings::axes> grid(r.rate_hz, std::numeric_limits<double>::infinity());
    const auto append = [&](const std::array<float, recordings::axes>& xyz, const track_row& like) {
        r.samples.insert(r.samples.end(), xyz.begin(), xyz.end());
        r.labels.push_back(static_cast<std::uint8_t>(label_numbers[like.label()]));
    };
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (r.native)
            append(rows[i].xyz, rows[i]);
        else
            grid.push(times[i], rows[i].xyz.data(), [&](const grid_point<recordings::axes>& point) {
                append(point.value, rows[point.share < 0.5 ? i - 1 : i]);
            });
    next.count = r.size() - next.begin;
    if (next.count < 2) {
        r.labels.resize(static_cast<std::size_t>(next.begin));
        r.samples.resize(static_cast<std::size_t>(next.begin * recordings::axes));
        return -1;
    }
    r.runs.push_back(next);
    return times.back();
}
} // namespace detail

/// Prepares all tracks, by user and device in alphabetical order. Their rows are freed on the way,
/// one track after the other. Appends to `reports`; calls done(rows) after each track.
///
/// The order of rows with an Index doesn't matter: shuffled files give the same recordings.
/// Throws `error`, about `source`, if no run is left.
template <class Done>
recordings prepare(hhar_tracks tracks, const preparation_options& options,
                   const std::string& source, std::vector<track_report>& reports,
                   const Done& done) {
    const detail::sorted_names users(tracks.users()), devices(tracks.devices());
    recordings r;
    r.rate_hz = options.rate_hz;
    r.native = options.native;
    r.units = options.units;
    r.classes = detail::class_list(tracks, options.drop_null);
    r.users = users.names;
    r.devices = devices.names;
    std::vector<int> label_numbers;
    for (const std::string& label : tracks.labels())
        label_numbers.push_back(detail::position(r.classes, label));
    const int unwanted = options.drop_null ? detail::position(tracks.labels(), "null") : -1;

    const auto number = [&](const hhar_track& track) {
        return std::pair(users.number[static_cast<std::size_t>(track.user)],
                         devices.number[static_cast<std::size_t>(track.device)]);
    };
    std::ranges::sort(tracks.tracks(), {}, number);
    double all_seconds = 0, all_intervals = 0;
    for (hhar_track& track : tracks.tracks()) {
        const auto [user, device] = number(track);
        track_report report;
        report.user = r.users[static_cast<std::size_t>(user)];
        report.device = r.devices[static_cast<std::size_t>(device)];
        report.rows = std::ssize(track.rows);
        const timeline line = make_timeline(track, options.max_gap, unwanted);
        report.clock = line.clock;
        report.duplicates = line.duplicates;
        report.null_rows = line.dropped;
        report.gaps = line.gaps;
        const index runs_before = std::ssize(r.runs), samples_before = r.size();
        double seconds = 0, intervals = 0;
        for (const auto [first, last] : line.stretches) {
            const double length = detail::append_run(
                r, std::span(track.rows).subspan(first, last - first), line.clock.arrival,
                {.user = user, .device = device}, label_numbers);
            if (length < 0) {
                report.lone_rows += static_cast<index>(last - first);
            } else {
                seconds += length;
                intervals += static_cast<double>(last - first - 1);
            }
        }
        report.rate_hz = seconds > 0 ? intervals / seconds : 0;
        report.runs = std::ssize(r.runs) - runs_before;
        report.samples = r.size() - samples_before;
        report.seconds = r.native ? seconds : r.seconds(report.samples);
        all_seconds += seconds;
        all_intervals += intervals;
        track.rows = {};
        done(report.rows);
        reports.push_back(std::move(report));
    }
    if (r.runs.empty())
        throw error({source, "", "rows that make a run of two samples or more", "none"});
    if (r.native)
        r.rate_hz = all_intervals / all_seconds;
    if (r.rate_hz > most_rate_hz)
        throw error({source, "rate",
                     detail::in_words("at most ", most_rate_hz,
                                      " Hz (Creation_Time is in ns, Arrival_Time in ms)"),
                     detail::in_words(r.rate_hz)});
    return r;
}

} // namespace gait::inline GAIT_ARCH
