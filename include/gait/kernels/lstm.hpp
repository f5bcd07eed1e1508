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
#pragma GCC unroll 8
                for (index r = 0; r < Rows; ++r) {
                    const batch<T> i = simd::sigmoid<T>(sums.at[r][0]);
                    const batch<T> f = simd::sigmoid<T>(sums.at[r][1]);
                    const batch<T> g = simd::tanh<T>(sums.at[r][2]);
                    const batch<T> o = simd::sigmoid<T>(sums.at[r][3]);
                    const batch<T> c_before =
                        simd::load(s.c_before.data + (row + r) * s.c_before.stride + c_at, inside);
                    const batch<T> c = simd::fma<T>(f, c_before, i * g);
                    const batch<T> tanh_c = simd::tanh<T>(c);

                    T* c_out = s.c.data + (row + r) * s.c.stride + c_at;
                    simd::store<T>(c_out, c, inside);
                    if constexpr (Taped) {
                        simd::store<T>(c_out + lanes<T>, tanh_c);
                        T* gates = s.gates + (row + r) * gate_stride<T>(H) + column;
                        simd::store<T>(gates, i);
                        simd::store<T>(gates + lanes<T>, f);
                        simd::store<T>(gates + 2 * lanes<T>, g);
                        simd::store<T>(gates + 3 * lanes<T>, o);
                    }
                    simd::store<T>(s.h + (row + r) * H + unit, o * tanh_c, H - unit);
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
template <class T>
void lstm_backward(index R, index H, T* gates, const T* cells, const T* cells_before, const T* d_h,
                   T* d_c, T* d_bias) noexcept {
    const batch<T> one(T{1});
    for_each_register<T>(H, [&](index unit, index inside) {
        batch<T> sum_i(T{0}), sum_f(T{0}), sum_g(T{0}), sum_o(T{0});
        for (index r = 0; r < R; ++r) {
            T* at = gates + r * gate_stride<T>(H) + 4 * unit;
            const T* cell = cells + r * cell_stride<T>(H) + 2 * unit;
            const batch<T> i = simd::load(at), f = simd::load(at + lanes<T>);
            const batch<T> g = simd::load(at + 2 * lanes<T>), o = simd::load(at + 3 * lanes<T>);
            const batch<T> tanh_c = simd::load(cell + lanes<T>);
            const batch<T> c_before = simd::load(cells_before + r * cell_stride<T>(H) + 2 * unit);
            const batch<T> dh = simd::load(d_h + r * H + unit, inside);
            T* d_c_at = d_c + r * padded_units<T>(H) + unit;

            const batch<T> through_c = simd::fnma<T>(tanh_c, tanh_c, one);
            const batch<T> dc = simd::fma<T>(dh * o, through_c, simd::load(d_c_at));
            const batch<T> d_i = dc * g * simd::fnma<T>(i, i, i);
            const batch<T> d_f = dc * c_before * simd::fnma<T>(f, f, f);
            const batch<T> d_g = dc * i * simd::fnma<T>(g, g, one);
            const batch<T> d_o = dh * tanh_c * simd::fnma<T>(o, o, o);

            simd::store<T>(d_c_at, dc * f);
            simd::store<T>(at, d_i);
            simd::store<T>(at + lanes<T>, d_f);
            simd::store<T>(at + 2 * lanes<T>, d_g);
            simd::store<T>(at + 3 * lanes<T>, d_o);
            sum_i += d_i, sum_f += d_f, sum_g += d_g, sum_o += d_o;
        }
        const auto add = [&](index gate, batch<T> sum) {
            T* to = d_bias + gate * H + unit;
            simd::store<T>(to, simd::load(to, inside) + sum, inside);
        };
        add(0, sum_i), add(1, sum_f), add(2, sum_g), add(3, sum_o);
    });
}

} // namespace gait::inline GAIT_ARCH
