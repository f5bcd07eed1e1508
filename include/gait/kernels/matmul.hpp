// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Matrix products, batched over the rows of a tile. There are three, and they share one inner loop:
//
//     matmul               c (M, N) = start + a (M, K) b (K, N)     forward, and gradients of data
//     matmul_transposed    c (I, N) += a (M, I)^T b (M, N)          gradients of weights
//     the gates of an LSTM (kernels/lstm.hpp)
//
// The inner loop, `multiply_add`, keeps a register tile of c: tile_rows rows x tile_vectors
// registers. For each k it loads the tile's registers of b once and broadcasts one number of a per
// row, so a 3 x 4 tile does 12 multiply-adds on 7 loads and a 6 x 4 tile 24 on 10: bound by
// arithmetic. Two turns of k in one, since counting takes four instructions in twenty-three: 3 %
// faster alone on a core, 10 % where another program shares it.
//
// Matrices are row-major with any stride. b of `matmul` is packed into panels, as wide as a tile:
// panel p holds columns [p W, p W + W), W = tile_vectors * lanes, row by row, zeros behind column
// N. A panel is then one contiguous run, whatever N is, and no load needs a mask.
//
// Every element of c is one chain of multiply-adds in the order of k (in a narrow panel two or four
// chains, `multiply_add_narrow`), so it does not depend on how many rows a tile has: a batch and a
// single window give the same bits.
#pragma once

#include <gait/kernels/activations.hpp>
#include <gait/kernels/prefetch.hpp>
#include <gait/kernels/simd.hpp>

#include <algorithm>

namespace gait::inline GAIT_ARCH {

/// Row-major numbers with `stride` numbers from row to row; stride 0 repeats one row. Owns nothing.
template <class T>
struct matrix_ref {
    T* data = nullptr;
    index stride = 0;
};

/// Columns of a full panel.
template <class T>
inline constexpr index panel_width = tile_vectors* lanes<T>;

/// Columns of the next panel when `rest` are left: all four registers of a tile, or two, or one.
template <class T>
constexpr index width_of_panel(index rest) {
    return (rest > 3 * lanes<T> ? tile_vectors : rest > lanes<T> ? 2 : 1) * lanes<T>;
}

/// Numbers in the panels of b (K, N).
template <class T>
constexpr index panels_size(index K, index N) {
    return K * round_up(N, lanes<T>);
}

/// Packs b (K, N), element (k, n) at b[k * row_stride + n * column_stride], into `panels`.
template <class T>
void pack_panels(index K, index N, const T* b, index row_stride, index column_stride,
                 T* panels) noexcept {
    for (index first = 0, width = 0; first < N; first += width) {
        width = width_of_panel<T>(N - first);
        for (index k = 0; k < K; ++k)
            for (index n = first; n < first + width; ++n)
                *panels++ = n < N ? b[k * row_stride + n * column_stride] : T{0};
    }
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

/// work.operator()<Rows, Vectors>(row, column) with Rows = `rows`, 1 to tile_rows.
template <index Vectors, index Rows = tile_rows, class Work>
[[gnu::always_inline]] inline void with_rows(index rows, index row, index column,
                                             const Work& work) noexcept {
    if constexpr (Rows > 1)
        if (rows < Rows)
            return with_rows<Vectors, Rows - 1>(rows, row, column, work);
    work.template operator()<Rows, Vectors>(row, column);
}

/// Groups as even as can be: 64 rows are nine times 6 and twice 5, not ten times 6, a 3 and a 1. A
/// tile of one row or two waits for its own sums.
template <index Vectors, class Work>
[[gnu::always_inline]] inline void for_each_row_group(index M, index column,
                                                      const Work& work) noexcept {
    index groups = (M + tile_rows - 1) / tile_rows;
    for (index row = 0, rows = 0; groups > 0; row += rows, --groups) {
        rows = (M - row + groups - 1) / groups;
        with_rows<Vectors>(rows, row, column, work);
    }
}

} // namespace detail

/// Covers c (M, N) with register tiles: calls work.operator()<Rows, Vectors>(row, column) for each,
/// panel by panel, so that one panel of b stays in the nearest cache for all rows. `WholePanels`: N
/// is a multiple of a panel's width.
template <class T, bool WholePanels = false, class Work>
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
                detail::for_each_row_group<2>(M, column, work);
            else
                detail::for_each_row_group<1>(M, column, work);
        }
    }
}

/// c (M, N) = activation(start (M, N) + a (M, K) b (K, N)), b in panels.
///
/// `start` with stride 0 is a bias; without data it is zero. c may be `start`, not a. No alignment
/// needed. Error: at most K + 3 roundings an element, in the order of k.
///
/// `panel_rows`: rows of b from panel to panel, if they are more than the K that are used. `soon`
/// is asked for meanwhile, a line for each k of each tile. (Not a template's argument: all row
/// counts would be compiled once more.)
template <class Activation = identity, class T>
void matmul(index M, index N, index K, matrix_ref<const T> a, const T* b_panels,
            matrix_ref<const T> start, matrix_ref<T> c, index panel_rows = 0,
            prefetch_runs<T>* soon = nullptr) noexcept {
    panel_rows = std::max(panel_rows, K);
    for_each_tile<T>(M, N, [&]<index Rows, index Vectors>(index row, index column) {
        const auto offset = [&](index v) { return column + v * lanes<T>; };
        const auto inside = [&](index v) { return N - offset(v); };
        const bool whole = inside(Vectors - 1) >= lanes<T>;
        register_tile<T, Rows, Vectors> tile{};
        if (start.data)
            load_tile<Rows, Vectors, T>(tile, start.data + row * start.stride, start.stride, whole,
                                        offset, inside);
        const T* const from_a = a.data + row * a.stride;
        const T* const from_b = b_panels + column * panel_rows;
        if constexpr (Vectors < tile_vectors)
            multiply_add_narrow(tile, K, from_a, a.stride, from_b);
        else
            multiply_add(tile, K, from_a, a.stride, 1, from_b, Vectors * lanes<T>, 0, [&] {
                if (soon)
                    (*soon)();
            });
#pragma GCC unroll 8
        for (index r = 0; r < Rows; ++r)
            Activation::template apply<T>(tile.at[r]);
        store_tile<Rows, Vectors, T>(tile, c.data + row * c.stride, c.stride, whole, offset,
                                     inside);
    });
}

/// Columns of c as they stand in memory: number n of b's row is number n of c's row.
struct plain_columns {
    static constexpr bool whole_panels = false;
    index count;
    template <class T>
    [[nodiscard]] index offset(index column, index v) const noexcept {
        return column + v * lanes<T>;
    }
    template <class T>
    [[nodiscard]] index inside(index column, index v) const noexcept {
        return count - column - v * lanes<T>;
    }
};

/// Columns of c gate by gate, (4, H), for a b that interleaves the gates' registers: panel j of b
/// holds i, f, g, o of the units [j L, j L + L). N is a multiple of a panel's width.
struct gate_columns {
    static constexpr bool whole_panels = true;
    index hidden;
    template <class T>
    [[nodiscard]] index offset(index column, index v) const noexcept {
        return v * hidden + column / tile_vectors;
    }
    template <class T>
    [[nodiscard]] index inside(index column, index /*v*/) const noexcept {
        return hidden - column / tile_vectors;
    }
};

/// c (I, N) += a (M, I)^T b (M, N), all row-major, b not packed; `columns` says where c keeps its
/// columns.
///
/// Error: M + 1 roundings an element, in the order of m.
template <class T, class Columns>
void matmul_transposed(index M, index I, index N, matrix_ref<const T> a, matrix_ref<const T> b,
                       matrix_ref<T> c, Columns columns) noexcept {
    if (M == 0)
        return;
    const auto add = [&]<index Rows, index Vectors>(index row, index column) {
        const auto offset = [&](index v) { return columns.template offset<T>(column, v); };
        const auto inside = [&](index v) { return columns.template inside<T>(column, v); };
        const bool whole = inside(Vectors - 1) >= lanes<T>;
        register_tile<T, Rows, Vectors> tile;
        T* const to = c.data + row * c.stride;
        load_tile<Rows, Vectors, T>(tile, to, c.stride, whole, offset, inside);

        const T* from_a = a.data + row;
        const T* from_b = b.data + column;
        // A register may reach into the next rows of b (what it finds there goes to lanes that
        // nobody stores), but not behind the last row: the end is read lane by lane.
        const index beyond = Columns::whole_panels ? 0 : column + Vectors * lanes<T> - N;
        const index safe =
            beyond <= 0 ? M : std::max<index>(0, M - (beyond + b.stride - 1) / b.stride);
        multiply_add(tile, safe, from_a, 1, a.stride, from_b, b.stride);
        if constexpr (!Columns::whole_panels)
            for (index m = safe; m < M; ++m) {
                T row_m[Vectors * lanes<T>] = {};
                for (index n = 0; n < std::min(N - column, Vectors * lanes<T>); ++n)
                    row_m[n] = from_b[m * b.stride + n];
                multiply_add(tile, 1, from_a + m * a.stride, 1, a.stride,
                             static_cast<const T*>(row_m), 0);
            }
        store_tile<Rows, Vectors, T>(tile, to, c.stride, whole, offset, inside);
    };
    for_each_tile<T, Columns::whole_panels>(I, N, add);
}

/// sums (N) += the sum over the rows of b (M, N), in the order of m.
template <class T>
void add_rows(index M, index N, matrix_ref<const T> b, T* sums) noexcept {
    for_each_register<T>(N, [&](index n, index count) {
        batch<T> sum = simd::load(sums + n, count);
        for (index m = 0; m < M; ++m)
            sum += simd::load(b.data + m * b.stride + n, count);
        simd::store<T>(sums + n, sum, count);
    });
}

} // namespace gait::inline GAIT_ARCH
