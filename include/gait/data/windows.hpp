// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Windows are views: a window says where its samples are. Ten gigabytes of materialised
// windows stay the 160 MB of samples they are made of.
#pragma once

#include <gait/data/recordings.hpp>
#include <gait/data/scaling.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// Samples in a row, all of one run.
struct window {
    index begin = 0;        ///< first sample, in recordings
    int steps = 0;          ///< how many samples
    std::uint8_t label = 0; ///< what most of its samples are
    int user = 0;
    int run = 0;
};

namespace detail {
/// The most frequent label; of equally frequent ones the first in the list of classes.
inline std::uint8_t majority(std::span<const std::uint8_t> labels) {
    std::array<index, 256> counts{};
    for (const std::uint8_t label : labels)
        ++counts[label];
    return static_cast<std::uint8_t>(std::ranges::max_element(counts) - counts.begin());
}

inline std::string length_text(const recordings& r, index samples) {
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.2f s", r.seconds(samples));
    return std::to_string(samples) + " samples (" + seconds + ")";
}

[[noreturn]] inline void no_window_fits(const recordings& r, index steps) {
    const auto longest = std::ranges::max_element(r.runs, {}, &run::count);
    throw error({r.source, "windows", "a run of at least " + length_text(r, steps),
                 longest == r.runs.end()
                     ? "no runs"
                     : "the longest run, of user " +
                           r.users[static_cast<std::size_t>(longest->user)] + " and device " +
                           r.devices[static_cast<std::size_t>(longest->device)] + ", with " +
                           length_text(r, longest->count)});
}
} // namespace detail

/// Where windows of a run of `count` samples begin, counted from its start: every `hop` samples as
/// long as there are `steps`.
struct window_places {
    index full = 0;  ///< windows of `steps` samples
    index begin = 0; ///< of the next one, for which less is left
    index rest = 0;  ///< what is left for it; 0 if no sample would be new

    window_places(index count, index steps, index hop)
        : full(count < steps ? 0 : (count - steps) / hop + 1), begin(full * hop) {
        const bool covered = full > 0 && (full - 1) * hop + steps >= count;
        rest = covered ? 0 : std::max<index>(count - begin, 0);
    }
};

/// All windows of `steps` samples that start every `hop` samples from the start of each run.
/// None crosses the border of a run. With a `shortest` length above 0, each run may end in a window
/// that is shorter than `steps`, but not than that, for what is left.
/// Throws `error` if no run is long enough for one.
inline std::vector<window> make_windows(const recordings& r, index steps, index hop,
                                        index shortest = 0) {
    assert(steps > 0 && hop > 0 && shortest >= 0 && shortest <= steps);
    std::vector<window> windows;
    for (std::size_t i = 0; i < r.runs.size(); ++i) {
        const run& run = r.runs[i];
        const auto add = [&](index offset, index count) {
            const index begin = run.begin + offset;
            const auto labels = std::span(r.labels).subspan(static_cast<std::size_t>(begin),
                                                            static_cast<std::size_t>(count));
            windows.push_back({begin, static_cast<int>(count), detail::majority(labels), run.user,
                               static_cast<int>(i)});
        };
        const window_places places(run.count, steps, hop);
        for (index k = 0; k < places.full; ++k)
            add(k * hop, steps);
        if (shortest > 0 && places.rest >= shortest)
            add(places.begin, places.rest);
    }
    if (windows.empty())
        detail::no_window_fits(r, shortest > 0 ? shortest : steps);
    return windows;
}

/// The samples that the chosen windows cover, as ranges that don't overlap, in order.
inline std::vector<sample_range> covered_samples(std::span<const window> windows,
                                                 std::span<const index> chosen) {
    std::vector<sample_range> covered;
    for (const index i : chosen) {
        const window& w = windows[static_cast<std::size_t>(i)];
        covered.push_back({w.begin, w.begin + w.steps});
    }
    std::ranges::sort(covered, {}, &sample_range::first);
    std::vector<sample_range> ranges;
    for (const sample_range range : covered) {
        if (!ranges.empty() && range.first <= ranges.back().last)
            ranges.back().last = std::max(ranges.back().last, range.last);
        else
            ranges.push_back(range);
    }
    return ranges;
}

/// The scaling of the samples in the chosen windows, each sample counted once.
inline scaling fit_scaling(const recordings& r, std::span<const window> windows,
                           std::span<const index> chosen) {
    return fit_scaling(r.samples, recordings::axes, covered_samples(windows, chosen));
}

} // namespace gait::inline GAIT_ARCH
