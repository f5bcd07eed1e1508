// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/files/base64.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <span>
#include <string>
#include <string_view>

using namespace gait;

namespace {
std::string encode(std::string_view text) { return base64_encode(std::as_bytes(std::span(text))); }

std::string decode(std::string_view text) {
    const auto bytes = base64_decode(text);
    REQUIRE(bytes.has_value());
    std::string result(bytes->size(), '\0');
    if (!bytes->empty())
        std::memcpy(result.data(), bytes->data(), bytes->size());
    return result;
}
} // namespace

TEST_CASE("base64 agrees with the test vectors of RFC 4648, section 10") {
    const std::string_view vectors[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, coded] : vectors) {
        CHECK(encode(plain) == coded);
        CHECK(decode(coded) == plain);
    }
}

TEST_CASE("base64 carries every byte, at every length up to 300") {
    std::string bytes;
    for (int i = 0; i < 300; ++i) {
        CHECK(decode(encode(bytes)) == bytes);
        bytes += static_cast<char>(i * 37);
    }
    CHECK(encode("\xFB\xFF\xBF") == "+/+/");
}

TEST_CASE("base64 refuses what it would not have written") {
    // Wrong length, strange characters, padding inside, too much of it, left-over bits, line break.
    for (const std::string_view bad :
         {"Z", "Zg", "Zg=", "Zm9", "Zm9vY", "Z===", "====", "=Zg=", "Zg==Zg==", "Zm-_", "Zm9\xFF",
          "Zh==", "Zm9=", "Zm9v\nYg=", "Zm9v====", "AA A"})
        CHECK_MESSAGE(!base64_decode(bad).has_value(), bad);
}
