// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// One user's one device while its rows arrive: stamps to seconds, seconds to the model's uniform
// rate, and the last window of it. The same rules as har_prepare's, but for what only somebody who
// has all rows can know: a late row can't be sorted in, and is left out.
#pragma once

#include <gait/data/hhar_tracks.hpp>
#include <gait/data/resampling.hpp>
#include <gait/data/windows.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

namespace har {

/// Seconds since a device's first row. Creation_Time, the sensor's own clock, is used until it
/// proves damaged: by floating point, or when over a fifth of the rows repeat the stamp before, and
/// fewer repeat their Arrival_Time.
class live_clock {
public:
    /// Takes a row's stamps and says whether time goes on, as far as stamps can tell. It doesn't
    /// if the clock was changed, or the device restarted.
    bool tick(const gait::hhar_row& row) {
        const bool first = rows_++ == 0;
        if (first) {
            first_arrival_ = row.arrival_ms;
            first_creation_ = row.creation_ns;
        }
        const double by_arrival = static_cast<double>(row.arrival_ms - first_arrival_) * 1e-3;
        if (arrival_) {
            seconds_ = by_arrival;
            return true;
        }
        same_creation_ += !first && row.creation_ns == creation_;
        same_arrival_ += !first && row.arrival_ms == arrival_ms_;
        const bool restarted = !first && creation_ - row.creation_ns > minute;
        creation_ = row.creation_ns;
        arrival_ms_ = row.arrival_ms;
        arrival_ = row.creation_damaged ||
                   (rows_ >= 50 && same_creation_ * 5 > rows_ && same_arrival_ < same_creation_);
        if (arrival_) {
            seconds_ = by_arrival;
            return false;
        }
        if (restarted) { // where Arrival_Time says that the sensor's clock begins anew
            first_creation_ = creation_;
            first_seconds_ = by_arrival;
        }
        seconds_ = first_seconds_ + static_cast<double>(creation_ - first_creation_) * 1e-9;
        return !restarted;
    }

    [[nodiscard]] double seconds() const { return seconds_; }
    /// Is it Arrival_Time? Then rows come in bursts that share a millisecond.
    [[nodiscard]] bool by_arrival() const { return arrival_; }

private:
    static constexpr std::int64_t minute = 60'000'000'000;

    bool arrival_ = false;
    gait::index rows_ = 0, same_creation_ = 0, same_arrival_ = 0;
    std::int64_t first_arrival_ = 0, first_creation_ = 0;
    double first_seconds_ = 0;                   // when the sensor's clock was at first_creation_
    std::int64_t arrival_ms_ = 0, creation_ = 0; // of the row before
    double seconds_ = 0;
};

/// Keeps the last window of a device's samples and tells when to look at it.
class live_track {
public:
    /// Windows of `steps` samples, one every `hop` samples, in what has no gap of over `max_gap`
    /// seconds. With a `shortest` length above 0, a window of what is left before a gap, too.
    live_track(double rate_hz, double max_gap, gait::index steps, gait::index hop,
               gait::index shortest)
        : grid_(rate_hz, max_gap), max_gap_(max_gap), steps_(steps), hop_(hop), shortest_(shortest),
          samples_(static_cast<std::size_t>(steps * 3)) {}

    /// Takes a row. Calls due(seconds, steps) when the window of so many steps that ends then is to
    /// be classified.
    template <class Due>
    void add(const gait::hhar_row& row, const Due& due) {
        const bool goes_on = clock_.tick(row);
        if (!goes_on) {
            burst_.clear();
            grid_.reset();
            end_run(due);
        }
        if (!clock_.by_arrival())
            return push(clock_.seconds(), row.xyz, due);
        // A burst of rows was not measured in the millisecond in which it arrived: it is spread
        // evenly until the next stamp.
        if (!burst_.empty() && row.arrival_ms != burst_ms_)
            spread(static_cast<double>(row.arrival_ms - burst_ms_) * 1e-3, due);
        burst_ms_ = row.arrival_ms;
        burst_time_ = clock_.seconds();
        burst_.push_back(row.xyz);
    }

    /// No more rows.
    template <class Due>
    void finish(const Due& due) {
        spread(std::numeric_limits<double>::infinity(), due);
        end_run(due);
    }

    /// The last `steps` samples (steps, 3), oldest first.
    void copy_window(gait::index steps, float* to) const {
        for (gait::index i = count_ - steps; i < count_; ++i, to += 3)
            std::copy_n(samples_.begin() + i % steps_ * 3, 3, to);
    }

    /// Samples since the last gap; those of them that the window holds are its last.
    [[nodiscard]] gait::index count() const { return count_; }
    /// Rows left out: their time was not later than that of the row before.
    [[nodiscard]] gait::index ignored() const { return ignored_; }
    /// Samples of the longest stretch without a gap.
    [[nodiscard]] gait::index longest() const { return longest_; }

private:
    /// `span` seconds from the burst to the next stamp. Before a gap, and where no later stamp
    /// comes, the rows are as far apart as those before: nobody measured into the silence.
    template <class Due>
    void spread(double span, const Due& due) {
        const double even = span / static_cast<double>(std::max<std::size_t>(burst_.size(), 1));
        if (span > 0 && span <= max_gap_)
            period_ = even;
        const double step = span > 0 ? std::min(period_, even) : period_;
        for (std::size_t i = 0; i < burst_.size(); ++i)
            push(burst_time_ + static_cast<double>(i) * step, burst_[i], due);
        burst_.clear();
        if (span > max_gap_) // though the last row may be nearer to the next than its stamp is
            grid_.reset();
    }

    /// What is left of a run becomes a window if it is long enough.
    template <class Due>
    void end_run(const Due& due) {
        const gait::index rest = gait::window_places(count_, steps_, hop_).rest;
        if (shortest_ > 0 && rest >= shortest_)
            due(last_seconds_, rest);
        count_ = 0;
    }

    template <class Due>
    void push(double seconds, const std::array<float, 3>& xyz, const Due& due) {
        emitted_.clear();
        const auto became = grid_.push(seconds, xyz.data(), [&](const gait::grid_point<3>& point) {
            emitted_.push_back(point);
        });
        if (became == gait::pushed::started)
            end_run(due);
        ignored_ += became == gait::pushed::ignored;
        for (const auto& point : emitted_) {
            std::copy(point.value.begin(), point.value.end(),
                      samples_.begin() + count_ % steps_ * 3);
            ++count_;
            last_seconds_ = point.seconds;
            longest_ = std::max(longest_, count_);
            if (count_ >= steps_ && (count_ - steps_) % hop_ == 0)
                due(point.seconds, steps_);
        }
    }

    live_clock clock_;
    gait::resampler<3> grid_;
    double max_gap_;
    gait::index steps_, hop_, shortest_;
    std::vector<float> samples_; // (T, 3), a ring
    gait::index count_ = 0;      // samples since the last gap
    gait::index ignored_ = 0, longest_ = 0;
    std::int64_t burst_ms_ = 0;
    double burst_time_ = 0, last_seconds_ = 0;
    double period_ = 1e-3; // from row to row of a burst; before any is known, keeps them in order
    std::vector<std::array<float, 3>> burst_;  // rows of the latest millisecond
    std::vector<gait::grid_point<3>> emitted_; // of one push; kept for its memory
};

} // namespace har
