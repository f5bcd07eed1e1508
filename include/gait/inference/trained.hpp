// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// From what `load_weights` read to something that runs: the file knows the scaling of its input and
// the length of its windows.
#pragma once

#include <gait/core/error.hpp>
#include <gait/inference/classifier.hpp>
#include <gait/inference/stream.hpp>
#include <gait/weights/load.hpp>

#include <string>

namespace gait::inline GAIT_ARCH {

/// A classifier for windows like those that `trained` was trained on.
/// Throws `error` if the weights don't say how long they were.
template <class Model>
[[nodiscard]] classifier<Model> make_classifier(const trained_model<Model>& trained,
                                                index max_rows = 12, int threads = 1) {
    const model_info& info = trained.info;
    if (info.window_steps < 1)
        throw error(
            {trained.source, "metadata 'window_steps'", "the steps of a window", "nothing"});
    return {trained.model,
            trained.parameters.span(),
            {info.mean, info.deviation},
            info.window_steps,
            max_rows,
            threads,
            info.temperature,
            info.layout,
            gravity_alignment(info.up)};
}

/// A stream for samples at the rate that `trained` was trained at, info.rate_hz.
/// Throws `error` if the model has to have a whole window before it can begin.
template <class Model>
[[nodiscard]] stream<Model> make_stream(const trained_model<Model>& trained) {
    const model_info& info = trained.info;
    if (info.layout != input_layout::steps_first)
        throw error({trained.source, "metadata 'input_layout'", "steps_first, for a stream",
                     std::string(name_of(info.layout))});
    if (!info.up.empty())
        throw error({trained.source, "metadata 'up'", "none, for a stream",
                     "a direction: they were trained on whole windows, aligned with gravity"});
    return {
        trained.model, trained.parameters.span(), {info.mean, info.deviation}, info.temperature};
}

} // namespace gait::inline GAIT_ARCH
