// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/files/safetensors_header.hpp>

#include "files/scratch.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace gait;
using namespace gait_test;

namespace {
struct bad_header {
    std::string text;
    std::string_view message; // a part of it
};

std::string entry(std::string_view name, std::string_view shape, std::string_view offsets,
                  std::string_view type = "F32") {
    return '"' + std::string(name) + R"(":{"dtype":")" + std::string(type) + R"(","shape":)" +
           std::string(shape) + R"(,"data_offsets":)" + std::string(offsets) + '}';
}

std::string object(std::string_view content) { return '{' + std::string(content) + '}'; }

std::string message(std::string_view text, std::uint64_t data_size) {
    return message_of([&] { return parse_safetensors_header("f", text, data_size); });
}
} // namespace

TEST_CASE("a header gives tensors in the order of their data, and metadata") {
    const auto header = parse_safetensors_header(
        "f",
        object(entry("b", "[2,3]", "[8,32]") + R"(,"__metadata__":{"dtype":"text","":"x"},)" +
               entry("a", "[]", "[0,8]", "F64") + ',' + entry("none", "[0,5]", "[32,32]") + ',' +
               entry("half", "[1,1,1,1,1,1,1,2]", "[32,36]", "BF16")) +
            "   ",
        36);
    REQUIRE(header.tensors.size() == 4);
    CHECK(header.tensors[0].name == "a");
    CHECK(header.tensors[0].type == dtype::f64);
    CHECK(header.tensors[0].shape.empty());
    CHECK(header.tensors[0].count() == 1);
    CHECK(header.tensors[1].name == "b");
    CHECK(header.tensors[1].shape == std::vector<gait::index>{2, 3});
    CHECK(header.tensors[1].begin == 8);
    CHECK(header.tensors[1].end == 32);
    CHECK(header.tensors[2].count() == 0);
    CHECK(header.tensors[3].type == dtype::bf16);
    CHECK(header.metadata == std::map<std::string, std::string>{{"dtype", "text"}, {"", "x"}});
    CHECK(parse_safetensors_header("f", "{}", 0).tensors.empty());
}

TEST_CASE("a header that is not what it should be is refused, and the message says why") {
    const std::string good = entry("a", "[2]", "[0,8]");
    const std::string deep(100000, '[');
    std::string deep_objects = "{";
    for (int i = 0; i < 100000; ++i)
        deep_objects += "\"a\":{";
    const bad_header all[] = {
        // Not JSON, or not an object.
        {"", "byte 0: expected '{'"},
        {"[]", "byte 0: expected '{', found \"[\""},
        {"\xEF\xBB\xBF{}", "byte 0: expected '{'"},
        {" {}", "byte 0: expected '{'"},
        {"{", "header, byte 2: expected JSON text"},
        {"{}}", "header, byte 3: expected JSON text"},
        {"{} x", "expected JSON text"},
        {std::string("{}\0", 3), "header, byte 2: expected JSON text, found a zero byte"},
        {object(good + ','), "expected JSON text"},
        {R"({"a\ud800":{}})", "expected JSON text"},
        // Bytes that are not UTF-8, in a name, in metadata, outside of texts.
        {object("\"\xFF\xFE\":{}"), "ill-formed UTF-8 byte"},
        {"{\"__metadata__\":{\"k\":\"\xC3\x28\"}}", "ill-formed UTF-8 byte"},
        {"{\x80}", "expected JSON text"},
        // Nesting and types that have no place.
        {"{\"a\":" + deep, R"(tensor "a": expected an object, found a list)"},
        {deep_objects, R"(tensor "a": expected only dtype, shape and data_offsets, found "a")"},
        {R"({"a":{"shape":)" + deep, "whole numbers below 2^63 in shape, found a list"},
        {R"({"__metadata__":{"k":{}}})", R"(metadata: expected a text for "k", found an object)"},
        {R"({"__metadata__":{"k":1}})", R"(expected a text for "k", found 1)"},
        {R"({"__metadata__":[]})", "metadata: expected an object, found a list"},
        {R"({"a":null})", "expected an object, found null"},
        {R"({"a":{"dtype":["F32"]}})", "expected the name of a dtype, found a list"},
        {R"({"a":{"dtype":true}})", "expected the name of a dtype, found true"},
        {R"({"a":{"shape":"2"}})", R"(expected a list for shape, found "2")"},
        {R"({"a":{"shape":8}})", "expected a list for shape, found 8"},
        {R"({"a":{"extra":8}})", R"(found "extra")"},
        // Keys twice.
        {object(good + ',' + good), R"(tensor "a": expected only one of that name, found two)"},
        {R"({"__metadata__":{},"__metadata__":{}})", "metadata: expected only one"},
        {R"({"__metadata__":{"k":"1","k":"2"}})", R"(expected "k" only once, found it twice)"},
        {R"({"a":{"dtype":"F32","dtype":"F32"}})", R"(expected "dtype" only once)"},
        // Keys missing.
        {R"({"a":{}})", R"(tensor "a": expected dtype, found none)"},
        {R"({"a":{"dtype":"F32","shape":[]}})", "expected data_offsets, found none"},
        {R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", "expected shape, found none"},
        // Numbers that are no sizes or places.
        {object(entry("a", "[-2]", "[0,8]")), "whole numbers below 2^63 in shape, found -2"},
        {object(entry("a", "[2.0]", "[0,8]")), "found 2.0"},
        {object(entry("a", "[1e3]", "[0,8]")), "found 1e3"},
        {object(entry("a", "[9223372036854775808]", "[0,8]")), "found 9223372036854775808"},
        {object(entry("a", "[99999999999999999999]", "[0,8]")), "found 99999999999999999999"},
        {object(entry("a", "[1e999]", "[0,8]")), "expected JSON text"},
        {object(entry("a", "[2]", "[0]")), "expected data_offsets [begin, end], found [0]"},
        {object(entry("a", "[2]", "[0,8,8,8]")), "found [0, 8, 8, ...]"},
        {object(entry("a", "[2]", "[8,0]")), "found [8, 0]"},
        {object(entry("a", "[2]", "[0,8]", "F31")), R"(found "F31")"},
        {object(entry("a", "[0,0,0,0,0,0,0,0,0]", "[0,0]")),
         R"(tensor "a": expected at most 8 numbers in shape, found more)"},
        // Shapes whose product is too large, is wrong, or wraps around to what is there.
        {object(entry("a", "[4294967296,4294967296]", "[0,8]")), "expected a size below 2^63"},
        {object(entry("a", "[4611686018427387906]", "[0,8]")), "expected a size below 2^63"},
        {object(entry("a", "[4294967296,4294967296,0]", "[0,0]")), "expected a size below 2^63"},
        {object(entry("a", "[3]", "[0,8]")),
         "expected 12 bytes for F32 (3), found 8 between its data_offsets"},
        // Places in the data.
        {object(entry("a", "[2]", "[0,8]") + ',' + entry("b", "[2]", "[4,12]")),
         R"(tensor "b": expected it to begin where tensor "a" ends, at byte 8, )"
         "found an overlap from byte 4"},
        {object(entry("a", "[2]", "[0,8]") + ',' + entry("b", "[2]", "[0,8]")), "an overlap"},
        {object(entry("a", "[1]", "[0,4]") + ',' + entry("b", "[1]", "[8,12]")),
         R"(tensor "b": expected it to begin at byte 4 of the data, found a hole up to byte 8)"},
        {object(entry("a", "[2]", "[4,12]")), "a hole up to byte 4"},
        {object(good), "data: expected 8 bytes as the header says, found 12"},
        {object(entry("a", "[4]", "[0,16]")),
         R"(tensor "a": expected its data to end at byte 16, found only 12 bytes of data)"},
        {object(entry("a", "[2305843009213693951]", "[0,9223372036854775804]")),
         "only 12 bytes of data"},
    };
    for (const bad_header& bad : all) {
        const std::string found = message(bad.text, 12);
        CHECK_MESSAGE(says(found, bad.message), bad.text.substr(0, 100), " gives '", found,
                      "', not ", bad.message);
        CHECK(found.starts_with("f, "));
        CHECK(found.size() < 400);
    }
}

TEST_CASE("names from a file can't write to the terminal") {
    const auto text = message(object(entry(R"(\u001b[2J)", "[3]", "[0,8]")), 8);
    CHECK(says(text, R"("\u001b[2J")"));
    CHECK_FALSE(says(text, "\x1b"));
    CHECK(in_quotes("\x7F\xC2\x9B"
                    "m\xC2\xA0") == "\"\\u007f\\u009bm\xC2\xA0\"");
    const std::string cut = in_quotes(std::string(99, 'a') + "\xC3\xA4"); // through a letter
    CHECK(cut.size() < 110);
    CHECK(cut.ends_with("..."));
}
