// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// One sample in, probabilities out: the model listens and its state carries what it has heard.
//
// A stream that was reset T steps ago says what the classifier says of the window of those T steps,
// up to rounding.
// A model trained on windows from a zero state has not learnt to go on for ever: reset it now and
// then, or run the classifier over the last window.
#pragma once

#include <gait/core/float_environment.hpp>
#include <gait/inference/ready_model.hpp>

#include <array>
#include <span>

namespace gait::inline GAIT_ARCH {

/// Follows one signal, sample by sample. Allocates in its constructor only.
///
/// A step reads its weights and does little with them, so it takes as long as the reading:
/// with storage::bfloat16 half as long, for weights rounded to 8 significant bits.
template <streaming_layer<float> Model, storage Storage = storage::float32>
class stream {
    using ready = ready_model<Model, Storage>;

public:
    static constexpr index features = ready::features;
    static constexpr index classes = ready::classes;

    /// `parameters` (parameter_count) are copied; `scale` is applied to what comes in, and logits
    /// are divided by `temperature`.
    stream(const Model& model, std::span<const float> parameters, const affine<features>& scale,
           double temperature = 1)
        : model_(model, parameters, scale, temperature), work_({1, 1}) {}

    /// The next sample (F), in raw units and at the model's rate.
    /// Probabilities (K) stay valid until the next call; `most_probable` makes a verdict of them.
    /// The state keeps a sample that is NaN or infinite: probabilities are NaN until `reset`.
    std::span<const float, classes> step(std::span<const float, features> sample) {
        const flush_denormals guard;
        model_.advance(sample.data(), features, {1, 1}, work_);
        model_.probabilities(work_, 1, probabilities_.data());
        return probabilities_;
    }

    /// Forgets all it has heard.
    void reset() { work_.reset(); }

    /// All that it remembers, as numbers: copy them out to save it, in to restore it, zeros to
    /// reset it. Their arrangement belongs to this build of this model.
    [[nodiscard]] std::span<float> state() { return work_.state(); }

private:
    ready model_;
    typename ready::workspace work_;
    std::array<float, classes> probabilities_{};
};

} // namespace gait::inline GAIT_ARCH
