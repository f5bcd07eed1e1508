// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Under sanitizers and emulation everything takes ten times as long or fifty. With GAIT_TEST_SHORT
// in the environment, tests train on less, and leave what needs hours to the release build.
#pragma once

#include <cstdlib>

namespace gait_test {

inline bool is_short_run() {
    static const bool is_short = std::getenv("GAIT_TEST_SHORT") != nullptr;
    return is_short;
}

} // namespace gait_test
