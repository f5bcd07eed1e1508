// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// No program writes over what it reads, nor two things to one place.
#pragma once

#include <gait/core/error.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace support {

/// A file as a person knows it: "the recordings", "--log". No path: there is none.
struct named_file {
    std::string name;
    std::filesystem::path path;
};

/// Do two paths lead to one file, be it there already or not? A device or a pipe may be both.
inline bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
    if (a.empty() || b.empty())
        return false;
    std::error_code unknown;
    if (std::filesystem::equivalent(a, b, unknown))
        return std::filesystem::is_regular_file(a, unknown);
    return !std::filesystem::exists(a, unknown) &&
           std::filesystem::weakly_canonical(std::filesystem::absolute(a, unknown), unknown) ==
               std::filesystem::weakly_canonical(std::filesystem::absolute(b, unknown), unknown);
}

/// Throws gait::error if an output is one of the inputs or an output before it. Comes before
/// anything is written.
inline void check_separate(const std::vector<named_file>& inputs,
                           const std::vector<named_file>& outputs) {
    for (auto output = outputs.begin(); output != outputs.end(); ++output) {
        const auto refuse = [&](const named_file& other) {
            if (is_same_file(output->path, other.path))
                throw gait::error({output->path.string(), output->name,
                                   "another file than " + other.name, "the same"});
        };
        std::for_each(inputs.begin(), inputs.end(), refuse);
        std::for_each(outputs.begin(), output, refuse);
    }
}

} // namespace support
