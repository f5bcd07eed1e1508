// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Windows are views: a window is the number of its first sample. Ten gigabytes of materialised
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

/// `steps` samples in a row, all of one run. How many steps is the same for all windows.
struct window {
    index begin = 0;        ///< first sample, in recordings
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
    return static_cast<std::uint8_t>(std::max_element(counts.begin(), counts.end()) -
                                     counts.begin());
}

inline std::string length_text(const recordings& r, index samples) {
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.2f s", r.seconds(samples));
    return std::to_string(samples) + " samples (" + seconds + ")";
}

[[noreturn]] inline void no_window_fits(const recordings& r, index steps) {
    const auto longest = std::max_element(
        r.runs.begin(), r.runs.end(), [](const run& a, const run& b) { return a.count < b.count; });
    throw error({r.source, "windows", "a run of at least " + length_text(r, steps),
                 longest == r.runs.end()
                     ? "no runs"
                     : "the longest run, of user " +
                           r.users[static_cast<std::size_t>(longest->user)] + " and device " +
                           r.devices[static_cast<std::size_t>(longest->device)] + ", with " +
                           length_text(r, longest->count)});
}
} // namespace detail

/// All windows of `steps` samples that start every `hop` samples from the start of each run.
/// None crosses the border of a run. Throws `error` if no run is long enough for one.
inline std::vector<window> make_windows(const recordings& r, index steps, index hop) {
    assert(steps > 0 && hop > 0);
    std::vector<window> windows;
    for (std::size_t i = 0; i < r.runs.size(); ++i) {
        const run& run = r.runs[i];
        for (index offset = 0; steps <= run.count - offset; offset += hop) {
            const index begin = run.begin + offset;
            const auto labels = std::span(r.labels).subspan(static_cast<std::size_t>(begin),
                                                            static_cast<std::size_t>(steps));
            windows.push_back({begin, detail::majority(labels), run.user, static_cast<int>(i)});
        }
    }
    if (windows.empty())
        detail::no_window_fits(r, steps);
    return windows;
}

/// The samples that the chosen windows cover, as ranges that don't overlap, in order.
inline std::vector<sample_range> covered_samples(std::span<const window> windows,
                                                 std::span<const index> chosen, index steps) {
    std::vector<index> begins;
    for (const index i : chosen)
        begins.push_back(windows[static_cast<std::size_t>(i)].begin);
    std::sort(begins.begin(), begins.end());
    std::vector<sample_range> ranges;
    for (const index begin : begins) {
        if (!ranges.empty() && begin <= ranges.back().last)
            ranges.back().last = begin + steps;
        else
            ranges.push_back({begin, begin + steps});
    }
    return ranges;
}

/// The scaling of the samples in the chosen windows, each sample counted once.
inline scaling fit_scaling(const recordings& r, std::span<const window> windows,
                           std::span<const index> chosen, index steps) {
    return fit_scaling(r.samples, recordings::axes, covered_samples(windows, chosen, steps));
}

} // namespace gait::inline GAIT_ARCH
