// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Which windows go through a model side by side. All windows of a tile have the same number of
// steps, so a tile's length is the mask of all its rows: the shorter windows at the ends of runs
// get tiles of their own, nothing is padded, and loss and gradient of a short window are those of
// that window alone. Where all windows are equally long, tiles are cut as if no other could be.
#pragma once

#include <gait/data/batches.hpp>
#include <gait/kernels/product_precision.hpp>

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// Windows in a tile: as few as fill the tallest register tile, so that the tape stays near the
/// core. Share of the FMA peak on two cores with 1 MB of own cache and 32 MB in common:
///
///     windows a tile    64 windows of 200 steps    250 of 200    250 of 500    250 of 2,000
///      6                0.81                       0.85          0.84          0.72
///     12                0.76                       0.82          0.71          0.68
///
/// with AVX2, too (0.86 and 0.80, 250 of 200). With 48 a step takes another tenth longer.
inline constexpr index windows_per_tile = 6;

/// The same for a model that computes its products so: the processor's tiles have sixteen rows.
[[nodiscard]] inline index windows_per_tile_with(product_precision products) {
    return available(products) != product_precision::fp32 &&
                   unit_for_bfloat16() == bfloat16_unit::tiles
               ? matrix_tile_rows
               : windows_per_tile;
}

/// For this model.
template <class Model>
[[nodiscard]] index windows_per_tile_of(const Model& model) {
    if constexpr (requires { model.products(); })
        return windows_per_tile_with(model.products());
    else
        return windows_per_tile;
}

/// A list of windows, cut into tiles.
class tiles {
public:
    /// Cuts windows `ids` of `source` into tiles of `tile` or fewer: the longest first, and equally
    /// long ones in their order. Allocates nothing if it was given as many before.
    template <class Source>
    void cut(const Source& source, std::span<const index> ids, index tile = windows_per_tile) {
        const auto steps = [&](index id) { return steps_of(source, id); };
        ids_.assign(ids.begin(), ids.end());
        places_.reserve(ids.size()); // as if they had to be sorted: the next ones may have to be
        if (!std::ranges::is_sorted(ids, std::ranges::greater(), steps)) {
            places_.resize(ids.size());
            std::iota(places_.begin(), places_.end(), std::size_t{0});
            // Places break ties: std::stable_sort would allocate.
            std::ranges::sort(places_, [&](std::size_t a, std::size_t b) {
                const index longer = steps(ids[a]) - steps(ids[b]);
                return longer != 0 ? longer > 0 : a < b;
            });
            for (std::size_t i = 0; i < ids.size(); ++i)
                ids_[i] = ids[places_[i]];
        }
        ends_.clear();
        ends_.reserve(ids.size());
        for (index begin = 0, end = 0; begin < std::ssize(ids_); begin = end) {
            const auto here = [&](index i) { return steps(ids_[static_cast<std::size_t>(i)]); };
            const index most = std::min(begin + tile, std::ssize(ids_));
            for (end = begin + 1; end < most && here(end) == here(begin);)
                ++end;
            ends_.push_back(end);
        }
    }

    [[nodiscard]] index size() const { return std::ssize(ends_); }

    /// The windows of tile t.
    [[nodiscard]] std::span<const index> operator[](index t) const {
        const auto at = static_cast<std::size_t>(t);
        const auto begin = static_cast<std::size_t>(t > 0 ? ends_[at - 1] : 0);
        return std::span(ids_).subspan(begin, static_cast<std::size_t>(ends_[at]) - begin);
    }

private:
    std::vector<index> ids_;
    std::vector<index> ends_;         // of each tile, in ids_
    std::vector<std::size_t> places_; // scratch
};

/// The tiles, first to last - 1, that one of several ranks looks at when all look at some windows.
struct tiles_of_rank {
    index first, last;
    tiles_of_rank(index tiles, int rank, int size)
        : first(tiles * rank / size), last(tiles * (rank + 1) / size) {}
};

} // namespace gait::inline GAIT_ARCH
