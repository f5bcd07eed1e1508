// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The one thing training needs from other processes: a sum. Every process (a rank) holds the whole
// model, computes its part of a batch's shards, and after the sum all hold the same numbers. Every
// rank takes part in every sum, in the same order.
//
// A communicator that sums along a binary tree of ranks continues the tree along which shards are
// summed, so a power-of-two number of ranks gives the bits of a single process.
#pragma once

#include <gait/core/config.hpp>

#include <concepts>
#include <span>

namespace gait::inline GAIT_ARCH {

/// rank() of size() processes; sum(values) replaces values by their sum over all ranks.
template <class C>
concept communicator = requires(C& c, std::span<float> single, std::span<double> precise) {
    { c.rank() } -> std::convertible_to<int>;
    { c.size() } -> std::convertible_to<int>;
    c.sum(single);
    c.sum(precise);
};

/// One process on its own.
struct single_process {
    [[nodiscard]] static constexpr int rank() { return 0; }
    [[nodiscard]] static constexpr int size() { return 1; }
    template <class T>
    static constexpr void sum(std::span<T>) {}
};

} // namespace gait::inline GAIT_ARCH
