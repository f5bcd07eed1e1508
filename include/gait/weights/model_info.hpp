// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What a person who finds a file of weights has to know besides the numbers: which classes, at what
// rate, over how many steps, in what units, scaled how. It lives in the file's metadata.
#pragma once

#include <gait/core/config.hpp>
#include <gait/core/extents.hpp>
#include <gait/core/input_layout.hpp>
#include <gait/files/metadata.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// What goes with a model's weights. Empty texts and lists and zeros: not known, not written.
struct model_info {
    std::vector<std::string> classes; ///< (K) names, in the order of the model's outputs
    double rate_hz = 0;               ///< samples per second
    index window_steps = 0;           ///< T, steps of a window
    std::string units;                ///< of the input, for example "m/s^2"
    std::vector<float> mean;          ///< (F) the model sees (x - mean) / deviation
    std::vector<float> deviation;     ///< (F) above zero
    /// What logits are divided by before they become probabilities, so that these are as often
    /// right as they say (training/calibration.hpp). 1: they are taken as they are, and nothing is
    /// written.
    double temperature = 1;
    /// steps_first is not written. features_first has no scaling: which feature a place of the
    /// model's input belongs to changes from step to step.
    input_layout layout = input_layout::steps_first;
    /// (3) Before they are scaled, windows of three features are aligned with gravity, to this
    /// direction (data/gravity_alignment.hpp); empty: they stay as they lie.
    std::vector<float> up = {};
    std::map<std::string, std::string> extra; ///< anything else that is worth keeping
};

/// The longest window that a file may ask for: five hours at 50 Hz.
inline constexpr index longest_window = 1'000'000;

namespace detail {
inline constexpr std::array<std::string_view, 14> reserved_keys{
    "format",       "gait_version", "architecture",    "classes",           "rate_hz",
    "window_steps", "units",        "scaling_mean",    "scaling_deviation", "up",
    "temperature",  "input_layout", "self_test_input", "self_test_output"};
}

/// `info` as metadata. Keys of `extra` that gait itself uses are left out.
inline std::map<std::string, std::string> to_metadata(const std::filesystem::path& path,
                                                      const model_info& info) {
    std::map<std::string, std::string> all;
    const auto put = [&](const std::string& key, bool known, const auto& value) {
        if (known)
            all[key] = metadata_text(path, key, value);
    };
    for (const auto& [key, value] : info.extra)
        if (std::ranges::find(detail::reserved_keys, key) == detail::reserved_keys.end())
            all[key] = value;
    put("classes", !info.classes.empty(), info.classes);
    put("rate_hz", info.rate_hz > 0, info.rate_hz);
    put("window_steps", info.window_steps > 0, info.window_steps);
    if (!info.units.empty())
        all["units"] = info.units;
    put("scaling_mean", !info.mean.empty(), info.mean);
    put("scaling_deviation", !info.deviation.empty(), info.deviation);
    put("up", !info.up.empty(), info.up);
    put("temperature", info.temperature != 1, info.temperature);
    if (info.layout != input_layout::steps_first)
        all["input_layout"] = name_of(info.layout);
    return all;
}

/// The info in metadata for a model of F input features and K outputs. What is missing stays empty;
/// what is there is checked. Throws `error`.
inline model_info read_model_info(const metadata_reader& metadata, index features, index outputs) {
    const auto need_size = [&](const std::string& key, std::size_t size, index wanted) {
        if (static_cast<index>(size) != wanted)
            metadata.fail(key, "a list of " + std::to_string(wanted), metadata.text(key));
    };
    model_info info;
    if (metadata.has("classes")) {
        info.classes = metadata.names("classes");
        need_size("classes", info.classes.size(), outputs);
    }
    if (metadata.has("rate_hz"))
        info.rate_hz = metadata.number("rate_hz", 1e-6, 1e9);
    if (metadata.has("window_steps"))
        info.window_steps = static_cast<index>(metadata.whole("window_steps", 1, longest_window));
    if (metadata.has("units"))
        info.units = metadata.text("units");
    // One without the other would scale by half.
    if (metadata.has("scaling_mean") || metadata.has("scaling_deviation")) {
        info.mean = metadata.numbers("scaling_mean");
        info.deviation = metadata.numbers("scaling_deviation");
        need_size("scaling_mean", info.mean.size(), features);
        need_size("scaling_deviation", info.deviation.size(), features);
        for (std::size_t f = 0; f < info.mean.size(); ++f) {
            const float d = info.deviation[f];
            if (!(d > 0 && std::isfinite(1 / d) && std::isfinite(info.mean[f] / d)))
                metadata.fail("scaling_deviation", "numbers above zero that can be divided by",
                              metadata.text("scaling_deviation"));
        }
    }
    if (metadata.has("up")) {
        info.up = metadata.numbers("up");
        const auto square =
            std::inner_product(info.up.begin(), info.up.end(), info.up.begin(), 0.0);
        if (features != 3 || info.up.size() != 3 || !(std::abs(square - 1) < 0.01))
            metadata.fail("up", "three numbers, a direction of length 1, for three features",
                          metadata.text("up"));
    }
    if (metadata.has("temperature"))
        info.temperature = metadata.number("temperature", 1e-3, 1e3);
    if (metadata.has("input_layout")) {
        info.layout = input_layout_named(metadata.text("input_layout"));
        if (name_of(info.layout) != metadata.text("input_layout"))
            metadata.fail("input_layout", "steps_first or features_first",
                          metadata.text("input_layout"));
        if (info.layout == input_layout::features_first && !(info.mean.empty() && info.up.empty()))
            metadata.fail("input_layout", "steps_first, as there is a scaling or an alignment",
                          metadata.text("input_layout"));
    }
    for (const auto& [key, value] : metadata.all())
        if (std::ranges::find(detail::reserved_keys, key) == detail::reserved_keys.end())
            info.extra[key] = value;
    return info;
}
inline model_info read_model_info(const safetensors_file& file, index features, index outputs) {
    return read_model_info(metadata_reader(file), features, outputs);
}

} // namespace gait::inline GAIT_ARCH
