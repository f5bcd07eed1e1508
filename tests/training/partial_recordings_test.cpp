// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Ranks that read parts of a file see in their windows what one that reads all of it sees, to the
// bit, and hold the less of it the more they are.
#include "thread_ranks.hpp"

#include <gait/data/batches.hpp>
#include <gait/training/partial_recordings.hpp>

#include <data/some_recordings.hpp>
#include <files/scratch.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <vector>

namespace {

constexpr gait::index steps = 20, hop = 5;

gait::recordings long_recordings() {
    gait::recordings r;
    r.rate_hz = 50;
    r.units = "m/s^2";
    r.classes = {"sit", "walk"};
    r.users = {"a", "b", "c"};
    r.devices = {"phone"};
    for (int i = 0; i < 40'000; ++i) {
        r.labels.push_back(static_cast<std::uint8_t>(i / 100 % 2));
        for (const double speed : {0.1, 0.23, 0.0001})
            r.samples.push_back(static_cast<float>(9.8 + std::sin(speed * i)));
    }
    r.runs = {{0, 15'000, 0, 0, 0}, {15'000, 15'003, 1, 0, 0}, {30'003, 9'990, 2, 0, 0}};
    return r;
}

} // namespace

TEST_CASE("a part holds what its rank needs, and no rank holds much more than its share") {
    const gait_test::scratch_folder folder;
    const auto r = long_recordings();
    gait::save_recordings(folder / "r", r);
    gait::index shortest = 0;
    SUBCASE("windows of one length") {}
    SUBCASE("the last one of a run may be shorter") { shortest = 1; }
    const auto windows = gait::make_windows(r, steps, hop, shortest);
    const auto split = gait::split_by_user(r, windows, {"c"});
    const auto scale = gait::fit_scaling(r, windows, split.train);
    gait::fit_options options;
    options.order = gait::window_order::dealt;
    options.batch = 400;
    for (const auto& ranks_and_tile :
         {std::pair{1, 0}, {2, 0}, {3, 0}, {4, 0}, {8, 0}, {3, 16}, {4, 16}}) {
        const int size = ranks_and_tile.first, tile = ranks_and_tile.second;
        CAPTURE(size);
        CAPTURE(tile);
        options.tile = tile;
        std::atomic<int> wrong = 0, missing = 0;
        std::atomic<gait::index> most = 0;
        gait_test::on_threads(size, [&](gait_test::thread_rank rank) {
            const gait::recordings_file file(folder / "r");
            const auto part = gait::read_part(file, windows, split, options, rank);
            wrong += part.scale.mean != scale.mean || part.scale.deviation != scale.deviation;
            gait::index held = std::ssize(part.samples) / 3;
            for (gait::index before = most;
                 before < held && !most.compare_exchange_weak(before, held);)
                ;
            for (const gait::index i : gait::detail::windows_needed(windows, split, options, rank))
                missing += part.windows[static_cast<std::size_t>(i)].begin < 0;
            // The tiles that `evaluate` gives this rank.
            const gait::recorded_windows validation(r, windows, steps, split.validation, scale);
            std::vector<gait::index> all(split.validation.size());
            std::iota(all.begin(), all.end(), gait::index{0});
            gait::tiles cut;
            cut.cut(validation, all, gait::tile_of(options));
            const gait::tiles_of_rank own(cut.size(), rank.rank(), rank.size());
            for (gait::index t = own.first; t < own.last; ++t)
                for (const gait::index i : cut[t]) {
                    const auto w = split.validation[static_cast<std::size_t>(i)];
                    missing += part.windows[static_cast<std::size_t>(w)].begin < 0;
                }
            for (std::size_t i = 0; i < windows.size(); ++i) {
                const gait::window &here = part.windows[i], &there = windows[i];
                wrong += here.label != there.label || here.user != there.user ||
                         here.steps != there.steps;
                if (here.begin >= 0)
                    wrong += !std::equal(part.samples.begin() + here.begin * 3,
                                         part.samples.begin() + (here.begin + here.steps) * 3,
                                         r.samples.begin() + there.begin * 3);
            }
        });
        CHECK(wrong == 0);
        CHECK(missing == 0);
        // 128 windows of a hop of 5 are dealt together; 64 windows of each side tell data apart.
        const gait::index fair = r.size() / size;
        CHECK(most <= fair * 11 / 10 + 2 * 64 * steps + 300);
        CHECK(most >= std::min(fair, r.size() - 10));
    }
}

TEST_CASE("a sample that is no number is found by whoever reads it, with its place") {
    const gait_test::scratch_folder folder;
    auto r = long_recordings();
    gait::save_recordings(folder / "r", r);
    const gait::recordings_file whole(folder / "r");
    std::vector<float> some;
    whole.read({39'990, 40'000}, some);
    CHECK(some.size() == 30);
    r.samples[3 * 39'995] = NAN;
    gait::save_recordings(folder / "r", r);
    const gait::recordings_file file(folder / "r");
    CHECK(gait_test::says(gait_test::message_of([&] {
                              file.read({39'990, 40'000}, some);
                          }),
                          "sample 39995"));
}
