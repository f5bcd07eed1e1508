// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/files/input_file.hpp>

#include "files/scratch.hpp"

#include <doctest/doctest.h>

#include <array>
#include <span>
#include <utility>

#include <sys/stat.h>

using namespace gait;
using namespace gait_test;

TEST_CASE("an input file is read from anywhere, and moves") {
    scratch_folder folder;
    write_all(folder / "x", "0123456789");
    input_file first(folder / "x");
    CHECK(first.size() == 10);
    const input_file file(std::move(first));
    std::array<char, 4> out{};
    file.read(3, std::as_writable_bytes(std::span(out)));
    CHECK(std::string(out.data(), 4) == "3456");
    file.read(6, std::as_writable_bytes(std::span(out)));
    CHECK(std::string(out.data(), 4) == "6789");
}

TEST_CASE("an input file that ends too soon says where") {
    scratch_folder folder;
    write_all(folder / "x", "0123456789");
    const input_file file(folder / "x");
    std::array<char, 4> out{};
    const auto text = message_of([&] { file.read(8, std::as_writable_bytes(std::span(out))); });
    CHECK(text ==
          (folder / "x").string() + ", byte 10: expected 2 more bytes, found the end of the file");
}

TEST_CASE("what is not a file is named for what it is") {
    scratch_folder folder;
    CHECK(message_of([&] { input_file file(folder.path()); }) ==
          folder.path().string() + ": expected a file, found a directory");
    CHECK(says(message_of([&] { input_file file(folder / "none"); }),
               "expected a file that can be read, found 'No such file or directory'"));
    // Nobody writes to this pipe: opening it must not wait.
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK(says(message_of([&] { input_file file(folder / "pipe"); }), "found a pipe"));
    CHECK(says(message_of([&] { input_file file("/dev/zero"); }), "found a device"));
}
