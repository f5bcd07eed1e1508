// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Training that has exploded ends with an error, and not with weights that are not numbers.
#pragma once

#include <gait/core/error.hpp>
#include <gait/core/in_words.hpp>
#include <gait/training/options.hpp>

#include <cmath>
#include <cstdint>
#include <string>

namespace gait::inline GAIT_ARCH {

/// Throws the `error` of batch `batch` of the epoch after `epochs` complete ones, both counted
/// from 0.
[[noreturn]] inline void not_finite(const fit_options& options, std::int64_t epochs, index batch,
                                    const std::string& expected, double found) {
    std::string text = std::isnan(found) ? "nan" : detail::in_words(found); // not "-nan"
    if (!options.checkpoint.empty())
        text += detail::in_words(" (this checkpoint holds the weights of epoch ", epochs,
                                 "; a lower learning rate, a warm-up or clipping may help)");
    throw error({options.checkpoint.string(),
                 detail::in_words("epoch ", epochs + 1, ", batch ", batch + 1), expected, text});
}

} // namespace gait::inline GAIT_ARCH
