// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/core/random.hpp>
#include <gait/data/hhar_scanner.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>

namespace {

struct nobody {
    [[noreturn]] void fail(std::string_view, std::string, std::string) const { std::abort(); }
};

/// The row in a line, or nothing if it isn't plain.
std::optional<gait::hhar_row> scan(std::string line) {
    gait::hhar_line columns;
    columns.read("Index,Arrival_Time,Creation_Time,x,y,z,User,Model,Device,gt", 0, nobody{});
    const gait::hhar_scanner scanner(columns);
    CHECK(scanner.ends_in_names());
    line += '\n';
    const char* const end = line.data() + line.size();
    gait::hhar_row row;
    const char* at = scanner.numbers(line.data(), end, row);
    if (at)
        at = scanner.names(at, end, row);
    if (!at)
        return {};
    CHECK(at == end);
    row.user = row.device = row.label = {}; // they point into a line that is gone
    return row;
}

std::optional<float> decimal(const std::string& text) {
    const auto row = scan("0,1,2," + text + ",0,0,a,m,d,walk");
    return row ? std::optional(row->xyz[0]) : std::nullopt;
}

std::optional<std::int64_t> nanoseconds(const std::string& text) {
    const auto row = scan("0,1," + text + ",0,0,0,a,m,d,walk");
    return row ? std::optional(row->creation_ns) : std::nullopt;
}

} // namespace

TEST_CASE("decimals are the floats nearest to them") {
    gait::random_stream random(1, gait::purpose::user);
    int read = 0;
    for (int trial = 0; trial < 200'000; ++trial) {
        std::string text = random.below(2) ? "-" : "";
        for (std::uint32_t left = 1 + random.below(5); left > 0; --left)
            text += static_cast<char>('0' + random.below(10));
        text += '.';
        for (std::uint32_t left = 1 + random.below(11); left > 0; --left)
            text += static_cast<char>('0' + random.below(10));
        const auto found = decimal(text);
        if (!found)
            continue; // over 15 digits
        ++read;
        const float expected = std::strtof(text.c_str(), nullptr);
        if (std::bit_cast<std::uint32_t>(*found) != std::bit_cast<std::uint32_t>(expected))
            FAIL_CHECK(text << " became " << *found);
    }
    CHECK(read > 190'000);
    CHECK(decimal("9") == 9.0F);
    CHECK(std::signbit(decimal("-0").value()));
    CHECK(decimal("123456789012345") == 123456789012345.0F);
    CHECK(decimal("0.00000000000001") == 1e-14F);
    // In the middle between two floats, and so near it that a double can't tell: not for the
    // scanner.
    CHECK(!decimal("16777217"));
    CHECK(!decimal("16777217.0000000"));
    CHECK(decimal("16777217.0000001") == 16777218.0F);
}

TEST_CASE("whole numbers up to the limits") {
    for (const char* text :
         {"0", "7", "-7", "0007", "1424696631913248572", "12345678", "123456789",
          "1234567890123456", "12345678901234567", "-4000000000000000000", "4000000000000000000"})
        CHECK(nanoseconds(text) == std::strtoll(text, nullptr, 10));
    for (const char* text :
         {"", "-", "4000000000000000001", "-4000000000000000001", "9223372036854775808",
          "18446744073709551616", "10000000000000000000000000000001", "1e3", "1.0", "+1", " 1",
          "1 ", "0x1", "\"1\""})
        CHECK(!nanoseconds(text));
}

TEST_CASE("what isn't plain is left to others") {
    CHECK(scan("0,1,2,3,4,5,a,m,d,walk"));
    CHECK(scan("0,1,2,3,4,5,a,m,d,walk\r"));
    for (const char* line :
         {"", "0,1,2,3,4,5,a,m,d", "0,1,2,3,4,5,a,m,d,walk,", "-1,1,2,3,4,5,a,m,d,walk",
          "4294967296,1,2,3,4,5,a,m,d,walk", "0,4000000000001,2,3,4,5,a,m,d,walk",
          "0,1,2,nan,4,5,a,m,d,walk", "0,1,2,3.,4,5,a,m,d,walk", "0,1,2,.3,4,5,a,m,d,walk",
          "0,1,2,3e1,4,5,a,m,d,walk", "0,1,2,3,4,5,,m,d,walk", "0,1,2,3,4,5, a,m,d,walk",
          "0,1,2,3,4,5,a ,m,d,walk", "0,1,2,3,4,5,\"a\",m,d,walk", "0,1,2,3,4,5,a,m\xC3\xA4,d,walk",
          "0,1,2,3,4,5,a,m,d,wa\x01lk", "0,1,2,3,4,5,a,m,d,", "0,1,2,3,4,5,a,m,d,walk\r\r"})
        CHECK(!scan(line));
    CHECK(!scan("0,1,2,3,4,5,a,m,d," + std::string(257, 'w')));
    CHECK(scan("0,1,2,3,4,5,a,m,d," + std::string(256, 'w')));
}
