// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Real recordings are too large to keep with the code. Tests that want them look where
// GAIT_TEST_DATA points, else in shared/data beside this checkout, and skip when they aren't there.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>

namespace gait_test {

/// The file of this name among the shared recordings, if it is there.
inline std::optional<std::filesystem::path> shared_data(std::string_view name) {
    const char* given = std::getenv("GAIT_TEST_DATA");
    const auto folder = given
                            ? std::filesystem::path(given)
                            : std::filesystem::path(GAIT_SOURCE_DIR).parent_path() / "shared/data";
    const auto file = folder / name;
    std::error_code none;
    return std::filesystem::is_regular_file(file, none) ? std::optional(file) : std::nullopt;
}

} // namespace gait_test
