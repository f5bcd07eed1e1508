// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// How the numbers of a window lie. gait's own models see a window as it was measured; a model from
// elsewhere may have been trained on windows (F, T) that were read as if they were (T, F). It has
// learnt from that, so it has to be fed the same way.
#pragma once

#include <gait/core/extents.hpp>

#include <string_view>

namespace gait::inline GAIT_ARCH {

/// steps_first: x_0 y_0 z_0 x_1 y_1 z_1 ...; features_first: x_0 x_1 ... y_0 y_1 ... z_0 z_1 ...
enum class input_layout { steps_first, features_first };

/// As it stands in a file.
constexpr std::string_view name_of(input_layout layout) {
    return layout == input_layout::features_first ? "features_first" : "steps_first";
}
/// What isn't "features_first" is steps_first.
constexpr input_layout input_layout_named(std::string_view name) {
    return name == name_of(input_layout::features_first) ? input_layout::features_first
                                                         : input_layout::steps_first;
}

/// Rows [first, first + to.rows) of windows x (T, R, F), to.steps = T of them, from steps first to
/// features first: `out` (T, to.rows, F).
inline void lay_features_first(const float* x, index rows, index first, extents to, index features,
                               float* out) {
    for (index t = 0; t < to.steps; ++t)
        for (index r = 0; r < to.rows; ++r)
            for (index f = 0; f < features; ++f) {
                const index place = f * to.steps + t; // in the window's own run of numbers
                out[(place / features * to.rows + r) * features + place % features] =
                    x[(t * rows + first + r) * features + f];
            }
}

} // namespace gait::inline GAIT_ARCH
