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

/// One factor for all features and no shift, after which the mean square over the features is that
/// of `s`, 1: a vector keeps its direction, so turning commutes with it, and rest stays 0.
inline scaling scaled_together(const scaling& s) {
    double square = 0;
    for (std::size_t f = 0; f < s.mean.size(); ++f) {
        const double mean = double{s.mean[f]}, deviation = double{s.deviation[f]};
        square += (mean * mean + deviation * deviation) / static_cast<double>(s.mean.size());
    }
    return {std::vector(s.mean.size(), 0.0F),
            std::vector(s.mean.size(), static_cast<float>(std::sqrt(square)))};
}

/// Samples first, ..., last - 1.
struct sample_range {
    index first = 0;
    index last = 0;
};

/// The sums that a scaling is made of. Samples are shown twice, in the same order: the sum of
/// squares of gravity would swallow a small movement. Several owners of the samples may take turns:
/// what they hand on is `mean` and `square`, and the result is that of one, to the bit.
struct scaling_sums {
    double count; ///< of all samples, known beforehand
    std::vector<double> mean, square;

    scaling_sums(index features, index samples)
        : count(std::max(static_cast<double>(samples), 1.0)),
          mean(static_cast<std::size_t>(features)), square(static_cast<std::size_t>(features)) {}

    /// The first time: `samples` (N, F) are the next ones.
    void add_to_mean(std::span<const float> samples) {
        for_each(samples, [this](std::size_t f, double x) { mean[f] += x / count; });
    }
    /// The second time.
    void add_to_square(std::span<const float> samples) {
        for_each(samples, [this](std::size_t f, double x) {
            square[f] += (x - mean[f]) * (x - mean[f]) / count;
        });
    }
    /// A feature that never changes gets deviation 1.
    [[nodiscard]] scaling result() const {
        scaling fitted;
        for (std::size_t f = 0; f < mean.size(); ++f) {
            const auto deviation = static_cast<float>(std::sqrt(square[f]));
            fitted.mean.push_back(static_cast<float>(mean[f]));
            fitted.deviation.push_back(deviation > 1e-6F ? deviation : 1.0F);
        }
        return fitted;
    }

private:
    void for_each(std::span<const float> samples, const auto& use) const {
        for (std::size_t i = 0; i < samples.size(); i += mean.size())
            for (std::size_t f = 0; f < mean.size(); ++f)
                use(f, static_cast<double>(samples[i + f]));
    }
};

/// Mean and standard deviation of each feature over the given ranges of `samples` (N, F); each
/// sample counts once for every range it lies in.
inline scaling fit_scaling(std::span<const float> samples, index features,
                           std::span<const sample_range> ranges) {
    index count = 0;
    for (const sample_range range : ranges)
        count += range.last - range.first;
    scaling_sums sums(features, count);
    const auto part = [&](sample_range range) {
        assert(0 <= range.first && range.first <= range.last &&
               range.last * features <= std::ssize(samples));
        return samples.subspan(static_cast<std::size_t>(range.first * features),
                               static_cast<std::size_t>((range.last - range.first) * features));
    };
    for (const sample_range range : ranges)
        sums.add_to_mean(part(range));
    for (const sample_range range : ranges)
        sums.add_to_square(part(range));
    return sums.result();
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
    [[nodiscard]] bool changes_nothing() const {
        return std::all_of(factor, factor + F, [](float a) { return a == 1; }) &&
               std::all_of(offset, offset + F, [](float a) { return a == 0; });
    }
    /// One sample (F) to one sample (F); may be the same place.
    void operator()(const float* x, float* scaled) const noexcept {
        for (index f = 0; f < F; ++f)
            scaled[f] = factor[f] * x[f] + offset[f];
    }
};

} // namespace gait::inline GAIT_ARCH
