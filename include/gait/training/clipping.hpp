// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Clipping by the global norm: a gradient longer than a limit keeps its direction and loses its
// length. Recurrent networks need it (Pascanu, Mikolov, Bengio 2013).
#pragma once

#include <gait/kernels/updates.hpp>

#include <algorithm>
#include <cmath>
#include <span>

namespace gait::inline GAIT_ARCH {

/// By what a sum of gradients of this norm is multiplied to be their mean, `weight` being what they
/// weigh, no longer than `limit` (0: any length).
[[nodiscard]] inline double mean_and_clip_factor(double norm_of_mean, double weight,
                                                 double limit) noexcept {
    return (limit > 0 ? std::min(1.0, limit / (norm_of_mean + 1e-6)) : 1.0) / weight;
}

/// Makes a sum of gradients their mean and limits its length: gradient /= weight, and if its norm
/// is still above `limit` (0: no limit), gradient *= limit / (norm + 1e-6), as PyTorch's
/// clip_grad_norm_. One pass to read, one to write.
///
/// Returns the norm of the mean before clipping; when that is not finite the gradient is left
/// alone.
template <class T>
double mean_and_clip(std::span<T> gradient, double weight, double limit) noexcept {
    const auto N = static_cast<index>(gradient.size());
    const double norm = std::sqrt(sum_of_squares(N, gradient.data())) / weight;
    if (std::isfinite(norm))
        scale(N, static_cast<T>(mean_and_clip_factor(norm, weight, limit)), gradient.data());
    return norm;
}

} // namespace gait::inline GAIT_ARCH
