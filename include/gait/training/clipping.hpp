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
    if (!std::isfinite(norm))
        return norm;
    const double shorter = limit > 0 ? std::min(1.0, limit / (norm + 1e-6)) : 1.0;
    scale(N, static_cast<T>(shorter / weight), gradient.data());
    return norm;
}

} // namespace gait::inline GAIT_ARCH
