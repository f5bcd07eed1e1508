// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A dense layer:  y = activation(W x + b),  y (R, Out), x (R, In), W (Out, In), b (Out).
#pragma once

#include <gait/kernels/activations.hpp>
#include <gait/kernels/matmul.hpp>
#include <gait/layers/initialise.hpp>
#include <gait/layers/layer.hpp>

namespace gait::inline GAIT_ARCH {

/// In numbers to Out numbers, row by row. Wrap it in `each_step` for sequences.
template <index In, index Out, class Activation = identity>
struct dense {
    using input = vector<In>;
    using output = vector<Out>;

    static constexpr index parameter_count = Out * In + Out;

    static std::string description() {
        return std::string("dense(") + std::to_string(In) + ", " + std::to_string(Out) + ", " +
               Activation::name + ")";
    }

    template <class T>
    struct params {
        matrix_map<T, Out, In> weight; ///< (Out, In)
        vector_map<T, Out> bias;       ///< (Out)

        explicit params(T* data) : weight(data), bias(data + Out * In) {}

        template <class Visitor>
        void visit(Visitor&& visitor) {
            visitor.tensor("weight", weight);
            visitor.tensor("bias", bias);
        }
    };

    /// W^T in panels for the forward product, W in panels for d_x, and the bias.
    template <class T>
    struct packed {
        static constexpr index backward_at = aligned_count<T>(panels_size<T>(In, Out));
        static constexpr index bias_at = backward_at + aligned_count<T>(panels_size<T>(Out, In));
        static constexpr index size = bias_at + aligned_count<T>(Out);

        const T* data;
        explicit packed(const T* from) : data(from) {}
    };

    template <class T>
    void pack(const params<const T>& p, T* to) const {
        // weight is column-major: element (out, in) at out + in * Out.
        pack_panels<T>(In, Out, p.weight.data(), Out, 1, to);
        pack_panels<T>(Out, In, p.weight.data(), 1, Out, to + packed<T>::backward_at);
        std::copy_n(p.bias.data(), Out, to + packed<T>::bias_at);
    }

    /// Backward's scratch: the gradient before the activation, a slice of rows at a time so that it
    /// stays in the nearest cache.
    template <class T>
    struct tape {
        static constexpr index slice = 96;
        static constexpr index size(extents tile) { return Out * std::min(tile.count(), slice); }

        T* d_sum; ///< (slice, Out)
        tape(T* data, extents) : d_sum(data) {}
    };

    template <class T>
    void init(params<T> p, random_stream random) const {
        glorot_uniform(p.weight, random);
        p.bias.setZero();
    }

    template <class T>
    void forward(packed<T> w, view<const T, In> x, view<T, Out> y, tape<T>, const pass&) const {
        step(w, x, y, state<T>(nullptr, 0));
    }

    template <class T>
    void backward(packed<T> w, view<const T, In> x, view<const T, Out> y, view<const T, Out> d_y,
                  view<T, In> d_x, tape<T> tape_, params<T> d_params, const pass&) const {
        const index M = x.size().count();
        for (index first = 0; first < M; first += tape<T>::slice) {
            const index rows = std::min(M - first, tape<T>::slice);
            const T* d_sum = d_y.data() + first * Out;
            if constexpr (!std::is_same_v<Activation, identity>) {
                activate_backward<Activation, T>(rows * Out, y.data() + first * Out, d_sum,
                                                 tape_.d_sum);
                d_sum = tape_.d_sum;
            }
            matmul_transposed<T>(rows, In, Out, {x.data() + first * In, In}, {d_sum, Out},
                                 {d_params.weight.data(), Out}, plain_columns{Out});
            add_rows<T>(rows, Out, {d_sum, Out}, d_params.bias.data());
            if (d_x)
                matmul<identity, T>(rows, In, Out, {d_sum, Out}, w.data + packed<T>::backward_at,
                                    {}, {d_x.data() + first * In, In});
        }
    }

    template <class T>
    using state = no_state<T>;

    template <class T>
    void step(packed<T> w, view<const T, In> x, view<T, Out> y, state<T>) const {
        matmul<Activation, T>(x.size().count(), Out, In, {x.data(), In}, w.data,
                              {w.data + packed<T>::bias_at, 0}, {y.data(), Out});
    }
};

} // namespace gait::inline GAIT_ARCH
