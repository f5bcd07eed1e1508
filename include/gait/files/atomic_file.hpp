// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A file that is there whole or not at all. It is written beside its place, under a name of its own
// that ends in ".part", forced to the disk and renamed: whoever looks sees the old file or the new
// one, also after a crash. Anything that goes wrong on the way removes the part; only a crash
// leaves it there. Several may write the same file at once: the last one's stays.
#pragma once

#include <gait/core/error.hpp>
#include <gait/files/system.hpp>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gait::inline GAIT_ARCH {

/// Writes `path` beside and puts it in place with `commit`. Every member but the destructor throws
/// `error` with the path and the system's reason; after that the object is of no further use.
class atomic_file {
public:
    /// Opens the part, so a path that can't be written is found before the work is done. `path` may
    /// be an existing regular file, or lead to one: it keeps its content until `commit`, and its
    /// permissions.
    explicit atomic_file(std::filesystem::path path) : path_(std::move(path)), place_(path_) {
        refuse_odd_places();
        std::error_code ignored;
        if (std::filesystem::is_symlink(path_, ignored))
            if (auto target = std::filesystem::canonical(path_, ignored); !target.empty())
                place_ = std::move(target);
        open_part();
        buffer_.reserve(capacity);
    }
    atomic_file(const atomic_file&) = delete;
    atomic_file& operator=(const atomic_file&) = delete;
    ~atomic_file() { abandon(); }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// Appends bytes. Small pieces are collected, so calling it for every line is fine.
    void write(std::span<const std::byte> bytes) {
        assert(descriptor_ >= 0);
        if (buffer_.size() + bytes.size() > capacity)
            flush();
        if (bytes.size() >= capacity)
            write_through(bytes);
        else
            buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    }
    /// Appends text as it is.
    void write(std::string_view text) { write(std::as_bytes(std::span(text.data(), text.size()))); }
    atomic_file& operator<<(std::string_view text) {
        write(text);
        return *this;
    }

    /// Forces everything to the disk and puts the file in its place. Once, at the end.
    void commit() {
        assert(descriptor_ >= 0);
        flush();
        // Some file systems know no fsync; that is no reason to lose the file.
        if (::fsync(descriptor_) != 0 && errno != EINVAL && errno != ENOTSUP)
            fail(errno);
        if (::close(std::exchange(descriptor_, -1)) != 0)
            fail_closed(errno);
        if (std::rename(part_.c_str(), place_.c_str()) != 0)
            fail_closed(errno);
        sync_directory();
    }

private:
    static constexpr std::size_t capacity = 1 << 16;

    // A rename would replace a device or the end of a pipe by a plain file.
    void refuse_odd_places() const {
        if (!path_.has_filename())
            throw error({path_.string(), "", "the name of a file to write", "none"});
        std::error_code ignored;
        const auto type = std::filesystem::status(path_, ignored).type();
        if (type == std::filesystem::file_type::directory ||
            (std::filesystem::exists(std::filesystem::file_status(type)) &&
             type != std::filesystem::file_type::regular &&
             type != std::filesystem::file_type::unknown))
            throw error({path_.string(), "", "a file that can be written", kind_text(type)});
    }

    // The name is nobody else's, and never that of a link.
    void open_part() {
        static std::atomic<unsigned> count = 0;
        struct stat old = {};
        const bool replaces = ::stat(place_.c_str(), &old) == 0;
        const mode_t mode = replaces ? old.st_mode & 0777 : 0666;
        do {
            part_ = place_;
            part_ += '.' + std::to_string(::getpid()) + '-' + std::to_string(count++) + ".part";
            descriptor_ =
                ::open(part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        } while (descriptor_ < 0 && errno == EEXIST);
        if (descriptor_ < 0)
            fail(errno);
        // The umask was for new files. Some file systems have no permissions to set.
        if (replaces)
            static_cast<void>(::fchmod(descriptor_, mode));
    }

    void flush() {
        write_through(buffer_);
        buffer_.clear();
    }

    void write_through(std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            const auto written = ::write(descriptor_, bytes.data(), bytes.size());
            if (written >= 0)
                bytes = bytes.subspan(static_cast<std::size_t>(written));
            else if (errno != EINTR)
                fail(errno);
        }
    }

    // The rename itself is only safe from a power cut once the directory is on the disk. The file
    // is whole either way, so a directory that can't be synced is not an error.
    void sync_directory() const {
        const auto parent = place_.parent_path();
        const int directory = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_CLOEXEC);
        if (directory < 0)
            return;
        static_cast<void>(::fsync(directory));
        ::close(directory);
    }

    void abandon() noexcept {
        if (descriptor_ < 0)
            return;
        ::close(std::exchange(descriptor_, -1));
        ::unlink(part_.c_str());
    }

    [[noreturn]] void fail(int code) {
        abandon();
        throw error({path_.string(), "", "a file that can be written", system_reason(code)});
    }
    [[noreturn]] void fail_closed(int code) {
        ::unlink(part_.c_str());
        fail(code);
    }

    std::filesystem::path path_;  // as it was given
    std::filesystem::path place_; // where that leads
    std::filesystem::path part_;
    int descriptor_ = -1;
    std::vector<std::byte> buffer_;
};

} // namespace gait::inline GAIT_ARCH
