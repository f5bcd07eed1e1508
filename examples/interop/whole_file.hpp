// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A file, or the members of a .zip, as bytes in memory.
#pragma once

#include "network.hpp"

#include <gait/files/input_file.hpp>

#include <archive.h>
#include <archive_entry.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <new>
#include <span>
#include <string>

namespace interop {

/// The largest file, packed or unpacked, that is read: models for phones are a thousand times
/// smaller, and a .zip can claim anything.
inline constexpr std::uint64_t most_bytes = 1 << 28;

/// All of a file. Throws gait::error.
inline std::string read_whole(const fs::path& path) {
    const gait::input_file file(path);
    if (file.size() > most_bytes)
        throw gait::error({path.string(), "", "at most " + std::to_string(most_bytes) + " bytes",
                           std::to_string(file.size())});
    std::string bytes(static_cast<std::size_t>(file.size()), '\0');
    file.read(0, std::as_writable_bytes(std::span(bytes)));
    return bytes;
}

/// The members of a .zip by name. Throws gait::error.
inline std::map<std::string, std::string> read_zip(const fs::path& path) {
    const std::string packed = read_whole(path);
    const auto close = [](archive* a) { archive_read_free(a); };
    const std::unique_ptr<archive, decltype(close)> zip(archive_read_new(), close);
    if (!zip)
        throw std::bad_alloc();
    const auto fail = [&](const std::string& place) {
        const char* reason = archive_error_string(zip.get());
        throw gait::error({path.string(), place, "a .zip that can be read",
                           std::string("'") + (reason ? reason : "damaged") + "'"});
    };
    archive_read_support_format_zip_seekable(zip.get());
    if (archive_read_open_memory(zip.get(), packed.data(), packed.size()) != ARCHIVE_OK)
        fail("");
    std::map<std::string, std::string> members;
    std::uint64_t total = 0;
    for (archive_entry* entry = nullptr;;) {
        const int status = archive_read_next_header(zip.get(), &entry);
        if (status == ARCHIVE_EOF)
            return members;
        if (status < ARCHIVE_WARN)
            fail("");
        const char* known = archive_entry_pathname(entry);
        const std::string name = known ? known : "";
        if (archive_entry_filetype(entry) != AE_IFREG)
            continue;
        std::string content;
        char chunk[1 << 16];
        for (;;) {
            const auto got = archive_read_data(zip.get(), chunk, sizeof chunk);
            if (got == 0)
                break;
            if (got < 0)
                fail("member '" + name + "'");
            total += static_cast<std::uint64_t>(got);
            if (total > most_bytes)
                throw gait::error({path.string(), "member '" + name + "'",
                                   "at most " + std::to_string(most_bytes) + " bytes unpacked",
                                   "more"});
            content.append(chunk, static_cast<std::size_t>(got));
        }
        if (!members.try_emplace(name, std::move(content)).second)
            throw gait::error({path.string(), "", "one member '" + name + "'", "two"});
    }
}

} // namespace interop
