// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Whatever hhar_csv says of a text, line by line in one thread, hhar_blocks says with many.
#include "files/scratch.hpp"
#include "some_csv.hpp"
#include "support/shared_data.hpp"

#include <gait/core/random.hpp>
#include <gait/data/hhar_blocks.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using gait_test::csv_line;
using gait_test::hhar_header;
using gait_test::message_of;

namespace {

/// Everything that was read, or what was wrong.
struct outcome {
    std::string problem;
    std::vector<std::string> users, devices, labels;
    std::vector<std::pair<int, int>> of; // user and device of each track
    std::vector<bool> damaged;
    std::vector<std::vector<gait::track_row>> rows;
    bool operator==(const outcome&) const = default;
};

template <class Read>
outcome outcome_of(const std::vector<std::string>& classes, const Read& read) {
    gait::hhar_tracks tracks(classes);
    outcome result;
    result.problem = message_of([&] { read(tracks); });
    if (!result.problem.empty())
        return result;
    result.users = tracks.users();
    result.devices = tracks.devices();
    result.labels = tracks.labels();
    for (const auto& track : tracks.tracks()) {
        result.of.emplace_back(track.user, track.device);
        result.damaged.push_back(track.creation_damaged);
        result.rows.push_back(track.rows);
    }
    return result;
}

outcome line_by_line(const std::string& text, const std::vector<std::string>& classes = {}) {
    return outcome_of(classes, [&](gait::hhar_tracks& tracks) {
        gait::hhar_csv csv("walk.csv");
        const auto add = [&](const gait::hhar_row& row) { tracks.add(row, csv); };
        csv.feed(text, add);
        csv.finish(add);
    });
}

/// In runs of whole lines of about `size` bytes.
outcome in_blocks(std::string text, int threads, std::size_t size,
                  const std::vector<std::string>& classes = {}) {
    if (!text.empty() && text.back() != '\n')
        text += '\n';
    return outcome_of(classes, [&](gait::hhar_tracks& tracks) {
        gait::hhar_blocks blocks("walk.csv", threads, tracks);
        for (std::string_view left = text; !left.empty();) {
            const auto newline = left.find('\n', std::min(size, left.size() - 1));
            blocks.read(left.substr(0, newline + 1));
            left.remove_prefix(newline + 1);
        }
        blocks.finish();
    });
}

/// Rows of two phones by turns, so many that a run of them makes several pieces.
std::string long_text(int rows, bool header = true) {
    std::string text = header ? hhar_header : "";
    gait::random_stream random(5, gait::purpose::user);
    for (int i = 0; i < rows; ++i)
        text += csv_line({.number = i,
                          .seconds = i / 100.0,
                          .user = i < rows / 3 ? "a" : "b",
                          .device = i % 2 ? "nexus4_1" : "s3_2",
                          .label = i / 500 % 2 ? "walk" : "stairsdown",
                          .x = static_cast<float>(random.normal()),
                          .y = static_cast<float>(1e-6 * random.normal()),
                          .z = 9.81F});
    return text;
}

/// `text` with `wrong` in the place of line `number`.
std::string with_line(const std::string& text, int number, const std::string& wrong) {
    std::size_t begin = 0;
    for (int line = 1; line < number; ++line)
        begin = text.find('\n', begin) + 1;
    std::string result = text;
    return result.replace(begin, text.find('\n', begin) - begin, wrong);
}

constexpr std::size_t whole = std::size_t{1} << 40;

} // namespace

TEST_CASE("the same tracks as line by line, for any threads and any runs") {
    for (const bool header : {true, false}) {
        const std::string text = long_text(15'000, header); // over a megabyte: five pieces
        const outcome expected = line_by_line(text);
        REQUIRE(expected.problem.empty());
        CHECK(expected.rows.size() == 4);
        for (const int threads : {1, 2, 3})
            for (const std::size_t size : {whole, std::size_t{100'000}, std::size_t{1000}})
                CHECK(in_blocks(text, threads, size) == expected);
    }
}

TEST_CASE("a bad line is named by its number in the file") {
    const std::string text = long_text(15'000);
    for (const int line : {2, 3, 2913, 2914, 2915, 7777, 15'001}) {
        const std::string wrong = with_line(text, line, "1,2,3,4,five,6,a,nexus4,nexus4_1,walk");
        const std::string expected = "walk.csv, line " + std::to_string(line) +
                                     ", column y: expected a number, found 'five'";
        CHECK(line_by_line(wrong).problem == expected);
        for (const int threads : {1, 2, 3})
            for (const std::size_t size : {whole, std::size_t{100'000}})
                CHECK(in_blocks(wrong, threads, size).problem == expected);
    }
}

TEST_CASE("of several mistakes the first in the file is told") {
    std::string text = long_text(15'000);
    text = with_line(text, 14'000, "1,2,3");
    text = with_line(text, 9000, "1,2,3,4,5,6,a,nexus4,nexus4_1," + std::string(70'000, 'x'));
    CHECK(in_blocks(text, 2, whole).problem ==
          "walk.csv, line 9000: expected at most 65536 bytes in a line, found more");
    text = with_line(text, 8999, "1,2,3,4,5,6,a,nexus4,nexus4_1,w\xE4lk");
    CHECK(in_blocks(text, 2, whole).problem ==
          "walk.csv, line 8999, column gt: expected text in UTF-8, found 'w\\xe4lk'");
    text = with_line(text, 4000, "1,2,3,4,5,6,a,nexus4,nexus4_1,jog");
    CHECK(in_blocks(text, 2, whole, {"walk", "stairsdown"}).problem ==
          "walk.csv, line 4000, column gt: expected one of walk, stairsdown, found 'jog'");
}

TEST_CASE("too many labels are noticed where the last one is, whatever piece the others were in") {
    std::string text = long_text(15'000);
    for (int i = 0; i < 63; ++i) // with two that are there already, one too many
        text = with_line(text, 200 * i + 400,
                         "1,2,3,4,5,6,a,nexus4,nexus4_1,label" + std::to_string(i));
    const std::string expected = "walk.csv, line 12800, column gt: expected at most 64 different "
                                 "labels, found one more, 'label62'";
    CHECK(line_by_line(text).problem == expected);
    for (const std::size_t size : {whole, std::size_t{100'000}})
        CHECK(in_blocks(text, 2, size).problem == expected);
}

TEST_CASE("rows without an Index are numbered through the whole file") {
    std::string text = "x,y,z,User,Device,gt,Creation_Time,Arrival_Time\n";
    for (int i = 0; i < 12'000; ++i)
        text += "1.5,-2,9.81,a,phone,walk," + std::to_string(std::int64_t{1'000'000} * i) + "," +
                std::to_string(i) + "\n";
    const outcome found = in_blocks(text, 2, whole);
    CHECK(found == line_by_line(text));
    CHECK(found.rows.at(0).at(11'999).number == 11'999);
}

TEST_CASE("quotes, blanks, exponents, empty lines and damaged times, all at once") {
    const std::string text = "\xEF\xBB\xBF\r\n" + hhar_header +
                             " 1,2,3,4.0,5e-3,-6,\"a\",nexus4,p,walk\r\n"
                             "\n  \n2,2,1.42469663191325E+018,4e0,.5,6.,b c,\xC3\xA4,p,walk\n"
                             "3,2,9,4,5,6,b c,,p,walk \n4,2,9,4,5,6,b c,,p,walk\r\n"
                             "5,-2,-9,-0,00.5,6,b c,x y,p,walk\n6,2,9,4,5,6,b c,\"\",p,wa\"lk";
    const outcome expected = line_by_line(text);
    CHECK(expected.problem.empty());
    CHECK(expected.damaged == std::vector<bool>{false, true});
    CHECK(in_blocks(text, 2, whole) == expected);
}

TEST_CASE("no rows at all are an error") {
    for (const std::string& text : {std::string(), hhar_header, std::string("\n\n")})
        CHECK(in_blocks(text, 2, whole).problem == line_by_line(text).problem);
    CHECK(in_blocks(hhar_header, 2, whole).problem.starts_with("walk.csv, line 2: "));
}

TEST_CASE("any bytes at all: the same rows or the same complaint as line by line") {
    gait::random_stream random(1, gait::purpose::user);
    const std::string text = long_text(40, true);
    for (int trial = 0; trial < 3000; ++trial) {
        std::string damaged = text;
        for (std::uint32_t hits = 1 + random.below(3); hits > 0; --hits)
            damaged[random.below(static_cast<std::uint32_t>(damaged.size()))] =
                random.below(2) ? static_cast<char>(random.below(256))
                                : "0123456789.,-+e\" \t\r\n"[random.below(20)];
        const outcome expected = line_by_line(damaged);
        const outcome found = in_blocks(damaged, 2, 500);
        if (!(found == expected)) {
            CHECK(found.problem == expected.problem);
            FAIL_CHECK("other rows in " << damaged);
        }
    }
}

TEST_CASE("real HHAR: the same as line by line") {
    for (const char* name : {"hhar_phone_slice.csv", "hhar_watch_slice.csv"}) {
        const auto path = gait_test::shared_data(name);
        if (!path) {
            MESSAGE("skipped: there is no ", std::string(name));
            continue;
        }
        const std::string text = gait_test::read_all(*path);
        CHECK(in_blocks(text, 2, whole) == line_by_line(text));
    }
}
