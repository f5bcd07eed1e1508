// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// One thread's share of training: it takes a few windows at a time, a tile, through the model and
// back. All its memory is laid out when it is made, and only a tile holds a tape, so what training
// needs does not grow with the batch.
#pragma once

#include <gait/core/buffer.hpp>
#include <gait/data/batches.hpp>
#include <gait/layers/layer.hpp>
#include <gait/training/loss.hpp>
#include <gait/training/tiles.hpp>

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <span>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// A model that gives one vector of logits for a window of steps, and can be trained.
template <class M>
concept classifying_model =
    trainable_layer<M, float> && M::input::has_steps && !M::output::has_steps;

/// A classifying model whose forward pass can start from the state that `step` leaves.
template <class M>
concept truncatable_model = classifying_model<M> && streaming_layer<M, float> &&
    requires(const M& m, weights_of<M, float> w, input_of<M, float> x, output_of<M, float> y,
             typename M::template tape<float> tape, pass p,
             typename M::template state<float> carry) {
    m.forward(w, x, y, tape, p, carry);
};

/// The parameters in the order in which the model's kernels read them; made anew after every step.
template <class Model>
class kernel_weights {
public:
    kernel_weights() : numbers_(size) {}

    void pack(const Model& model, std::span<const float> parameters) {
        if constexpr (has_packed<Model, float>)
            model.pack(typename Model::template params<const float>(parameters.data()),
                       numbers_.data());
        else
            std::copy(parameters.begin(), parameters.end(), numbers_.begin());
    }
    [[nodiscard]] weights_of<Model, float> get() const {
        return weights_of<Model, float>(numbers_.data());
    }

private:
    static constexpr index size = [] {
        if constexpr (has_packed<Model, float>)
            return index{Model::template packed<float>::size};
        else
            return index{Model::parameter_count};
    }();
    buffer<float> numbers_;
};

template <classifying_model Model>
class tile_worker {
public:
    static constexpr index F = input_features<Model>;
    static constexpr index K = output_features<Model>;

    /// For windows of up to `steps` steps, `tile` of them side by side, of which training
    /// differentiates the last `truncate_steps` (0: all).
    tile_worker(index steps, index truncate_steps, index tile = windows_per_tile)
        : tile_(tile), truncate_(truncate_steps), x_(steps * tile * F),
          tape_(tape_type::size({steps, tile})), logits_(tile * K), d_logits_(tile * K),
          state_(state_size(tile)), samples_(static_cast<std::size_t>(tile)),
          labels_(static_cast<std::size_t>(tile)) {}

    /// Windows side by side, at most.
    [[nodiscard]] index tile() const { return tile_; }

    /// Logits and loss of windows `ids` (R <= tile(), all of one length) of `source`.
    template <window_source<F> Source>
    loss_sums evaluate(const Model& model, const kernel_weights<Model>& weights,
                       const Source& source, std::span<const index> ids,
                       const cross_entropy& loss) noexcept {
        const auto [x, logits] = load(source, ids, pass{});
        model.forward(weights.get(), x, logits, tape_type(tape_.data(), x.size()), pass{});
        return loss(view<const float, K>(logits), labels(ids));
    }

    /// The logits (K) of row r of the last tile.
    [[nodiscard]] std::span<const float> logits(index r) const {
        return logits_.span().subspan(static_cast<std::size_t>(r * K), static_cast<std::size_t>(K));
    }

    /// The class of the largest logit in row r of the last tile.
    [[nodiscard]] int predicted(index r) const {
        const float* row = logits_.data() + r * K;
        return static_cast<int>(std::max_element(row, row + K) - row);
    }

    /// Forward and backward: adds the gradient of the summed loss to `gradient` (parameter_count).
    /// `at.samples` and `at.rows` are set here.
    template <window_source<F> Source>
    loss_sums train(const Model& model, const kernel_weights<Model>& weights, const Source& source,
                    std::span<const index> ids, pass at, const cross_entropy& loss,
                    float* gradient) noexcept {
        for (std::size_t r = 0; r < ids.size(); ++r)
            samples_[r] = static_cast<std::uint64_t>(ids[r]);
        at.training = true;
        at.samples = samples_.data();
        at.rows = static_cast<index>(ids.size());
        auto [x, logits] = load(source, ids, at);

        const auto w = weights.get();
        bool carried = false;
        if constexpr (truncatable_model<Model>)
            if (truncate_ > 0 && truncate_ < x.steps()) {
                using state_type = typename Model::template state<float>;
                state_.fill(0);
                const state_type state(state_.data(), x.rows());
                const index before = x.steps() - truncate_;
                for (index t = 0; t < before; ++t)
                    model.step(w, x.step(t), logits, state);
                x = x.steps(before, truncate_);
                model.forward(w, x, logits, tape_type(tape_.data(), x.size()), at, state);
                carried = true;
            }
        const tape_type tape(tape_.data(), x.size());
        if (!carried)
            model.forward(w, x, logits, tape, at);

        const view<float, K> d_logits(d_logits_.data(), logits.size());
        const loss_sums sums = loss(view<const float, K>(logits), labels(ids), d_logits);
        model.backward(w, x, view<const float, K>(logits), view<const float, K>(d_logits),
                       view<float, F>{}, tape, typename Model::template params<float>(gradient),
                       at);
        return sums;
    }

private:
    using tape_type = typename Model::template tape<float>;

    struct loaded {
        view<const float, F> x;
        view<float, K> logits;
    };

    static index state_size(index tile) {
        if constexpr (truncatable_model<Model>)
            return Model::template state<float>::size(tile);
        else
            return 0;
    }

    template <class Source>
    loaded load(const Source& source, std::span<const index> ids, const pass& at) noexcept {
        const auto rows = static_cast<index>(ids.size());
        const index steps = steps_of(source, ids[0]);
        assert(rows <= tile_ && steps * rows * F <= x_.size());
        const view<float, F> x(x_.data(), {steps, rows});
        source.extract(ids, x, at);
        for (std::size_t r = 0; r < ids.size(); ++r)
            labels_[r] = static_cast<int>(source.label(ids[r]));
        return {x, {logits_.data(), {1, rows}}};
    }
    [[nodiscard]] std::span<const int> labels(std::span<const index> ids) const {
        return {labels_.data(), ids.size()};
    }

    index tile_, truncate_;
    buffer<float> x_;                    // (T, R, F)
    buffer<float> tape_;                 // as the model lays it out
    buffer<float> logits_, d_logits_;    // (1, R, K)
    buffer<float> state_;                // of truncated backpropagation
    std::vector<std::uint64_t> samples_; // (tile)
    std::vector<int> labels_;            // (tile)
};

} // namespace gait::inline GAIT_ARCH
