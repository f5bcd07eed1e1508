// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The weights of an LSTM layer in bfloat16, as the products of layers/lstm_products.hpp read them:
//
//     [W; U] (F + H, 4 Hp)    for the gates' sums, F and H padded
//     U^T (4 Hp, H)           for d_h
//     W^T (4 Hp, F)           for d_x
//
// In panels of up to three parts (kernels/bfloat16.hpp), made of the panels of floats.
#pragma once

#include <gait/kernels/bfloat16.hpp>
#include <gait/kernels/gates.hpp>

namespace gait::inline GAIT_ARCH {

template <index F, index H>
class lstm_bfloat16_weights;

#if defined(GAIT_BFLOAT16_PRODUCTS)

template <index F, index H>
class lstm_bfloat16_weights {
    static constexpr index most_parts = bfloat16_parts(product_precision::fp32_split);

public:
    static constexpr index gate_count = 4 * padded_units<float>(H);
    static constexpr index x_count = padded_k(F);
    static constexpr index input_count = x_count + padded_k(H);

private:
    // Numbers in a part.
    static constexpr index sums_part = input_count * gate_count;
    static constexpr index d_h_part = bfloat16_panels_size(gate_count, H);
    static constexpr index d_x_part = bfloat16_panels_size(gate_count, F);

    static constexpr index d_h_at = most_parts * sums_part;
    static constexpr index d_x_at = d_h_at + most_parts * d_h_part;

public:
    /// In floats, whose memory they take, as a layer's weights are one run of one type.
    static constexpr index size = aligned_count<float>((d_x_at + most_parts * d_x_part) / 2);

    explicit lstm_bfloat16_weights(const float* data)
        : data_(reinterpret_cast<const bfloat16*>(data)) {}

    [[nodiscard]] bfloat16_panels<const bfloat16> sums() const { return {data_, sums_part}; }
    [[nodiscard]] bfloat16_panels<const bfloat16> d_h() const { return {data_ + d_h_at, d_h_part}; }
    [[nodiscard]] bfloat16_panels<const bfloat16> d_x() const { return {data_ + d_x_at, d_x_part}; }

    /// `gates`: W and U; `d_h` and `d_x`: their transposes in panels.
    static void pack(index parts, const gate_weights<float>& gates, const float* d_h,
                     const float* d_x, float* to) {
        auto* const out = reinterpret_cast<bfloat16*>(to);
        constexpr index width = panel_width<float>;
        for (index column = 0; column < gate_count; column += width) {
            const index at = column / width * gates.panel;
            bfloat16* panel = out + column * input_count;
            pack_bfloat16_panel(F, width, parts, gates.x + at, gates.row, panel, sums_part);
            pack_bfloat16_panel(H, width, parts, gates.h + at, gates.row, panel + x_count * width,
                                sums_part);
        }
        pack_transposed(H, parts, d_h, {out + d_h_at, d_h_part});
        pack_transposed(F, parts, d_x, {out + d_x_at, d_x_part});
    }

private:
    static void pack_transposed(index N, index parts, const float* panels,
                                bfloat16_panels<bfloat16> to) {
        N = round_up(N, lanes<float>);
        for (index first = 0, width = 0; first < N; first += width) {
            width = width_of_panel<float>(N - first);
            pack_bfloat16_panel(gate_count, width, parts, panels + first * gate_count, width,
                                to.data + first * gate_count, to.part);
        }
    }

    const bfloat16* data_;
};

#endif

/// Numbers they take of the layer's packed weights.
template <class T, index F, index H>
constexpr index lstm_bfloat16_size() {
    if constexpr (multiplies_bfloat16<T>)
        return lstm_bfloat16_weights<F, H>::size;
    else
        return 0;
}

} // namespace gait::inline GAIT_ARCH
