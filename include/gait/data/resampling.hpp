// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// From the irregular times of a sensor to a uniform rate, sample by sample as they arrive. The grid
// starts at the first sample; between two samples the signal is a straight line; after a gap the
// grid starts anew, as it does where a clock was set back by over a minute. What comes too late by
// less is left out.
#pragma once

#include <gait/core/extents.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace gait::inline GAIT_ARCH {

/// What became of a pushed sample.
enum class pushed {
    continued, ///< the sample goes on where the one before ended
    started,   ///< the first sample, or the first after a gap or after the clock fell back by over
               ///< a minute: whoever keeps a state resets it
    ignored    ///< not later than the one before, as what was delivered late, or at no finite time
};

/// One point of the uniform grid.
template <index F>
struct grid_point {
    double seconds;             ///< on the clock of the pushed samples
    std::array<float, F> value; ///< between the sample before and the one just pushed
    double share;               ///< of the one just pushed, in [0, 1]: from 0.5 on it is the nearer
};

/// Linear interpolation of F features onto a uniform grid. Keeps one sample; allocates nothing.
template <index F>
class resampler {
public:
    /// `rate_hz` > 0 of the grid; samples further apart than `max_gap` seconds aren't joined.
    resampler(double rate_hz, double max_gap)
        : period_(1 / rate_hz), tolerance_(1e-3 / rate_hz), max_gap_(max_gap) {
        assert(rate_hz > 0 && max_gap > 0);
    }

    /// Takes a sample (F) and calls emit(grid_point<F>) for every grid point up to its time.
    template <class Emit>
    pushed push(double seconds, const float* sample, const Emit& emit) {
        if (!std::isfinite(seconds)) // nothing is later than NaN: it would silence all that follow
            return pushed::ignored;
        if (empty_ || seconds - before_ > max_gap_ || before_ - seconds > set_back) {
            empty_ = false;
            start_ = seconds;
            emitted_ = 1;
            keep(seconds, sample);
            emit(grid_point<F>{seconds, last_, 1.0});
            return pushed::started;
        }
        if (!(seconds > before_))
            return pushed::ignored;
        // Clocks round: a grid point a thousandth of a step past the sample still belongs to it.
        for (double at = grid(); at <= seconds + tolerance_; at = grid()) {
            const double share = std::clamp((at - before_) / (seconds - before_), 0.0, 1.0);
            emit(grid_point<F>{at, between(sample, static_cast<float>(share)), share});
            ++emitted_;
        }
        keep(seconds, sample);
        return pushed::continued;
    }

    /// The next sample starts the grid anew.
    void reset() { empty_ = true; }

private:
    [[nodiscard]] double grid() const { return start_ + static_cast<double>(emitted_) * period_; }

    [[nodiscard]] std::array<float, F> between(const float* sample, float share) const {
        std::array<float, F> value;
        for (std::size_t f = 0; f < value.size(); ++f)
            value[f] = last_[f] + share * (sample[f] - last_[f]);
        return value;
    }

    void keep(double seconds, const float* sample) {
        before_ = seconds;
        std::copy_n(sample, F, last_.begin());
    }

    static constexpr double set_back = 60; // s; no sample is delivered so late

    double period_, tolerance_, max_gap_;
    double start_ = 0;  // time of grid point 0
    double before_ = 0; // time of the sample before
    index emitted_ = 0; // grid points since start_
    bool empty_ = true;
    std::array<float, F> last_{};
};

} // namespace gait::inline GAIT_ARCH
