// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/data/csv_lines.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

/// The lines of `text`, pushed in pieces of `size`.
std::vector<std::string> lines_of(std::string_view text, std::size_t size) {
    std::vector<std::string> lines;
    gait::csv_lines cut("text");
    const auto keep = [&](std::string_view line) { lines.emplace_back(line); };
    for (std::size_t i = 0; i < text.size(); i += size)
        cut.feed(std::span(text).subspan(i, std::min(size, text.size() - i)), keep);
    cut.finish(keep);
    return lines;
}

} // namespace

TEST_CASE("lines are the same however the text is cut into chunks") {
    const std::string_view text = "\xEF\xBB\xBFone,1\r\n\ntwo,22\nthree";
    const std::vector<std::string> expected{"one,1", "", "two,22", "three"};
    for (std::size_t size = 1; size <= text.size(); ++size)
        CHECK(lines_of(text, size) == expected);
    CHECK(lines_of("", 1).empty());
    CHECK(lines_of("a\n", 1) == std::vector<std::string>{"a"});
}

TEST_CASE("a line of 10 MB is refused as soon as it is too long") {
    gait::csv_lines cut("big.csv");
    const std::string piece(1000, 'x');
    const auto nothing = [](std::string_view) {};
    cut.feed(std::string_view("fine\n"), nothing);
    int pieces = 0;
    const auto pour = [&] {
        for (; pieces < 10'000; ++pieces)
            cut.feed(piece, nothing);
    };
    CHECK_THROWS_WITH_AS(
        pour(), "big.csv, line 2: expected at most 65536 bytes in a line, found more", gait::error);
    CHECK(pieces == 65);

    gait::csv_lines at_once("big.csv");
    const std::string all(10'000'000, 'x');
    CHECK_THROWS_AS(at_once.feed(all + "\n", nothing), gait::error);
    gait::csv_lines longest("big.csv");
    longest.feed(std::string(65'536, 'x') + "\n", nothing);
    CHECK(longest.number() == 1);
}

TEST_CASE("fields lose blanks and quotes") {
    std::vector<std::string_view> fields;
    gait::split_fields("a, b\t,\"c d\",,\"", fields);
    CHECK(fields == std::vector<std::string_view>{"a", "b", "c d", "", "\""});
    gait::split_fields("", fields);
    CHECK(fields == std::vector<std::string_view>{""});
}

TEST_CASE("what can't be printed is shown in hexadecimal, long texts are cut") {
    CHECK(gait::printable("abc") == "'abc'");
    CHECK(gait::printable(std::string("a\xFF\0\x1B", 4)) == "'a\\xff\\x00\\x1b'");
    CHECK(gait::printable(std::string(50, 'y')) == "'" + std::string(40, 'y') + "...'");
}

TEST_CASE("UTF-8 is told from other bytes") {
    using gait::first_not_utf8;
    for (const std::string_view good :
         {"", "plain", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x9A\xB6", "\xED\x9F\xBF",
          "\xF4\x8F\xBF\xBF", "\x7F", "\xC2\x80", "\xE0\xA0\x80", "\xF0\x90\x80\x80"})
        CHECK(first_not_utf8(good) == good.size());
    CHECK(first_not_utf8("ab\xFF") == 2);
    for (const std::string_view bad : {"\x80", "\xC3", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF",
                                       "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
                                       "\xF5\x80\x80\x80", "\xE2\x82", "\xE2\x28\xA1", "\xFE"})
        CHECK(first_not_utf8(bad) == 0);
}
