// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include "some_recordings.hpp"

#include <gait/data/splits.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

using gait_test::some_recordings;

namespace {

/// The samples of the chosen windows.
std::set<gait::index> samples_of(const std::vector<gait::window>& windows,
                                 const std::vector<gait::index>& chosen, gait::index steps) {
    std::set<gait::index> samples;
    for (const gait::index i : chosen)
        for (gait::index t = 0; t < steps; ++t)
            samples.insert(windows[static_cast<std::size_t>(i)].begin + t);
    return samples;
}

bool share_nothing(const std::set<gait::index>& a, const std::set<gait::index>& b) {
    for (const gait::index i : a)
        if (b.contains(i))
            return false;
    return true;
}

} // namespace

TEST_CASE("random: no sample of a validation window is ever in training") {
    gait::random_stream random(11, gait::purpose::user);
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        std::vector<gait::index> lengths;
        for (int i = 0; i < 12; ++i)
            lengths.push_back(1 + static_cast<gait::index>(random.below(400)));
        lengths.push_back(400);
        const auto r = some_recordings(lengths, 3);
        const auto steps = 2 + static_cast<gait::index>(random.below(30));
        const auto hop = 1 + static_cast<gait::index>(random.below(10));
        const auto windows = gait::make_windows(r, steps, hop);
        const auto s = gait::split_random(windows, steps, 0.25, seed);
        CHECK(share_nothing(samples_of(windows, s.train, steps),
                            samples_of(windows, s.validation, steps)));
        CHECK(!s.train.empty());
        CHECK(!s.validation.empty());
    }
}

TEST_CASE("random: the wanted part, and little is purged when there is much") {
    const auto r = some_recordings({20'000, 30'000, 10'000}, 3);
    const auto windows = gait::make_windows(r, 200, 20);
    const auto s = gait::split_random(windows, 200, 0.2, 1);
    const auto all = static_cast<double>(windows.size());
    CHECK(static_cast<double>(s.validation.size()) / all == doctest::Approx(0.2).epsilon(0.1));
    CHECK(static_cast<double>(s.train.size()) / all > 0.65);
    CHECK(s.description.find("purged") != std::string::npos);

    CHECK(gait::split_random(windows, 200, 0.2, 1).validation == s.validation);
    CHECK(gait::split_random(windows, 200, 0.2, 2).validation != s.validation);
}

TEST_CASE("random: a single short run is still split, or it is an error") {
    const auto r = some_recordings({60}, 1);
    const auto windows = gait::make_windows(r, 10, 1);
    const auto s = gait::split_random(windows, 10, 0.3, 4);
    CHECK(share_nothing(samples_of(windows, s.train, 10), samples_of(windows, s.validation, 10)));

    const auto one = gait::make_windows(some_recordings({12}, 1), 10, 1); // all of them overlap
    CHECK_THROWS_AS(static_cast<void>(gait::split_random(one, 10, 0.3, 4)), gait::error);
}

TEST_CASE("in time: the end of each activity is held out, and nothing lies across a cut") {
    auto r = some_recordings({30, 20}, 1);
    for (std::size_t i = 0; i < 50; ++i)
        r.labels[i] = i >= 10 && i < 30; // activities: 0 to 9, 10 to 29, 30 to 49 of another run
    const auto windows = gait::make_windows(r, 2, 1);
    const auto s = gait::split_in_time(r, windows, 0.3);
    const auto begins_of = [&](const std::vector<gait::index>& chosen) {
        std::vector<gait::index> begins;
        for (const gait::index i : chosen)
            begins.push_back(windows[static_cast<std::size_t>(i)].begin);
        return begins;
    };
    CHECK(begins_of(s.train) ==
          std::vector<gait::index>{0,  1,  2,  3,  4,  5,                                // 0 to 6
                                   10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,   // 10 to 23
                                   30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42}); // 30 to 43
    CHECK(begins_of(s.validation) ==
          std::vector<gait::index>{7, 8, 24, 25, 26, 27, 28, 44, 45, 46, 47, 48});
    CHECK(s.description == "in time, held out: the last 30 % of each activity; 32 windows to train "
                           "on, 12 to validate on, 4 purged between them");
    // A window longer than what is held out of any activity.
    const auto longer = gait::make_windows(r, 7, 1);
    CHECK_THROWS_AS(static_cast<void>(gait::split_in_time(r, longer, 0.3)), gait::error);
}

TEST_CASE("by user: every window is on the side of its user") {
    const auto r = some_recordings({50, 60, 70, 80}, 4);
    const auto windows = gait::make_windows(r, 10, 5);
    const auto s = gait::split_by_user(r, windows, {"b", "d"});
    for (const gait::index i : s.train)
        CHECK(windows[static_cast<std::size_t>(i)].user % 2 == 0);
    for (const gait::index i : s.validation)
        CHECK(windows[static_cast<std::size_t>(i)].user % 2 == 1);
    CHECK(s.train.size() + s.validation.size() == windows.size());
    CHECK(s.description == "by user, held out: b, d; 22 windows to train on, 26 to validate on");
}

TEST_CASE("by user: unknown users and empty sides are errors") {
    auto r = some_recordings({50, 60}, 2);
    r.source = "walks.safetensors";
    const auto windows = gait::make_windows(r, 10, 5);
    CHECK_THROWS_WITH_AS(static_cast<void>(gait::split_by_user(r, windows, {"q"})),
                         "walks.safetensors, held-out users: expected some of a, b, found 'q'",
                         gait::error);
    CHECK_THROWS_AS(static_cast<void>(gait::split_by_user(r, windows, {"a", "b"})), gait::error);
    CHECK_THROWS_AS(static_cast<void>(gait::split_by_user(r, windows, {})), gait::error);
}

TEST_CASE("overlapping: every window is on one side, and the sides share samples") {
    const auto r = some_recordings({2'000, 3'000}, 1);
    const auto windows = gait::make_windows(r, 100, 10);
    const auto s = gait::split_overlapping(windows, 0.2, 3);
    const auto n = std::ssize(windows);
    CHECK(std::ssize(s.validation) == std::llround(0.2 * static_cast<double>(n)));
    std::set<gait::index> all(s.train.begin(), s.train.end());
    all.insert(s.validation.begin(), s.validation.end());
    CHECK(std::ssize(all) == n);
    CHECK(s.train.size() + s.validation.size() == windows.size());
    CHECK_FALSE(
        share_nothing(samples_of(windows, s.train, 100), samples_of(windows, s.validation, 100)));
    CHECK(gait::split_overlapping(windows, 0.2, 3).validation == s.validation);
    CHECK(gait::split_overlapping(windows, 0.2, 4).validation != s.validation);
    CHECK_THROWS_AS(static_cast<void>(gait::split_overlapping(windows, 0.001, 3)), gait::error);
}
