// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Which windows of prepared recordings a trained model is measured on.
#pragma once

#include <gait/core/error.hpp>
#include <gait/data/recordings.hpp>
#include <gait/data/recordings_file.hpp>
#include <gait/data/windows.hpp>
#include <gait/weights/model_info.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace har {

/// The windows of these users of the recordings r at `prepared`; of all if none is named. Throws
/// gait::error if there are none.
inline std::vector<gait::index> windows_of(const std::vector<std::string>& users,
                                           const std::string& prepared, const gait::recordings& r,
                                           const std::vector<gait::window>& windows) {
    const auto is_chosen = [&](const std::string& user) {
        return users.empty() || std::ranges::find(users, user) != users.end();
    };
    for (const std::string& user : users)
        if (std::ranges::find(r.users, user) == r.users.end())
            throw gait::error({prepared, "users", "one called '" + user + "'", "none"});
    std::vector<gait::index> chosen;
    for (std::size_t i = 0; i < windows.size(); ++i)
        if (is_chosen(r.users[static_cast<std::size_t>(windows[i].user)]))
            chosen.push_back(static_cast<gait::index>(i));
    if (chosen.empty())
        throw gait::error({prepared, "windows", "some of the chosen users", "none"});
    return chosen;
}

/// Steps of the windows that the weights at this path want. Throws gait::error if they don't say.
inline gait::index steps_of(const std::string& weights, const gait::model_info& info) {
    if (info.window_steps < 1)
        throw gait::error({weights, "metadata window_steps", "the length of a window", "none"});
    return info.window_steps;
}

/// Throws gait::error if --short-windows asks for more than a whole window.
inline void check_shortest(gait::index wanted, gait::index steps) {
    if (wanted > steps)
        throw gait::error({"", "--short-windows",
                           "at most " + std::to_string(steps) + ", a whole window",
                           std::to_string(wanted)});
}

/// Whether the weights were trained on recordings in which each device kept its own rate.
inline bool keeps_rates(const gait::model_info& info) {
    const auto rate = info.extra.find("rate");
    return rate != info.extra.end() && rate->second == gait::native_rate;
}

/// Throws gait::error unless the weights and the recordings r, at these paths, speak of the same
/// thing, as far as the weights' file says what they speak of.
inline void check_match(const std::string& weights, const gait::model_info& info,
                        const std::string& prepared, const gait::recordings& r) {
    const auto same = [&](bool agrees, const std::string& what, const std::string& expected,
                          const std::string& found) {
        if (!agrees)
            throw gait::error({prepared, what, expected + " as in " + weights, found});
    };
    const auto list = [](const std::vector<std::string>& names) {
        std::string text;
        for (const std::string& name : names)
            text += (text.empty() ? "" : ", ") + name;
        return text;
    };
    const auto number = [](double x) { return nlohmann::json(x).dump(); };
    if (info.layout != gait::input_layout::steps_first)
        throw gait::error({weights, "metadata input_layout", "steps_first",
                           std::string(gait::name_of(info.layout))});
    same(info.classes.empty() || info.classes == r.classes, "classes", list(info.classes),
         list(r.classes));
    // The mean of devices that keep their own rates is another one in every file.
    same((r.native && keeps_rates(info)) || info.rate_hz <= 0 ||
             std::abs(info.rate_hz - r.rate_hz) < 1e-6 * r.rate_hz,
         "rate", number(info.rate_hz) + " Hz", number(r.rate_hz) + " Hz");
    same(info.units.empty() || r.units.empty() || info.units == r.units, "units",
         gait::in_quotes(info.units), gait::in_quotes(r.units));
}

} // namespace har
