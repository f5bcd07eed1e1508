// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A task and a model small enough to train in a test: noisy waves of three frequencies.
#pragma once

#include <gait/core/buffer.hpp>
#include <gait/core/random.hpp>
#include <gait/data/batches.hpp>
#include <gait/layers/dense.hpp>
#include <gait/layers/dropout.hpp>
#include <gait/layers/each_step.hpp>
#include <gait/layers/last_step.hpp>
#include <gait/layers/lstm.hpp>
#include <gait/model/sequential.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace gait_test {

using toy_model = gait::sequential<gait::each_step<gait::dense<2, 8, gait::relu>>, gait::lstm<8, 8>,
                                   gait::last_step<8>, gait::dense<8, 3>>;
/// Likewise, with random numbers in every pass.
using noisy_model =
    gait::sequential<gait::each_step<gait::dense<2, 8, gait::relu>>, gait::lstm<8, 8>,
                     gait::last_step<8>, gait::dropout<8>, gait::dense<8, 3>>;

inline gait::array_windows<2> waves(int count, std::uint64_t seed, gait::index steps = 20) {
    gait::array_windows<2> windows(steps, 3);
    std::vector<float> x(static_cast<std::size_t>(2 * steps));
    for (int i = 0; i < count; ++i) {
        gait::random_stream random(seed, gait::purpose::user, 0, static_cast<std::uint64_t>(i));
        const int label = static_cast<int>(random.below(3));
        const double phase = 6.28 * random.uniform();
        for (std::size_t t = 0; t < static_cast<std::size_t>(steps); ++t) {
            const double angle = phase + 0.4 * (1 + label) * static_cast<double>(t);
            x[2 * t] = static_cast<float>(std::sin(angle) + 0.1 * random.normal());
            x[2 * t + 1] = static_cast<float>(std::cos(angle) + 0.1 * random.normal());
        }
        windows.add(x, label);
    }
    return windows;
}

/// Parameters to the last bit, whichever zero it is.
inline bool same_bits(const gait::buffer<float>& a, const gait::buffer<float>& b) {
    return std::ranges::equal(a, b, [](float x, float y) {
        return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
    });
}

/// The same task, where every third window ends early.
struct ragged_waves {
    gait::array_windows<2> whole;

    ragged_waves(int count, std::uint64_t seed) : whole(waves(count, seed)) {}

    [[nodiscard]] gait::index size() const { return whole.size(); }
    [[nodiscard]] gait::index steps() const { return whole.steps(); }
    [[nodiscard]] gait::index steps(gait::index i) const {
        return i % 3 == 0 ? 8 + i % 7 : whole.steps();
    }
    [[nodiscard]] int label(gait::index i) const { return whole.label(i); }
    [[nodiscard]] int class_count() const { return whole.class_count(); }

    void extract(std::span<const gait::index> ids, gait::view<float, 2> x,
                 const auto& /*pass*/) const noexcept {
        for (gait::index t = 0; t < x.steps(); ++t)
            for (gait::index r = 0; r < x.rows(); ++r)
                for (gait::index f = 0; f < 2; ++f)
                    x.data()[(t * x.rows() + r) * 2 + f] =
                        whole[ids[static_cast<std::size_t>(r)]]
                             [static_cast<std::size_t>(2 * t + f)];
    }
};

} // namespace gait_test
