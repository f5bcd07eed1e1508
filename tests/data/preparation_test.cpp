// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include "files/scratch.hpp"
#include "some_csv.hpp"
#include "support/shared_data.hpp"

#include <gait/core/random.hpp>
#include <gait/data/hhar_csv.hpp>
#include <gait/data/preparation.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using gait_test::csv_text;
using gait_test::some_rows;
using names = std::vector<std::string>;

namespace {

struct prepared {
    gait::recordings data;
    std::vector<gait::track_report> reports;
};

prepared prepare(std::string_view text, const gait::preparation_options& options = {},
                 const names& classes = {}) {
    gait::hhar_tracks tracks(classes);
    gait::hhar_csv csv("walk.csv");
    const auto add = [&](const gait::hhar_row& row) { tracks.add(row, csv); };
    csv.feed(text, add);
    csv.finish(add);
    prepared result;
    result.data =
        gait::prepare(std::move(tracks), options, "walk.csv", result.reports, [](gait::index) {});
    gait::validate(result.data);
    return result;
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& more) {
    to.insert(to.end(), more.begin(), more.end());
}

} // namespace

TEST_CASE("200 Hz become 50 Hz") {
    const auto [r, reports] = prepare(csv_text(some_rows(801, 200, 10)));
    CHECK(r.rate_hz == 50);
    REQUIRE(r.runs.size() == 1);
    CHECK(r.size() == 201);
    CHECK(r.runs[0].start_seconds == doctest::Approx(1'424'696'641.0));
    for (std::size_t i = 0; i < 201; ++i) { // x is the time in seconds
        CHECK(r.samples[3 * i] ==
              doctest::Approx(10 + 0.02 * static_cast<double>(i)).epsilon(1e-5));
        CHECK(r.samples[3 * i + 2] == doctest::Approx(9.81));
    }
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].rows == 801);
    CHECK(reports[0].rate_hz == doctest::Approx(200));
    CHECK(reports[0].runs == 1);
    CHECK(reports[0].samples == 201);
    CHECK(!reports[0].clock.arrival);
}

TEST_CASE("at the devices' own rates every row is a sample, as it is") {
    auto rows = some_rows(801, 200, 10);
    append(rows, some_rows(101, 50, 30, {.device = "s3_1", .label = "sit"}));
    append(rows, some_rows(1, 50, 90, {.device = "s3_1"}));
    rows[300].label = "sit";
    const auto [r, reports] = prepare(csv_text(rows), {.native = true});
    CHECK(r.native);
    REQUIRE(r.runs.size() == 2);
    CHECK(r.runs[0].count == 801);
    CHECK(r.runs[1].count == 101);
    for (std::size_t i = 0; i < 801; ++i) {
        CHECK(r.samples[3 * i] == rows[i].x);
        CHECK(r.labels[i] == (i == 300 ? 1 : 3));
    }
    CHECK(reports[0].seconds == doctest::Approx(4));
    CHECK(reports[1].seconds == doctest::Approx(2));
    CHECK(reports[1].lone_rows == 1);
    CHECK(r.rate_hz == doctest::Approx((800 + 100) / 6.0));
}

TEST_CASE("a rate that no file may have is an error, not a file that nothing loads") {
    const auto rows = some_rows(801, 2e6, 10); // as if milliseconds were nanoseconds
    try {
        static_cast<void>(prepare(csv_text(rows), {.native = true}));
        FAIL("no error");
    } catch (const gait::error& e) {
        CHECK(std::string(e.what()).starts_with(
            "walk.csv, rate: expected at most 1000000 Hz (Creation_Time is in ns"));
    }
}

TEST_CASE("labels are the nearest row's") {
    auto rows = some_rows(100, 10);
    for (int i = 0; i < 100; ++i)
        rows[static_cast<std::size_t>(i)].label = i < 50 ? "sit" : "bike";
    const auto r = prepare(csv_text(rows)).data;
    // Row 49 is at 4.9 s, row 50 at 5.0 s: the border is at 4.95 s.
    for (std::size_t i = 0; i < r.labels.size(); ++i)
        CHECK(r.labels[i] == (0.02 * static_cast<double>(i) < 4.95 - 1e-9 ? 1 : 0));
}

TEST_CASE("shuffled rows of many devices give the same as sorted ones") {
    std::vector<gait_test::some_row> rows;
    for (const char* user : {"b", "a"})
        for (const char* device : {"s3_1", "nexus4_1"})
            for (const double start : {0.0, 7.0})
                append(rows, some_rows(150, 48.7, start, {.user = user, .device = device}));
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i].label = i % 100 < 50 ? "walk" : "sit";
    const auto sorted = prepare(csv_text(rows));
    CHECK(sorted.data.users == names{"a", "b"});
    CHECK(sorted.data.devices == names{"nexus4_1", "s3_1"});
    CHECK(sorted.data.runs.size() == 8);

    rows.push_back(rows[3]);
    rows.push_back(rows[70]);
    gait::shuffle(rows, gait::random_stream(3, gait::purpose::user));
    const auto shuffled = prepare(csv_text(rows));
    CHECK(shuffled.data.samples == sorted.data.samples);
    CHECK(shuffled.data.labels == sorted.data.labels);
    gait::index duplicates = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(shuffled.reports[i].device == sorted.reports[i].device);
        CHECK(shuffled.reports[i].gaps == 1);
        duplicates += shuffled.reports[i].duplicates;
    }
    CHECK(duplicates == 2);
}

TEST_CASE("shuffled rows with ties in Arrival_Time and a damaged Creation_Time, too") {
    std::vector<std::string> lines;
    for (int i = 0; i < 300; ++i)
        lines.push_back(std::to_string(i) + "," + std::to_string(1'424'696'633'900 + i / 4 * 20) +
                        ",1.4246966E+018," + std::to_string(i) + ",0,9.8,a,nexus4,nexus4_1,walk\n");
    const auto text = [&] {
        std::string all;
        for (const auto& line : lines)
            all += line;
        return all;
    };
    const auto sorted = prepare(text());
    CHECK(sorted.reports[0].clock.arrival);
    gait::shuffle(lines, gait::random_stream(4, gait::purpose::user));
    CHECK(prepare(text()).data.samples == sorted.data.samples);
    // Four rows in 20 ms: x grows by 4 in each sample of the uniform rate.
    for (std::size_t i = 0; i < 74; ++i)
        CHECK(sorted.data.samples[3 * i] == doctest::Approx(4.0 * static_cast<double>(i)));
}

TEST_CASE("the list of classes") {
    const auto classes_of = [](const names& labels, bool drop_null = false,
                               const names& given = {}) {
        std::vector<gait_test::some_row> rows;
        double start = 0;
        for (const auto& label : labels)
            append(rows, some_rows(20, 50, start += 2, {.label = label}));
        return prepare(csv_text(rows), {.drop_null = drop_null}, given).data.classes;
    };
    const names seven{"bike", "sit", "stand", "walk", "stairsup", "stairsdown", "null"};
    CHECK(classes_of({"walk", "null", "sit"}) == seven);
    CHECK(classes_of({"walk"}) == seven);
    CHECK(classes_of({"walk", "null"}, true) == names(seven.begin(), seven.end() - 1));
    CHECK(classes_of({"walk", "jog", "sit"}) == names{"jog", "sit", "walk"});
    CHECK(classes_of({"walk", "jog", "null"}, true) == names{"jog", "walk"});
    CHECK(classes_of({"walk", "sit"}, false, {"walk", "sit", "run"}) ==
          names{"walk", "sit", "run"});
}

TEST_CASE("null is a class, or a border") {
    auto rows = some_rows(300, 50);
    for (std::size_t i = 100; i < 105; ++i)
        rows[i].label = "null";
    CHECK(prepare(csv_text(rows)).data.runs.size() == 1);
    const auto [r, reports] = prepare(csv_text(rows), {.drop_null = true});
    REQUIRE(r.runs.size() == 2);
    CHECK(r.runs[0].count == 100);
    CHECK(r.runs[1].count == 195);
    CHECK(reports[0].null_rows == 5);
}

TEST_CASE("rows alone between gaps are dropped and counted") {
    auto rows = some_rows(50, 50);
    append(rows, some_rows(1, 50, 10));
    append(rows, some_rows(50, 50, 20));
    const auto [r, reports] = prepare(csv_text(rows));
    CHECK(r.runs.size() == 2);
    CHECK(reports[0].lone_rows == 1);
    CHECK(reports[0].gaps == 2);

    const std::string nothing =
        gait_test::message_of([] { prepare(csv_text(some_rows(20, 1))); }); // a gap after each row
    CHECK(nothing == "walk.csv: expected rows that make a run of two samples or more, found none");
    CHECK(prepare(csv_text(some_rows(20, 1)), {.max_gap = 1.5}).data.size() == 951);
}

TEST_CASE("real HHAR: the phone's clock is damaged, all seven classes are there") {
    const auto path = gait_test::shared_data("hhar_phone_slice.csv");
    if (!path) {
        MESSAGE("skipped: there is no hhar_phone_slice.csv");
        return;
    }
    const auto [r, reports] = prepare(gait_test::read_all(*path));
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].rows == 7008);
    CHECK(reports[0].clock.arrival);
    CHECK(reports[0].rate_hz == doctest::Approx(200).epsilon(0.02));
    CHECK(r.runs.size() == 9);
    CHECK(static_cast<double>(r.size()) == doctest::Approx(7008.0 / 4).epsilon(0.02));
    std::vector<int> counts(7);
    for (const auto label : r.labels)
        ++counts[label];
    const std::vector<double> rows{1001, 1001, 1002, 1001, 1487, 515, 1001}; // as published
    for (std::size_t k = 0; k < 7; ++k)
        CHECK(counts[k] == doctest::Approx(rows[k] / 4).epsilon(0.05));
}

TEST_CASE("real HHAR: the watch's own clock is good") {
    const auto path = gait_test::shared_data("hhar_watch_slice.csv");
    if (!path) {
        MESSAGE("skipped: there is no hhar_watch_slice.csv");
        return;
    }
    const auto [r, reports] = prepare(gait_test::read_all(*path));
    CHECK(reports[0].rows == 10000);
    CHECK(!reports[0].clock.arrival);
    CHECK(reports[0].rate_hz == doctest::Approx(98).epsilon(0.02));
    CHECK(static_cast<double>(r.size()) == doctest::Approx(10000.0 / 98 * 50).epsilon(0.02));
}
