// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What tests of files need: a folder that is gone afterwards, whole files as strings, safetensors
// files put together by hand, and disks that are full or can't be written.
#pragma once

#include <gait/core/error.hpp>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <sys/mount.h>

namespace gait_test {

namespace fs = std::filesystem;

/// A new folder, removed with everything in it.
class scratch_folder {
public:
    scratch_folder() {
        std::string name = (fs::temp_directory_path() / "gait_test_XXXXXX").string();
        path_ =
            ::mkdtemp(name.data()) ? fs::path(name) : throw std::runtime_error("no temp folder");
    }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    ~scratch_folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    [[nodiscard]] fs::path operator/(std::string_view name) const { return path_ / name; }
    [[nodiscard]] const fs::path& path() const { return path_; }
    /// How many things are in it: tells whether a ".part" was left behind.
    [[nodiscard]] auto entries() const {
        return std::distance(fs::directory_iterator(path_), fs::directory_iterator());
    }

private:
    fs::path path_;
};

/// A file system of its own in a scratch folder, if this process may mount one.
class small_disk {
public:
    explicit small_disk(const char* options, unsigned long flags = 0)
        : mounted_(::mount("gait_test", folder_.path().c_str(), "tmpfs", flags, options) == 0) {}
    ~small_disk() {
        if (mounted_)
            ::umount2(folder_.path().c_str(), MNT_DETACH);
    }
    /// False: not permitted here, so there is nothing to test.
    explicit operator bool() const { return mounted_; }
    [[nodiscard]] const scratch_folder& folder() const { return folder_; }

private:
    scratch_folder folder_;
    bool mounted_;
};

inline std::string read_all(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_all(const fs::path& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), std::ssize(bytes));
}

/// The bytes of a safetensors file with this header, right or wrong.
inline std::string safetensors_bytes(std::string_view header, std::string_view data = {}) {
    const std::uint64_t length = header.size();
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &length, 8);
    return bytes.append(header).append(data);
}

/// What gait::error says when `work` is done; empty if it doesn't throw.
template <class Work>
std::string message_of(const Work& work) {
    try {
        work();
    } catch (const gait::error& e) {
        return e.what();
    }
    return {};
}

/// Whether `text` holds `part`.
inline bool says(std::string_view text, std::string_view part) {
    return text.find(part) != text.npos;
}

} // namespace gait_test
