// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A file of known size, read piece by piece from any place in it.
#pragma once

#include <gait/core/error.hpp>
#include <gait/files/system.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gait::inline GAIT_ARCH {

/// An open regular file. Throws `error` with the path and the system's reason.
class input_file {
public:
    explicit input_file(std::filesystem::path path) : path_(std::move(path)) {
        // Without O_NONBLOCK a pipe would keep us waiting for its other end.
        descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (descriptor_ < 0)
            throw error({path_.string(), "", "a file that can be read", system_reason(errno)});
        struct ::stat status {};
        const bool known = ::fstat(descriptor_, &status) == 0;
        if (!known || !S_ISREG(status.st_mode)) {
            std::error_code ignored;
            const auto kind = std::filesystem::status(path_, ignored).type();
            ::close(descriptor_);
            throw error({path_.string(), "", "a file", kind_text(kind)});
        }
        size_ = static_cast<std::uint64_t>(status.st_size);
    }
    input_file(input_file&& other) noexcept
        : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)),
          size_(other.size_) {}
    input_file& operator=(input_file&& other) noexcept {
        std::swap(path_, other.path_);
        std::swap(descriptor_, other.descriptor_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~input_file() {
        if (descriptor_ >= 0)
            ::close(descriptor_);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Bytes in the file when it was opened.
    [[nodiscard]] std::uint64_t size() const { return size_; }

    /// Fills `out` with the bytes from `offset` on; all of them, or `error`. Threads may share it.
    void read(std::uint64_t offset, std::span<std::byte> out) const {
        while (!out.empty()) {
            const auto got =
                ::pread(descriptor_, out.data(), out.size(), static_cast<::off_t>(offset));
            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0)
                throw error({path_.string(), "byte " + std::to_string(offset),
                             std::to_string(out.size()) + " more bytes",
                             got < 0 ? system_reason(errno) : "the end of the file"});
            offset += static_cast<std::uint64_t>(got);
            out = out.subspan(static_cast<std::size_t>(got));
        }
    }

private:
    std::filesystem::path path_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
};

} // namespace gait::inline GAIT_ARCH
