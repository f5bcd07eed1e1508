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
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

namespace detail {

/// What goes to disk for each of a model's tensors, as `p`. The tensors get the numbers that
/// somebody would read from there.
inline std::vector<stored_numbers> round_to_stored(const std::filesystem::path& path,
                                                   const std::vector<model_tensor<float>>& tensors,
                                                   precision p) {
    std::vector<stored_numbers> all;
    for (const auto& t : tensors) {
        auto floats = t.to_disk();
        for (const float number : floats)
            if (!std::isfinite(number))
                throw error({path.string(), "tensor " + in_quotes(t.name), "finite numbers to save",
                             std::to_string(number)});
        all.push_back(to_stored(path.string(), t.name, std::move(floats), t.shape(), p));
        if (!t.is_summand)
            t.from_disk(all.back().values());
    }
    return all;
}

/// Writes `numbers` under the names of their tensors.
inline void write_stored(const std::filesystem::path& path,
                         const std::vector<model_tensor<float>>& of,
                         const std::vector<stored_numbers>& numbers,
                         const std::map<std::string, std::string>& metadata) {
    std::vector<tensor_out> tensors;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto& [type, floats, halves, bytes, scales] = numbers[i];
        const auto& t = of[i];
        if (type == dtype::f32)
            tensors.push_back(tensor_out::of<float>(t.name, t.shape(), floats));
        else if (type == dtype::f16)
            tensors.push_back({t.name, type, t.shape(), std::as_bytes(std::span(halves))});
        else {
            tensors.push_back(tensor_out::of<std::int8_t>(t.name, t.shape(), bytes));
            tensors.push_back(
                {scale_name(t.name), dtype::f16, {t.rows}, std::as_bytes(std::span(scales))});
        }
    }
    write_safetensors(path, std::move(tensors), metadata);
}

} // namespace detail

/// Writes `parameters` (Model::parameter_count numbers) with `info` and a self-test to `path`,
/// beside its place and renamed. With fewer bytes than f32 has they are rounded, and the self-test
/// is what the model makes of them then. Throws `error` if the disk refuses, a number is not
/// finite, or `load_weights` would refuse the info or the logits.
template <class Model>
void save_weights(const std::filesystem::path& path, const Model& model,
                  std::span<const float> parameters, const model_info& info,
                  precision p = precision::f32) {
    assert(static_cast<index>(parameters.size()) == Model::parameter_count);

    buffer<float> rounded(Model::parameter_count);
    std::ranges::copy(parameters, rounded.begin());
    const auto tensors = tensors_of<float>(typename Model::template params<float>(rounded.data()));
    const auto numbers = detail::round_to_stored(path, tensors, p);

    auto metadata = to_metadata(path, info);
    static_cast<void>(read_model_info(metadata_reader(path, metadata), input_features<Model>,
                                      output_features<Model>));
    metadata["format"] = "gait";
    metadata["gait_version"] = GAIT_VERSION;
    metadata["architecture"] = Model::description();
    add_self_test(path, metadata, model, rounded.span(), info.window_steps);
    detail::write_stored(path, tensors, numbers, metadata);
}

} // namespace gait::inline GAIT_ARCH
