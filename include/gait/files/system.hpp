// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What the operating system says about a file, in words for an error message.
#pragma once

#include <gait/core/config.hpp>

#include <filesystem>
#include <string>
#include <system_error>

namespace gait::inline GAIT_ARCH {

/// The reason behind an `errno`, quoted: "'No space left on device'".
inline std::string system_reason(int code) {
    std::string text = "'";
    text += std::generic_category().message(code);
    return text += "'";
}

/// What kind of thing a path leads to: "a directory", "a pipe", ...
inline std::string kind_text(std::filesystem::file_type type) {
    switch (type) {
    case std::filesystem::file_type::none:
    case std::filesystem::file_type::not_found:
        return "nothing";
    case std::filesystem::file_type::regular:
        return "a file";
    case std::filesystem::file_type::directory:
        return "a directory";
    case std::filesystem::file_type::fifo:
        return "a pipe";
    case std::filesystem::file_type::socket:
        return "a socket";
    case std::filesystem::file_type::block:
    case std::filesystem::file_type::character:
        return "a device";
    default:
        return "something else";
    }
}

} // namespace gait::inline GAIT_ARCH
