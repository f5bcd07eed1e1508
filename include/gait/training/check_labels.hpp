// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Whether a source of windows and a model speak of the same classes.
#pragma once

#include <gait/core/error.hpp>
#include <gait/core/extents.hpp>

#include <string>

namespace gait::inline GAIT_ARCH {

namespace detail {
/// Throws `error` if a source can't train or judge a model of K classes.
template <index K, class Source>
void check_labels(const Source& source, const std::string& name) {
    if (source.class_count() != K)
        throw error({name, "classes", std::to_string(K) + ", as many as the model's outputs",
                     std::to_string(source.class_count())});
    for (index i = 0; i < source.size(); ++i)
        if (const auto label = static_cast<index>(source.label(i)); label < 0 || label >= K)
            throw error({name, "window " + std::to_string(i),
                         "a label in [0, " + std::to_string(K) + ")", std::to_string(label)});
}
} // namespace detail

} // namespace gait::inline GAIT_ARCH
