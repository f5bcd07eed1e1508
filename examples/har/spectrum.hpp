// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// How much an activity moves at which frequency, after Welch: the mean spectrum of pieces that
// overlap by half, without their mean and under a Hann window. The powers of x, y and z are added:
// the sum doesn't depend on how the phone lies.
#pragma once

#include <gait/data/recordings.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <vector>

namespace har {

/// Power per hertz at k / (steps / rate), k = 0, ..., steps / 2.
struct spectrum {
    std::vector<double> density; ///< in the samples' units squared per Hz; empty without a piece
    gait::index pieces = 0;      ///< that it is the mean of
};

namespace detail {

/// Adds the one-sided density of one piece (steps, 3) to `density` (steps / 2 + 1):
///     S_k = 2 |sum_t w_t x_t exp(-2 pi i k t / steps)|^2 / (rate sum_t w_t^2)
inline void add_piece(std::span<const float> piece, double rate_hz, std::vector<double>& density) {
    const std::size_t steps = piece.size() / 3;
    std::vector<double> wave(steps), window(steps), x(steps);
    double energy = 0;
    for (std::size_t t = 0; t < steps; ++t) {
        const double angle =
            2 * std::numbers::pi * static_cast<double>(t) / static_cast<double>(steps);
        wave[t] = std::cos(angle);
        window[t] = 0.5 - 0.5 * std::cos(angle);
        energy += window[t] * window[t];
    }
    for (std::size_t axis = 0; axis < 3; ++axis) {
        double mean = 0;
        for (std::size_t t = 0; t < steps; ++t)
            mean += static_cast<double>(piece[3 * t + axis]) / static_cast<double>(steps);
        for (std::size_t t = 0; t < steps; ++t)
            x[t] = window[t] * (static_cast<double>(piece[3 * t + axis]) - mean);
        // A plain sum: a few thousand pieces of 256 take a second, and it is seen to be right.
        for (std::size_t k = 0; k < density.size(); ++k) {
            double real = 0, imaginary = 0;
            for (std::size_t t = 0, at = 0; t < steps; ++t, at = (at + k) % steps) {
                real += x[t] * wave[at];
                imaginary += x[t] * wave[(at + steps - steps / 4) % steps]; // sine
            }
            const bool twice = k > 0 && 2 * k < steps;
            density[k] +=
                (twice ? 2 : 1) * (real * real + imaginary * imaginary) / (rate_hz * energy);
        }
    }
}

} // namespace detail

/// The spectrum of the samples with this label. A piece is `steps` (a multiple of 4) samples of one
/// run, all with the label; of more than `most` pieces, that many are taken at equal distances.
/// `r` is at a uniform rate.
inline spectrum spectrum_of(const gait::recordings& r, std::uint8_t label, gait::index steps = 256,
                            gait::index most = 1000) {
    std::vector<gait::index> begins;
    for (const gait::run& run : r.runs) {
        gait::index alike = 0;
        for (gait::index i = run.begin; i < run.begin + run.count; ++i) {
            alike = r.labels[static_cast<std::size_t>(i)] == label ? alike + 1 : 0;
            if (alike >= steps && (alike - steps) % (steps / 2) == 0)
                begins.push_back(i + 1 - steps);
        }
    }
    spectrum result;
    result.pieces = std::min(std::ssize(begins), most);
    if (begins.empty())
        return result;
    result.density.resize(static_cast<std::size_t>(steps / 2 + 1));
    for (gait::index p = 0; p < result.pieces; ++p) {
        const gait::index begin =
            begins[static_cast<std::size_t>(p * std::ssize(begins) / result.pieces)];
        detail::add_piece(std::span(r.samples).subspan(static_cast<std::size_t>(3 * begin),
                                                       static_cast<std::size_t>(3 * steps)),
                          r.rate_hz, result.density);
    }
    for (double& d : result.density)
        d /= static_cast<double>(result.pieces);
    return result;
}

} // namespace har
