// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A model made ready to run: its parameters packed once for the kernels, its input's scaling at
// hand. Raw units go in, a step at a time, probabilities come out. `classifier` and `stream` are
// two ways to drive it.
//
// Needs no file, no exception and no run-time type information: what it is made from is in memory.
#pragma once

#include <gait/core/buffer.hpp>
#include <gait/core/extents.hpp>
#include <gait/data/scaling.hpp>
#include <gait/model/sequential.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <span>

namespace gait::inline GAIT_ARCH {

/// The most probable class.
struct verdict {
    index label = 0;
    float probability = 0;
};

/// The largest of `probabilities`; the first one if several are equal.
[[nodiscard]] inline verdict most_probable(std::span<const float> probabilities) {
    const auto best = std::max_element(probabilities.begin(), probabilities.end());
    return {best - probabilities.begin(), *best};
}

/// A streaming model over packed parameters of its own. Immutable, so threads may share it.
template <streaming_layer<float> Model>
class ready_model {
public:
    static constexpr index features = input_features<Model>;
    static constexpr index classes = output_features<Model>;

    /// `parameters` (parameter_count) are read here and never again.
    /// `scale` (F), or empty, is applied to all that comes in.
    ready_model(const Model& model, std::span<const float> parameters, const scaling& scale)
        : model_(model), scale_(scale), weights_(weight_count) {
        assert(static_cast<index>(parameters.size()) == Model::parameter_count);
        if constexpr (has_packed<Model, float>)
            model_.template pack<float>(
                typename Model::template params<const float>(parameters.data()), weights_.data());
        else
            std::copy(parameters.begin(), parameters.end(), weights_.begin());
    }

    /// What runs of up to `rows` windows side by side need: their state, and scratch.
    class workspace {
    public:
        explicit workspace(index rows)
            : state_(state_type::size(rows)), x_(rows * features), logits_(rows * classes) {}

        /// Back to the start of a window.
        void reset() { state_.fill(0); }
        /// What one step leaves for the next, to be saved and restored.
        [[nodiscard]] std::span<float> state() { return state_.span(); }

    private:
        friend class ready_model;
        buffer<float> state_, x_, logits_;
    };

    /// One time step of R rows: raw (1, R, F) in raw units.
    void step(view<const float, features> raw, workspace& work) const {
        const extents tile{1, raw.rows()};
        float* x = work.x_.data();
        for (index at = 0; at < tile.rows * features; at += features)
            scale_(raw.data() + at, x + at);
        model_.template step<float>(weights_of<Model, float>(weights_.data()), {x, tile},
                                    {work.logits_.data(), tile},
                                    state_type(work.state_.data(), tile.rows));
    }

    /// Probabilities (R, K) of the classes after the last step: p_k = exp(z_k) / sum_j exp(z_j).
    void probabilities(const workspace& work, index rows, float* p) const {
        for (index r = 0; r < rows; ++r, p += classes) {
            const float* z = work.logits_.data() + r * classes;
            const float largest = *std::max_element(z, z + classes);
            float sum = 0;
            for (index k = 0; k < classes; ++k)
                sum += p[k] = std::exp(z[k] - largest);
            for (index k = 0; k < classes; ++k)
                p[k] /= sum;
        }
    }

private:
    using state_type = typename Model::template state<float>;

    static constexpr index weight_count = [] {
        if constexpr (has_packed<Model, float>)
            return index{Model::template packed<float>::size};
        else
            return index{Model::parameter_count};
    }();

    Model model_;
    affine<features> scale_;
    buffer<float> weights_;
};

} // namespace gait::inline GAIT_ARCH
