// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The weights of an LSTM layer: as they are named and saved, as the kernels read them
// (kernels/gates.hpp has the layout), and in half the bytes for streams.
#pragma once

#include <gait/kernels/gates.hpp>
#include <gait/layers/initialise.hpp>
#include <gait/layers/lstm_bfloat16_weights.hpp>

namespace gait::inline GAIT_ARCH {

/// F features in, H hidden units. Gates i, f, g, o, H rows each. PyTorch has a second bias, which
/// adds to the first.
template <class T, index F, index H>
struct lstm_params {
    matrix_map<T, 4 * H, F> weight_ih; ///< (4 H, F)
    matrix_map<T, 4 * H, H> weight_hh; ///< (4 H, H)
    vector_map<T, 4 * H> bias;         ///< (4 H)

    explicit lstm_params(T* data)
        : weight_ih(data), weight_hh(data + 4 * H * F), bias(data + 4 * H * (F + H)) {}

    template <class Visitor>
    void visit(Visitor&& visitor) {
        visitor.tensor("weight_ih_l0", weight_ih);
        visitor.tensor("weight_hh_l0", weight_hh);
        visitor.tensor("bias_ih_l0", bias);
        visitor.summand("bias_hh_l0", bias);
    }
};

/// As the kernels read them: panels of W and U behind each other, the bias, and U and W transposed
/// for backward; then the same in bfloat16, where there are products of those (half as much again
/// in each of three parts, and left empty in fp32).
template <class T, index F, index H>
struct packed_lstm {
    static constexpr index units = padded_units<T>(H);
    static constexpr index bias_at = 4 * units * (F + H);
    static constexpr index d_h_at = bias_at + aligned_count<T>(4 * units);
    static constexpr index d_x_at = d_h_at + aligned_count<T>(panels_size<T>(4 * units, H));
    static constexpr index bfloat16_at = d_x_at + aligned_count<T>(panels_size<T>(4 * units, F));
    static constexpr index size = bfloat16_at + lstm_bfloat16_size<T, F, H>();

    const T* data;
    explicit packed_lstm(const T* from) : data(from) {}

    [[nodiscard]] gate_weights<T> gates() const {
        constexpr index row = panel_width<T>;
        return {data, data + F * row, (F + H) * row, row};
    }
    [[nodiscard]] matrix_ref<const T> bias() const { return {data + bias_at, 0}; }

    static void pack(const lstm_params<const T, F, H>& p, product_precision products, T* to) {
        constexpr index panel = panel_width<T> * (F + H);
        pack_gates<T>(H, F, p.weight_ih.data(), 4 * H, to, panel);
        pack_gates<T>(H, H, p.weight_hh.data(), 4 * H, to + panel_width<T> * F, panel);
        pack_gates<T>(H, 1, p.bias.data(), 4 * H, to + bias_at, panel_width<T>);
        pack_gates_transposed<T>(H, H, p.weight_hh.data(), 4 * H, to + d_h_at);
        pack_gates_transposed<T>(H, F, p.weight_ih.data(), 4 * H, to + d_x_at);
        if constexpr (multiplies_bfloat16<T>)
            if (products != product_precision::fp32)
                lstm_bfloat16_weights<F, H>::pack(bfloat16_parts(products), packed_lstm(to).gates(),
                                                  to + d_h_at, to + d_x_at, to + bfloat16_at);
    }
};

/// The weights in bfloat16 and the bias in full, for a stream's step, which is as fast as they can
/// be read.
template <class T, index F, index H>
struct compact_lstm {
    static constexpr index row = panel_width<T> / 2;
    static constexpr index bias_at = padded_units<T>(H) * 2 * (F + H);
    static constexpr index size = bias_at + aligned_count<T>(4 * padded_units<T>(H));

    const T* data;
    explicit compact_lstm(const T* from) : data(from) {}

    [[nodiscard]] gate_weights<bfloat16_pair> gates() const {
        const auto* pairs = reinterpret_cast<const bfloat16_pair*>(data);
        return {pairs, pairs + F * row, (F + H) * row, row};
    }
    [[nodiscard]] matrix_ref<const T> bias() const { return {data + bias_at, 0}; }

    static void pack(const lstm_params<const float, F, H>& p, float* to) {
        constexpr index panel = row * (F + H);
        auto* pairs = reinterpret_cast<bfloat16_pair*>(to);
        pack_gates(H, F, p.weight_ih.data(), 4 * H, pairs, panel);
        pack_gates(H, H, p.weight_hh.data(), 4 * H, pairs + row * F, panel);
        pack_gates<float>(H, 1, p.bias.data(), 4 * H, to + bias_at, panel_width<float>);
    }
};

} // namespace gait::inline GAIT_ARCH
