// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Augmentation: what else a phone might have recorded of the same movement. It lay another way in
// the pocket, or in the other pocket, its sensor has another gain and more noise, its owner walked
// a little faster, it sampled less often or rounded what it measured. A window is changed on its
// way into a tile; nothing is kept, and nothing outside the window is looked at, so no split is
// crossed.
//
// All that is random is a function of seed, epoch and the window's number: the same for any number
// of threads, and in a resumed run.
#pragma once

#include <gait/core/extents.hpp>
#include <gait/core/random.hpp>
#include <gait/data/gravity_alignment.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace gait::inline GAIT_ARCH {

/// How much of each; all zero: none. In raw units, before scaling.
struct augmentation {
    double yaw = 0;      ///< degrees, the largest angle about the vertical, the mean; up to 180
    double rotation = 0; ///< degrees, the largest angle about an axis of any direction; up to 180
    double tilt = 0;     ///< degrees, likewise, of windows that move; those that are still stay,
                         ///< which shows by gravity: without it in the samples all are turned
    double mirror = 0;   ///< share of windows whose left and right change places; up to 1
    double scale = 0;    ///< gain from [1 - scale, 1 + scale], one for all axes; below 1
    double jitter = 0;   ///< standard deviation of noise added to every number
    double warp = 0;     ///< time runs up to this share faster and slower; below 1
    double rate = 0;     ///< up to this share of the sampling rate is missing; below 1
    double rounding = 0; ///< values become multiples of this; browsers deliver 0.1 m/s^2

    [[nodiscard]] bool any() const {
        return yaw > 0 || rotation > 0 || tilt > 0 || mirror > 0 || scale > 0 || jitter > 0 ||
               warp > 0 || rate > 0 || rounding > 0;
    }
};

/// What becomes of one window (T, 3): drawn once, then applied to its samples in order. The window
/// is aligned first.
class window_augmentation {
public:
    static constexpr index axes = 3;
    using sample = std::array<float, axes>;

    window_augmentation(const augmentation& a, const float* window, index steps,
                        random_stream random, const gravity_alignment& align = {})
        : window_(window), end_(static_cast<float>(steps - 1)), random_(random),
          rounding_(static_cast<float>(a.rounding)) {
        // Always the same draws, so that each part is what it is with and without the others.
        const auto signed_uniform = [&] { return 2.0 * random_.uniform() - 1.0; };
        const double height = signed_uniform(), around = std::numbers::pi * signed_uniform();
        const double angle = a.rotation * std::numbers::pi / 180 * signed_uniform();
        const double gain = 1 + a.scale * signed_uniform();
        const double warp = a.warp * signed_uniform(), phase = std::numbers::pi * signed_uniform();
        const double share = 1 - a.rate * random_.uniform(), offset = random_.uniform();
        const double yaw = a.yaw * std::numbers::pi / 180 * signed_uniform();
        const double tilt = a.tilt * std::numbers::pi / 180 * signed_uniform();
        const bool mirrors = random_.uniform() < a.mirror;

        const double width = std::sqrt(std::max(0.0, 1 - height * height)); // Archimedes
        const unit_vector any{width * std::cos(around), width * std::sin(around), height};
        const posture lies = posture_of(window, steps);
        matrix_ = turn_about(any, lies.moves ? angle + tilt : angle, gain);
        if (mirrors || a.yaw > 0) {
            const unit_vector up = lies.length > 0 ? align.up_after(lies) : any;
            if (mirrors)
                matrix_ = matrix_ * level_mirror(up); // the other pocket
            matrix_ = matrix_ * turn_about(up, yaw, 1);
        }
        if (align.any())
            matrix_ = matrix_ * align.turn(lies);
        // Sums of four bytes have this deviation: sqrt(4 (256^2 - 1) / 12).
        jitter_ = static_cast<float>(a.jitter / std::sqrt(65'535 / 3.0));
        spacing_ = a.rate > 0 ? static_cast<float>(1 / share) : 0;
        first_ = static_cast<float>(offset) * spacing_;
        // Speed 1 + warp cos(2 pi t / L + phase) over L = T - 1: ends where the window ends.
        const double period = std::max(static_cast<double>(steps - 1), 1.0);
        const double step = 2 * std::numbers::pi / period;
        reach_ = warp / step;
        sine_ = sine_before_ = std::sin(phase);
        cosine_ = std::cos(phase);
        step_sine_ = std::sin(step);
        step_cosine_ = std::cos(step);
    }

    /// The sample that takes the place of step t. Called for t = 0, 1, ... in order.
    sample operator()(index t) {
        sample y = matrix_ * at_time(time_of(t));
        for (std::size_t i = 0; i < axes; ++i) {
            if (jitter_ > 0)
                y[i] += jitter_ * noise();
            if (rounding_ > 0)
                y[i] = std::rint(y[i] / rounding_) * rounding_;
        }
        return y;
    }

private:
    /// Turns by `angle` about an axis and multiplies by `gain`. Source: Rodrigues' formula.
    static axes_matrix turn_about(const unit_vector& k, double angle, double gain) {
        const double s = std::sin(angle), c = std::cos(angle);
        const std::array<double, 9> cross{0, -k[2], k[1], k[2], 0, -k[0], -k[1], k[0], 0};
        axes_matrix m;
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t j = 0; j < 3; ++j)
                m.at[3 * i + j] = static_cast<float>(
                    gain * (c * (i == j) + s * cross[3 * i + j] + (1 - c) * k[i] * k[j]));
        return m;
    }

    /// t + warp L / (2 pi) (sin(2 pi t / L + phase) - sin phase), sines by recurrence.
    float time_of(index t) {
        const double time = static_cast<double>(t) + reach_ * (sine_ - sine_before_);
        const double sine = sine_ * step_cosine_ + cosine_ * step_sine_;
        cosine_ = cosine_ * step_cosine_ - sine_ * step_sine_;
        sine_ = sine;
        return std::clamp(static_cast<float>(time), 0.0F, end_);
    }

    /// The signal at a time between the samples: on a straight line between them, or between the
    /// sparser ones that a slower sensor would have taken.
    [[nodiscard]] sample at_time(float time) const {
        if (spacing_ == 0)
            return between(time);
        const float number = std::floor((time - first_) / spacing_);
        const float before = std::clamp(first_ + number * spacing_, 0.0F, end_);
        const float after = std::clamp(first_ + (number + 1) * spacing_, 0.0F, end_);
        const float share = after > before ? (time - before) / (after - before) : 0.0F;
        const sample a = between(before), b = between(after);
        sample x;
        for (std::size_t i = 0; i < axes; ++i)
            x[i] = a[i] + share * (b[i] - a[i]);
        return x;
    }

    [[nodiscard]] sample between(float time) const {
        const auto step = static_cast<index>(time);
        const float share = time - static_cast<float>(step);
        const float* a = window_ + step * axes;
        const float* b = share > 0 ? a + axes : a; // no step after the last
        return {a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]),
                a[2] + share * (b[2] - a[2])};
    }

    /// Four bytes' sum about its mean, close to normal. Sine and logarithm of true normal numbers
    /// would cost ten times as much, and nobody can tell a sensor's noise from this.
    float noise() {
        const std::uint32_t bits = random_();
        const std::uint32_t pairs = (bits & 0x00FF00FF) + ((bits >> 8) & 0x00FF00FF);
        return static_cast<float>(static_cast<int>((pairs & 0xFFFF) + (pairs >> 16)) - 510);
    }

    const float* window_; // (T, 3)
    float end_;           // T - 1
    random_stream random_;
    float rounding_, jitter_ = 0, spacing_ = 0, first_ = 0;
    double reach_ = 0, sine_ = 0, sine_before_ = 0, cosine_ = 1, step_sine_ = 0, step_cosine_ = 1;
    axes_matrix matrix_;
};

} // namespace gait::inline GAIT_ARCH
