// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Recordings to test with: sample i is (i, -i, i / 2), so every sample says where it is from.
#pragma once

#include <gait/core/random.hpp>
#include <gait/data/recordings.hpp>

#include <vector>

namespace gait_test {

/// Runs of the given lengths, `gap` samples of nobody between them; users take turns.
inline gait::recordings some_recordings(const std::vector<gait::index>& lengths, int users = 2,
                                        gait::index gap = 0) {
    gait::recordings r;
    r.rate_hz = 50;
    r.units = "m/s^2";
    r.classes = {"bike", "sit", "stand"};
    r.devices = {"phone_1"};
    for (int user = 0; user < users; ++user)
        r.users.push_back(std::string(1, static_cast<char>('a' + user)));
    gait::random_stream random(7, gait::purpose::user);
    for (const gait::index length : lengths) {
        const int number = static_cast<int>(r.runs.size());
        r.runs.push_back({r.size(), length, number % users, 0, 100.0 * number});
        for (gait::index i = 0; i < length + gap; ++i) {
            const auto at = static_cast<float>(r.size());
            r.samples.insert(r.samples.end(), {at, -at, at / 2});
            r.labels.push_back(static_cast<std::uint8_t>(random.below(3)));
        }
    }
    return r;
}

} // namespace gait_test
