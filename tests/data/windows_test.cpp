// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include "some_recordings.hpp"

#include <gait/data/windows.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using gait_test::some_recordings;

TEST_CASE("windows start every hop and stay inside their run") {
    const auto r = some_recordings({10, 3, 4, 7}, 2, 2);
    const auto windows = gait::make_windows(r, 4, 3);
    std::vector<gait::index> begins;
    for (const auto& w : windows)
        begins.push_back(w.begin);
    // Runs begin at 0, 12, 17, 23.
    CHECK(begins == std::vector<gait::index>{0, 3, 6, 17, 23, 26});
    CHECK(windows[3].run == 2);
    CHECK(windows[3].user == 0);
    CHECK(windows[4].user == 1);
}

TEST_CASE("on random recordings no window crosses a border and none is missed") {
    gait::random_stream random(5, gait::purpose::user);
    for (int trial = 0; trial < 50; ++trial) {
        std::vector<gait::index> lengths;
        for (int i = 0; i < 20; ++i)
            lengths.push_back(1 + static_cast<gait::index>(random.below(60)));
        lengths.push_back(40);
        const auto r = some_recordings(lengths, 3, static_cast<gait::index>(random.below(3)));
        const auto steps = 1 + static_cast<gait::index>(random.below(40));
        const auto hop = 1 + static_cast<gait::index>(random.below(25));
        const auto windows = gait::make_windows(r, steps, hop);
        gait::index expected = 0;
        for (const gait::index length : lengths)
            expected += length < steps ? 0 : (length - steps) / hop + 1;
        CHECK(std::ssize(windows) == expected);
        for (const auto& w : windows) {
            const auto& run = r.runs[static_cast<std::size_t>(w.run)];
            CHECK(w.begin >= run.begin);
            CHECK(w.begin + steps <= run.begin + run.count);
            CHECK(w.user == run.user);
        }
    }
}

TEST_CASE("a run may end in a shorter window, for samples that are in no other") {
    const auto r = some_recordings({10, 3, 4, 7, 2}, 2, 2); // from 0, 12, 17, 23, 32
    const auto windows = gait::make_windows(r, 4, 3, 2);
    std::vector<std::pair<gait::index, int>> found;
    for (const auto& w : windows)
        found.emplace_back(w.begin, w.steps);
    // The first, third and fourth end in whole windows.
    CHECK(found == std::vector<std::pair<gait::index, int>>{
                       {0, 4}, {3, 4}, {6, 4}, {12, 3}, {17, 4}, {23, 4}, {26, 4}, {32, 2}});
    const auto covered = gait::covered_samples(windows, std::vector<gait::index>{3, 5, 6});
    REQUIRE(covered.size() == 2);
    CHECK(covered[0].last == 15);
    CHECK(covered[1].last == 30);

    gait::random_stream random(6, gait::purpose::user);
    for (int trial = 0; trial < 50; ++trial) {
        std::vector<gait::index> lengths{40};
        for (int i = 0; i < 20; ++i)
            lengths.push_back(1 + static_cast<gait::index>(random.below(60)));
        const auto some = some_recordings(lengths, 3, static_cast<gait::index>(random.below(3)));
        const auto steps = 1 + static_cast<gait::index>(random.below(40));
        const auto hop =
            1 + static_cast<gait::index>(random.below(static_cast<std::uint32_t>(steps)));
        const auto shortest =
            1 + static_cast<gait::index>(random.below(static_cast<std::uint32_t>(steps)));
        const auto whole = gait::make_windows(some, steps, hop);
        std::size_t next = 0;
        std::vector<bool> seen(static_cast<std::size_t>(some.size()));
        for (const auto& w : gait::make_windows(some, steps, hop, shortest)) {
            const auto& run = some.runs[static_cast<std::size_t>(w.run)];
            CHECK(w.begin >= run.begin);
            CHECK(w.begin + w.steps <= run.begin + run.count);
            if (w.steps == steps) {
                REQUIRE(next < whole.size());
                CHECK(w.begin == whole[next++].begin);
            } else {
                CHECK(w.steps >= shortest);
                CHECK(w.begin + w.steps == run.begin + run.count);
                CHECK(!seen[static_cast<std::size_t>(w.begin + w.steps - 1)]);
            }
            for (gait::index i = w.begin; i < w.begin + w.steps; ++i)
                seen[static_cast<std::size_t>(i)] = true;
        }
        CHECK(next == whole.size());
        // Unseen is only what is shorter than the shortest.
        for (const auto& run : some.runs) {
            gait::index unseen = 0;
            for (gait::index i = run.begin; i < run.begin + run.count; ++i)
                unseen += !seen[static_cast<std::size_t>(i)];
            CHECK(unseen < shortest);
        }
    }
}

TEST_CASE("the label is the majority's") {
    auto r = some_recordings({8});
    r.labels = {0, 0, 1, 1, 1, 2, 2, 2};
    const auto windows = gait::make_windows(r, 5, 1);
    CHECK(windows[0].label == 1);                     // 0 0 1 1 1
    CHECK(windows[1].label == 1);                     // 0 1 1 1 2
    CHECK(windows[2].label == 1);                     // 1 1 1 2 2
    CHECK(windows[3].label == 2);                     // 1 1 2 2 2
    CHECK(gait::make_windows(r, 4, 1)[0].label == 0); // 0 0 1 1: the first of the list
}

TEST_CASE("a window longer than any run is an error that names the longest") {
    auto r = some_recordings({30, 120, 60});
    r.source = "walks.safetensors";
    try {
        static_cast<void>(gait::make_windows(r, 200, 20));
        FAIL("no error");
    } catch (const gait::error& e) {
        CHECK(e.what() ==
              std::string("walks.safetensors, windows: expected a run of at least 200 samples "
                          "(4.00 s), found the longest run, of user b and device phone_1, with "
                          "120 samples (2.40 s)"));
    }
    CHECK_THROWS_WITH_AS(static_cast<void>(gait::make_windows(some_recordings({}), 1, 1)),
                         "windows: expected a run of at least 1 samples (0.02 s), found no runs",
                         gait::error);
}

TEST_CASE("covered samples are counted once") {
    const auto r = some_recordings({20, 20}, 2, 1);
    const auto windows = gait::make_windows(r, 5, 2);
    const std::vector<gait::index> chosen{3, 1, 0, 8}; // begins 6, 2, 0, 21
    const auto ranges = gait::covered_samples(windows, chosen);
    REQUIRE(ranges.size() == 2);
    CHECK(ranges[0].first == 0);
    CHECK(ranges[0].last == 11);
    CHECK(ranges[1].first == 21);
    CHECK(ranges[1].last == 26);
    // Samples 0 to 10 and 21 to 25, of which the first number is their place.
    const auto s = gait::fit_scaling(r, windows, chosen);
    CHECK(s.mean[0] == doctest::Approx((55.0 + 115.0) / 16));
    CHECK(s.mean[1] == doctest::Approx(-(55.0 + 115.0) / 16));
}
