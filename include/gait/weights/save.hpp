// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Weights to disk: PyTorch's names, shapes and order of numbers in a safetensors file, so that
// `load_state_dict(strict=True)` takes them as they are; what else there is to know in its
// metadata.
#pragma once

#include <gait/core/config.hpp>
#include <gait/core/error.hpp>
#include <gait/files/safetensors.hpp>
#include <gait/weights/model_info.hpp>
#include <gait/weights/self_test.hpp>
#include <gait/weights/tensors.hpp>

#include <cassert>
#include <cmath>
#include <filesystem>
#include <span>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// Writes `parameters` (Model::parameter_count numbers) with `info` and a self-test to `path`,
/// beside its place and renamed. Throws `error` if the disk refuses or a number is not finite.
template <class Model>
void save_weights(const std::filesystem::path& path, const Model& model,
                  std::span<const float> parameters, const model_info& info) {
    assert(static_cast<index>(parameters.size()) == Model::parameter_count);
    assert(info.classes.empty() ||
           static_cast<index>(info.classes.size()) == output_features<Model>);
    assert(info.mean.size() == info.deviation.size());

    const typename Model::template params<const float> params(parameters.data());
    std::vector<std::vector<float>> numbers; // row-major, alive until they are written
    std::vector<tensor_out> tensors;
    for (const auto& t : tensors_of<const float>(params)) {
        numbers.push_back(t.to_disk());
        for (const float number : numbers.back())
            if (!std::isfinite(number))
                throw error({path.string(), "tensor " + in_quotes(t.name), "finite numbers to save",
                             std::to_string(number)});
        tensors.push_back(tensor_out::of<float>(t.name, t.shape(), numbers.back()));
    }

    auto metadata = to_metadata(path, info);
    metadata["format"] = "gait";
    metadata["gait_version"] = GAIT_VERSION;
    metadata["architecture"] = Model::description();
    add_self_test(metadata, model, parameters, info.window_steps);
    write_safetensors(path, std::move(tensors), metadata);
}

} // namespace gait::inline GAIT_ARCH
