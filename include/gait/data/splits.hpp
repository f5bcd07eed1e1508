// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Which windows are learned from and which only judge. Neighbouring windows share most of their
// samples, so a split that deals windows out one by one tests on what it trained on. Here whole
// users are held out, or the end of every activity, or whole blocks with nothing in common with
// what is trained on. The flattering split is here too, for comparison with publications that used
// it.
#pragma once

#include <gait/core/random.hpp>
#include <gait/data/windows.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// Two sets of windows, and in words how they were chosen. But for `split_overlapping` they share
/// no sample.
struct split {
    std::vector<index> train;      ///< in the list of windows, ascending
    std::vector<index> validation; ///< likewise
    std::string description;
};

namespace detail {
inline std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

inline std::string counted(const split& s, std::span<const window> windows) {
    const auto purged = windows.size() - s.train.size() - s.validation.size();
    return std::to_string(s.train.size()) + " windows to train on, " +
           std::to_string(s.validation.size()) + " to validate on" +
           (purged > 0 ? ", " + std::to_string(purged) + " purged between them" : "");
}

/// Windows first, ..., last - 1 of one run, neighbours in time.
using block = std::pair<index, index>;

inline std::vector<block> blocks_of(std::span<const window> windows, index span) {
    std::vector<block> blocks;
    for (index i = 0; i < std::ssize(windows); ++i) {
        const window& w = windows[static_cast<std::size_t>(i)];
        const bool goes_on = !blocks.empty() && [&] {
            const window& first = windows[static_cast<std::size_t>(blocks.back().first)];
            return first.run == w.run && w.begin - first.begin < span;
        }();
        if (goes_on)
            blocks.back().second = i + 1;
        else
            blocks.emplace_back(i, i + 1);
    }
    return blocks;
}

/// Validation gets random blocks until it has its part of the windows; training gets the others,
/// less those that share a sample with validation.
inline split deal_blocks(std::span<const window> windows, std::vector<block> blocks,
                         double fraction, std::uint64_t seed) {
    const auto samples_of = [&](index i) {
        const window& w = windows[static_cast<std::size_t>(i)];
        return sample_range{w.begin, w.begin + w.steps};
    };
    split result;
    shuffle(blocks, random_stream(seed, purpose::split));
    const double wanted = fraction * static_cast<double>(windows.size());
    for (const auto& [first, last] : blocks) {
        // Take the block if that comes nearer to what is wanted.
        const auto have = static_cast<double>(result.validation.size());
        if (have + static_cast<double>(last - first) / 2 > wanted)
            continue;
        for (index i = first; i < last; ++i)
            result.validation.push_back(i);
    }
    std::ranges::sort(result.validation);
    const auto judged = covered_samples(windows, result.validation);
    for (index i = 0; i < std::ssize(windows); ++i) {
        const sample_range own = samples_of(i);
        const auto next = std::ranges::upper_bound(judged, own.first, {}, &sample_range::last);
        if (next == judged.end() || next->first >= own.last)
            result.train.push_back(i);
    }
    return result;
}

/// Which samples (N) are among the last `fraction` of their stretch: what is of one run and has one
/// label.
inline std::vector<std::uint8_t> late_samples(const recordings& r, double fraction) {
    std::vector<std::uint8_t> late(r.labels.size());
    for (const run& run : r.runs) {
        const auto end = r.labels.begin() + run.begin + run.count;
        for (auto first = r.labels.begin() + run.begin; first != end;) {
            const auto next = std::find_if(first, end, [&](auto label) { return label != *first; });
            const auto count = std::llround(fraction * static_cast<double>(next - first));
            const auto place = next - r.labels.begin();
            std::fill(late.begin() + place - count, late.begin() + place, std::uint8_t{1});
            first = next;
        }
    }
    return late;
}

inline void need_both_sides(const split& s, const std::string& source) {
    if (s.train.empty() || s.validation.empty())
        throw error({source, "split", "windows on both sides", s.description});
}
} // namespace detail

/// Validation gets every window of the held-out users, training every other.
/// Throws `error` if there is no such user, or nothing is left on one side.
inline split split_by_user(const recordings& r, std::span<const window> windows,
                           const std::vector<std::string>& held_out) {
    for (const std::string& name : held_out)
        if (std::ranges::find(r.users, name) == r.users.end())
            throw error({r.source, "held-out users", "some of " + detail::joined(r.users),
                         "'" + name + "'"});
    split result;
    for (index i = 0; i < std::ssize(windows); ++i) {
        const auto user = static_cast<std::size_t>(windows[static_cast<std::size_t>(i)].user);
        const bool held = std::ranges::find(held_out, r.users[user]) != held_out.end();
        (held ? result.validation : result.train).push_back(i);
    }
    result.description =
        "by user, held out: " + detail::joined(held_out) + "; " + detail::counted(result, windows);
    detail::need_both_sides(result, r.source);
    return result;
}

/// Validation gets the windows of the last `fraction` (in (0, 1)) of each activity in time: of what
/// one user did with one device without a gap and with one label. Training gets those of the time
/// before; windows that lie across a cut are purged, so the sides share no sample.
/// Throws `error` if nothing is left on one side.
inline split split_in_time(const recordings& r, std::span<const window> windows, double fraction) {
    assert(fraction > 0 && fraction < 1);
    const auto late = detail::late_samples(r, fraction);
    split result;
    for (index i = 0; i < std::ssize(windows); ++i) {
        const window& w = windows[static_cast<std::size_t>(i)];
        const auto count = std::count(late.begin() + w.begin, late.begin() + w.begin + w.steps, 1);
        if (count == 0)
            result.train.push_back(i);
        else if (count == w.steps)
            result.validation.push_back(i);
    }
    char share[40];
    std::snprintf(share, sizeof share, "%g %%", 100 * fraction);
    result.description = "in time, held out: the last " + std::string(share) +
                         " of each activity; " + detail::counted(result, windows);
    detail::need_both_sides(result, r.source);
    return result;
}

/// Validation gets about `fraction` (in (0, 1)) of the windows in randomly chosen blocks of up to
/// five windows' length; training gets the rest, less the purged zone: windows that share a sample
/// with a validation window. Where such blocks are few, shorter ones are tried for a fairer share.
/// Throws `error` if nothing is left on one side.
inline split split_random(std::span<const window> windows, index steps, double fraction,
                          std::uint64_t seed) {
    assert(steps > 0 && fraction > 0 && fraction < 1);
    constexpr index enough = 20; // blocks
    split result;
    double best = -1;
    for (const index span : {5 * steps, 2 * steps, steps, (steps + 1) / 2}) {
        auto blocks = detail::blocks_of(windows, span);
        const bool many = std::ssize(blocks) >= enough;
        split dealt = detail::deal_blocks(windows, std::move(blocks), fraction, seed);
        const double share = std::min(static_cast<double>(dealt.train.size()) / (1 - fraction),
                                      static_cast<double>(dealt.validation.size()) / fraction);
        if (share > best) {
            best = share;
            result = std::move(dealt);
        }
        if (many && best > 0)
            break;
    }
    result.description =
        "random blocks, seed " + std::to_string(seed) + "; " + detail::counted(result, windows);
    detail::need_both_sides(result, "");
    return result;
}

/// Validation gets `fraction` (in (0, 1)) of the windows, dealt out one by one, and training all
/// the rest. Where windows overlap both sides hold nearly the same samples: what is measured is how
/// well the model remembers, not what it does with anything new. Throws `error` if nothing is left
/// on one side.
inline split split_overlapping(std::span<const window> windows, double fraction,
                               std::uint64_t seed) {
    assert(fraction > 0 && fraction < 1);
    split result;
    std::vector<index> order(windows.size());
    std::iota(order.begin(), order.end(), index{0});
    shuffle(order, random_stream(seed, purpose::split));
    const auto held = order.begin() + std::llround(fraction * static_cast<double>(order.size()));
    result.validation.assign(order.begin(), held);
    result.train.assign(held, order.end());
    std::ranges::sort(result.validation);
    std::ranges::sort(result.train);
    result.description = "single windows, seed " + std::to_string(seed) + "; " +
                         detail::counted(result, windows) + ", which overlap";
    detail::need_both_sides(result, "");
    return result;
}

} // namespace gait::inline GAIT_ARCH
