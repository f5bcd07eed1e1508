// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The inner loop of every product, `multiply_add`, and how tiles cover a matrix.
//
// It keeps a register tile of c (M, N): tile_rows rows x tile_vectors
// registers. For each k it loads the tile's registers of b once and broadcasts one number of a per
// row, so a 3 x 4 tile does 12 multiply-adds on 7 loads and a 6 x 4 tile 24 on 10: bound by
// arithmetic. Two turns of k in one, since counting takes four instructions in twenty-three: 3 %
// faster alone on a core, 10 % where another program shares it.
//
// Every element of c is one chain of multiply-adds in the order of k (in a narrow panel two or four
// chains, `multiply_add_narrow`), so it does not depend on how many rows a tile has: a batch and a
// single window give the same bits.
#pragma once

#include <gait/kernels/prefetch.hpp>
#include <gait/kernels/simd.hpp>

namespace gait::inline GAIT_ARCH {

/// Columns of a full panel.
template <class T>
inline constexpr index panel_width = tile_vectors* lanes<T>;

/// Columns of the next panel when `rest` are left: all four registers of a tile, or two, or one.
template <class T>
constexpr index width_of_panel(index rest) {
    return (rest > 3 * lanes<T> ? tile_vectors : rest > lanes<T> ? 2 : 1) * lanes<T>;
}

/// Rows x Vectors registers of c.
template <class T, index Rows, index Vectors>
struct register_tile {
    batch<T> at[Rows][Vectors];
};

/// tile = what stands in memory: register v of row r at from + r * row + offset(v), of which
/// inside(v) numbers are there; `whole`: all of every register. One branch a tile, not one a load.
template <index Rows, index Vectors, class T, class Offset, class Inside>
[[gnu::always_inline]] inline void load_tile(register_tile<T, Rows, Vectors>& tile, const T* from,
                                             index row, bool whole, const Offset& offset,
                                             const Inside& inside) noexcept {
    if (whole) {
#pragma GCC unroll 8
        for (index r = 0; r < Rows; ++r)
#pragma GCC unroll 8
            for (index v = 0; v < Vectors; ++v)
                tile.at[r][v] = simd::load(from + r * row + offset(v));
    } else {
#pragma GCC unroll 8
        for (index r = 0; r < Rows; ++r)
#pragma GCC unroll 8
            for (index v = 0; v < Vectors; ++v)
                tile.at[r][v] = simd::load(from + r * row + offset(v), inside(v));
    }
}

/// And back.
template <index Rows, index Vectors, class T, class Offset, class Inside>
[[gnu::always_inline]] inline void store_tile(const register_tile<T, Rows, Vectors>& tile, T* to,
                                              index row, bool whole, const Offset& offset,
                                              const Inside& inside) noexcept {
    if (whole) {
#pragma GCC unroll 8
        for (index r = 0; r < Rows; ++r)
#pragma GCC unroll 8
            for (index v = 0; v < Vectors; ++v)
                simd::store<T>(to + r * row + offset(v), tile.at[r][v]);
    } else {
#pragma GCC unroll 8
        for (index r = 0; r < Rows; ++r)
#pragma GCC unroll 8
            for (index v = 0; v < Vectors; ++v)
                simd::store<T>(to + r * row + offset(v), tile.at[r][v], inside(v));
    }
}

/// tile += a b over k in [0, K): a's element (r, k) at a[r * a_row + k * a_step], b's register v of
/// row k at b + k * b_row + v * lanes.
///
/// With `Panels`, one row of a meets several panels of b, `b_panel` apart, at once: their registers
/// stand in the tile panel after panel, as if they were rows. A single row and a single panel would
/// be four chains of multiply-adds, and half the time each waits for itself.
///
/// Calls aside() for each k: kernels/prefetch.hpp.
template <index Panels = 1, index Rows, index Vectors, class T, class Stored,
          class Aside = no_aside>
[[gnu::always_inline]] inline void
multiply_add(register_tile<T, Rows, Vectors>& tile, index K, const T* a, index a_row, index a_step,
             const Stored* b, index b_row, index b_panel = 0, Aside&& aside = {}) noexcept {
    constexpr index rows = Rows / Panels;
    static_assert(rows * Panels == Rows);
#pragma GCC unroll 2
    for (index k = 0; k < K; ++k, a += a_step, b += b_row) {
        aside();
        batch<T> factor[rows];
#pragma GCC unroll 8
        for (index r = 0; r < rows; ++r)
            factor[r] = simd::pinned(batch<T>(a[r * a_row]));
#pragma GCC unroll 8
        for (index p = 0; p < Panels; ++p)
#pragma GCC unroll 8
            for (index v = 0; v < Vectors; ++v) {
                const batch<T> column = simd::pinned(simd::load_vector(b + p * b_panel, v));
#pragma GCC unroll 8
                for (index r = 0; r < rows; ++r)
                    tile.at[p * rows + r][v] =
                        simd::fma(factor[r], column, tile.at[p * rows + r][v]);
            }
    }
}

/// The same with b in a narrow panel, fewer registers a row than a tile has: several k at once,
/// each into sums of its own, which are added in the end. A tile of one row and one register would
/// be a single chain of multiply-adds, most of the time waiting for itself.
template <index Rows, index Vectors, class T>
[[gnu::always_inline]] inline void multiply_add_narrow(register_tile<T, Rows, Vectors>& tile,
                                                       index K, const T* a, index a_row,
                                                       const T* b) noexcept {
    constexpr index at_once = tile_vectors / Vectors;
    register_tile<T, Rows, Vectors> sums[at_once];
#pragma GCC unroll 8
    for (index i = 0; i < at_once; ++i)
        sums[i] = i == 0 ? tile : register_tile<T, Rows, Vectors>{};
    for (; K >= at_once; K -= at_once, a += at_once, b += at_once * Vectors * lanes<T>)
#pragma GCC unroll 8
        for (index i = 0; i < at_once; ++i)
            multiply_add(sums[i], 1, a + i, a_row, 1, b + i * Vectors * lanes<T>, 0);
    multiply_add(sums[0], K, a, a_row, 1, b, Vectors * lanes<T>);
#pragma GCC unroll 8
    for (index r = 0; r < Rows; ++r)
#pragma GCC unroll 8
        for (index v = 0; v < Vectors; ++v) {
            tile.at[r][v] = sums[0].at[r][v];
#pragma GCC unroll 8
            for (index i = 1; i < at_once; ++i)
                tile.at[r][v] += sums[i].at[r][v];
        }
}

namespace detail {

/// work.operator()<Rows, Vectors>(row, column) for `rows`, 1 to Rows.
template <index Vectors, index Rows, class Work>
[[gnu::always_inline]] inline void with_rows(index rows, index row, index column,
                                             const Work& work) noexcept {
    if constexpr (Rows > 1)
        if (rows < Rows)
            return with_rows<Vectors, Rows - 1>(rows, row, column, work);
    work.template operator()<Rows, Vectors>(row, column);
}

/// Groups as even as can be: 64 rows are nine times 6 and twice 5, not ten times 6, a 3 and a 1. A
/// tile of one row or two waits for its own sums.
template <index Vectors, index Most = tile_rows, class Work>
[[gnu::always_inline]] inline void for_each_row_group(index M, index column,
                                                      const Work& work) noexcept {
    index groups = (M + Most - 1) / Most;
    for (index row = 0, rows = 0; groups > 0; row += rows, --groups) {
        rows = (M - row + groups - 1) / groups;
        with_rows<Vectors, Most>(rows, row, column, work);
    }
}

} // namespace detail

/// Covers c (M, N) with register tiles: calls work.operator()<Rows, Vectors>(row, column) for each,
/// panel by panel, so that one panel of b stays in the nearest cache for all rows. `WholePanels`: N
/// is a multiple of a panel's width. `NarrowRows`: rows of a tile in a narrow panel, at most.
template <class T, bool WholePanels = false, index NarrowRows = tile_rows, class Work>
[[gnu::always_inline]] inline void for_each_tile(index M, index N, const Work& work) noexcept {
    if constexpr (WholePanels) {
        for (index column = 0; column < N; column += panel_width<T>)
            detail::for_each_row_group<tile_vectors>(M, column, work);
    } else {
        for (index column = 0, width = 0; column < N; column += width) {
            width = width_of_panel<T>(N - column);
            if (width == panel_width<T>)
                detail::for_each_row_group<tile_vectors>(M, column, work);
            else if (width == 2 * lanes<T>)
                detail::for_each_row_group<2, NarrowRows>(M, column, work);
            else
                detail::for_each_row_group<1, NarrowRows>(M, column, work);
        }
    }
}

} // namespace gait::inline GAIT_ARCH
