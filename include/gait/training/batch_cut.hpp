// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// How a batch is cut, which depends on its size and on the tiles' alone:
//
//   tiles     of `tile` places, the last with what is left
//   shards    of neighbouring tiles: as many as tiles, rounded up to a power of two, or the limit
//             if that is fewer
//   parts     of neighbouring shards, one for each of some ranks
//
// A shard with windows of several lengths has more tiles than that, of its own (tiles.hpp).
#pragma once

#include <gait/core/extents.hpp>
#include <gait/training/tiles.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <span>

namespace gait::inline GAIT_ARCH {

struct batch_cut {
    index rows, tile, tiles, shards;

    batch_cut(index windows, index most_shards, index windows_of_tile = windows_per_tile)
        : rows(windows), tile(windows_of_tile), tiles((rows + tile - 1) / tile),
          // A power of two, so that the tree over the ranks is still the tree over the shards.
          shards(std::min(most_shards,
                          static_cast<index>(std::bit_ceil(static_cast<std::size_t>(tiles))))) {}

    /// Of a shard. It ends where the next one begins.
    [[nodiscard]] index first_tile(index shard) const { return tiles * shard / shards; }
    [[nodiscard]] index first_window(index shard) const {
        return std::min(rows, first_tile(shard) * tile);
    }
    /// Of a batch's `ids`, the shard's.
    [[nodiscard]] std::span<const index> windows_of(index shard, std::span<const index> ids) const {
        return ids.subspan(static_cast<std::size_t>(first_window(shard)),
                           static_cast<std::size_t>(first_window(shard + 1) - first_window(shard)));
    }
    /// Of the part of `rank` of `size`; likewise.
    [[nodiscard]] index first_shard(int rank, int size) const { return shards * rank / size; }
};

} // namespace gait::inline GAIT_ARCH
