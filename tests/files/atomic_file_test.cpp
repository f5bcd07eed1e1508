// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/files/atomic_file.hpp>

#include "files/scratch.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <string>

#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace gait;
using namespace gait_test;

namespace {
/// No file of this process may grow beyond `bytes`: a full disk for everybody, root or not.
class file_size_limit {
public:
    explicit file_size_limit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~file_size_limit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    void (*handler_)(int);
    rlimit before_{};
};
} // namespace

TEST_CASE("a file appears whole, with commit and not before") {
    scratch_folder folder;
    const auto path = folder / "out.txt";
    std::string expected;
    {
        atomic_file file(path);
        for (int i = 0; i < 20000; ++i) { // more than the buffer holds
            file << std::to_string(i) << "\n";
            expected += std::to_string(i) + "\n";
        }
        const std::string large(200000, 'x'); // and a piece larger than it
        file.write(large);
        file.write("end");
        expected += large + "end";
        CHECK_FALSE(fs::exists(path));
        file.commit();
        CHECK(folder.entries() == 1);
    }
    CHECK(read_all(path) == expected);
    CHECK(folder.entries() == 1);
}

TEST_CASE("without commit the old file stays and the part goes") {
    scratch_folder folder;
    const auto path = folder / "out.txt";
    write_all(path, "old");
    write_all(folder / "out.txt.part", "somebody's own");
    {
        atomic_file file(path);
        file.write("new");
        CHECK(folder.entries() == 3);
        CHECK(read_all(path) == "old");
    }
    CHECK(read_all(path) == "old");
    CHECK(folder.entries() == 2);
    atomic_file file(path);
    file.write("new");
    file.commit();
    CHECK(read_all(path) == "new");
    CHECK(folder.entries() == 2);
    CHECK(read_all(folder / "out.txt.part") == "somebody's own");
}

TEST_CASE("two that write the same file don't meet") {
    scratch_folder folder;
    const auto path = folder / "out.txt";
    atomic_file first(path), second(path);
    first.write("the first, and longer");
    second.write("the second");
    first.commit();
    CHECK(read_all(path) == "the first, and longer");
    second.commit();
    CHECK(read_all(path) == "the second");
    CHECK(folder.entries() == 1);
}

TEST_CASE("a file keeps its permissions, and the link that leads to it stays one") {
    scratch_folder folder;
    const auto write = [](const fs::path& path) {
        atomic_file file(path);
        file.write("new");
        file.commit();
    };
    const auto permissions = [](const fs::path& path) { return fs::status(path).permissions(); };
    write_all(folder / "usual", "");
    write(folder / "out");
    CHECK(permissions(folder / "out") == permissions(folder / "usual"));
    const fs::perms odd = fs::perms::owner_read | fs::perms::others_all;
    fs::permissions(folder / "out", odd);
    write(folder / "out");
    CHECK(permissions(folder / "out") == odd);

    fs::create_directory(folder / "deep");
    write_all(folder / "deep/target", "old");
    fs::create_symlink("deep/target", folder / "link");
    write(folder / "link");
    CHECK(fs::is_symlink(folder / "link"));
    CHECK(read_all(folder / "deep/target") == "new");
    // One that leads nowhere is replaced.
    fs::create_symlink("nowhere", folder / "dangling");
    write(folder / "dangling");
    CHECK_FALSE(fs::is_symlink(folder / "dangling"));
    CHECK(read_all(folder / "dangling") == "new");
}

TEST_CASE("places that can't be written are refused before anything is done") {
    scratch_folder folder;
    write_all(folder / "plain", "");
    const auto refusal = [](const fs::path& path) {
        return message_of([&] { atomic_file file(path); });
    };
    CHECK(refusal(folder.path()) ==
          folder.path().string() + ": expected a file that can be written, found a directory");
    CHECK(says(refusal(folder.path() / ""), "expected the name of a file to write"));
    CHECK(says(refusal(""), "expected the name of a file to write"));
    CHECK(says(refusal(folder / "none/out"), "'No such file or directory'"));
    CHECK(says(refusal(folder / "plain/out"), "'Not a directory'"));
    CHECK(says(refusal(folder / std::string(300, 'n')), "'File name too long'"));
    // A rename would put a plain file where the device was.
    CHECK(says(refusal("/dev/null"), "found a device"));
    CHECK(fs::is_character_file("/dev/null"));
    CHECK(folder.entries() == 1);
}

TEST_CASE("an unwritable folder is an error") {
    if (::geteuid() != 0) {
        scratch_folder folder;
        fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
        CHECK(says(message_of([&] { atomic_file file(folder / "out"); }), "'Permission denied'"));
        fs::permissions(folder.path(), fs::perms::owner_all);
    } else if (const small_disk disk("size=64k", MS_RDONLY); disk) {
        CHECK(says(message_of([&] { atomic_file file(disk.folder() / "out"); }),
                   "'Read-only file system'"));
    } else {
        MESSAGE("skipped: nobody forbids root to write here, and mounting is not permitted");
    }
}

TEST_CASE("a full disk is an error that names path and reason, and leaves nothing behind") {
    const small_disk disk("size=64k");
    if (!disk) {
        MESSAGE("skipped: mounting a small tmpfs needs root and the permission to mount");
        return;
    }
    const auto path = disk.folder() / "out";
    write_all(path, "old");
    const auto text = message_of([&] {
        atomic_file file(path);
        for (int i = 0; i < 100; ++i)
            file.write(std::string(1000, 'x'));
        file.commit();
    });
    CHECK(text ==
          path.string() + ": expected a file that can be written, found 'No space left on device'");
    CHECK(read_all(path) == "old");
    CHECK(disk.folder().entries() == 1);
}

TEST_CASE("a write that fails at the very end, in commit, is an error too") {
    scratch_folder folder;
    const auto text = message_of([&] {
        const file_size_limit limit(1000);
        atomic_file file(folder / "out");
        file.write(std::string(5000, 'x')); // stays in the buffer
        file.commit();
    });
    CHECK(text == (folder / "out").string() +
                      ": expected a file that can be written, found 'File too large'");
    CHECK(folder.entries() == 0);
}
