// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Weights to disk: PyTorch's names, shapes and order of numbers in a safetensors file, so that
// `load_state_dict(strict=True)` takes them as they are; what else there is to know in its
// metadata.
#pragma once

#include <gait/core/buffer.hpp>
#include <gait/core/error.hpp>
#include <gait/files/safetensors.hpp>
#include <gait/weights/model_info.hpp>
#include <gait/weights/precision.hpp>
#include <gait/weights/self_test.hpp>
#include <gait/weights/tensors.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// Writes `parameters` (Model::parameter_count numbers) with `info` and a self-test to `path`,
/// beside its place and renamed. With fewer bytes than f32 has they are rounded, and the self-test
/// is what the model makes of them then. Throws `error` if the disk refuses or a number is not
/// finite.
template <class Model>
void save_weights(const std::filesystem::path& path, const Model& model,
                  std::span<const float> parameters, const model_info& info,
                  precision p = precision::f32) {
    assert(static_cast<index>(parameters.size()) == Model::parameter_count);
    assert(info.classes.empty() ||
           static_cast<index>(info.classes.size()) == output_features<Model>);
    assert(info.mean.size() == info.deviation.size());

    buffer<float> rounded(Model::parameter_count);
    std::ranges::copy(parameters, rounded.begin());
    const auto model_tensors =
        tensors_of<float>(typename Model::template params<float>(rounded.data()));
    std::vector<stored_numbers> numbers; // row-major, alive until they are written
    for (const auto& t : model_tensors) {
        auto floats = t.to_disk();
        for (const float number : floats)
            if (!std::isfinite(number))
                throw error({path.string(), "tensor " + in_quotes(t.name), "finite numbers to save",
                             std::to_string(number)});
        numbers.push_back(
            detail::to_stored(path.string(), t.name, std::move(floats), t.shape(), p));
        if (!t.is_summand)
            t.from_disk(numbers.back().values());
    }

    std::vector<tensor_out> tensors;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto& [type, floats, halves, bytes, scales] = numbers[i];
        const auto& t = model_tensors[i];
        if (type == dtype::f32)
            tensors.push_back(tensor_out::of<float>(t.name, t.shape(), floats));
        else if (type == dtype::f16)
            tensors.push_back({t.name, type, t.shape(), std::as_bytes(std::span(halves))});
        else {
            tensors.push_back(tensor_out::of<std::int8_t>(t.name, t.shape(), bytes));
            tensors.push_back({detail::scale_name(t.name),
                               dtype::f16,
                               {t.rows},
                               std::as_bytes(std::span(scales))});
        }
    }

    auto metadata = to_metadata(path, info);
    metadata["format"] = "gait";
    metadata["gait_version"] = GAIT_VERSION;
    metadata["architecture"] = Model::description();
    add_self_test(metadata, model, rounded.span(), info.window_steps);
    write_safetensors(path, std::move(tensors), metadata);
}

} // namespace gait::inline GAIT_ARCH
