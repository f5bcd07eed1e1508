// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Prepared recordings: all samples in one array, cut into runs, at one uniform rate or, if they are
// kept as they were measured, each device at its own. A run is what
// one user did with one device without a gap, so whatever stays inside a run is continuous.
#pragma once

#include <gait/core/error.hpp>
#include <gait/core/extents.hpp>
#include <gait/core/in_words.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// The fastest that recordings can be, which no accelerometer comes near.
inline constexpr double most_rate_hz = 1e6;

/// Samples begin, ..., begin + count - 1 of the recordings: uniform in time, without a gap.
struct run {
    index begin = 0;
    index count = 0;
    int user = 0;             ///< in recordings::users
    int device = 0;           ///< in recordings::devices
    double start_seconds = 0; ///< of the first sample, by the device's own clock
};

/// Everything that was recorded, N samples of x, y, z.
struct recordings {
    static constexpr index axes = 3;

    double rate_hz = 0;               ///< uniform; or, if `native`, the mean over all samples
    bool native = false;              ///< each device kept its own rate
    std::string units;                ///< of the samples: "m/s^2"
    std::vector<std::string> classes; ///< what a label means; at most 255
    std::vector<std::string> users;
    std::vector<std::string> devices;
    std::vector<float> samples;       ///< (N, 3)
    std::vector<std::uint8_t> labels; ///< (N), in classes
    std::vector<run> runs;            ///< in the order of their samples, none overlapping
    std::string source;               ///< the file they were loaded from, for messages; or empty

    /// N.
    [[nodiscard]] index size() const { return static_cast<index>(labels.size()); }
    [[nodiscard]] double seconds(index samples_count) const {
        return static_cast<double>(samples_count) / rate_hz;
    }
};

namespace detail {
inline void check_names(const std::vector<std::string>& names, const std::string& kind,
                        const std::string& path) {
    std::set<std::string> seen;
    for (const std::string& name : names) {
        if (!is_plain_name(name))
            throw error({path, kind, "names in plain text",
                         name.empty() ? "an empty one" : "control characters"});
        if (!seen.insert(name).second)
            throw error({path, kind, "different names", "'" + name + "' twice"});
    }
}

inline void check_runs(const recordings& r) {
    const auto users = static_cast<int>(r.users.size());
    const auto devices = static_cast<int>(r.devices.size());
    index end = 0;
    for (std::size_t i = 0; i < r.runs.size(); ++i) {
        const run& run = r.runs[i];
        const auto fail = [&](const std::string& expected, const std::string& found) {
            throw error({r.source, "run " + std::to_string(i), expected, found});
        };
        if (run.begin < end || run.count < 1 || run.begin > r.size() ||
            run.count > r.size() - run.begin)
            fail("samples from " + std::to_string(end) + " on, below " + std::to_string(r.size()),
                 std::to_string(run.count) + " from " + std::to_string(run.begin) + " on");
        if (run.user < 0 || run.user >= users)
            fail("a user below " + std::to_string(users), std::to_string(run.user));
        if (run.device < 0 || run.device >= devices)
            fail("a device below " + std::to_string(devices), std::to_string(run.device));
        if (!std::isfinite(run.start_seconds))
            fail("a finite start time", std::to_string(run.start_seconds));
        end = run.begin + run.count;
    }
}
} // namespace detail

/// Throws `error` unless the samples (N, 3) from sample `first` on are numbers.
inline void validate_samples(const recordings& r, std::span<const float> samples, index first = 0) {
    for (std::size_t i = 0; i < samples.size(); ++i)
        if (!std::isfinite(samples[i]))
            throw error(
                {r.source,
                 "sample " + std::to_string(first + static_cast<index>(i) / recordings::axes),
                 "finite numbers", std::to_string(samples[i])});
}

/// Throws `error` unless all but the samples of `r` is consistent, and fits `numbers` of them.
inline void validate_all_but_samples(const recordings& r, index numbers) {
    if (!(r.rate_hz > 0 && r.rate_hz <= most_rate_hz))
        throw error({r.source, "rate",
                     detail::in_words("a positive number of Hz, up to ", most_rate_hz),
                     detail::in_words(r.rate_hz)});
    if (r.classes.empty() || r.classes.size() > 255)
        throw error({r.source, "classes", "1 to 255 names", std::to_string(r.classes.size())});
    detail::check_names(r.classes, "classes", r.source);
    detail::check_names(r.users, "users", r.source);
    detail::check_names(r.devices, "devices", r.source);
    if (numbers != r.size() * recordings::axes)
        throw error({r.source, "samples",
                     "3 numbers for each of " + std::to_string(r.size()) + " labels",
                     std::to_string(numbers)});
    for (std::size_t i = 0; i < r.labels.size(); ++i)
        if (r.labels[i] >= r.classes.size())
            throw error({r.source, "label " + std::to_string(i),
                         "a class below " + std::to_string(r.classes.size()),
                         std::to_string(r.labels[i])});
    detail::check_runs(r);
}

/// Throws `error` unless `r` is consistent: what every function that takes recordings relies on.
inline void validate(const recordings& r) {
    validate_all_but_samples(r, std::ssize(r.samples));
    validate_samples(r, r.samples);
}

} // namespace gait::inline GAIT_ARCH
