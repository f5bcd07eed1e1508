// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A window on its way into a model.
#pragma once

#include <gait/core/input_layout.hpp>
#include <gait/data/gravity_alignment.hpp>
#include <gait/data/scaling.hpp>
#include <gait/weights/model_info.hpp>

#include <span>
#include <vector>

namespace web {

using gait::index;

/// A window (T, 3) in raw units as the model sees it.
inline std::vector<float> as_seen(const gait::model_info& info, std::span<const float> window) {
    std::vector<float> x(window.size());
    if (info.layout == gait::input_layout::features_first) { // such models have nothing else
        gait::lay_features_first(window.data(), 1, 0, {info.window_steps, 1}, 3, x.data());
        return x;
    }
    const gait::gravity_alignment align(info.up);
    align(window.data(), 1, 0, {static_cast<index>(window.size()) / 3, 1}, x.data());
    const gait::affine<3> scale(info.mean, info.deviation);
    for (std::size_t i = 0; i < x.size(); i += 3)
        scale(x.data() + i, x.data() + i);
    return x;
}

} // namespace web
