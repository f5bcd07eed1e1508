// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Recordings as training wants them: which windows are held out, how much each class has to say,
// and what is told of them along with the weights.
#pragma once

#include "train_options.hpp"

#include <gait/data/batches.hpp>
#include <gait/data/recordings_file.hpp>
#include <gait/data/splits.hpp>
#include <gait/weights/save.hpp>

#include <cmath>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

namespace har {

/// Every fourth user, or the last of fewer. A single user can't be held out.
inline std::vector<std::string> users_to_hold_out(const std::vector<std::string>& users) {
    std::vector<std::string> held_out;
    for (std::size_t i = 3; i < users.size(); i += 4)
        held_out.push_back(users[i]);
    if (held_out.empty() && users.size() > 1)
        held_out.push_back(users.back());
    return held_out;
}

inline gait::split split_windows(const train_options& o, const gait::recordings& r,
                                 const std::vector<gait::window>& windows) {
    if (o.split == "none") {
        gait::split all;
        all.train.resize(windows.size());
        std::iota(all.train.begin(), all.train.end(), gait::index{0});
        all.description = "none: " + std::to_string(windows.size()) + " windows to train on";
        return all;
    }
    if (o.split == "user") {
        const auto held_out =
            o.validation_users.empty() ? users_to_hold_out(r.users) : o.validation_users;
        if (!held_out.empty())
            return gait::split_by_user(r, windows, held_out);
        std::puts("There is only one user, so the split is random.");
    }
    if (o.split == "overlapping")
        return gait::split_overlapping(windows, o.validation_share, o.fit.seed);
    if (o.split == "time")
        return gait::split_in_time(r, windows, o.validation_share);
    return gait::split_random(windows, o.window, o.validation_share, o.fit.seed);
}

inline std::vector<float> class_weights(const gait::recorded_windows& train) {
    std::vector<gait::index> counts(static_cast<std::size_t>(train.class_count()));
    for (gait::index i = 0; i < train.size(); ++i)
        ++counts[static_cast<std::size_t>(train.label(i))];
    return gait::balanced_class_weights(counts);
}

/// What is done to a window before the model sees it.
struct input_preparation {
    gait::scaling scale;
    std::vector<float> up; ///< to which windows are aligned; or empty
};

/// From the axes' means and deviations over all that is trained on. The mean of all points to where
/// phones had their up, mostly; where it points nowhere, there is no gravity to align with.
inline input_preparation preparation_of(const train_options& o, const gait::scaling& axes) {
    input_preparation chosen{axes, {}};
    if (o.align == "gravity") {
        const double length = std::hypot(axes.mean[0], axes.mean[1], axes.mean[2]);
        if (length > 1e-3)
            for (const float x : axes.mean)
                chosen.up.push_back(static_cast<float>(static_cast<double>(x) / length));
    }
    if (o.scaling == "together")
        chosen.scale = gait::scaled_together(axes);
    else if (o.scaling == "none")
        chosen.scale = {};
    return chosen;
}

/// What a person or another program must know about the weights.
inline gait::model_info describe(const train_options& o, const gait::recordings& r,
                                 const gait::split& parts, const input_preparation& input) {
    return {.classes = r.classes,
            .rate_hz = r.rate_hz,
            .window_steps = o.window,
            .units = r.units,
            .mean = input.scale.mean,
            .deviation = input.scale.deviation,
            .up = input.up,
            .extra = {{"split", parts.description},
                      {"rate", r.native ? gait::native_rate : "uniform"}}};
}

} // namespace har
