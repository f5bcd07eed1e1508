// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Rows as they arrive, against what was measured, and against the clock that har_prepare chooses.
#include <har/live_track.hpp>

#include <gait/data/hhar_line.hpp>
#include <gait/data/timeline.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace {

/// Row i of a sensor, with i in x.
gait::hhar_row row(int i, std::int64_t arrival_ms, std::int64_t creation_ms, bool damaged) {
    gait::hhar_row r;
    r.arrival_ms = 1'424'696'633'908 + arrival_ms;
    r.creation_ns = creation_ms * 1'000'000;
    r.creation_damaged = damaged;
    r.xyz = {static_cast<float>(i), 0, 9.8F};
    return r;
}

/// The samples' x at 50 Hz, a list for each stretch without a gap of 0.2 s.
std::vector<std::vector<float>> runs_of(const std::vector<gait::hhar_row>& rows) {
    har::live_track track(50, 0.2, 1, 1, 0);
    std::vector<std::vector<float>> runs;
    const auto due = [&](double, gait::index) {
        float xyz[3];
        track.copy_window(1, xyz);
        if (track.count() == 1)
            runs.emplace_back();
        runs.back().push_back(xyz[0]);
    };
    for (const auto& r : rows)
        track.add(r, due);
    track.finish(due);
    return runs;
}

void check_counts_up(const std::vector<float>& run, int from, std::size_t size) {
    REQUIRE(run.size() == size);
    for (std::size_t i = 0; i < size; ++i)
        CHECK(run[i] == doctest::Approx(from + static_cast<double>(i)).epsilon(1e-4));
}

} // namespace

TEST_CASE("bursts of rows: silence between two is a gap, and the last rows keep their pace") {
    std::vector<gait::hhar_row> rows; // one every 20 ms, of which ten arrive together
    std::int64_t pause = 0;
    for (int i = 0; i < 300; ++i) {
        pause += i == 100 ? 1500 : i == 200 ? 50 : 0; // beyond the 200 ms until the next burst
        rows.push_back(row(i, i / 10 * 200 + pause, 0, true));
    }
    const auto runs = runs_of(rows);
    REQUIRE(runs.size() == 3);
    for (int k = 0; k < 3; ++k)
        check_counts_up(runs[static_cast<std::size_t>(k)], 100 * k, 100);
}

TEST_CASE("a clock that is set back as far as stamps can be goes on where Arrival_Time says") {
    har::live_clock clock;
    const auto most = gait::hhar_line::most_creation_ns, late = gait::hhar_line::most_arrival_ms;
    gait::hhar_row r;
    r.arrival_ms = -late;
    r.creation_ns = most;
    CHECK(clock.tick(r));
    r.arrival_ms = late;
    r.creation_ns = -most;
    CHECK(!clock.tick(r));
    CHECK(clock.seconds() == doctest::Approx(8e9));
    r.creation_ns = most;
    CHECK(clock.tick(r));
    CHECK(clock.seconds() == doctest::Approx(16e9));
}

TEST_CASE("a clock that repeats itself is kept while the other one does so more often") {
    std::vector<gait::hhar_row> rows;
    gait::hhar_track all;
    for (int i = 0; i < 200; ++i) {
        rows.push_back(row(i / 2, i / 10 * 100, i / 2 * 20, false));
        all.rows.push_back({rows.back().creation_ns, rows.back().arrival_ms * 256,
                            static_cast<std::uint32_t>(i), rows.back().xyz});
    }
    CHECK(!gait::make_timeline(all, 0.2).clock.arrival); // as har_prepare has it
    const auto runs = runs_of(rows);
    REQUIRE(runs.size() == 1);
    check_counts_up(runs[0], 0, 100);
}
