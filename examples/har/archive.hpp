// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A file of recordings, however it was packed: plain, .gz (.bz2, .xz, .zst), or a .zip such as
// UCI's, which holds two more of them. It is read once, chunk by chunk; nothing is unpacked to
// disk.
#pragma once

#include <gait/core/error.hpp>
#include <gait/files/system.hpp>

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <unistd.h>

namespace har {

/// The members of a file, one after the other; a plain or merely compressed file is its own only
/// member. Throws gait::error with the path and libarchive's reason.
class archive_reader {
public:
    /// `path` may be "-", standard input.
    explicit archive_reader(const std::string& path)
        : archive_reader(path == "-" ? "standard input" : path, nullptr) {
        std::error_code ignored;
        if (std::filesystem::is_directory(path, ignored))
            throw gait::error({path_, "", "a file", "a directory"});
        const char* name = path == "-" ? nullptr : path.c_str();
        if (name != nullptr && ::access(name, R_OK) != 0) // libarchive doesn't say why
            throw gait::error({path_, "", "a file that can be read", gait::system_reason(errno)});
        if (archive_read_open_filename(archive_.get(), name, chunk_size) != ARCHIVE_OK)
            fail();
    }
    /// The current member of `outer`, which is an archive of its own. `outer` must stay and isn't
    /// read by anybody else meanwhile.
    archive_reader(archive_reader& outer, const std::string& member)
        : archive_reader(outer.path_ + ": " + member, &outer) {
        const auto pull = [](archive*, void* self, const void** data) {
            return static_cast<archive_reader*>(self)->pull_from_outer(data);
        };
        if (archive_read_open(archive_.get(), this, nullptr, pull, nullptr) != ARCHIVE_OK)
            fail();
    }
    archive_reader(const archive_reader&) = delete;
    archive_reader& operator=(const archive_reader&) = delete;

    /// Goes to the next member and returns its name; nothing after the last.
    std::optional<std::string> next_member() {
        archive_entry* entry = nullptr;
        for (;;) {
            const int status = archive_read_next_header(archive_.get(), &entry);
            if (status == ARCHIVE_EOF)
                return std::nullopt;
            if (status < ARCHIVE_WARN)
                fail();
            if (archive_entry_filetype(entry) != AE_IFREG)
                continue;
            const char* name = archive_entry_pathname(entry);
            return name ? name : "";
        }
    }

    /// Reads the next bytes of the member into `place`; how many: fewer only at its end.
    std::size_t read_into(std::span<char> place) {
        const auto count = archive_read_data(archive_.get(), place.data(), place.size());
        if (count < 0)
            fail();
        return static_cast<std::size_t>(count);
    }
    /// The next bytes of the member, until the next call; none at its end.
    std::span<const char> read() { return {chunk_.data(), read_into(chunk_)}; }

    /// Has it members with names? Known from the first member on.
    [[nodiscard]] bool is_zip() const {
        return (archive_format(archive_.get()) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP;
    }
    /// Bytes read so far of the file on disk.
    [[nodiscard]] std::int64_t bytes_read() const {
        return outer_ ? outer_->bytes_read() : archive_filter_bytes(archive_.get(), -1);
    }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    static constexpr std::size_t chunk_size = 1 << 18;

    archive_reader(std::string path, archive_reader* outer)
        : path_(std::move(path)), outer_(outer), archive_(archive_read_new()) {
        if (!archive_)
            throw std::bad_alloc();
        archive_read_support_filter_gzip(archive_.get());
        archive_read_support_filter_bzip2(archive_.get());
        archive_read_support_filter_xz(archive_.get());
        archive_read_support_filter_zstd(archive_.get());
        archive_read_support_format_zip(archive_.get());
        archive_read_support_format_raw(archive_.get());
        archive_read_support_format_empty(archive_.get());
    }

    // Called by libarchive, which is C: what is thrown waits until it has returned.
    la_ssize_t pull_from_outer(const void** data) noexcept {
        try {
            const auto chunk = outer_->read();
            *data = chunk.data();
            return static_cast<la_ssize_t>(chunk.size());
        } catch (...) {
            problem_ = std::current_exception();
            archive_set_error(archive_.get(), EIO, "unreadable");
            return -1;
        }
    }

    [[noreturn]] void fail() {
        if (problem_)
            std::rethrow_exception(std::exchange(problem_, nullptr));
        const char* reason = archive_error_string(archive_.get());
        throw gait::error({path_, "", "a file that can be read",
                           "'" + std::string(reason ? reason : "damaged or cut short") + "'"});
    }

    struct closer {
        void operator()(archive* a) const { archive_read_free(a); }
    };

    std::string path_;
    archive_reader* outer_;
    std::exception_ptr problem_;
    std::vector<char> chunk_ = std::vector<char>(chunk_size);
    std::unique_ptr<archive, closer> archive_; // last: it may still call back when it is freed
};

/// What a Mac adds to the members of a .zip: notes on each, under names that look like its own.
inline bool is_leftover(std::string_view name) { return name.starts_with("__MACOSX/"); }

/// The members of a .zip to read: HHAR's phones; else every .csv; else the archive that UCI's has
/// HHAR's phones in; else every .zip.
inline std::vector<std::string> wanted_members(const std::vector<std::string>& names) {
    for (const std::string_view ending :
         {"Phones_accelerometer.csv", ".csv", "Activity recognition exp.zip", ".zip"}) {
        std::vector<std::string> wanted;
        for (const std::string& name : names)
            if (name.ends_with(ending) && !is_leftover(name))
                wanted.push_back(name);
        if (!wanted.empty())
            return wanted;
    }
    return {};
}

/// Calls take(archive_reader&, name) for each table in the file: the reader stands at its start,
/// `name` is for messages. Throws gait::error if there is none.
template <class Take>
void for_each_table(const std::string& path, const Take& take) {
    archive_reader first(path);
    auto member = first.next_member();
    if (!member)
        throw gait::error({first.path(), "line 1", "a row of accelerometer data", "an empty file"});
    if (!first.is_zip())
        return take(first, first.path());
    if (path == "-") // it would have to be read twice
        throw gait::error({first.path(), "", "a table, plain or compressed", "a .zip"});

    std::vector<std::string> names;
    for (; member; member = first.next_member())
        names.push_back(*member);
    const auto wanted = wanted_members(names);
    if (wanted.empty())
        throw gait::error({path, "", "a .csv file in the archive",
                           names.empty() ? "none" : "'" + names.front() + "'"});

    archive_reader reader(path);
    for (member = reader.next_member(); member; member = reader.next_member()) {
        if (std::ranges::find(wanted, *member) == wanted.end())
            continue;
        if (!member->ends_with(".zip")) {
            take(reader, path + ": " + *member);
            continue;
        }
        archive_reader inner(reader, *member);
        bool found = false;
        while (const auto name = inner.next_member())
            if (name->ends_with("Phones_accelerometer.csv") && !is_leftover(*name)) {
                take(inner, inner.path() + ": " + *name);
                found = true;
            }
        if (!found)
            throw gait::error(
                {inner.path(), "", "a member named Phones_accelerometer.csv", "none"});
    }
}

} // namespace har
