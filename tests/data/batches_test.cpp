// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include "some_recordings.hpp"

#include <gait/core/threads.hpp>
#include <gait/data/batches.hpp>
#include <gait/layers/layer.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <vector>

using gait_test::some_recordings;

static_assert(gait::window_source<gait::recorded_windows, 3>);
static_assert(gait::window_source<gait::array_windows<1>, 1>);
static_assert(!gait::window_source<gait::array_windows<1>, 3>);

TEST_CASE("recorded windows come out side by side, time-major and scaled") {
    const auto r = some_recordings({40, 40}, 2, 3);
    const auto windows = gait::make_windows(r, 7, 2);
    const std::vector<gait::index> chosen{5, 20, 2, 9};
    const gait::scaling scale{{1, 2, 3}, {2, 4, 8}};
    const gait::recorded_windows source(r, windows, 7, chosen, scale);
    CHECK(source.size() == 4);
    CHECK(source.steps() == 7);
    CHECK(source.class_count() == 3);
    CHECK(source.label(1) == windows[20].label);

    const std::vector<gait::index> ids{3, 0, 1};
    std::vector<float> tile(7 * 3 * 3 + 1, -1.0F);
    source.extract(ids, gait::view<float, 3>(tile.data(), {7, 3}), gait::pass{});
    for (gait::index t = 0; t < 7; ++t)
        for (gait::index row = 0; row < 3; ++row) {
            const gait::index from =
                chosen[static_cast<std::size_t>(ids[static_cast<std::size_t>(row)])];
            const auto at = static_cast<float>(windows[static_cast<std::size_t>(from)].begin + t);
            const float* x = &tile[static_cast<std::size_t>((t * 3 + row) * 3)];
            CHECK(x[0] == doctest::Approx((at - 1) / 2));
            CHECK(x[1] == doctest::Approx((-at - 2) / 4));
            CHECK(x[2] == doctest::Approx((at / 2 - 3) / 8));
        }
    CHECK(tile.back() == -1.0F); // nothing beyond the tile is touched
}

TEST_CASE("array windows give back what was added") {
    gait::array_windows<2> source(3, 4);
    source.add(std::vector<float>{1, 2, 3, 4, 5, 6}, 3);
    source.add(std::vector<float>{7, 8, 9, 10, 11, 12}, 0);
    CHECK(source.size() == 2);
    CHECK(source.class_count() == 4);
    CHECK(source.label(0) == 3);
    CHECK(source[1][0] == 7);
    std::vector<float> tile(12);
    const std::vector<gait::index> ids{1, 0};
    source.extract(ids, gait::view<float, 2>(tile.data(), {3, 2}), gait::pass{});
    CHECK(tile == std::vector<float>{7, 8, 1, 2, 9, 10, 3, 4, 11, 12, 5, 6});
}

TEST_CASE("many threads extract at once") {
    const auto r = some_recordings({2000}, 1);
    const auto windows = gait::make_windows(r, 20, 1);
    std::vector<gait::index> chosen;
    for (gait::index i = 0; i < std::ssize(windows); ++i)
        chosen.push_back(i);
    const gait::recorded_windows source(r, windows, 20, chosen);
    std::atomic<int> wrong = 0;
    gait::parallel_for(4, source.size(), [&](gait::index item, int) {
        std::vector<float> tile(20 * 3);
        const std::vector<gait::index> ids{item};
        source.extract(ids, gait::view<float, 3>(tile.data(), {20, 1}), gait::pass{});
        for (gait::index t = 0; t < 20; ++t)
            wrong += tile[static_cast<std::size_t>(3 * t)] != static_cast<float>(item + t);
    });
    CHECK(wrong == 0);
}
