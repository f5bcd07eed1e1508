// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A trained model inside the program. `gait_embed` turns a file of weights into a header that
// defines one of these, and then
//
//     gait::stream listen = gait::make_stream(walking::weights);
//
// is all there is to do: no file, no parser, no exception. The weights stay where the linker puts
// constants, in flash or in pages that processes share; a stream or a classifier lays out a copy of
// them in the heap, in the order in which the kernels read (docs/edge.md has the sizes). Weights
// that align windows, har_train's default, are for make_classifier alone.
#pragma once

#include <gait/core/buffer.hpp>
#include <gait/core/half.hpp>
#include <gait/core/input_layout.hpp>
#include <gait/inference/classifier.hpp>
#include <gait/inference/stream.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

namespace gait::inline GAIT_ARCH {

/// A tensor in fewer bytes than floats take (weights/precision.hpp): one of `floats`, `halves` and
/// `bytes`. Column-major, (rows, columns), as parameters are in memory.
struct embedded_tensor {
    index rows = 0;
    std::span<const float> floats = {};
    std::span<const std::uint16_t> halves = {};
    std::span<const std::int8_t> bytes = {};
    std::span<const std::uint16_t> scales = {}; ///< (rows) halves, for `bytes`

    /// Writes the numbers and returns where they end.
    float* decode(float* to) const {
        to = std::copy(floats.begin(), floats.end(), to);
        to = std::transform(halves.begin(), halves.end(), to, from_half);
        for (std::size_t i = 0; i < bytes.size(); ++i)
            *to++ = from_half(scales[i % scales.size()]) * static_cast<float>(bytes[i]);
        return to;
    }
    [[nodiscard]] constexpr index size() const {
        return static_cast<index>(floats.size() + halves.size() + bytes.size());
    }
    /// Whether bytes are whole columns, with a scale for each row.
    [[nodiscard]] constexpr bool is_scaled() const {
        return bytes.empty() || (rows > 0 && static_cast<index>(scales.size()) == rows &&
                                 static_cast<index>(bytes.size()) % rows == 0);
    }
};

/// What a file of weights says, as constants of a program.
template <streaming_layer<float> Model>
struct embedded_model {
    static constexpr index features = input_features<Model>;
    static constexpr index classes = output_features<Model>;

    std::span<const float> parameters = {};           ///< (parameter_count), or none, and then
    std::span<const embedded_tensor> tensors = {};    ///< the same in fewer bytes
    std::array<std::string_view, classes> names = {}; ///< of the classes; empty: not known
    double rate_hz = 0;                               ///< samples per second; 0: not known
    index window_steps = 0;                           ///< T; 0: not known
    std::string_view units = {};                      ///< of the input
    std::span<const float> mean = {};                 ///< (F), or none
    std::span<const float> deviation = {};            ///< (F), or none
    double temperature = 1;
    input_layout layout = input_layout::steps_first;
    std::span<const float> up = {};               ///< (3) windows are aligned to it, or none
    std::span<const float> self_test_input = {};  ///< (T, F), scaled, or none
    std::span<const float> self_test_output = {}; ///< (K) logits, or none

    /// Whether there are as many numbers of everything as the model needs.
    [[nodiscard]] constexpr bool fits() const {
        index count = static_cast<index>(parameters.size());
        bool scaled = true;
        for (const embedded_tensor& t : tensors) {
            count += t.size();
            scaled = scaled && t.is_scaled();
        }
        const auto all_or_none = [](auto some, index all) {
            return some.empty() || static_cast<index>(some.size()) == all;
        };
        return count == Model::parameter_count && scaled &&
               (parameters.empty() || tensors.empty()) && all_or_none(mean, features) &&
               mean.size() == deviation.size() && all_or_none(up, 3) &&
               (up.empty() || features == 3) && all_or_none(self_test_output, classes);
    }
};

namespace detail {
/// Calls make(parameters), which may not keep them.
template <class Model, class Make>
auto with_parameters(const embedded_model<Model>& e, const Make& make) {
    assert(e.fits());
    if (e.tensors.empty())
        return make(e.parameters);
    buffer<float> decoded(Model::parameter_count);
    float* to = decoded.data();
    for (const embedded_tensor& t : e.tensors)
        to = t.decode(to);
    return make(std::span<const float>(decoded.span()));
}
} // namespace detail

/// A stream for samples at the rate e.rate_hz. Ends the program, in release builds too, unless the
/// layout is steps_first and there is no `up`, which only a whole window can be turned to: every
/// answer would be wrong, and nothing would show it.
template <storage Storage = storage::float32, class Model>
[[nodiscard]] stream<Model, Storage> make_stream(const embedded_model<Model>& e) {
    if (e.layout != input_layout::steps_first || !e.up.empty())
        std::abort();
    return detail::with_parameters(e, [&](std::span<const float> parameters) {
        return stream<Model, Storage>(Model{}, parameters, {e.mean, e.deviation}, e.temperature);
    });
}

/// A classifier of windows of e.window_steps. Ends the program if that isn't known.
template <class Model>
[[nodiscard]] classifier<Model> make_classifier(const embedded_model<Model>& e, index max_rows = 12,
                                                int threads = 1) {
    if (e.window_steps < 1)
        std::abort();
    return detail::with_parameters(e, [&](std::span<const float> parameters) {
        return classifier<Model>(Model{}, parameters, {e.mean, e.deviation}, e.window_steps,
                                 max_rows, threads, e.temperature, e.layout,
                                 gravity_alignment(e.up));
    });
}

/// Runs the model on the window that its file was saved with, and returns the largest
/// |found - y| / max(1, |y|) of the logits y that it gave then. 1e-4 is the most that
/// `load_weights` lets pass; NaN if there is no such window.
template <class Model>
[[nodiscard]] float self_test_error(const embedded_model<Model>& e) {
    constexpr index features = embedded_model<Model>::features;
    using ready = ready_model<Model>;
    const auto model = detail::with_parameters(
        e, [](std::span<const float> parameters) { return ready(Model{}, parameters, {}); });
    typename ready::workspace work({1, 1});
    const auto& x = e.self_test_input;
    {
        const flush_denormals guard;
        for (index t = 0; t < std::ssize(x) / features; ++t)
            model.advance(x.data() + t * features, features, {1, 1}, work);
    }
    float worst = x.empty() || e.self_test_output.empty() ? NAN : 0.0F;
    for (std::size_t k = 0; k < e.self_test_output.size(); ++k) {
        const float y = e.self_test_output[k], off = std::abs(work.logits()[k] - y);
        worst = off >= 0 ? std::max(worst, off / std::max(1.0F, std::abs(y))) : NAN;
    }
    return worst;
}

} // namespace gait::inline GAIT_ARCH
