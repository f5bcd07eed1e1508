// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Every order has every window once; dealt windows stay with their shards, so that ranks need parts
// of the data that hardly overlap, and their parts of batches never leave them.
#include <gait/training/epoch_order.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

namespace {

gait::fit_options with(gait::window_order order, gait::index batch) {
    gait::fit_options options;
    options.order = order;
    options.batch = batch;
    return options;
}

std::vector<gait::index> copy(std::span<const gait::index> ids) { return {ids.begin(), ids.end()}; }

} // namespace

TEST_CASE("every window once an epoch, in the same order every time it is asked") {
    for (const auto how :
         {gait::window_order::given, gait::window_order::shuffled, gait::window_order::dealt})
        for (const gait::index N : {1, 11, 128, 1000, 3001})
            for (const gait::index batch : {1, 7, 64, 1000, 5000}) {
                CAPTURE(N);
                CAPTURE(batch);
                gait::epoch_order order(N, with(how, batch)), again(N, with(how, batch));
                const auto first = copy(order(0));
                auto sorted = copy(order(5));
                CHECK(copy(again(5)) == sorted);
                if (N >= 1000)
                    CHECK((first == sorted) == (how == gait::window_order::given));
                std::ranges::sort(sorted);
                std::vector<gait::index> all(static_cast<std::size_t>(N));
                std::iota(all.begin(), all.end(), gait::index{0});
                CHECK(sorted == all);
            }
}

TEST_CASE("what a rank computes in any batch is what it needs, and little more is") {
    for (const gait::index N : {40, 3000, 10'000})
        for (const gait::index batch : {64, 1000, 1024})
            for (const int size : {1, 2, 3, 4, 16, 64}) {
                CAPTURE(N);
                CAPTURE(batch);
                CAPTURE(size);
                auto options = with(gait::window_order::dealt, batch);
                options.tile = size % 2 == 0 ? 16 : 0;
                gait::epoch_order order(N, options);
                gait::index needed_by_all = 0;
                for (int rank = 0; rank < size; ++rank) {
                    const auto needed = order.needed_by(rank, size);
                    const std::set<gait::index> has(needed.begin(), needed.end());
                    CHECK(has.size() == needed.size());
                    needed_by_all += std::ssize(needed);
                    for (const int epoch : {0, 3}) {
                        const auto ids = order(epoch);
                        gait::index missing = 0;
                        for (gait::index begin = 0; begin < N; begin += batch) {
                            const gait::batch_cut cut(std::min(batch, N - begin), options.shards,
                                                      gait::tile_of(options));
                            for (gait::index i = cut.first_window(cut.first_shard(rank, size));
                                 i < cut.first_window(cut.first_shard(rank + 1, size)); ++i)
                                missing += !has.contains(ids[static_cast<std::size_t>(begin + i)]);
                        }
                        CHECK(missing == 0);
                    }
                }
                if (size != 3)
                    CHECK(needed_by_all == N);
                CHECK(needed_by_all <= 2 * N);
            }
}

TEST_CASE("without dealing a rank needs all") {
    const gait::epoch_order order(100, with(gait::window_order::shuffled, 10));
    CHECK(order.needed_by(1, 4).size() == 100);
}
