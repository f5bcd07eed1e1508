// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A window on its way into a model.
#pragma once

#include <gait/core/input_layout.hpp>
#include <gait/data/scaling.hpp>
#include <gait/weights/model_info.hpp>

#include <span>
#include <vector>

namespace web {

using gait::index;

/// A window (T, 3) in raw units as the model sees it.
inline std::vector<float> as_seen(const gait::model_info& info, std::span<const float> window) {
    const gait::affine<3> scale(info.mean, info.deviation);
    std::vector<float> x(window.size());
    if (info.layout == gait::input_layout::features_first) // such models have no scaling
        gait::lay_features_first(window.data(), 1, 0, {info.window_steps, 1}, 3, x.data());
    else
        for (std::size_t i = 0; i < window.size(); i += 3)
            scale(window.data() + i, x.data() + i);
    return x;
}

} // namespace web
