// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// How a model does for each user: a mean over windows hides the one for whom it fails.
#pragma once

#include <gait/data/batches.hpp>
#include <gait/training/evaluate.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace har {

/// Each user's own confusion matrix; users without a window have an empty one.
inline std::vector<gait::confusion_matrix>
by_user(const gait::recorded_windows& source, const gait::evaluation& seen, std::size_t users) {
    std::vector<gait::confusion_matrix> all(users, gait::confusion_matrix(source.class_count()));
    for (gait::index i = 0; i < source.size(); ++i)
        all[static_cast<std::size_t>(source.at(i).user)].add(
            source.label(i), seen.predictions[static_cast<std::size_t>(i)]);
    return all;
}

/// A line for each user who has windows. Ends with a newline.
inline std::string user_table(const std::vector<gait::confusion_matrix>& users,
                              const std::vector<std::string>& names) {
    std::size_t width = 4;
    for (const std::string& name : names)
        width = std::max(width, name.size());
    const auto padded = [&](const std::string& name) {
        return name + std::string(width - name.size(), ' ');
    };
    std::string text = padded("user") + "  windows  accuracy  macro-F1\n";
    for (std::size_t u = 0; u < users.size(); ++u) {
        if (users[u].total() == 0)
            continue;
        char line[64];
        std::snprintf(line, sizeof line, "  %7jd  %8.3f  %8.3f\n",
                      static_cast<std::intmax_t>(users[u].total()), users[u].accuracy(),
                      users[u].macro_f1());
        text += padded(names[u]) + line;
    }
    return text;
}

} // namespace har
