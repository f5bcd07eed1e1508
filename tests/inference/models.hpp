// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A small model of odd sizes with random weights, windows in raw units, and what inference must
// say of them: the training code's own forward pass over scaled windows, softmax in double.
#pragma once

#include <gait/core/buffer.hpp>
#include <gait/core/random.hpp>
#include <gait/data/scaling.hpp>
#include <gait/layers/dense.hpp>
#include <gait/layers/dropout.hpp>
#include <gait/layers/each_step.hpp>
#include <gait/layers/last_step.hpp>
#include <gait/layers/lstm.hpp>
#include <gait/model/sequential.hpp>

#include <cmath>
#include <vector>

namespace gait_test {

using odd_model = gait::sequential<gait::each_step<gait::dense<3, 7, gait::hyperbolic_tangent>>,
                                   gait::lstm<7, 5>, gait::each_step<gait::dropout<5>>,
                                   gait::lstm<5, 9>, gait::last_step<9>, gait::dense<9, 4>>;

inline gait::scaling raw_units() { return {{0.5F, -1, 9.8F}, {2, 0.5F, 4}}; }

inline gait::buffer<float> random_parameters() {
    gait::buffer<float> p(odd_model::parameter_count);
    gait::random_stream random(7, gait::purpose::user);
    for (float& value : p)
        value = random.uniform() - 0.5F;
    return p;
}

/// (T, R, 3), gravity on z.
inline std::vector<float> random_windows(gait::extents tile) {
    std::vector<float> x(static_cast<std::size_t>(tile.count() * 3));
    gait::random_stream random(8, gait::purpose::user);
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = static_cast<float>(3 * random.normal()) + (i % 3 == 2 ? 9.8F : 0);
    return x;
}

/// Probabilities (R, 4) of windows (T, R, 3).
inline std::vector<double> expected_probabilities(gait::buffer<float>& parameters,
                                                  const std::vector<float>& windows,
                                                  gait::extents tile) {
    const odd_model model{};
    const gait::scaling scale = raw_units();
    std::vector<float> x = windows;
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = (x[i] - scale.mean[i % 3]) / scale.deviation[i % 3];

    gait::buffer<float> packed(odd_model::packed<float>::size);
    model.pack(odd_model::params<const float>(parameters.data()), packed.data());
    gait::buffer<float> tape(odd_model::tape<float>::size(tile));
    std::vector<float> logits(static_cast<std::size_t>(tile.rows * 4));
    model.forward(odd_model::packed<float>(packed.data()), {x.data(), tile},
                  {logits.data(), {1, tile.rows}}, odd_model::tape<float>(tape.data(), tile), {});

    std::vector<double> p(logits.begin(), logits.end());
    for (std::size_t r = 0; r < p.size(); r += 4) {
        double sum = 0;
        for (std::size_t k = r; k < r + 4; ++k)
            sum += p[k] = std::exp(p[k]);
        for (std::size_t k = r; k < r + 4; ++k)
            p[k] /= sum;
    }
    return p;
}

} // namespace gait_test
