// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// How the learning rate moves over a run, as a factor of its base value. A function of the step
// alone, so that a resumed run meets the same rates.
#pragma once

#include <gait/core/config.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace gait::inline GAIT_ARCH {

/// A warm-up that rises in a straight line, then one of three shapes.
struct schedule {
    enum class shape {
        constant, ///< 1
        step,     ///< times `factor` after every `every_epochs`
        cosine    ///< half a cosine from 1 to `floor` at the end of the run
    };

    shape form = shape::constant;
    double warmup_epochs = 0; ///< may be a fraction; the last step of the warm-up has factor 1
    double every_epochs = 10; ///< shape::step, counted from the end of the warm-up
    double factor = 0.1;      ///< shape::step
    double floor = 0;         ///< shape::cosine, share of the base learning rate

    /// The factor of step `step` (from 0) of a run of `epochs` epochs of `steps_per_epoch`.
    [[nodiscard]] double at(std::int64_t step, std::int64_t steps_per_epoch, int epochs) const {
        const auto now = static_cast<double>(step);
        const auto per_epoch = static_cast<double>(steps_per_epoch);
        const double warmup = std::round(warmup_epochs * per_epoch);
        if (now < warmup)
            return (now + 1) / warmup;
        const double since = now - warmup;
        switch (form) {
        case shape::constant:
            return 1;
        case shape::step: // the small addend: 3 epochs of 1/3 each must make one
            return std::pow(factor, std::floor(since / (every_epochs * per_epoch) + 1e-9));
        case shape::cosine: {
            const double whole = std::max(1.0, static_cast<double>(epochs) * per_epoch - warmup);
            const double part = std::min(1.0, since / whole);
            return floor + (1 - floor) * 0.5 * (1 + std::cos(std::numbers::pi * part));
        }
        }
        return 1;
    }
};

/// Its name, as programs spell it.
[[nodiscard]] constexpr const char* name_of(schedule::shape form) {
    switch (form) {
    case schedule::shape::step:
        return "step";
    case schedule::shape::cosine:
        return "cosine";
    case schedule::shape::constant:
        break;
    }
    return "constant";
}

} // namespace gait::inline GAIT_ARCH
