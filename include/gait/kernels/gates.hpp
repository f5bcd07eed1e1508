// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// How the gates of an LSTM lie in memory, and the packing of their weights.
//
// Units are taken a register at a time. "Packed" gates interleave them: panel j holds the
// registers i, f, g, o of the units [j L, j L + L), so a register tile of the product holds all
// four gates of its units and the cell is updated where the sums lie, without a trip through
// memory. The hidden size is padded to Hp, a multiple of L; padded units have zero weights and stay
// harmless.
//
//     gates (R, gate_stride)    4 Hp packed numbers a row, and a cache line of padding
//     cells (R, 2 Hp)           for each register of units: c, then tanh(c)
//
// Without the padding, the rows of a step of 64 units are 1,024 bytes apart, and a column of them,
// which the product for the weights' gradient walks down, falls into a few sets of the cache.
#pragma once

#include <gait/core/buffer.hpp>
#include <gait/kernels/matmul.hpp>

namespace gait::inline GAIT_ARCH {

/// Hidden units padded to whole registers.
template <class T>
constexpr index padded_units(index hidden) {
    return round_up(hidden, lanes<T>);
}

/// Numbers from one row's packed gates to the next row's.
template <class T>
constexpr index gate_stride(index hidden) {
    return 4 * padded_units<T>(hidden) + alignment / static_cast<index>(sizeof(T));
}

/// Numbers in one row of `cells`.
template <class T>
constexpr index cell_stride(index hidden) {
    return 2 * padded_units<T>(hidden);
}

namespace detail {

/// Row k of a gates' panel: i, f, g, o of L units, zeros behind unit H.
template <class T>
[[gnu::always_inline]] inline void gate_row(index hidden, index unit, const T* w, T* row) noexcept {
    for (index gate = 0; gate < 4; ++gate)
        for (index lane = 0; lane < lanes<T>; ++lane)
            *row++ = unit + lane < hidden ? w[gate * hidden + unit + lane] : T{0};
}

} // namespace detail

/// Packs W (4H, K), element (gate * H + unit, k) at w[gate * H + unit + k * stride], as the gates'
/// panels: for each panel, K rows of 4 L numbers, `panel_stride` numbers from panel to panel.
template <class T>
void pack_gates(index hidden, index K, const T* w, index stride, T* panels,
                index panel_stride) noexcept {
    for (index unit = 0; unit < hidden; unit += lanes<T>, panels += panel_stride)
        for (index k = 0; k < K; ++k)
            detail::gate_row(hidden, unit, w + k * stride, panels + k * panel_width<T>);
}

/// The same rounded to bfloat16: i and f share their places, g and o theirs, so a row takes 2 L.
inline void pack_gates(index hidden, index K, const float* w, index stride, bfloat16_pair* panels,
                       index panel_stride) noexcept {
    constexpr index L = lanes<float>;
    for (index unit = 0; unit < hidden; unit += L, panels += panel_stride)
        for (index k = 0; k < K; ++k) {
            float row[4 * L];
            detail::gate_row(hidden, unit, w + k * stride, static_cast<float*>(row));
            for (index pair = 0; pair < 2; ++pair)
                for (index lane = 0; lane < L; ++lane)
                    panels[(k * 2 + pair) * L + lane] =
                        to_bfloat16(row[2 * pair * L + lane], row[(2 * pair + 1) * L + lane]);
        }
}

/// Packs the transpose, W^T (4 Hp packed gates, K), as panels for `matmul`: d_x = d_gates W.
template <class T>
void pack_gates_transposed(index hidden, index K, const T* w, index stride, T* panels) noexcept {
    for (index first = 0, width = 0; first < K; first += width) {
        width = width_of_panel<T>(K - first);
        for (index unit = 0; unit < hidden; unit += lanes<T>)
            for (index gate = 0; gate < 4; ++gate)
                for (index lane = 0; lane < lanes<T>; ++lane)
                    for (index k = first; k < first + width; ++k)
                        *panels++ = k < K && unit + lane < hidden
                                        ? w[gate * hidden + unit + lane + k * stride]
                                        : T{0};
    }
}

/// The gates' weights: for each panel of units, rows of 4 L numbers, F for x and then H for h.
/// Stored is T, or bfloat16_pair: two numbers in one place.
template <class Stored>
struct gate_weights {
    const Stored* x = nullptr; ///< the first panel's rows for x
    const Stored* h = nullptr; ///< and for h
    index panel = 0;           ///< places from panel to panel
    index row = 0;             ///< places from row to row
};

} // namespace gait::inline GAIT_ARCH
