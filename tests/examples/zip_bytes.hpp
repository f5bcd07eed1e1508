// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A .zip put together by hand, its members stored as they are, so that tests need no zip program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gait_test {

/// The checksum of zip and gzip: CRC-32 as in ISO 3309.
inline std::uint32_t crc32(std::string_view bytes) {
    std::uint32_t crc = 0xFFFFFFFF;
    for (const char byte : bytes) {
        crc ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1) ^ (crc & 1 ? 0xEDB88320U : 0U);
    }
    return ~crc;
}

/// The bytes of a .zip with these (name, content) members.
/// Source: PKWARE's APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16.
inline std::string zip_bytes(const std::vector<std::pair<std::string, std::string>>& members) {
    std::string zip, directory;
    const auto put = [](std::string& to, std::size_t value, int bytes) {
        for (int i = 0; i < bytes; ++i, value >>= 8)
            to += static_cast<char>(value & 255);
    };
    for (const auto& [name, content] : members) {
        std::string common; // to both of a member's headers
        put(common, 20, 2); // version needed
        put(common, 0, 2);  // flags
        put(common, 0, 2);  // stored
        put(common, 0, 4);  // time and date
        put(common, crc32(content), 4);
        put(common, content.size(), 4);
        put(common, content.size(), 4);
        put(common, name.size(), 2);
        put(common, 0, 2); // extra field

        directory += "PK\x01\x02";
        put(directory, 20, 2); // version made by
        directory += common;
        put(directory, 0, 2 + 2 + 2 + 4); // comment, disk, attributes
        put(directory, zip.size(), 4);
        directory += name;

        zip += "PK\x03\x04" + common + name + content;
    }
    const std::size_t start = zip.size();
    zip += directory + "PK\x05\x06";
    put(zip, 0, 4); // disks
    put(zip, members.size(), 2);
    put(zip, members.size(), 2);
    put(zip, directory.size(), 4);
    put(zip, start, 4);
    put(zip, 0, 2); // comment
    return zip;
}

} // namespace gait_test
