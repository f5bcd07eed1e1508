// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// How much memory this program took.
#pragma once

#include "support/progress.hpp"

#include <string>

#include <sys/resource.h>

namespace support {

/// "161 MB": the most memory that was resident at one time, so far.
[[nodiscard]] inline std::string peak_memory() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return short_number(static_cast<double>(used.ru_maxrss) * 1024) + "B"; // it counts in KiB
}

} // namespace support
