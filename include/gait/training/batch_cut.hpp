// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// How a batch is cut, which depends on its size alone:
//
//   tiles     of windows_per_tile windows, the last with what is left
//   shards    groups of neighbouring tiles, a power of two of them unless the limit is none
//   parts     of neighbouring shards, one for each of some ranks
#pragma once

#include <gait/core/extents.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>

namespace gait::inline GAIT_ARCH {

/// Windows in a tile. Small tiles win: 12 windows of 200 steps keep their tape near the core, while
/// with 48 it goes through the last cache and a training step takes a tenth longer.
inline constexpr index windows_per_tile = 12;

struct batch_cut {
    index rows, tiles, shards;

    batch_cut(index windows, index most_shards)
        : rows(windows), tiles((rows + windows_per_tile - 1) / windows_per_tile),
          // A power of two, so that the tree over the ranks is still the tree over the shards.
          shards(std::min(most_shards,
                          static_cast<index>(std::bit_ceil(static_cast<std::size_t>(tiles))))) {}

    /// Of a shard. It ends where the next one begins.
    [[nodiscard]] index first_tile(index shard) const { return tiles * shard / shards; }
    [[nodiscard]] index first_window(index shard) const {
        return std::min(rows, first_tile(shard) * windows_per_tile);
    }
    /// Of the part of `rank` of `size`; likewise.
    [[nodiscard]] index first_shard(int rank, int size) const { return shards * rank / size; }
};

/// The tiles, first to last - 1, that one of several ranks looks at when all look at some windows.
struct tiles_of_rank {
    index first, last;
    tiles_of_rank(index windows, int rank, int size) {
        const index tiles = (windows + windows_per_tile - 1) / windows_per_tile;
        first = tiles * rank / size;
        last = tiles * (rank + 1) / size;
    }
};

} // namespace gait::inline GAIT_ARCH
