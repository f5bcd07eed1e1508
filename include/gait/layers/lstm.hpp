// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// An LSTM layer: x (T, R, F) to h (T, R, H), with backpropagation through time. The equations
// are in kernels/lstm.hpp, the weights and how they are packed in layers/lstm_weights.hpp.
//
// Forward goes step by step. Backward goes from the last step to the first. Of the three products
// of a step only d_h of the step before is needed at once, so the others take `slice` steps
// together: layers/lstm_products.hpp.
#pragma once

#include <gait/kernels/lstm.hpp>
#include <gait/layers/initialise.hpp>
#include <gait/layers/layer.hpp>
#include <gait/layers/lstm_products.hpp>
#include <gait/layers/lstm_weights.hpp>

namespace gait::inline GAIT_ARCH {

/// F features in, H hidden units out at every step.
template <index F, index H>
struct lstm {
    using input = sequence<F>;
    using output = sequence<H>;

    static constexpr index parameter_count = 4 * H * (F + H + 1);

    /// Of the layer's four matrix products in `forward`, `backward` and `run`. `step` is in fp32:
    /// of streams, and of what comes before the steps that truncated training differentiates.
    product_precision products = product_precision::fp32;

    static std::string description() {
        return std::string("lstm(") + std::to_string(F) + ", " + std::to_string(H) + ")";
    }

    template <class T>
    using params = lstm_params<T, F, H>;
    template <class T>
    using packed = packed_lstm<T, F, H>;
    template <class T>
    using compact = compact_lstm<T, F, H>;

    template <class T>
    void pack(const params<const T>& p, T* to) const {
        packed<T>::pack(p, available(products), to);
    }
    void pack_compact(const params<const float>& p, float* to) const {
        compact<float>::pack(p, to);
    }

    /// h and c of the last step, (R, H) each, and what a single row's `step` has looked ahead.
    template <class T>
    struct state {
        static constexpr index size(index rows) {
            return 2 * rows * H + (looks_ahead ? 1 + gate_count<T> : 0);
        }

        T* h = nullptr;
        T* c = nullptr;
        T* ahead = nullptr; ///< 1 if b + h U follows, packed, (4 Hp); otherwise 0
        state() = default;
        state(T* data, index rows)
            : h(data), c(data + rows * H), ahead(looks_ahead ? c + rows * H : nullptr) {}

        /// Takes h from memory and whatever was computed from the one before as gone.
        void set_h(const T* from, index rows) const {
            std::copy_n(from, rows * H, h);
            if (looks_ahead)
                *ahead = 0;
        }
    };

    /// All of it in T. For products in bfloat16 the gates might be kept so, too, but with their
    /// part of the tape in one place, so without any traffic, a step took 0.983 of its time, and a
    /// forget gate near 1 that is rounded to 8 bits changes what comes through 200 steps by up to a
    /// fifth.
    template <class T>
    struct tape {
        static constexpr index gates_size(extents s) { return s.count() * gate_stride<T>(H); }
        static constexpr index cells_size(extents s) {
            return aligned_count<T>((s.count() + s.rows) * cell_stride<T>(H));
        }
        static constexpr index row_size(extents s) { return aligned_count<T>(s.rows * H); }
        static constexpr index d_c_size(extents s) {
            return aligned_count<T>(s.rows * padded_units<T>(H));
        }
        static constexpr index size(extents s) {
            index all = gates_size(s) + cells_size(s) + 2 * row_size(s) + d_c_size(s);
            if constexpr (multiplies_bfloat16<T>)
                all += lstm_bfloat16_products<F, H>::size(s.rows);
            return all;
        }

        T* gates;    ///< (T, R, gate_stride): activated; after backward in float, the gradients
                     ///< of their sums
        T* cells;    ///< (1 + T, R, cell_stride): the first is the cell state before the window
        T* h_before; ///< (R, H): h before the window
        T* d_h;      ///< (R, H): scratch
        T* d_c;      ///< (R, Hp): scratch
        T* bfloat16; ///< scratch of products in bfloat16

        tape(T* data, extents s)
            : gates(data), cells(gates + gates_size(s)), h_before(cells + cells_size(s)),
              d_h(h_before + row_size(s)), d_c(d_h + row_size(s)), bfloat16(d_c + d_c_size(s)) {}
    };

    /// Glorot for W, orthogonal for each gate's U; bias 0 but 1 for the forget gate, so that the
    /// cell remembers until it has learnt what to forget (Jozefowicz et al., ICML 2015).
    template <class T>
    void init(params<T> p, random_stream random) const {
        glorot_uniform(p.weight_ih, random);
        for (index gate = 0; gate < 4; ++gate)
            orthogonal(p.weight_hh.template middleRows<H>(gate * H), random);
        p.bias.setZero();
        p.bias.template segment<H>(H).setOnes();
    }

    /// With a `carry`, starts from that state and leaves the last step's in it: truncated
    /// backpropagation, whose gradient ends where the tile begins.
    template <class T>
    void forward(packed<T> w, view<const T, F> x, view<T, H> y, tape<T> tape_, const pass&,
                 state<T> carry = {}) const {
        const index R = x.rows(), row = cell_stride<T>(H);
        std::fill_n(tape_.cells, R * row, T{0});
        std::fill_n(tape_.h_before, R * H, T{0});
        if (carry.h) {
            std::copy_n(carry.h, R * H, tape_.h_before);
            for_each_cell<T>(R, [&](index number, index at) { tape_.cells[at] = carry.c[number]; });
        }
        const T* h_before = tape_.h_before;
        with_products<T>(w, tape_.bfloat16, R, [&](const auto& products_of) {
            for (index t = 0; t < x.steps(); ++t) {
                T* cells = tape_.cells + t * R * row;
                T* h = y.step(t).data();
                products_of.template forward<true>(
                    R, {.features = F,
                        .hidden = H,
                        .start = w.bias(),
                        .x = x.step(t).data(),
                        .h_before = h_before,
                        .c_before = {cells, row},
                        .h = h,
                        .c = {cells + R * row, row},
                        .gates = tape_.gates + t * R * gate_stride<T>(H),
                        .rows_ahead = t + 1 < x.steps() ? R : 0});
                h_before = h;
            }
        });
        if (carry.h) {
            const T* cells = tape_.cells + x.steps() * R * row;
            carry.set_h(h_before, R);
            for_each_cell<T>(R, [&](index number, index at) { carry.c[number] = cells[at]; });
        }
    }

    template <class T>
    void backward(packed<T> w, view<const T, F> x, view<const T, H> y, view<const T, H> d_y,
                  view<T, F> d_x, tape<T> tape_, params<T> d_params, const pass&) const {
        const index R = x.rows(), row = cell_stride<T>(H), gates_row = gate_stride<T>(H);
        const index slice = lstm_slice_steps(R);
        std::fill_n(tape_.d_c, R * padded_units<T>(H), T{0});

        const T* d_h = d_y.step(x.steps() - 1).data();
        with_products<T>(w, tape_.bfloat16, R, [&](const auto& products_of) {
            for (index end = x.steps(); end > 0; end = std::max<index>(0, end - slice)) {
                const index first = std::max<index>(0, end - slice);
                const matrix_ref<const T> d_gates{tape_.gates + first * R * gates_row, gates_row};
                for (index t = end - 1; t >= first; --t) {
                    T* gates = tape_.gates + t * R * gates_row;
                    const T* cells_before = tape_.cells + t * R * row;
                    products_of.d_gates(R, (t - first) * R, gates, cells_before + R * row,
                                        cells_before, d_h, tape_.d_c, d_params.bias.data());
                    if (t > 0) {
                        // What the step before reads, and of this one the slice's products.
                        prefetch_runs<T> soon({{{gates - R * gates_row, R * gates_row},
                                                {cells_before - R * row, R * row},
                                                {d_y.step(std::max<index>(t, 2) - 2).data(), R * H},
                                                {y.step(t - 1).data(), R * H},
                                                {x.step(t).data(), R * F}}});
                        products_of.d_h(R, (t - first) * R, d_gates, d_y.step(t - 1).data(),
                                        tape_.d_h, soon);
                        d_h = tape_.d_h;
                    }
                }
                const index M = (end - first) * R;
                if (d_x)
                    products_of.d_x(M, d_gates, d_x.step(first).data());
                // h of the step before: y, one step earlier, but for the first step of all.
                const T* h_before = first > 0 ? y.step(first - 1).data() : y.data();
                products_of.d_weights(M, d_gates, x.step(first).data(),
                                      {tape_.h_before, first > 0 ? 0 : R, h_before},
                                      d_params.weight_ih.data(), d_params.weight_hh.data());
            }
        });
    }

    /// One step; `Form` is packed<T> or compact<T>.
    ///
    /// A single row's step takes as long as its weights take to be read, and just read, most of U
    /// is still in the nearest cache. So every second step goes back through U at once, for the
    /// step after it, which then reads W alone. With 64 units and 48 KB of nearest cache a step
    /// takes 0.94 of the time with AVX-512, 0.88 with AVX2; with weights in half the bytes, no
    /// less. (Prefetching the next layer's weights during the curves took longer, here or there.)
    template <class T, class Form>
    void step(Form w, view<const T, F> x, view<T, H> y, state<T> s) const {
        constexpr bool looks = looks_ahead && std::is_same_v<Form, packed<T>>;
        const index R = x.rows();
        const bool known = looks && R == 1 && *s.ahead != 0;
        lstm_forward<false, T>(R, w.gates(),
                               {.features = F,
                                .hidden = H,
                                .start = known ? matrix_ref<const T>{s.ahead + 1, 0} : w.bias(),
                                .x = x.data(),
                                .h_before = known ? nullptr : s.h,
                                .c_before = {s.c, H},
                                .h = y.data(),
                                .c = {s.c, H}});
        s.set_h(y.data(), R);
        if constexpr (looks)
            if (R == 1 && !known) {
                lstm_ahead<T>(w.gates(), H, w.bias().data, s.h, s.ahead + 1);
                *s.ahead = 1;
            }
    }

    /// The sums of several steps of one row before h' is in them, (T, 4 Hp); or scratch of products
    /// in bfloat16.
    template <class T>
    struct scratch {
        static constexpr index size(extents s) {
            index all = s.rows == 1 ? s.steps * gate_count<T> : 0;
            if constexpr (multiplies_bfloat16<T>)
                all = std::max(all, lstm_bfloat16_products<F, H>::forward_size(s.rows));
            return all;
        }

        T* sums;
        scratch(T* data, extents) : sums(data) {}
    };

    /// Several steps. In float, x W of all steps of one row is one product, which reads W once;
    /// what is left to do step by step reads only U. With more rows, sums that stay in registers
    /// are faster. In bfloat16 each step has one product, of x and h'.
    template <class T>
    void run(packed<T> w, view<const T, F> x, view<T, H> y, state<T> s, scratch<T> scratch_) const {
        const index R = x.rows();
        const bool sums_first = R == 1 && !in_bfloat16<T>();
        const gate_weights<T> weights = w.gates();
        if (sums_first)
            matmul<identity, T>(x.steps(), gate_count<T>, F, {x.data(), F}, weights.x, w.bias(),
                                {scratch_.sums, gate_count<T>}, F + H);
        const T* h_before = s.h;
        const auto all_steps = [&](const auto& products_of) {
            for (index t = 0; t < x.steps(); ++t) {
                T* h = y.step(t).data();
                products_of.template forward<false>(
                    R,
                    {.features = sums_first ? 0 : F,
                     .hidden = H,
                     .start = sums_first ? matrix_ref<const T>{scratch_.sums + t * gate_count<T>, 0}
                                         : w.bias(),
                     .x = x.step(t).data(),
                     .h_before = h_before,
                     .c_before = {s.c, H},
                     .h = h,
                     .c = {s.c, H},
                     .backwards = t % 2 == 1});
                h_before = h;
            }
        };
        with_products<T>(w, scratch_.sums, R, all_steps);
        s.set_h(h_before, R);
    }

private:
    /// Where it was measured. On smaller processors the state had better stay small.
    static constexpr bool looks_ahead = lanes<float> >= 8;
    template <class T>
    static constexpr index gate_count = 4 * padded_units<T>(H);

    template <class T>
    [[nodiscard]] bool in_bfloat16() const {
        return multiplies_bfloat16<T> && available(products) != product_precision::fp32;
    }

    /// Calls work(products) with the ones that were chosen. `memory` is for those in bfloat16.
    template <class T, class Work>
    void with_products(packed<T> w, [[maybe_unused]] T* memory, [[maybe_unused]] index R,
                       const Work& work) const {
        if constexpr (multiplies_bfloat16<T>)
            if (const auto chosen = available(products); chosen != product_precision::fp32)
                return work(lstm_bfloat16_products<F, H>(bfloat16_parts(chosen), w, memory, R));
        work(lstm_float_products<T, F, H>(w));
    }

    /// Calls work(place in (R, H), place of the same c in a step of `cells`).
    template <class T, class Work>
    static void for_each_cell(index R, const Work& work) {
        for (index r = 0; r < R; ++r)
            for (index unit = 0; unit < H; ++unit)
                work(r * H + unit,
                     r * cell_stride<T>(H) + unit / lanes<T> * 2 * lanes<T> + unit % lanes<T>);
    }
};

} // namespace gait::inline GAIT_ARCH
