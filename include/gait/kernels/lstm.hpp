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
// How gates and cells lie in memory: kernels/gates.hpp.
#pragma once

#include <gait/kernels/activations.hpp>
#include <gait/kernels/gates.hpp>
#include <gait/kernels/matmul.hpp>

#include <type_traits>

namespace gait::inline GAIT_ARCH {

/// What a step reads and writes; all rows of a tile, R of each.
template <class T>
struct lstm_step {
    index features = 0, hidden = 0;
    matrix_ref<const T> start;    ///< (R, 4 Hp) packed: the bias (stride 0), or with x W added
    const T* x = nullptr;         ///< (R, F); with F = 0 none
    const T* h_before = nullptr;  ///< (R, H); without, h' U is in `start`
    matrix_ref<const T> c_before; ///< (R, ...): c, or the cells of the step before
    T* h = nullptr;               ///< (R, H), not h_before
    matrix_ref<T> c;              ///< (R, ...): c, or this step's cells; may be c_before
    T* gates = nullptr;           ///< (R, gate_stride): the activated gates, for backward
    index rows_ahead = 0;   ///< rows from this step's part of the tape to one that is written next
    bool backwards = false; ///< a single row's panels from last to first: turning round at each
                            ///< step finds the panels just used in the nearest cache
};

namespace detail {

/// Panels that a single row meets at once while its weights come from further away: sixteen chains
/// of sums where the registers allow it. A step of 64 units takes 0.97 of its time with two.
inline constexpr index single_row_panels = register_count == 32 ? 4 : 2;

/// Covers a single row's packed columns: calls work.operator()<Panels>(column) with `most` panels
/// at once, as long as there are so many, then with two and with one; `backwards`: each from the
/// last.
template <class T, class Work>
[[gnu::always_inline]] inline void for_each_panel_group(index columns, index most, bool backwards,
                                                        const Work& work) noexcept {
    index column = 0;
    const auto groups = [&]<index Panels>(std::integral_constant<index, Panels>) {
        constexpr index W = Panels * panel_width<T>;
        const index count = (columns - column) / W, first = column;
        for (index i = 0; i < count; ++i, column += W)
            work.template operator()<Panels>(first + (backwards ? count - 1 - i : i) * W);
    };
    if (most > 2)
        groups(std::integral_constant<index, single_row_panels>{});
    groups(std::integral_constant<index, 2>{});
    groups(std::integral_constant<index, 1>{});
}

/// Rows x Panels times the sums of the four gates of a register of units, panel after panel.
template <class T, index Rows, index Panels>
using gate_tile = register_tile<T, Rows * Panels, 4>;

/// Asks for the lines of the tape that the same tile of the next step writes, row by row.
template <index Rows, index Panels, class T>
class prefetch_tape {
public:
    prefetch_tape(const lstm_step<T>& s, index row, index column)
        : gates_row_(gate_stride<T>(s.hidden)), cells_row_(s.c.stride),
          gates_(s.gates + (s.rows_ahead + row) * gates_row_ + column),
          cells_(s.c.data + (s.rows_ahead + row) * cells_row_ + column / 2) {}

    [[gnu::always_inline]] void operator()() noexcept {
        constexpr index of_gates = Panels * panel_width<T> / line_numbers<T>;
        constexpr index of_both = of_gates + (of_gates + 1) / 2;
        if (row_ == Rows)
            return;
        prefetch<true>(line_ < of_gates ? gates_ + line_ * line_numbers<T>
                                        : cells_ + (line_ - of_gates) * line_numbers<T>);
        if (++line_ == of_both) {
            ++row_, line_ = 0;
            gates_ += gates_row_, cells_ += cells_row_;
        }
    }

private:
    index gates_row_, cells_row_, row_ = 0, line_ = 0;
    const T *gates_, *cells_;
};

/// start + x W + h' U of rows `row`, ... and panels from packed column `column` on.
template <bool Taped, index Rows, index Panels, class T, class Stored>
[[nodiscard, gnu::always_inline]] inline gate_tile<T, Rows, Panels>
gate_sums(const gate_weights<Stored>& w, const lstm_step<T>& s, index row, index column) noexcept {
    const index F = s.features, H = s.hidden, panel = column / panel_width<T> * w.panel;
    gate_tile<T, Rows, Panels> sums;
#pragma GCC unroll 8
    for (index p = 0; p < Panels; ++p)
#pragma GCC unroll 8
        for (index r = 0; r < Rows; ++r)
#pragma GCC unroll 4
            for (index gate = 0; gate < 4; ++gate)
                sums.at[p * Rows + r][gate] =
                    simd::load(s.start.data + (row + r) * s.start.stride + column +
                               p * panel_width<T> + gate * lanes<T>);
    if (F > 0)
        multiply_add<Panels>(sums, F, s.x + row * F, F, 1, w.x + panel, w.row, w.panel);
    const auto add_h = [&](auto&& aside) {
        multiply_add<Panels>(sums, H, s.h_before + row * H, H, 1, w.h + panel, w.row, w.panel,
                             aside);
    };
    if (!s.h_before)
        return sums;
    if constexpr (Taped)
        add_h(prefetch_tape<Rows, Panels, T>(s, row, column));
    else
        add_h(no_aside{});
    return sums;
}

/// Gates and cells from the sums; h gets o, which `lstm_output` multiplies by tanh(c).
template <bool Taped, index Rows, index Panels, class T>
[[gnu::always_inline]] inline void update_cells(gate_tile<T, Rows, Panels>& sums,
                                                const lstm_step<T>& s, index row,
                                                index column) noexcept {
    constexpr index L = lanes<T>;
    const index H = s.hidden;
#pragma GCC unroll 8
    for (index p = 0; p < Panels; ++p)
#pragma GCC unroll 8
        for (index r = 0; r < Rows; ++r) {
            const index unit = column / 4 + p * L;
            const index inside = Taped ? L : H - unit, c_at = Taped ? 2 * unit : unit;
            const T* c_before = s.c_before.data + (row + r) * s.c_before.stride + c_at;
            auto& [i, f, g, o] = sums.at[p * Rows + r];
            simd::gates<T>(sums.at[p * Rows + r]);
            const batch<T> c = simd::fma<T>(f, simd::load(c_before, inside), i * g);
            simd::store<T>(s.c.data + (row + r) * s.c.stride + c_at, c, inside);
            simd::store<T>(s.h + (row + r) * H + unit, o, H - unit);
            if constexpr (Taped) {
                T* gates = s.gates + (row + r) * gate_stride<T>(H) + 4 * unit;
                simd::store<T>(gates, i);
                simd::store<T>(gates + L, f);
                simd::store<T>(gates + 2 * L, g);
                simd::store<T>(gates + 3 * L, o);
            }
        }
}

/// h = o tanh(c) for a row. Of all units at once, when all tiles are done: at the end of each tile
/// the curve's latency stood between its products and the next tile's (15 % of the step).
template <bool Taped, class T>
[[gnu::noinline]] void lstm_output(index H, T* c, T* h) noexcept {
    constexpr index L = lanes<T>, in_step = 4;
    const auto some = [&]<index Count>(std::integral_constant<index, Count>, index unit) {
        batch<T> tanh_c[Count];
#pragma GCC unroll 4
        for (index j = 0; j < Count; ++j) {
            const index at = unit + j * L;
            tanh_c[j] = Taped ? simd::load(c + 2 * at) : simd::load(c + at, H - at);
        }
        simd::tanh<T>(tanh_c);
#pragma GCC unroll 4
        for (index j = 0; j < Count; ++j) {
            const index at = unit + j * L;
            if constexpr (Taped)
                simd::store<T>(c + 2 * at + L, tanh_c[j]);
            simd::store<T>(h + at, simd::load(h + at, H - at) * tanh_c[j], H - at);
        }
    };
    index unit = 0;
    for (; unit + in_step * L <= H; unit += in_step * L)
        some(std::integral_constant<index, in_step>{}, unit);
    for (; unit < H; unit += L)
        some(std::integral_constant<index, 1>{}, unit);
}

/// Sums and then cells of `Rows` rows and `Panels` panels, in registers.
template <bool Taped, index Rows, index Panels, class T, class Stored>
[[gnu::noinline]] void lstm_tile(const gate_weights<Stored>& w, const lstm_step<T>& s, index row,
                                 index column) noexcept {
    auto sums = gate_sums<Taped, Rows, Panels, T>(w, s, row, column);
    update_cells<Taped, Rows, Panels, T>(sums, s, row, column);
}

} // namespace detail

/// One step forward. Nothing needs an alignment.
///
/// Taped: c_before and c are `cells` and the gates are kept. Otherwise c is (R, H), nothing is
/// kept. The sums' error is F + H + 1 roundings; then the activations' (kernels/activations.hpp).
///
/// Tried and lost, on a 16-register AVX2 machine, share of the FMA peak at 12 rows and 64 units
/// (0.80 as it stands): the tile as an inlined loop instead of a function, 0.74; a tile's cells
/// updated behind the products of the next one, 0.67. For a single row: the sums of eight panels
/// first and then their cells, no gain; the next panels' weights prefetched, no gain; x and h'
/// copied behind each other for one loop instead of two, no gain. On a 32-register AVX-512 machine:
/// the next layer's weights prefetched during the curves, 2 %, not worth a pointer; h' U before x
/// W, so that the next layer can begin before this one is done, no gain; panels row by row in one
/// stream, no gain.
template <bool Taped, class T, class Stored>
void lstm_forward(index R, const gate_weights<Stored>& w, const lstm_step<T>& s) noexcept {
    const index columns = 4 * padded_units<T>(s.hidden);
    if (R == 1) {
        // Without x, U may be in the nearest cache: fewer panels, to turn round in it. With numbers
        // in half the bytes, more than two gain nothing and take 1.02 of the time.
        const bool many = s.features > 0 && std::is_same_v<T, Stored>;
        const index most = many ? detail::single_row_panels : 2;
        detail::for_each_panel_group<T>(columns, most, s.backwards, [&]<index Panels>(index at) {
            detail::lstm_tile<Taped, 1, Panels>(w, s, 0, at);
        });
    } else {
        for (index column = 0; column < columns; column += panel_width<T>)
            detail::for_each_row_group<4>(R, column,
                                          [&]<index Rows, index Vectors>(index row, index at) {
                                              detail::lstm_tile<Taped, Rows, 1>(w, s, row, at);
                                          });
    }
    for (index r = 0; r < R; ++r)
        detail::lstm_output<Taped, T>(s.hidden, s.c.data + r * s.c.stride, s.h + r * s.hidden);
}

/// sums (4 Hp packed) = bias (4 Hp packed) + h U of one row: where the next step can start from. U
/// is read from its end, of which the nearest cache holds most when a step has just read it.
template <class T>
void lstm_ahead(const gate_weights<T>& w, index hidden, const T* bias, const T* h,
                T* sums) noexcept {
    constexpr index W = panel_width<T>;
    detail::for_each_panel_group<T>(
        4 * padded_units<T>(hidden), detail::single_row_panels, true,
        [&]<index Panels>(index column) {
            const auto offset = [](index v) { return v * lanes<T>; };
            const auto inside = [](index) { return lanes<T>; };
            detail::gate_tile<T, 1, Panels> tile;
            load_tile<Panels, 4, T>(tile, bias + column, W, true, offset, inside);
            multiply_add<Panels>(tile, hidden, h + hidden - 1, hidden, -1,
                                 w.h + column / W * w.panel + (hidden - 1) * w.row, -w.row,
                                 w.panel);
            store_tile<Panels, 4, T>(tile, sums + column, W, true, offset, inside);
        });
}

/// One step backward through the gates: from d_h (R, H), the gradient of the loss with respect to
/// this step's h, and d_c (R, Hp), what the step after left of c's,
///
///     d_o = d_h tanh(c)                      d_c += d_h o (1 - tanh(c)^2)
///     d_i = d_c g     d_f = d_c c'     d_g = d_c i     d_c' = d_c f
///
/// each gate's times its slope: calls put(row, unit, d_gates) with the gradients of the sums, the
/// four gates' registers of the units from `unit` on, overwrites d_c with d_c', and adds the rows'
/// sum to d_bias (4, H).
///
/// Row by row, as the tape lies in memory: it comes from the last cache, and a loop that went down
/// the rows for each register of units, to keep the bias's sums in registers, took half as long
/// again. The step before is asked for during the product that follows, not here:
/// kernels/prefetch.hpp.
template <class T, class Put>
[[gnu::always_inline]] inline void lstm_backward(index R, index H, const T* gates, const T* cells,
                                                 const T* cells_before, const T* d_h, T* d_c,
                                                 T* d_bias, const Put& put) noexcept {
    const batch<T> one(T{1});
    for (index r = 0; r < R; ++r) {
        for_each_register<T>(H, [&](index unit, index inside) {
            const T* at = gates + 4 * unit;
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
            put(r, unit, d_gates);
#pragma GCC unroll 4
            for (index gate = 0; gate < 4; ++gate) {
                T* sum = d_bias + gate * H + unit;
                simd::store<T>(sum, simd::load(sum, inside) + d_gates[gate], inside);
            }
        });
        gates += gate_stride<T>(H), cells += cell_stride<T>(H), cells_before += cell_stride<T>(H);
        d_h += H, d_c += padded_units<T>(H);
    }
}

/// The same, with the gradients over the gates.
template <class T>
void lstm_backward(index R, index H, T* gates, const T* cells, const T* cells_before, const T* d_h,
                   T* d_c, T* d_bias) noexcept {
    lstm_backward<T>(R, H, gates, cells, cells_before, d_h, d_c, d_bias,
                     [&](index r, index unit, const batch<T>(&d_gates)[4]) {
                         T* at = gates + r * gate_stride<T>(H) + 4 * unit;
#pragma GCC unroll 4
                         for (index gate = 0; gate < 4; ++gate)
                             simd::store<T>(at + gate * lanes<T>, d_gates[gate]);
                     });
}

} // namespace gait::inline GAIT_ARCH
