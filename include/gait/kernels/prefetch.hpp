// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Memory that is asked for before it is needed, a cache line at a time, between the multiply-adds
// of a product (`multiply_add`), which takes such an `Aside` and calls it once a turn.
//
// A tape of long windows comes from memory. It has the bandwidth (15 GB/s, of 45), but each line
// takes a while, and a core waits for a few dozen at most: two hundred lines of a step at once
// stand in a queue, and a line per turn of a product that takes as long as all of them does not. A
// training step with windows of 2,000 steps takes 0.87 of the time for it, with 500 steps 0.97;
// with 200, whose tape is in the last cache, and less nothing changes.
//
// Tried and lost, backward alone at 2,000 steps, where this takes 0.79 of the time: asking for each
// row's part of the step before as the row's gradients are computed, 0.92; going down the rows and
// units, so that all addresses fall and the processor could foresee them, 0.97; gradients of the
// gates in a buffer of one slice instead of over the tape, a sixth less traffic, 1.0, and 1.01 at
// 200 steps.
#pragma once

#include <gait/core/buffer.hpp>

#include <array>

namespace gait::inline GAIT_ARCH {

/// Numbers in a cache line.
template <class T>
inline constexpr index line_numbers = alignment / static_cast<index>(sizeof(T));

/// Asks for the line around `at`; `Write`: to be written. Any address is allowed.
template <bool Write = false>
[[gnu::always_inline]] inline void prefetch([[maybe_unused]] const void* at) noexcept {
#if !defined(__wasm__) // has no such instruction, but would keep what finds the address
    __builtin_prefetch(at, Write ? 1 : 0, 3);
#endif
}

/// Nothing to do between multiply-adds.
struct no_aside {
    void operator()() const noexcept {}
};

/// Asks for the numbers of several runs, one behind the other, a line a turn.
template <class T>
class prefetch_runs {
public:
    struct run {
        const T* at;
        index count;
    };
    explicit prefetch_runs(const std::array<run, 5>& runs) : runs_(runs) {}

    [[gnu::always_inline]] void operator()() noexcept {
        if (now_ == runs_.size())
            return;
        auto& [at, count] = runs_[now_];
        prefetch(at);
        count -= line_numbers<T>;
        if (count > 0)
            at += line_numbers<T>;
        else
            ++now_;
    }

private:
    std::array<run, 5> runs_;
    std::size_t now_ = 0;
};

} // namespace gait::inline GAIT_ARCH
