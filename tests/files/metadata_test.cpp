// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/files/metadata.hpp>

#include "files/scratch.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

using namespace gait;
using namespace gait_test;

namespace {
/// A reader of a file that holds one entry, "k".
metadata_reader reader_of(const scratch_folder& folder, const std::string& value) {
    write_safetensors(folder / "x", {}, {{"k", value}});
    return metadata_reader(safetensors_file(folder / "x"));
}
} // namespace

TEST_CASE("lists and numbers go to text and back without loss") {
    scratch_folder folder;
    const std::vector<std::string> names{"sit", "stairs \"up\"", "g\u00e5"};
    CHECK(reader_of(folder, metadata_text("f", "k", names)).texts("k") == names);
    const std::vector<float> numbers{0.1F, -3e-20F, 16777216.0F, 0.0F};
    CHECK(reader_of(folder, metadata_text("f", "k", numbers)).numbers("k") == numbers);
    CHECK(reader_of(folder, metadata_text("f", "k", 0.1)).number("k", 0, 1) == 0.1);
    CHECK(reader_of(folder, metadata_text("f", "k", 200)).whole("k", 1, 200) == 200);
    CHECK(reader_of(folder, "[]").texts("k").empty());
}

TEST_CASE("entries that are something else are refused by name") {
    scratch_folder folder;
    const std::string at = (folder / "x").string() + R"(, metadata "k": expected )";
    for (const std::string bad :
         {"", "x", "1", "{}", "[1]", R"(["a",1])", R"(["a",["b"]])", R"(["a")", "[null]"})
        CHECK(says(message_of([&] { return reader_of(folder, bad).texts("k"); }), at));
    for (const std::string bad :
         {"", "1", "[\"1\"]", "[1,]", "[1e39]", "[1e999]", "[NaN]", "[null]", "[[1]]", "[true]"})
        CHECK(says(message_of([&] { return reader_of(folder, bad).numbers("k"); }), at));
    for (const std::string bad : {"", "x", "[1]", "-1", "101", "NaN", "1 2", "\"5\""})
        CHECK(says(message_of([&] { return reader_of(folder, bad).number("k", 0, 100); }), at));
    for (const std::string bad :
         {"", "1.5", "-1", "101", "18446744073709551615", "99999999999999999999999", "1e2"})
        CHECK(says(message_of([&] { return reader_of(folder, bad).whole("k", 0, 100); }), at));
    CHECK(message_of([&] {
              return reader_of(folder, "5").whole("j", 0, 9);
          }).ends_with(R"(metadata "j": expected an entry, found none)"));
    CHECK(message_of([&] { return reader_of(folder, "101").whole("k", 0, 9); }) ==
          at + R"(a whole number from 0 to 9, found "101")");
}

TEST_CASE("nesting without end costs nothing") {
    scratch_folder folder;
    for (const char* piece : {"[", "{\"a\":"}) {
        std::string deep = "[";
        for (int i = 0; i < 100000; ++i)
            deep += piece;
        CHECK(says(message_of([&] { return reader_of(folder, deep).texts("k"); }),
                   "expected a number or a plain list"));
    }
}

TEST_CASE("a list without end costs little") {
    scratch_folder folder;
    const auto list_of = [&](int count) {
        std::string list = "[0";
        for (int i = 1; i < count; ++i)
            list += ",0";
        return reader_of(folder, list + "]");
    };
    CHECK(list_of(100'000).numbers("k").size() == 100'000);
    CHECK(says(message_of([&] { return list_of(100'001).numbers("k"); }),
               "expected a number or a plain list of up to 100000, found "));
}

TEST_CASE("names are there, different, and can be printed") {
    scratch_folder folder;
    CHECK(reader_of(folder, R"(["walk","a b","größer"])").names("k").size() == 3);
    for (const std::string bad :
         {R"(["a","a"])", R"(["a",""])", R"(["a\n"])", R"(["\u001b[2J"])", "[1]"})
        CHECK(says(message_of([&] { return reader_of(folder, bad).names("k"); }),
                   R"(metadata "k": expected )"));
}

TEST_CASE("names that are not UTF-8 are refused when they are written") {
    const std::vector<std::string> names{"\xFFsit"};
    CHECK(message_of([&] { return metadata_text("f", "classes", names); }) ==
          R"(f, metadata "classes": expected text in UTF-8, found other bytes)");
}
