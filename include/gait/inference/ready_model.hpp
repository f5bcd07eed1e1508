// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A model made ready to run: its parameters packed once for the kernels, its input's scaling at
// hand. Raw units go in, a few steps at a time, probabilities come out. `classifier` and `stream`
// are two ways to drive it.
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

/// The most probable class; label -1: none that is sure enough.
struct verdict {
    index label = 0;
    float probability = 0;
};

/// The largest of `probabilities`; the first one if several are equal. Its label is -1 below
/// `unsure`, where the model would rather not say, and also where probabilities are no numbers.
[[nodiscard]] inline verdict most_probable(std::span<const float> probabilities, float unsure = 0) {
    for (const float p : probabilities)
        if (std::isnan(p))
            return {-1, p};
    const auto best = std::max_element(probabilities.begin(), probabilities.end());
    return {*best < unsure ? -1 : best - probabilities.begin(), *best};
}

/// What a ready model keeps its weights in. `bfloat16` halves what a step of a stream has to read;
/// sums and activations stay in float.
enum class storage { float32, bfloat16 };

/// A streaming model over packed parameters of its own. Immutable, so threads may share it.
template <streaming_layer<float> Model, storage Storage = storage::float32>
class ready_model {
    static constexpr bool compact = Storage == storage::bfloat16;
    using state_type = typename Model::template state<float>;

public:
    /// Whether several steps at once are worth more than one after the other.
    static constexpr bool runs = !compact && has_run<Model, float>;

    static constexpr index features = input_features<Model>;
    static constexpr index classes = output_features<Model>;

    /// `parameters` (parameter_count) are read here and never again.
    /// `scale` is applied to all that comes in; logits are divided by `temperature`.
    ready_model(const Model& model, std::span<const float> parameters,
                const affine<features>& scale, double temperature = 1)
        : model_(model), scale_(scale), sharpness_(static_cast<float>(1 / temperature)),
          weights_(weight_count) {
        assert(temperature > 0);
        assert(static_cast<index>(parameters.size()) == Model::parameter_count);
        const typename Model::template params<const float> p(parameters.data());
        if constexpr (compact)
            model_.pack_compact(p, weights_.data());
        else if constexpr (has_packed<Model, float>)
            model_.template pack<float>(p, weights_.data());
        else
            std::copy(parameters.begin(), parameters.end(), weights_.begin());
    }

    /// What runs of up to `tile.rows` windows side by side and `tile.steps` steps at once need:
    /// their state, and scratch.
    class workspace {
    public:
        explicit workspace(extents tile)
            : several_(tile.steps > 1), state_(state_type::size(tile.rows)),
              x_(tile.count() * features), logits_(tile.rows * classes),
              scratch_(scratch_size(tile)) {}

        /// Back to the start of a window.
        void reset() { state_.fill(0); }
        /// What one step leaves for the next, to be saved and restored.
        [[nodiscard]] std::span<float> state() { return state_.span(); }
        /// (R, K) after the last step.
        [[nodiscard]] std::span<const float> logits() const { return logits_.span(); }

    private:
        friend class ready_model;
        bool several_; // steps at once: then a rest of one goes the same way, in the same precision
        static index scratch_size(extents tile) {
            if constexpr (runs)
                return tile.steps > 1 ? Model::template scratch<float>::size(tile) : 0;
            else
                return 0;
        }
        buffer<float> state_, x_, logits_, scratch_;
    };

    /// The next steps of R rows from raw units: step t's rows (R, F) at raw + t * raw_step.
    void advance(const float* raw, index raw_step, extents tile, workspace& work) const {
        const view<const float, features> x = scaled(raw, raw_step, tile, work);
        const view<float, classes> logits(work.logits_.data(), {1, tile.rows});
        const state_type state(work.state_.data(), tile.rows);
        if constexpr (runs)
            if (work.several_) {
                model_.template run<float>(weights(), x, logits, state, scratch_of(work, tile));
                return;
            }
        for (index t = 0; t < tile.steps; ++t)
            model_.template step<float>(weights(), x.step(t), logits, state);
    }

    /// Whether `advance` can be split, for two threads that follow each other: the layers before
    /// `middle`, then the others. What passes between them has `middle_features` a step.
    static constexpr bool splits = runs && requires {
        requires Model::middle >
        0;
    };

    /// The first half of `advance`: to `between` (T, R, middle_features).
    template <index Features>
    requires splits void advance_first(const float* raw, index raw_step, extents tile,
                                       workspace& work, view<float, Features> between) const {
        model_.template run<float, 0, Model::middle>(
            weights(), scaled(raw, raw_step, tile, work), between,
            state_type(work.state_.data(), tile.rows), scratch_of(work, tile));
    }
    /// The second half. It has its own workspace.
    template <index Features>
    requires splits void advance_second(view<const float, Features> between,
                                        workspace& work) const {
        const extents tile = between.size();
        model_.template run<float, Model::middle, Model::layer_count>(
            weights(), between, view<float, classes>(work.logits_.data(), {1, tile.rows}),
            state_type(work.state_.data(), tile.rows), scratch_of(work, tile));
    }

    /// Probabilities (R, K) of the classes after the last step, from logits z at temperature t:
    /// p_k = exp(z_k / t) / sum_j exp(z_j / t).
    void probabilities(const workspace& work, index rows, float* p) const {
        for (index r = 0; r < rows; ++r, p += classes) {
            const float* z = work.logits_.data() + r * classes;
            const float largest = *std::max_element(z, z + classes);
            float sum = 0;
            for (index k = 0; k < classes; ++k)
                sum += p[k] = std::exp(sharpness_ * (z[k] - largest));
            for (index k = 0; k < classes; ++k)
                p[k] /= sum;
        }
    }

private:
    static constexpr index weight_count = [] {
        if constexpr (compact)
            return index{Model::template compact<float>::size};
        else if constexpr (has_packed<Model, float>)
            return index{Model::template packed<float>::size};
        else
            return index{Model::parameter_count};
    }();

    [[nodiscard]] auto weights() const {
        if constexpr (compact)
            return compact_weights_of<Model, float>(weights_.data());
        else
            return weights_of<Model, float>(weights_.data());
    }
    [[nodiscard]] static auto scratch_of(workspace& work, extents tile) {
        return typename Model::template scratch<float>(work.scratch_.data(), tile);
    }
    view<const float, features> scaled(const float* raw, index raw_step, extents tile,
                                       workspace& work) const {
        float* x = work.x_.data();
        for (index t = 0; t < tile.steps; ++t)
            for (index r = 0; r < tile.rows; ++r, x += features)
                scale_(raw + t * raw_step + r * features, x);
        return {work.x_.data(), tile};
    }

    Model model_;
    affine<features> scale_;
    float sharpness_; // 1 / temperature
    buffer<float> weights_;
};

} // namespace gait::inline GAIT_ARCH
