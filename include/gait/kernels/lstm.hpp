// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// One step of an LSTM for the R rows of a tile, forward and backward, with the gates fused.
//
//     i = sigmoid(x W_i + h' U_i + b_i)      f, o likewise      g = tanh(x W_g + h' U_g + b_g)
//     c = f c' + i g                         h = o tanh(c)
//
// where h', c' come from the step before. Source: Hochreiter and Schmidhuber 1997, with the forget
// gate of Gers, Schmidhuber and Cummins 2000; gate order i, f, g, o as in PyTorch.
//
// Layout. Units are taken a register at a time. "Packed" gates interleave them: panel j holds the
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
#include <gait/kernels/activations.hpp>
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

/// Packs W (4H, K), element (gate * H + unit, k) at w[gate * H + unit + k * stride], as the gates'
/// panels: for each panel, K rows of 4 L numbers, `panel_stride` numbers from panel to panel.
template <class T>
void pack_gates(index hidden, index K, const T* w, index stride, T* panels,
                index panel_stride) noexcept {
    for (index unit = 0; unit < hidden; unit += lanes<T>, panels += panel_stride)
        for (index k = 0; k < K; ++k)
            for (index gate = 0; gate < 4; ++gate)
                for (index lane = 0; lane < lanes<T>; ++lane)
                    panels[(k * 4 + gate) * lanes<T> + lane] =
                        unit + lane < hidden ? w[gate * hidden + unit + lane + k * stride] : T{0};
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

/// What a step reads and writes; all rows of a tile, R of each.
template <class T>
struct lstm_step {
    index features = 0, hidden = 0;
    const T* x = nullptr;         ///< (R, F)
    const T* h_before = nullptr;  ///< (R, H)
    matrix_ref<const T> c_before; ///< (R, ...): c, or the cells of the step before
    T* h = nullptr;               ///< (R, H), not h_before
    matrix_ref<T> c;              ///< (R, ...): c, or this step's cells; may be c_before
    T* gates = nullptr;           ///< (R, gate_stride): the activated gates, for backward
};

/// One step forward. `weights`: for each panel, F rows for x, then H rows for h, of 4 L numbers
/// each; `bias`: 4 L numbers a panel. Both aligned to a register or not.
///
/// Taped: c_before and c are `cells` and the gates are kept. Otherwise c is (R, H), nothing is
/// kept. The sums' error is F + H + 1 roundings; then the activations' (kernels/activations.hpp).
template <bool Taped, class T>
void lstm_forward(index R, const T* weights, const T* bias, const lstm_step<T>& s) noexcept {
    const index F = s.features, H = s.hidden;
    for_each_tile<T>(
        R, 4 * padded_units<T>(H), [&]<index Rows, index Vectors>(index row, index column) {
            if constexpr (Vectors == 4) {
                register_tile<T, Rows, 4> sums;
#pragma GCC unroll 8
                for (index r = 0; r < Rows; ++r)
#pragma GCC unroll 4
                    for (index gate = 0; gate < 4; ++gate)
                        sums.at[r][gate] = simd::load(bias + column + gate * lanes<T>);
                const T* panel = weights + column * (F + H);
                multiply_add(sums, F, s.x + row * F, F, 1, panel, panel_width<T>);
                multiply_add(sums, H, s.h_before + row * H, H, 1, panel + F * panel_width<T>,
                             panel_width<T>);

                const index unit = column / 4;
                const index inside = Taped ? lanes<T> : H - unit;
                const index c_at = Taped ? 2 * unit : unit;
                batch<T> tanh_c[Rows];
#pragma GCC unroll 8
                for (index r = 0; r < Rows; ++r) {
                    auto& [i, f, g, o] = sums.at[r];
                    simd::gates<T>(sums.at[r]);
                    const T* c_before = s.c_before.data + (row + r) * s.c_before.stride + c_at;
                    tanh_c[r] = simd::fma<T>(f, simd::load(c_before, inside), i * g);
                    simd::store<T>(s.c.data + (row + r) * s.c.stride + c_at, tanh_c[r], inside);
                    if constexpr (Taped) {
                        T* gates = s.gates + (row + r) * gate_stride<T>(H) + column;
                        simd::store<T>(gates, i);
                        simd::store<T>(gates + lanes<T>, f);
                        simd::store<T>(gates + 2 * lanes<T>, g);
                        simd::store<T>(gates + 3 * lanes<T>, o);
                    }
                }
                simd::tanh<T>(tanh_c);
#pragma GCC unroll 8
                for (index r = 0; r < Rows; ++r) {
                    if constexpr (Taped)
                        simd::store<T>(s.c.data + (row + r) * s.c.stride + c_at + lanes<T>,
                                       tanh_c[r]);
                    simd::store<T>(s.h + (row + r) * H + unit, sums.at[r][3] * tanh_c[r], H - unit);
                }
            }
        });
}

/// One step backward through the gates: from d_h (R, H), the gradient of the loss with respect to
/// this step's h, and d_c (R, Hp), what the step after left of c's,
///
///     d_o = d_h tanh(c)                      d_c += d_h o (1 - tanh(c)^2)
///     d_i = d_c g     d_f = d_c c'     d_g = d_c i     d_c' = d_c f
///
/// each gate's times its slope: overwrites `gates` with the gradients of the sums, d_c with d_c',
/// and adds the rows' sum to d_bias (4, H).
///
/// Row by row, as the tape lies in memory: it comes from the last cache, and a loop that went down
/// the rows for each register of units, to keep the bias's sums in registers, took half as long
/// again. Prefetching the step before gained nothing that could be told from noise.
template <class T>
void lstm_backward(index R, index H, T* gates, const T* cells, const T* cells_before, const T* d_h,
                   T* d_c, T* d_bias) noexcept {
    const batch<T> one(T{1});
    for (index r = 0; r < R; ++r) {
        for_each_register<T>(H, [&](index unit, index inside) {
            T* at = gates + 4 * unit;
            const batch<T> i = simd::load(at), f = simd::load(at + lanes<T>);
            const batch<T> g = simd::load(at + 2 * lanes<T>), o = simd::load(at + 3 * lanes<T>);
            const batch<T> tanh_c = simd::load(cells + 2 * unit + lanes<T>);
            const batch<T> c_before = simd::load(cells_before + 2 * unit);
            const batch<T> dh = simd::load(d_h + unit, inside);

            const batch<T> through_c = simd::fnma<T>(tanh_c, tanh_c, one);
            const batch<T> dc = simd::fma<T>(dh * o, through_c, simd::load(d_c + unit));
            const batch<T> d_gates[4] = {
                dc * g * simd::fnma<T>(i, i, i), dc * c_before * simd::fnma<T>(f, f, f),
                dc * i * simd::fnma<T>(g, g, one), dh * tanh_c * simd::fnma<T>(o, o, o)};

            simd::store<T>(d_c + unit, dc * f);
#pragma GCC unroll 4
            for (index gate = 0; gate < 4; ++gate) {
                simd::store<T>(at + gate * lanes<T>, d_gates[gate]);
                T* sum = d_bias + gate * H + unit;
                simd::store<T>(sum, simd::load(sum, inside) + d_gates[gate], inside);
            }
        });
        gates += gate_stride<T>(H), cells += cell_stride<T>(H), cells_before += cell_stride<T>(H);
        d_h += H, d_c += padded_units<T>(H);
    }
}

} // namespace gait::inline GAIT_ARCH
