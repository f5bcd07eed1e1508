// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include "files/scratch.hpp"

#include <gait/data/hhar_tracks.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

struct line_17 {
    [[noreturn]] void fail(std::string_view column, std::string expected, std::string found) const {
        throw gait::error({"walk.csv", "line 17, column " + std::string(column),
                           std::move(expected), std::move(found)});
    }
};

gait::hhar_row row(std::string_view user, std::string_view device, std::string_view label) {
    return {.number = 5,
            .arrival_ms = -7,
            .creation_ns = 9,
            .xyz = {1, 2, 3},
            .user = user,
            .device = device,
            .label = label};
}

} // namespace

TEST_CASE("interleaved rows are sorted into tracks") {
    gait::hhar_tracks tracks;
    for (int i = 0; i < 100; ++i)
        tracks.add(row(i % 2 ? "b" : "a", i % 3 ? "phone" : "watch", i % 5 ? "sit" : "null"),
                   line_17{});
    CHECK(tracks.users() == std::vector<std::string>{"a", "b"});
    CHECK(tracks.devices() == std::vector<std::string>{"watch", "phone"});
    CHECK(tracks.labels() == std::vector<std::string>{"null", "sit"});
    REQUIRE(tracks.tracks().size() == 4);
    std::size_t rows = 0;
    for (const auto& track : tracks.tracks())
        rows += track.rows.size();
    CHECK(rows == 100);
    CHECK(tracks.tracks()[0].rows.size() == 17); // multiples of 6 below 100
    CHECK(tracks.tracks()[0].rows[0].arrival_ms() == -7);
    CHECK(tracks.tracks()[0].rows[0].label() == 0);
    CHECK(tracks.tracks()[1].rows[0].label() == 1);
}

TEST_CASE("with classes given, any other label is an error") {
    gait::hhar_tracks tracks({"sit", "walk"});
    tracks.add(row("a", "p", "walk"), line_17{});
    CHECK(tracks.tracks()[0].rows[0].label() == 1);
    CHECK(gait_test::message_of([&] { tracks.add(row("a", "p", "jog"), line_17{}); }) ==
          "walk.csv, line 17, column gt: expected one of sit, walk, found 'jog'");
}

TEST_CASE("without, more than 64 labels are") {
    gait::hhar_tracks tracks;
    for (int i = 0; i < 64; ++i)
        tracks.add(row("a", "p", "label " + std::to_string(i)), line_17{});
    CHECK(gait_test::message_of([&] { tracks.add(row("a", "p", "sit"), line_17{}); }) ==
          "walk.csv, line 17, column gt: expected at most 64 different labels, found one more, "
          "'sit'");
    CHECK_THROWS_AS(gait::hhar_tracks(tracks.labels()).add(row("a", "p", "sit"), line_17{}),
                    gait::error);
    auto many = tracks.labels();
    many.push_back("sit");
    CHECK_THROWS_AS(static_cast<void>(gait::hhar_tracks(many)), gait::error);
}
