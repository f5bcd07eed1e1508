// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The reference model: from 200 steps of a phone's accelerometer to what its owner is doing.
//
//     x (200, 3) -> dense 64, ReLU, every step -> LSTM 64 -> LSTM 64 -> last step -> dense K
//
// With K = 7 classes: 66,176 weights in matrices, 66,759 parameters with one bias a unit.
#pragma once

#include <gait/layers/dense.hpp>
#include <gait/layers/each_step.hpp>
#include <gait/layers/last_step.hpp>
#include <gait/layers/lstm.hpp>
#include <gait/model/sequential.hpp>

namespace gait::inline GAIT_ARCH {

/// The reference model for `Classes` activities; its output are logits.
template <index Classes = 7>
using har_model = sequential<each_step<dense<3, 64, relu>>, lstm<64, 64>, lstm<64, 64>,
                             last_step<64>, dense<64, Classes>>;

static_assert(har_model<7>::parameter_count == 66'759);

} // namespace gait::inline GAIT_ARCH
