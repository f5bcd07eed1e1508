// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// How a body moves while it does one of the seven things: a function of time, nothing more. Two
// phones on the same body ask at their own moments and see the same steps, and a longer recording
// begins with the shorter one.
//
// The numbers are round ones of the size that recordings of waist and trouser pockets show: a step
// frequency of 1.5 to 2.1 Hz when walking with its first harmonics at 1 to 3 m/s^2, stairs slower
// and smoother up, sharper down, pedalling at about 1 Hz under the vibration of the road.
#pragma once

#include <gait/core/random.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace har {

enum class activity : std::uint8_t { bike, sit, stand, walk, stairsup, stairsdown, null };
inline constexpr std::array activity_names = {"bike",     "sit",        "stand", "walk",
                                              "stairsup", "stairsdown", "null"};

/// What a recording draws random numbers for. Part of the key: no two uses share numbers.
enum class draw : std::uint32_t { person, habit, session, bout, motion, device, sensor };

/// The random numbers of one use; a, b and c say of whom and of which round (below 2^16 each).
[[nodiscard]] inline gait::random_stream draws(std::uint64_t seed, draw use, std::uint64_t a = 0,
                                               std::uint64_t b = 0, std::uint64_t c = 0) {
    return {seed, gait::purpose::simulate, static_cast<std::uint32_t>(use), a | b << 16 | c << 32};
}

/// A factor around 1 that is as likely to be x as 1/x.
[[nodiscard]] inline double factor(gait::random_stream& random, double spread) {
    return std::exp(spread * std::clamp(random.normal(), -2.0, 2.0));
}

[[nodiscard]] inline double between(gait::random_stream& random, double low, double high) {
    return low + (high - low) * static_cast<double>(random.uniform());
}

/// 0 below `low`, 1 above `high`, smooth between.
[[nodiscard]] inline double smooth_step(double low, double high, double x) {
    const double u = std::clamp((x - low) / (high - low), 0.0, 1.0);
    return u * u * (3 - 2 * u);
}

/// A smooth random function of time of mean 0 and variance 1, with frequencies in a band.
class wander {
public:
    wander(gait::random_stream& random, double low_hz, double high_hz) {
        for (tone& t : tones_)
            t = {2 * std::numbers::pi * between(random, low_hz, high_hz),
                 2 * std::numbers::pi * static_cast<double>(random.uniform())};
    }
    [[nodiscard]] double operator()(double t) const {
        double sum = 0;
        for (const tone& one : tones_)
            sum += std::sin(one.speed * t + one.phase);
        return sum * std::numbers::sqrt2 / 2; // 4 sines of variance 1/2 each
    }

private:
    struct tone {
        double speed, phase;
    };
    std::array<tone, 4> tones_{};
};

/// Three of them: forward, left, up.
class wander3 {
public:
    wander3(gait::random_stream& random, double low_hz, double high_hz)
        : forward_(random, low_hz, high_hz), left_(random, low_hz, high_hz),
          up_(random, low_hz, high_hz) {}
    [[nodiscard]] Eigen::Vector3d operator()(double t) const {
        return {forward_(t), left_(t), up_(t)};
    }

private:
    wander forward_, left_, up_;
};

/// What differs from one person to the next, as factors around 1 but for the cadence.
struct person {
    double cadence_hz; ///< steps per second when walking
    double pedals_hz;  ///< turns of the pedals per second
    double vigour, spring, stride, impact, lift;
    double limp;  ///< left step against right step
    double still; ///< sway at rest

    explicit person(gait::random_stream random)
        : cadence_hz(std::clamp(1.8 + 0.1 * random.normal(), 1.6, 2.0)),
          pedals_hz(between(random, 0.85, 1.35)), vigour(factor(random, 0.09)),
          spring(factor(random, 0.09)), stride(factor(random, 0.09)), impact(factor(random, 0.15)),
          lift(factor(random, 0.09)), limp(0.08 * random.normal()), still(factor(random, 0.25)) {}
};

/// The body at one moment.
struct pose {
    Eigen::Vector3d acceleration{0, 0, 0}; ///< forward, left, up; m/s^2, without gravity
    Eigen::Vector3d sway{0, 0, 0};         ///< a small rotation about those axes, rad
    double thigh = 0;                      ///< angle of the thigh from hanging down, rad
};

/// A kind of gait: amplitudes in m/s^2 of the harmonics of the step, and what the leg does.
struct gait_style {
    double cadence; ///< against walking
    double up1, up2, up3;
    double forward1, forward2;
    double side;
    double thigh;  ///< mean angle of the thigh, rad
    double swing;  ///< of the thigh, rad
    double impact; ///< of the heel, m/s^2
};
inline constexpr gait_style walking = {1.00, 2.4, 1.1, 0.4, 1.4, 0.7, 1.0, 0.08, 0.30, 1.2};
inline constexpr gait_style climbing = {0.84, 1.9, 0.4, 0.2, 0.8, 0.3, 0.8, 0.30, 0.50, 0.5};
inline constexpr gait_style descending = {1.03, 2.8, 1.6, 1.1, 0.6, 0.4, 0.9, 0.18, 0.18, 5.0};

/// One stretch of one activity of one person: `at` says how the body is, seconds after its start.
class motion {
public:
    motion(const person& who, activity what, gait::random_stream random)
        : who_(who), what_(what), mood_(random, 0.03, 0.2), tempo_(random, 0.05, 0.3),
          phase_(between(random, 0, 1)), pace_(factor(random, 0.03)), vigour_(factor(random, 0.07)),
          angle_(random.normal()), slow_(random, 0.1, 0.8), quick_(random, 0.5, 4),
          road_(random, 5, 13), gravel_(random, 11, 22) {}

    [[nodiscard]] pose at(double t) const {
        switch (what_) {
        case activity::walk:
            return steps(walking, t);
        case activity::stairsup:
            return steps(climbing, t);
        case activity::stairsdown:
            return steps(descending, t);
        case activity::bike:
            return riding(t);
        case activity::sit:
            return sitting(t);
        case activity::stand:
            return standing(t);
        case activity::null:
            break;
        }
        return handling(t);
    }

private:
    [[nodiscard]] pose steps(const gait_style& style, double t) const {
        const double cadence = style.cadence * pace_ * who_.cadence_hz;
        // Not quite regular: the clock of the steps wanders by a few hundredths of a second.
        const double step = cadence * t + phase_ + 0.06 * tempo_(t);
        const double half = std::numbers::pi * step; // one turn of 2 pi is two steps
        const double s1 = std::sin(half), c1 = std::cos(half);
        const double s2 = 2 * s1 * c1, c2 = c1 * c1 - s1 * s1;
        const double s4 = 2 * s2 * c2, c4 = c2 * c2 - s2 * s2;
        const double s6 = s4 * c2 + c4 * s2;

        const double vigour = who_.vigour * vigour_ * (1 + 0.12 * mood_(t));
        const double up =
            vigour * (style.up1 * s2 + who_.spring * (style.up2 * c4 + style.up3 * s6) +
                      style.up1 * who_.limp * s1);
        const double forward = vigour * who_.stride * (style.forward1 * c2 + style.forward2 * s4);
        const double side = vigour * style.side * (s1 + 0.4 * (s4 * c1 + c4 * s1));

        // The heel rings at 10 Hz for a tenth of a second; every step lands a little differently.
        const double count = std::floor(step);
        const double since = (step - count) / cadence;
        const double landing = style.impact * who_.impact * vigour *
                               (1 + 0.25 * std::sin(2.399963 * count)) * std::exp(-since / 0.05) *
                               std::cos(2 * std::numbers::pi * 10 * since);
        pose p;
        p.acceleration = {forward - 0.4 * landing, side, up + landing};
        p.sway = Eigen::Vector3d(0.05 * s1, 0.02 * s2, 0.05 * c1) + 0.03 * slow_(t);
        p.thigh = style.thigh + style.swing * who_.lift * c1;
        return p;
    }

    [[nodiscard]] pose riding(double t) const {
        const double turn =
            2 * std::numbers::pi * (who_.pedals_hz * pace_ * t + phase_ + 0.1 * tempo_(t));
        const double pedalling = smooth_step(-1.6, -1.1, mood_(t));   // else coasting
        const double rough = (0.85 + 0.15 * tempo_(t + 7)) * vigour_; // the road
        pose p;
        p.acceleration = rough * Eigen::Vector3d(0.35 * gravel_(t), 0.35 * road_(t + 3),
                                                 0.7 * road_(t) + 0.4 * gravel_(t + 5));
        p.acceleration += pedalling * who_.vigour *
                          Eigen::Vector3d(0.4 * std::sin(2 * turn), 0.5 * std::sin(turn),
                                          0.5 * std::cos(2 * turn));
        p.sway = 0.02 * slow_(t);
        p.sway.x() += 0.05 * pedalling * std::sin(turn);
        p.thigh = 0.75 + 0.08 * angle_ + 0.35 * who_.lift * pedalling * std::cos(turn);
        return p;
    }

    [[nodiscard]] pose sitting(double t) const {
        const double fidget = smooth_step(1.7, 2.4, mood_(t));
        const double breath = std::sin(2 * std::numbers::pi * 0.25 * pace_ * t + phase_);
        pose p;
        p.acceleration = (0.012 * who_.still + 0.3 * fidget) * quick_(t);
        p.sway = (0.003 * who_.still + 0.05 * fidget) * slow_(t);
        p.sway.y() += 0.003 * breath;
        p.thigh = 1.2 + 0.12 * angle_;
        return p;
    }

    [[nodiscard]] pose standing(double t) const {
        const double shift = std::tanh(4 * mood_(t)); // from one leg to the other
        pose p;
        p.acceleration = 0.045 * who_.still * quick_(t);
        p.sway = 0.015 * who_.still * slow_(t);
        p.sway.x() += 0.05 * shift;
        p.thigh = 0.08 + 0.08 * angle_;
        return p;
    }

    /// Between two things: a phone taken out and put back, a turn, a shuffle, a moment of rest.
    [[nodiscard]] pose handling(double t) const {
        const double busy = 0.15 + 0.85 * smooth_step(-1.2, 0.2, tempo_(t));
        const double shuffle = smooth_step(0.6, 1.4, mood_(t));
        pose p = steps(walking, 0.8 * t);
        p.acceleration = 0.5 * shuffle * p.acceleration + busy * vigour_ * quick_(t);
        p.sway = 0.45 * busy * slow_(t);
        p.thigh = 0.5 + 0.25 * angle_ + 0.4 * mood_(t);
        return p;
    }

    person who_;
    activity what_;
    wander mood_, tempo_;
    double phase_, pace_, vigour_, angle_;
    wander3 slow_, quick_;
    wander road_, gravel_;
};

} // namespace har
