// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/files/safetensors.hpp>

#include "files/scratch.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <limits>
#include <string>
#include <vector>

using namespace gait;
using namespace gait_test;

namespace {
constexpr const char* header = R"({"__metadata__":{"k":"v"},)"
                               R"("m":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]},)"
                               R"("n":{"dtype":"I16","shape":[2],"data_offsets":[24,28]}})";

std::string data() {
    const float m[] = {1, 2, 3, 4, 5, 6};
    const std::int16_t n[] = {-7, 300};
    std::string bytes(28, '\0');
    std::memcpy(bytes.data(), m, 24);
    std::memcpy(bytes.data() + 24, n, 4);
    return bytes;
}

std::string message(const fs::path& path) {
    return message_of([&] { safetensors_file file(path); });
}
} // namespace

TEST_CASE("a file put together by hand is read") {
    scratch_folder folder;
    write_all(folder / "x", safetensors_bytes(header, data()));
    const safetensors_file file(folder / "x");
    CHECK(file.path() == folder / "x");
    CHECK(file.metadata().at("k") == "v");
    REQUIRE(file.tensors().size() == 2);
    CHECK(file.find("o") == nullptr);
    CHECK(file.read<float>("m", dtype::f32, {-1, 2}) == std::vector<float>{1, 2, 3, 4, 5, 6});
    CHECK(file.read<std::int16_t>("n", dtype::i16, {2}) == std::vector<std::int16_t>{-7, 300});

    float rows[4] = {};
    file.read_rows(*file.find("m"), 1, 2, rows);
    CHECK(std::vector<float>(rows, rows + 4) == std::vector<float>{3, 4, 5, 6});
    file.read_rows(*file.find("m"), 0, 1, rows);
    CHECK(rows[0] == 1);
    file.read_rows(*file.find("m"), 3, 0, rows);
    CHECK(rows[0] == 1);
}

TEST_CASE("asking for what is not there says what was wanted and what is") {
    scratch_folder folder;
    write_all(folder / "x", safetensors_bytes(header, data()));
    const safetensors_file file(folder / "x");
    const std::string at = (folder / "x").string();
    const auto asking = [&](const char* name, dtype type, std::vector<gait::index> shape) {
        return message_of([&] { return file.read<float>(name, type, shape); });
    };
    CHECK(asking("o", dtype::f32, {-1}) ==
          at + R"(, tensor "o": expected F32 (any), found no such tensor)");
    CHECK(asking("n", dtype::f32, {2}) == at + R"(, tensor "n": expected F32 (2), found I16 (2))");
    CHECK(asking("m", dtype::f32, {2, 3}) ==
          at + R"(, tensor "m": expected F32 (2, 3), found F32 (3, 2))");
    CHECK(asking("m", dtype::f32, {6}).ends_with("expected F32 (6), found F32 (3, 2)"));
}

TEST_CASE("a file cut at any byte is refused; so is one byte more") {
    scratch_folder folder;
    const std::string whole = safetensors_bytes(header, data());
    for (std::size_t length = 0; length < whole.size(); ++length) {
        write_all(folder / "x", whole.substr(0, length));
        const std::string text = message(folder / "x");
        CHECK_MESSAGE(says(text, "expected"), "cut at ", length);
        if (length == 0)
            CHECK(text.ends_with(": expected a safetensors file, found an empty file"));
        else if (length < 8)
            CHECK(says(text, "expected a safetensors file, found a file of"));
        else if (length < whole.size() - 28)
            CHECK(says(text, "expected a header of"));
        else
            CHECK(says(text, "bytes of data"));
    }
    write_all(folder / "x", whole + 'x');
    CHECK(message(folder / "x").ends_with("data: expected 28 bytes as the header says, found 29"));
    write_all(folder / "x", whole);
    CHECK(message(folder / "x").empty());
}

TEST_CASE("a header that claims to be huge is refused before memory is asked for") {
    scratch_folder folder;
    for (const std::uint64_t length :
         {std::uint64_t{1} << 60, std::numeric_limits<std::uint64_t>::max(),
          std::numeric_limits<std::uint64_t>::max() - 7, std::uint64_t{93}}) {
        std::string bytes = safetensors_bytes("{}", std::string(90, ' '));
        std::memcpy(bytes.data(), &length, 8);
        write_all(folder / "x", bytes);
        CHECK(message(folder / "x") == (folder / "x").string() + ": expected a header of " +
                                           std::to_string(length) +
                                           " bytes, found a file of 100 bytes");
    }
    // A sparse file has the size but not the bytes: the format's own limit holds.
    write_all(folder / "x", std::string("\0\0\0\0\2\0\0\0", 8)); // 2^33
    fs::resize_file(folder / "x", (std::uintmax_t{1} << 33) + 100);
    CHECK(says(message(folder / "x"), "expected a header of at most 100000000 bytes"));
}

TEST_CASE("a file that shrinks after it was opened is an error") {
    scratch_folder folder;
    write_all(folder / "x", safetensors_bytes(header, data()));
    const safetensors_file file(folder / "x");
    fs::resize_file(folder / "x", fs::file_size(folder / "x") - 10);
    CHECK(says(message_of([&] {
                   return file.read<float>("m", dtype::f32, {3, 2});
               }),
               "found the end of the file"));
}

TEST_CASE("what is written is to the byte what the format says") {
    scratch_folder folder;
    const std::vector<float> small{1, 2};
    const std::vector<float> large{3, 4, 5, 6};
    const std::vector<std::uint8_t> bytes(50, 9);
    write_safetensors(folder / "x",
                      {tensor_out::of<std::uint8_t>("bytes", {50}, bytes),
                       tensor_out::of<float>("small", {2}, small),
                       tensor_out::of<float>("large", {2, 2}, large)},
                      {{"b", "2"}, {"a", "1"}});
    CHECK(folder.entries() == 1);
    const std::string found = read_all(folder / "x");
    std::string text = R"({"__metadata__":{"a":"1","b":"2"},)"
                       R"("large":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},)"
                       R"("small":{"dtype":"F32","shape":[2],"data_offsets":[16,24]},)"
                       R"("bytes":{"dtype":"U8","shape":[50],"data_offsets":[24,74]}})";
    text.resize((text.size() + 8 + 63) / 64 * 64 - 8, ' ');
    std::string data(74, '\x09');
    std::memcpy(data.data(), large.data(), 16);
    std::memcpy(data.data() + 16, small.data(), 8);
    CHECK(found == safetensors_bytes(text, data));
    CHECK((found.size() - 74) % 64 == 0);

    const safetensors_file file(folder / "x");
    CHECK(file.read<float>("large", dtype::f32, {2, 2}) == large);
    CHECK(file.read<std::uint8_t>("bytes", dtype::u8, {-1}) == bytes);
}

TEST_CASE("empty files, empty tensors and single numbers come back") {
    scratch_folder folder;
    write_safetensors(folder / "none", {}, {});
    CHECK(safetensors_file(folder / "none").tensors().empty());
    const double number = 0.1;
    write_safetensors(folder / "x",
                      {tensor_out::of<float>("empty", {0, 3}, {}),
                       tensor_out::of<double>("number", {}, std::span(&number, 1))},
                      {});
    const safetensors_file file(folder / "x");
    CHECK(file.read<double>("number", dtype::f64, {}) == std::vector<double>{0.1});
    CHECK(file.read<float>("empty", dtype::f32, {-1, 3}).empty());
}

TEST_CASE("text that is not UTF-8 is not written") {
    scratch_folder folder;
    const auto text = message_of([&] { write_safetensors(folder / "x", {}, {{"k", "\xFF"}}); });
    CHECK(text == (folder / "x").string() +
                      ", header: expected names and metadata in UTF-8, found other bytes");
    CHECK(folder.entries() == 0);
}
