// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/core/random.hpp>
#include <gait/data/timeline.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace {

constexpr std::int64_t ms = 1'000'000;

/// A row `at` milliseconds, on both clocks.
gait::track_row row(std::int64_t at, std::uint8_t label = 0, std::uint32_t number = 0) {
    return {at * ms, at * 256 + label, number, {}};
}

std::vector<std::size_t> lengths(const gait::timeline& line) {
    std::vector<std::size_t> result;
    for (const auto [first, last] : line.stretches)
        result.push_back(last - first);
    return result;
}

} // namespace

TEST_CASE("rows are sorted, duplicates removed, cut at gaps of more than the limit") {
    gait::hhar_track track;
    for (const int at : {500, 0, 100, 300, 100, 701, 901, 100})
        track.rows.push_back(row(at));
    const auto line = gait::make_timeline(track, 0.2);
    CHECK(line.duplicates == 2);
    CHECK(line.gaps == 1);
    CHECK(lengths(line) == std::vector<std::size_t>{4, 2}); // 0 100 300 500 | 701 901
    CHECK(!line.clock.arrival);
}

TEST_CASE("rows that differ in one column are no duplicates") {
    gait::hhar_track track;
    track.rows = {row(0), row(0, 1), row(0, 0, 1), row(0)};
    track.rows.push_back(track.rows[0]);
    track.rows.back().xyz[2] = 1;
    CHECK(gait::make_timeline(track, 0.2).duplicates == 1);
}

TEST_CASE("a stretch ends where the unwanted label begins, however short it is") {
    gait::hhar_track track;
    for (const int at : {0, 10, 30, 40, 50})
        track.rows.push_back(row(at));
    track.rows.push_back(row(20, 3));
    track.rows.push_back(row(60, 3));
    const auto line = gait::make_timeline(track, 0.2, 3);
    CHECK(lengths(line) == std::vector<std::size_t>{2, 3});
    CHECK(line.dropped == 2);
    CHECK(line.gaps == 0);
    CHECK(lengths(gait::make_timeline(track, 0.2)) == std::vector<std::size_t>{7});
}

TEST_CASE("the sensor's clock orders what arrived late and in bursts") {
    gait::hhar_track track;
    for (int i = 0; i < 60; ++i) // every 10 ms, delivered in bursts of 20
        track.rows.push_back(
            {i * 10 * ms, ((i / 20 + 1) * 200) * 256, static_cast<std::uint32_t>(99 - i), {}});
    const auto line = gait::make_timeline(track, 0.1);
    CHECK(!line.clock.arrival);
    CHECK(lengths(line) == std::vector<std::size_t>{60});
    for (std::size_t i = 0; i < 60; ++i)
        CHECK(track.rows[i].creation_ns == static_cast<std::int64_t>(i) * 10 * ms);
}

TEST_CASE("a device that restarts is not mixed with its past") {
    gait::hhar_track track;
    for (int i = 0; i < 100; ++i) // the sensor's clock begins anew after 50 rows
        track.rows.push_back(
            {(i < 50 ? 100'000 + i * 10 : 100'005 + i * 10 - 100'000) * ms, i * 10 * 256, 0, {}});
    const auto line = gait::make_timeline(track, 0.2);
    CHECK(lengths(line) == std::vector<std::size_t>{50, 50});
    CHECK(line.gaps == 1);
    CHECK(track.rows.front().arrival_ms() == 0);
}

TEST_CASE("a damaged Creation_Time gives way to Arrival_Time") {
    gait::hhar_track track;
    for (int i = 0; i < 50; ++i)
        track.rows.push_back(row(i * 10));
    track.creation_damaged = true; // as the reader says of 1.42E+18
    auto line = gait::make_timeline(track, 0.2);
    CHECK(line.clock.arrival);
    CHECK(line.clock.reason == "Creation_Time is damaged (floating point, digits lost)");

    track.creation_damaged = false; // or as its rows say: ten of them have the same
    for (int i = 0; i < 50; ++i)
        track.rows[static_cast<std::size_t>(i)].creation_ns = i / 10 * 100 * ms;
    line = gait::make_timeline(track, 0.2);
    CHECK(line.clock.arrival);
    CHECK(line.clock.reason ==
          "Creation_Time is damaged (45 rows have the time of the row before)");
}

TEST_CASE("ties are spread evenly until the next stamp") {
    std::vector<gait::track_row> rows;
    std::uint32_t number = 0;
    for (const int at : {1000, 1000, 1010, 1020, 1020, 1020, 1020, 1060, 1060})
        rows.push_back(row(at, 0, number++));
    const auto times = gait::times_of(rows, true);
    const std::vector<double> expected{0, .005, .010, .020, .030, .040, .050, .060, .0675};
    REQUIRE(times.size() == expected.size());
    for (std::size_t i = 0; i < times.size(); ++i)
        CHECK(times[i] == doctest::Approx(expected[i]));
}

TEST_CASE("times start at 0 and strictly increase, whatever the stamps") {
    gait::random_stream random(2, gait::purpose::user);
    for (int trial = 0; trial < 200; ++trial) {
        std::vector<gait::track_row> rows;
        std::int64_t at = 1'424'696'633'908;
        for (std::uint32_t i = 0; i < 1 + random.below(50); ++i)
            rows.push_back(row(at += random.below(3), 0, i));
        const auto times = gait::times_of(rows, true);
        CHECK(times[0] == 0);
        for (std::size_t i = 1; i < times.size(); ++i)
            CHECK(times[i] > times[i - 1]);
    }
}
