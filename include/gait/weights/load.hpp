// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Weights from disk, strictly: every tensor of the model is in the file, every tensor of the file
// is in the model, types and shapes agree, and the self-test passes. All that doesn't match is said
// in one error, so that nobody mends a file one message at a time. Types agree if they are one of
// weights/precision.hpp.
#pragma once

#include <gait/core/buffer.hpp>
#include <gait/core/error.hpp>
#include <gait/files/safetensors.hpp>
#include <gait/weights/model_info.hpp>
#include <gait/weights/precision.hpp>
#include <gait/weights/self_test.hpp>
#include <gait/weights/tensors.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// A model with its weights and what goes with them.
template <class Model>
struct trained_model {
    Model model;
    buffer<float> parameters;
    model_info info;
    std::string source = {}; ///< the file they were loaded from, for messages
};

namespace detail {

inline std::string tensor_text(dtype type, const std::vector<index>& shape) {
    return std::string(name_of(type)) + " " + shape_text(shape);
}

/// Every difference between a file's tensors and the model's, in words.
inline std::vector<std::string> differences(const safetensors_file& file,
                                            const std::vector<model_tensor<float>>& wanted) {
    std::vector<std::string> all;
    std::set<std::string> names;
    // `type`, or f32 for any type that weights may have.
    const auto want = [&](const std::string& name, dtype type, const std::vector<index>& shape) {
        names.insert(name);
        const tensor_info* found = file.find(name);
        const std::string expected = tensor_text(type, shape);
        const bool fits =
            found != nullptr && found->shape == shape &&
            (found->type == type ||
             (type == dtype::f32 &&
              (found->type == dtype::f16 || (found->type == dtype::i8 && shape.size() == 2))));
        if (found == nullptr)
            all.push_back(in_quotes(name) + " " + expected + " is missing");
        else if (!fits)
            all.push_back(in_quotes(name) + " is " + tensor_text(found->type, found->shape) +
                          ", not " + expected);
        return fits ? found : nullptr;
    };
    for (const auto& t : wanted)
        if (const tensor_info* found = want(t.name, dtype::f32, t.shape());
            found != nullptr && found->type == dtype::i8)
            want(scale_name(t.name), dtype::f16, {t.rows});
    for (const tensor_info& t : file.tensors())
        if (!names.contains(t.name))
            all.push_back(in_quotes(t.name) + " " + tensor_text(t.type, t.shape) +
                          " is not in the model");
    return all;
}

} // namespace detail

/// Throws one `error` with all differences between the file's tensors and `tensors`, those of
/// `model`.
inline void check_tensors(const safetensors_file& file,
                          const std::vector<model_tensor<float>>& tensors,
                          const std::string& model) {
    auto mismatches = detail::differences(file, tensors);
    const auto architecture = file.metadata().find("architecture");
    if (architecture != file.metadata().end() && architecture->second != model)
        mismatches.insert(mismatches.begin(),
                          "the architecture is " + in_quotes(architecture->second));
    if (!mismatches.empty()) {
        constexpr std::size_t most = 20;
        std::string text;
        for (std::size_t i = 0; i < std::min(most, mismatches.size()); ++i)
            text += (i == 0 ? "" : "; ") + mismatches[i];
        if (mismatches.size() > most)
            text += "; and " + std::to_string(mismatches.size() - most) + " more";
        throw error({file.path().string(), "", "the weights of " + model, text});
    }
}

/// Checks `tensors` and fills them with the file's numbers. Throws `error`.
inline void load_tensors(const safetensors_file& file,
                         const std::vector<model_tensor<float>>& tensors,
                         const std::string& model) {
    check_tensors(file, tensors, model);
    for (const bool summands : {false, true}) // what is added to others comes after them
        for (const auto& t : tensors) {
            if (t.is_summand != summands)
                continue;
            const auto check = [&](float number, const char* expected) {
                if (!std::isfinite(number))
                    throw error({file.path().string(), "tensor " + in_quotes(t.name), expected,
                                 std::to_string(number)});
            };
            const auto numbers = read_stored(file, *file.find(t.name)).values();
            for (const float number : numbers)
                check(number, "finite numbers");
            t.from_disk(numbers);
            for (index row = 0; row < t.rows; ++row)
                for (index column = 0; column < t.columns; ++column)
                    check(t.at(row, column), "finite sums with what it is added to");
        }
}

/// Loads what `save_weights` wrote, or a plain PyTorch state with the same tensors; then `info` is
/// empty and there is no self-test to run. Throws `error`.
template <class Model>
[[nodiscard]] trained_model<Model> load_weights(const std::filesystem::path& path,
                                                const Model& model = {}) {
    const safetensors_file file(path);
    trained_model<Model> loaded{model, buffer<float>(Model::parameter_count), {}, path.string()};
    const typename Model::template params<float> params(loaded.parameters.data());
    load_tensors(file, tensors_of<float>(params), Model::description());
    loaded.info = read_model_info(file, input_features<Model>, output_features<Model>);
    check_self_test(file, model, loaded.parameters.span());
    return loaded;
}

} // namespace gait::inline GAIT_ARCH
