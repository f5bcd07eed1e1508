// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What is minimised: softmax cross-entropy, with a weight for each class and smoothed labels if
// wanted. The same numbers as torch.nn.CrossEntropyLoss(weight, label_smoothing).
#pragma once

#include <gait/core/extents.hpp>
#include <gait/kernels/softmax.hpp>

#include <cassert>
#include <span>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// What stands behind a gradient that is summed over threads and ranks: the numbers of its
/// loss_sums, and whether somebody wishes to stop.
inline constexpr index gradient_tail = loss_sums::numbers + 1;

/// Softmax cross-entropy over a tile's logits.
struct cross_entropy {
    std::vector<float> class_weights; ///< (K), or empty for equal weights
    float label_smoothing = 0;        ///< share of the target spread over all classes, in [0, 1)

    /// Sums over the rows of `logits` (1, R, K), whose labels (R) lie in [0, K). Overwrites
    /// d_logits (1, R, K) with the gradient of the sum, not of the mean, unless that view is empty.
    template <index K>
    loss_sums operator()(view<const float, K> logits, std::span<const int> labels,
                         view<float, K> d_logits = {}) const noexcept {
        assert(class_weights.empty() || class_weights.size() == static_cast<std::size_t>(K));
        return softmax_cross_entropy(logits.rows(), K, logits.data(), labels.data(),
                                     class_weights.empty() ? nullptr : class_weights.data(),
                                     label_smoothing, d_logits.data());
    }
};

/// Class weights N / (C N_k), C being the number of classes that have windows: all of them count
/// alike, and the weights' mean over the windows is 1. `counts` (K) holds each class's windows; a
/// class without any gets weight 0.
[[nodiscard]] inline std::vector<float> balanced_class_weights(std::span<const index> counts) {
    double windows = 0, classes = 0;
    for (const index count : counts) {
        windows += static_cast<double>(count);
        classes += count > 0 ? 1 : 0;
    }
    std::vector<float> weights;
    for (const index count : counts)
        weights.push_back(count > 0
                              ? static_cast<float>(windows / (classes * static_cast<double>(count)))
                              : 0.0F);
    return weights;
}

} // namespace gait::inline GAIT_ARCH
