// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Matrix products, batched over the rows of a tile. There are three, and they share one inner loop
// (kernels/register_tile.hpp):
//
//     matmul               c (M, N) = start + a (M, K) b (K, N)     forward, and gradients of data
//     matmul_transposed    c (I, N) += a (M, I)^T b (M, N)          gradients of weights
//     the gates of an LSTM (kernels/lstm.hpp)
//
// Matrices are row-major with any stride. b of `matmul` is packed into panels, each row by row: as
// wide as a tile, tile_vectors registers, and the last ones 4, 2 or 1 of them (width_of_panel), so
// that only the last register has zeros behind column N. A panel is then one contiguous run,
// whatever N is, and no load needs a mask.
#pragma once

#include <gait/kernels/activations.hpp>
#include <gait/kernels/register_tile.hpp>

#include <algorithm>

namespace gait::inline GAIT_ARCH {

/// Row-major numbers with `stride` numbers from row to row; stride 0 repeats one row. Owns nothing.
template <class T>
struct matrix_ref {
    T* data = nullptr;
    index stride = 0;
};

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
    const auto multiply = [&]<index Rows, index Vectors>(index row, index column) {
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
    };
    // In a narrow panel the sums of several k are apart, and half the rows are chains enough. All
    // heights of tile there were a tenth of what a trainer took to compile.
    constexpr index narrow_rows = (tile_rows + 1) / 2;
    for_each_tile<T, false, narrow_rows>(M, N, multiply);
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
