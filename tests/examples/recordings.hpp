// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Recordings for programs to read, made by the programs that make them.
#pragma once

#include "run.hpp"

#include <support/short_run.hpp>

#include <doctest/doctest.h>

#include <string>

namespace gait_test {

/// Simulates "recordings.csv" in the folder.
inline void simulate(const scratch_folder& folder, int rows, int users) {
    const auto done = run(folder, "har_simulate",
                          "--rows " + std::to_string(rows) + " --users " + std::to_string(users) +
                              " -o recordings.csv");
    REQUIRE_MESSAGE(done.code == 0, done.err);
}

/// And prepares it to train on, "prepared.safetensors"; a third of the rows in a short run.
inline void make_recordings(const scratch_folder& folder, int rows, int users) {
    simulate(folder, is_short_run() ? rows / 3 : rows, users);
    const auto done = run(folder, "har_prepare", "recordings.csv -o prepared.safetensors");
    REQUIRE_MESSAGE(done.code == 0, done.err);
}

} // namespace gait_test
