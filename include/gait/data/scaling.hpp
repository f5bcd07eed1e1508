// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Standardisation: each feature minus its mean, divided by its standard deviation, both measured on
// the training samples alone.
#pragma once

#include <gait/core/extents.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <span>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// x' = (x - mean) / deviation for each of F features. Empty: x' = x.
struct scaling {
    std::vector<float> mean;
    std::vector<float> deviation;
};

/// Samples first, ..., last - 1.
struct sample_range {
    index first = 0;
    index last = 0;
};

/// Mean and standard deviation of each feature over the given ranges of `samples` (N, F); each
/// sample counts once for every range it lies in. A feature that never changes gets deviation 1.
inline scaling fit_scaling(std::span<const float> samples, index features,
                           std::span<const sample_range> ranges) {
    const auto count_of = static_cast<std::size_t>(features);
    std::vector<double> mean(count_of), square(count_of);
    double count = 0;
    // Two passes: the sum of squares of gravity would swallow a small movement.
    const auto for_each = [&](const auto& use) {
        for (const sample_range range : ranges) {
            assert(0 <= range.first && range.first <= range.last &&
                   range.last * features <= std::ssize(samples));
            for (index i = range.first; i < range.last; ++i)
                for (std::size_t f = 0; f < count_of; ++f)
                    use(f,
                        static_cast<double>(samples[static_cast<std::size_t>(i) * count_of + f]));
        }
    };
    for (const sample_range range : ranges)
        count += static_cast<double>(range.last - range.first);
    count = std::max(count, 1.0);
    for_each([&](std::size_t f, double x) { mean[f] += x / count; });
    for_each([&](std::size_t f, double x) { square[f] += (x - mean[f]) * (x - mean[f]) / count; });

    scaling fitted;
    for (std::size_t f = 0; f < count_of; ++f) {
        const auto deviation = static_cast<float>(std::sqrt(square[f]));
        fitted.mean.push_back(static_cast<float>(mean[f]));
        fitted.deviation.push_back(deviation > 1e-6F ? deviation : 1.0F);
    }
    return fitted;
}

/// A scaling of F features as one multiplication and one addition: x' = factor * x + offset.
/// Of fixed size, so that applying it allocates nothing.
template <index F>
struct affine {
    float factor[F];
    float offset[F];

    /// x' = (x - mean) / deviation, of F numbers each; x' = x if both are empty.
    affine(std::span<const float> mean, std::span<const float> deviation) {
        assert(mean.size() == deviation.size() && (mean.empty() || mean.size() == std::size_t{F}));
        for (std::size_t f = 0; f < std::size_t{F}; ++f) {
            factor[f] = mean.empty() ? 1.0F : 1.0F / deviation[f];
            offset[f] = mean.empty() ? 0.0F : -mean[f] / deviation[f];
        }
    }
    affine(const scaling& s = {}) : affine(s.mean, s.deviation) {}
    /// One sample (F) to one sample (F); may be the same place.
    void operator()(const float* x, float* scaled) const noexcept {
        for (index f = 0; f < F; ++f)
            scaled[f] = factor[f] * x[f] + offset[f];
    }
};

} // namespace gait::inline GAIT_ARCH
