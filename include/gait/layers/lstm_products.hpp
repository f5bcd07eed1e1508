// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The matrix products of an LSTM layer (layers/lstm.hpp), for R rows of a tile:
//
//     sums (R, 4 Hp)   = b + x W + h' U           every step, and from them gates, cells and h
//     d_h' (R, H)      = d_y' + d_gates U^T       every step
//     d_x (M, F)       = d_gates W^T              for a slice of steps together, M rows
//     d_W, d_U        += x^T d_gates, h'^T d_gates    likewise
//
// in float (of float or double), or in bfloat16. The latter convert what they multiply right before
// they do, and keep the sums beside the tape, where the float kernels keep them in registers.
//
// A slice is short enough that its gates and inputs are still in the core's own cache when its
// products come (330 KB at 64 units), and long enough that loading and storing the register tiles
// of d_W hardly counts: in float that product alone reaches 0.89 of an AVX-512 machine's peak with
// 96 rows, 0.93 with 192 and 0.96 with 384. A whole training step: 0.782 with slices of 120 rows,
// 0.791 with 240, no more with 384.
#pragma once

#include <gait/kernels/lstm.hpp>
#include <gait/kernels/matmul_bfloat16.hpp>
#include <gait/layers/lstm_weights.hpp>

#include <algorithm>

namespace gait::inline GAIT_ARCH {

/// Rows of a slice when a tile has up to R.
constexpr index most_slice_rows(index R) { return std::max<index>(240, R); }

/// Steps of a slice when a tile has R rows.
constexpr index lstm_slice_steps(index R) { return most_slice_rows(R) / R; }

/// In float.
template <class T, index F, index H>
class lstm_float_products {
public:
    explicit lstm_float_products(packed_lstm<T, F, H> w) : w_(w) {}

    /// A step (kernels/lstm.hpp) from its `start`.
    template <bool Taped>
    void forward(index R, const lstm_step<T>& step) const {
        lstm_forward<Taped, T>(R, w_.gates(), step);
    }

    /// d_gates of the slice's rows from `row` on, over the gates: `lstm_backward`.
    void d_gates(index R, index /*row*/, T* gates, const T* cells, const T* cells_before,
                 const T* d_h, T* d_c, T* d_bias) const {
        lstm_backward<T>(R, H, gates, cells, cells_before, d_h, d_c, d_bias);
    }

    /// d_h (R, H) = d_y + d_gates U^T, for the slice's rows from `row` on. `soon` is asked for
    /// meanwhile.
    void d_h(index R, index row, matrix_ref<const T> d_gates, const T* d_y, T* d_h,
             prefetch_runs<T>& soon) const {
        matmul<identity, T>(R, H, gate_count, {d_gates.data + row * d_gates.stride, d_gates.stride},
                            w_.data + packed::d_h_at, {d_y, H}, {d_h, H}, 0, &soon);
    }

    /// d_x (M, F) = d_gates W^T of a slice.
    void d_x(index M, matrix_ref<const T> d_gates, T* d_x) const {
        matmul<identity, T>(M, F, gate_count, d_gates, w_.data + packed::d_x_at, {}, {d_x, F});
    }

    /// d_w (F, 4 H) += x^T d_gates, d_u (H, 4 H) += h'^T d_gates of a slice.
    void d_weights(index M, matrix_ref<const T> d_gates, const T* x, const split_rows<T>& h, T* d_w,
                   T* d_u) const {
        add<F>(M, x, d_gates, d_w);
        const index rows = h.first_count;
        add<H>(rows, h.first, d_gates, d_u);
        add<H>(M - rows, h.others, {d_gates.data + rows * d_gates.stride, d_gates.stride}, d_u);
    }

private:
    using packed = packed_lstm<T, F, H>;
    static constexpr index gate_count = 4 * padded_units<T>(H);

    template <index K>
    static void add(index M, const T* a, matrix_ref<const T> d_gates, T* d_w) {
        matmul_transposed<T>(M, K, gate_count, {a, K}, d_gates, {d_w, 4 * H}, gate_columns{H});
    }

    packed w_;
};

template <index F, index H>
class lstm_bfloat16_products;

#if defined(GAIT_BFLOAT16_PRODUCTS)

/// The same in bfloat16, of one part or several. It has the processor's tiles while it lives.
template <index F, index H>
class lstm_bfloat16_products {
    using weights = lstm_bfloat16_weights<F, H>;
    static constexpr index gate_count = weights::gate_count, input_count = weights::input_count;
    static constexpr index most_parts = bfloat16_parts(product_precision::fp32_split);

    // Numbers of bfloat16.
    static constexpr index inputs_size(index R) {
        return padded_rows(R) * most_parts * input_count;
    }
    static constexpr index d_gates_size(index R) {
        return padded_rows(most_slice_rows(R) + matrix_tile_rows) * most_parts * gate_count;
    }
    static constexpr index panels_part(index R) {
        return padded_k(most_slice_rows(R)) * gate_count;
    }
    static constexpr index transposed_size(index R) {
        return padded_rows(std::max(F, H)) * most_parts * padded_k(most_slice_rows(R));
    }

public:
    /// Floats of scratch for tiles of R rows, forward and backward.
    static constexpr index forward_size(index R) {
        return R * gate_count + aligned_count<float>(inputs_size(R) / 2);
    }
    static constexpr index size(index R) {
        return forward_size(R) +
               aligned_count<float>(
                   (d_gates_size(R) + most_parts * panels_part(R) + transposed_size(R)) / 2);
    }

    lstm_bfloat16_products(index parts, packed_lstm<float, F, H> w, float* scratch, index R)
        : parts_(parts), weights_(w.data + packed_lstm<float, F, H>::bfloat16_at),
          sums_(scratch), inputs_{reinterpret_cast<bfloat16*>(scratch + R * gate_count),
                                  most_parts * input_count, input_count},
          d_gates_{inputs_.data + inputs_size(R), most_parts * gate_count, gate_count},
          panels_{d_gates_.data + d_gates_size(R), panels_part(R)},
          transposed_{panels_.data + most_parts * panels_.part,
                      most_parts * padded_k(most_slice_rows(R)), padded_k(most_slice_rows(R))},
          tiles_(unit_for_bfloat16() == bfloat16_unit::tiles) {}

    template <bool Taped>
    void forward(index R, lstm_step<float> step) const {
        pack_bfloat16_rows(R, F, parts_, step.x, F, inputs_);
        pack_bfloat16_rows(R, H, parts_, step.h_before, H, inputs_.from_column(weights::x_count));
        // What the next step writes of the tape; without one, it isn't asked for.
        const index gates_row = gate_stride<float>(H), cells_row = step.c.stride;
        prefetch_runs<float> soon({{{step.gates + step.rows_ahead * gates_row, R * gates_row},
                                    {step.c.data + step.rows_ahead * cells_row, R * cells_row}}});
        matmul_bfloat16(R, gate_count, input_count, parts_, inputs_, weights_.sums(), step.start,
                        {sums_, gate_count}, 0, Taped && step.rows_ahead > 0 ? &soon : nullptr);
        step.start = {sums_, gate_count};
        step.features = 0;
        step.h_before = nullptr;
        lstm_forward<Taped, float>(R, gate_weights<float>{}, step);
    }

    void d_gates(index R, index row, const float* gates, const float* cells,
                 const float* cells_before, const float* d_h, float* d_c, float* d_bias) const {
        const bfloat16_rows<bfloat16> to = d_gates_.from_row(row);
        lstm_backward<float>(R, H, gates, cells, cells_before, d_h, d_c, d_bias,
                             [&](index r, index unit, const batch<float>(&d_sums)[4]) {
                                 bfloat16* at = to.data + r * to.stride + 4 * unit;
                                 simd::store_bfloat16(d_sums[0], d_sums[1], parts_, at, to.part);
                                 simd::store_bfloat16(d_sums[2], d_sums[3], parts_,
                                                      at + 2 * lanes<float>, to.part);
                             });
    }

    void d_h(index R, index row, matrix_ref<const float> /*d_gates*/, const float* d_y, float* d_h,
             prefetch_runs<float>& soon) const {
        matmul_bfloat16(R, H, gate_count, parts_, d_gates_.from_row(row), weights_.d_h(), {d_y, H},
                        {d_h, H}, 0, &soon);
    }

    void d_x(index M, matrix_ref<const float> /*d_gates*/, float* d_x) const {
        matmul_bfloat16(M, F, gate_count, parts_, d_gates_, weights_.d_x(), {}, {d_x, F});
    }

    void d_weights(index M, matrix_ref<const float> /*d_gates*/, const float* x,
                   const split_rows<float>& h, float* d_w, float* d_u) const {
        pack_bfloat16_panels(M, gate_count, parts_, d_gates_, panels_);
        add(M, F, {nullptr, 0, x}, d_w);
        add(M, H, h, d_u);
    }

private:
    void add(index M, index I, const split_rows<float>& rows, float* d_w) const {
        pack_bfloat16_transposed(M, I, parts_, rows, transposed_);
        matmul_bfloat16(I, gate_count, M, parts_, transposed_, panels_, {d_w, 4 * H}, {d_w, 4 * H},
                        H);
    }

    index parts_;
    weights weights_;
    float* sums_;                        // (R, 4 Hp)
    bfloat16_rows<bfloat16> inputs_;     // (R, [x h'])
    bfloat16_rows<bfloat16> d_gates_;    // (M, 4 Hp)
    bfloat16_panels<bfloat16> panels_;   // the same
    bfloat16_rows<bfloat16> transposed_; // (F, M), (H, M)
    matrix_tile_scope tiles_;
};

#endif

} // namespace gait::inline GAIT_ARCH
