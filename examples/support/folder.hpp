// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Folders for what programs write.
#pragma once

#include <gait/core/error.hpp>

#include <filesystem>
#include <system_error>

namespace support {

/// Makes the folder, and those it is in, unless it is there. Throws gait::error if it can't.
inline void make_folder(const std::filesystem::path& path) {
    std::error_code problem;
    std::filesystem::create_directories(path, problem);
    if (std::error_code ignored; !std::filesystem::is_directory(path, ignored))
        throw gait::error({path.string(), "", "a folder that can be made",
                           problem ? problem.message() : "something else"});
}

} // namespace support
