// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What one of several ranks needs of a file of recordings: the windows of its shards, if they are
// dealt (epoch_order.hpp), and of its part of the validation. It reads labels and runs of all, a
// thirteenth of the file, and of the samples no more than these; once more its share of them in
// order, for the scaling.
#pragma once

#include <gait/data/recordings_file.hpp>
#include <gait/data/scaling.hpp>
#include <gait/data/splits.hpp>
#include <gait/data/windows.hpp>
#include <gait/training/batch_cut.hpp>
#include <gait/training/communicator.hpp>
#include <gait/training/epoch_order.hpp>
#include <gait/training/options.hpp>
#include <gait/training/run_identity.hpp>
#include <gait/training/tiles.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

namespace gait::inline GAIT_ARCH {

struct partial_recordings {
    std::vector<float> samples;  ///< those that were read, side by side (N, 3)
    std::vector<window> windows; ///< all, as they lie in these; begin -1: not there
    scaling scale;               ///< of all training windows
};

namespace detail {

/// What `tiles` asks of a source: how long chosen windows are.
struct window_lengths {
    std::span<const window> windows;
    std::span<const index> chosen;
    [[nodiscard]] index steps(index i) const {
        return windows[static_cast<std::size_t>(chosen[static_cast<std::size_t>(i)])].steps;
    }
};

/// Indices into the list of windows.
template <communicator Communicator>
std::vector<index> windows_needed(std::span<const window> windows, const split& parts,
                                  const fit_options& options, const Communicator& ranks) {
    std::vector<index> needed;
    const auto train_size = std::ssize(parts.train);
    const auto take = [&](const std::vector<index>& from, index i) {
        needed.push_back(from[static_cast<std::size_t>(i)]);
    };
    for (const index i : epoch_order(train_size, options).needed_by(ranks.rank(), ranks.size()))
        take(parts.train, i);
    std::vector<index> seen(parts.validation.size());
    std::iota(seen.begin(), seen.end(), index{0});
    tiles cut;
    cut.cut(window_lengths{windows, parts.validation}, seen, tile_of(options));
    tiles_of_rank own(cut.size(), ranks.rank(), ranks.size());
    if (options.order != window_order::dealt) // fit's tiles may be others: all of it
        own = {cut.size(), 0, 1};
    for (index t = own.first; t < own.last; ++t)
        for (const index i : cut[t])
            take(parts.validation, i);
    for (const auto* part : {&parts.train, &parts.validation})
        for (const index i : identity_samples(std::ssize(*part)))
            take(*part, i);
    std::ranges::sort(needed);
    needed.erase(std::unique(needed.begin(), needed.end()), needed.end());
    return needed;
}

/// The scaling of the samples in `ranges`, of which each rank reads a part, in turn.
template <communicator Communicator>
scaling fit_scaling_in_turns(const recordings_file& file, std::span<const sample_range> ranges,
                             Communicator& ranks) {
    index all = 0;
    for (const sample_range range : ranges)
        all += range.last - range.first;
    const index first = all * ranks.rank() / ranks.size();
    const index last = all * (ranks.rank() + 1) / ranks.size();
    std::vector<float> own;
    index before = 0;
    for (const sample_range range : ranges) {
        const index from = std::max(range.first, range.first + first - before);
        const index to = std::min(range.last, range.first + last - before);
        if (from < to)
            file.read({from, to}, own);
        before += range.last - range.first;
    }

    scaling_sums sums(recordings::axes, all);
    const auto in_turns = [&](std::vector<double>& handed_on, const auto& add) {
        for (int turn = 0; turn < ranks.size(); ++turn) {
            if (turn == ranks.rank())
                add();
            else
                std::ranges::fill(handed_on, -0.0); // changes no sum
            ranks.sum(std::span(handed_on));
        }
    };
    in_turns(sums.mean, [&] { sums.add_to_mean(own); });
    in_turns(sums.square, [&] { sums.add_to_square(own); });
    return sums.result();
}

} // namespace detail

/// Reads what this rank needs to train and validate as `options` say. `windows` are of
/// file.known(). All ranks call this. Throws `error`. `fit`, `evaluate` and `logits_of` have to be
/// told the same tile: tile_of(options).
template <communicator Communicator>
partial_recordings read_part(const recordings_file& file, const std::vector<window>& windows,
                             const split& parts, const fit_options& options, Communicator& ranks) {
    partial_recordings part{{}, windows, {}};
    part.scale = detail::fit_scaling_in_turns(file, covered_samples(windows, parts.train), ranks);

    const auto needed = detail::windows_needed(windows, parts, options, ranks);
    for (window& w : part.windows)
        w.begin = -1;
    auto next = needed.begin();
    for (const sample_range range : covered_samples(windows, needed)) {
        const index moved = std::ssize(part.samples) / recordings::axes - range.first;
        file.read(range, part.samples);
        // Windows are in the order of their samples, and so are the ranges.
        for (; next != needed.end(); ++next) {
            const auto i = static_cast<std::size_t>(*next);
            if (windows[i].begin >= range.last)
                break;
            part.windows[i].begin = windows[i].begin + moved;
        }
    }
    return part;
}

} // namespace gait::inline GAIT_ARCH
