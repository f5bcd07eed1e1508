// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The models that other programs saved (tests/golden/make_interop.py), and how gait runs them.
#pragma once

#include <interop/readers.hpp>
#include <interop/writers.hpp>

#include <gait/files/safetensors.hpp>
#include <gait/layers/dense.hpp>
#include <gait/layers/each_step.hpp>
#include <gait/layers/last_step.hpp>
#include <gait/layers/lstm.hpp>
#include <gait/model/sequential.hpp>
#include <gait/weights/load.hpp>

#include <files/scratch.hpp>
#include <support/largest.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

namespace gait_test {

using small_model =
    gait::sequential<gait::each_step<gait::dense<3, 7, gait::hyperbolic_tangent>>, gait::lstm<7, 5>,
                     gait::lstm<5, 9>, gait::last_step<9>, gait::dense<9, 4>>;
using stacked_model =
    gait::sequential<gait::each_step<gait::dense<3, 6, gait::relu>>, gait::lstm<6, 8>,
                     gait::lstm<8, 8>, gait::last_step<8>, gait::dense<8, 4>>;

/// How a person calls the layers of stacked.safetensors and stacked.npz.
inline const interop::read_options stacked_layers{{"fc1:relu", "lstm", "fc2"}, ""};

inline fs::path golden(const std::string& file) {
    return fs::path(GAIT_SOURCE_DIR "/tests/golden") / file;
}
inline fs::path saved(const std::string& file) { return golden("interop/" + file); }

/// Windows (T, R, 3) or logits (R, K) from a golden file.
struct golden_array {
    std::vector<gait::index> shape;
    std::vector<float> numbers;

    golden_array(const fs::path& path, const std::string& name) {
        const gait::safetensors_file file(path);
        const auto* info = file.find(name);
        REQUIRE(info != nullptr);
        shape = info->shape;
        if (info->type == gait::dtype::f32) {
            numbers = file.read<float>(name, gait::dtype::f32, shape);
        } else {
            for (const double x : file.read<double>(name, gait::dtype::f64, shape))
                numbers.push_back(static_cast<float>(x));
        }
    }
};

/// What gait's kernels say of windows (T, R, 3), by weights loaded with all checks.
template <class Model>
std::vector<float> logits_of(const fs::path& weights, const golden_array& windows) {
    const auto trained = gait::load_weights<Model>(weights);
    const gait::index steps = windows.shape[0], rows = windows.shape[1];
    std::vector<float> all;
    for (gait::index r = 0; r < rows; ++r) {
        std::vector<float> window;
        for (gait::index t = 0; t < steps; ++t)
            for (gait::index f = 0; f < 3; ++f)
                window.push_back(windows.numbers[static_cast<std::size_t>((t * rows + r) * 3 + f)]);
        for (const float logit :
             gait::run_once(trained.model, trained.parameters.span(), window, steps))
            all.push_back(logit);
    }
    return all;
}

/// Both sides round to float at every step.
inline constexpr double tolerance = 2e-6;

/// Reads, writes gait's file, and gives its place.
inline fs::path imported(const scratch_folder& folder, const fs::path& from,
                         const interop::read_options& options = {}) {
    const fs::path to = folder / "imported.safetensors";
    interop::write_gait(to, interop::read_any(from, options));
    return to;
}

} // namespace gait_test
