// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A file of weights carries one question and its answer: a window of fixed random numbers and what
// the model made of it when it was saved. Who loads the file asks again. A layout that was mixed
// up, a gate out of order, a kernel that is wrong on this machine: all of them show here, before
// anybody trusts a classification.
#pragma once

#include <gait/core/buffer.hpp>
#include <gait/core/random.hpp>
#include <gait/files/base64.hpp>
#include <gait/files/metadata.hpp>
#include <gait/model/sequential.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace gait::inline GAIT_ARCH {

namespace detail {

/// Steps in the question at most; bounds the work and memory that a file can ask for.
inline constexpr index self_test_steps = 1024;
/// Steps in the question when the window's length is not known.
inline constexpr index self_test_default_steps = 64;

inline std::string base64_floats(std::span<const float> numbers) {
    return base64_encode(std::as_bytes(numbers));
}

} // namespace detail

/// `count` floats from base64, or as many as there are if `count` is -1; throws `error`.
inline std::vector<float> self_test_numbers(const metadata_reader& metadata, const std::string& key,
                                            index count = -1) {
    const auto bytes = base64_decode(metadata.text(key));
    if (!bytes || bytes->size() % sizeof(float) != 0)
        metadata.fail(key, "floats in base64", metadata.text(key));
    std::vector<float> numbers(bytes->size() / sizeof(float));
    if (count >= 0 && static_cast<index>(numbers.size()) != count)
        metadata.fail(key, std::to_string(count) + " floats in base64",
                      std::to_string(numbers.size()) + " floats");
    if (!numbers.empty())
        std::memcpy(numbers.data(), bytes->data(), bytes->size());
    return numbers;
}

/// What the model gives for one window x (T, 1, F): (1, 1, K), or (T, 1, K) if it keeps the steps.
/// In fp32, however it trains, so that it can be compared with what others of its kind give.
template <class Model>
std::vector<float> run_once(Model model, std::span<const float> parameters,
                            std::span<const float> x, index steps) {
    if constexpr (requires { model.use_products(product_precision::fp32); })
        model.use_products(product_precision::fp32);
    else if constexpr (requires { model.products = product_precision::fp32; })
        model.products = product_precision::fp32;
    using params = typename Model::template params<const float>;
    const extents tile{steps, 1};
    const extents out = Model::output::in(tile);
    std::vector<float> y(static_cast<std::size_t>(out.count() * output_features<Model>));
    const input_of<Model, float> from(x.data(), Model::input::in(tile));
    const output_of<Model, float> to(y.data(), out);

    const auto run = [&](auto weights) {
        if constexpr (streaming_layer<Model, float>) {
            // Step by step where that is possible: who only classifies has no code for more.
            using state = typename Model::template state<float>;
            buffer<float> memory(state::size(1));
            for (index t = 0; t < from.steps(); ++t)
                model.template step<float>(weights, from.step(t),
                                           to.step(std::min(t, to.steps() - 1)),
                                           state(memory.data(), 1));
        } else {
            using tape = typename Model::template tape<float>;
            buffer<float> workspace(tape::size(tile));
            model.forward(weights, from, to, tape(workspace.data(), tile), pass{});
        }
    };
    if constexpr (has_packed<Model, float>) {
        using packed = typename Model::template packed<float>;
        buffer<float> arranged(packed::size);
        model.pack(params(parameters.data()), arranged.data());
        run(packed(arranged.data()));
    } else {
        run(params(parameters.data()));
    }
    return y;
}

namespace detail {

/// The longest question for a model that takes steps, or one that doesn't.
inline index most_self_test_steps(bool has_steps) { return has_steps ? self_test_steps : 1; }

/// `count` numbers to ask.
inline std::vector<float> self_test_question(index count) {
    std::vector<float> x(static_cast<std::size_t>(count));
    random_stream random(0, purpose::user);
    for (float& number : x)
        number = static_cast<float>(random.normal());
    return x;
}

/// The question in a file, up to `most` steps of `features`; throws `error`.
inline std::vector<float> read_self_test_question(const metadata_reader& metadata, index features,
                                                  index most) {
    auto x = self_test_numbers(metadata, "self_test_input");
    const index steps = std::ssize(x) / features;
    if (steps < 1 || steps > most || std::ssize(x) != steps * features)
        metadata.fail("self_test_input",
                      "1 to " + std::to_string(most) + " steps of " + std::to_string(features),
                      std::to_string(x.size()) + " floats");
    return x;
}

/// Throws `error` unless the file's answer is `found`, but for roundings.
inline void check_self_test_answer(const std::filesystem::path& path,
                                   const metadata_reader& metadata, std::span<const float> found) {
    const auto wanted = self_test_numbers(metadata, "self_test_output", std::ssize(found));
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const float allowed = 1e-4F * std::max(1.0F, std::abs(wanted[i]));
        // A NaN or an infinity on either side fails too.
        if (!(std::abs(found[i] - wanted[i]) <= allowed) || !std::isfinite(wanted[i]))
            throw error({path.string(), "self-test, output " + std::to_string(i),
                         std::to_string(wanted[i]), std::to_string(found[i])});
    }
}

} // namespace detail

/// Adds the question and the model's answer to `metadata`, which is for `path`. `window_steps` 0:
/// not known. Throws `error` if the answer is not finite: nobody could load it.
template <class Model>
void add_self_test(const std::filesystem::path& path, std::map<std::string, std::string>& metadata,
                   const Model& model, std::span<const float> parameters, index window_steps) {
    const index steps = std::min(window_steps > 0 ? window_steps : detail::self_test_default_steps,
                                 detail::most_self_test_steps(Model::input::has_steps));
    const auto x = detail::self_test_question(steps * input_features<Model>);
    metadata["self_test_input"] = detail::base64_floats(x);
    const auto answer = run_once(model, parameters, x, steps);
    for (const float y : answer)
        if (!std::isfinite(y))
            throw error(
                {path.string(), "self-test", "weights that give finite logits", std::to_string(y)});
    metadata["self_test_output"] = detail::base64_floats(answer);
}

/// Asks the file's question, if it has one, and throws `error` unless every answer y is within
/// 1e-4 * max(1, |y|) of the file's.
template <class Model>
void check_self_test(const safetensors_file& file, const Model& model,
                     std::span<const float> parameters) {
    const metadata_reader metadata(file);
    if (!metadata.has("self_test_input") && !metadata.has("self_test_output"))
        return;
    constexpr index features = input_features<Model>;
    const auto x = detail::read_self_test_question(
        metadata, features, detail::most_self_test_steps(Model::input::has_steps));
    detail::check_self_test_answer(file.path(), metadata,
                                   run_once(model, parameters, x, std::ssize(x) / features));
}

} // namespace gait::inline GAIT_ARCH
