// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Asynchronous training by ranks that are threads: without staleness its bits are those of one
// process, whatever the number of servers; with it, it learns, sees every window once, and stops
// and resumes like any other run.
#include "fit_by_ranks.hpp"

#include <files/scratch.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>

using gait_test::fit_by;
using gait_test::quick;
using gait_test::same_bits;

namespace {

gait::fit_options async(int epochs, int servers, std::int64_t staleness) {
    auto options = quick(epochs);
    options.servers = servers;
    options.staleness = staleness;
    return options;
}

} // namespace

TEST_CASE("without staleness the bits are those of one process") {
    for (const bool clipped : {false, true}) {
        auto options = quick(2);
        options.clip_norm = clipped ? 0.01 : 1;
        options.rates.warmup_epochs = 1;
        const auto one = fit_by(1, options);
        for (const int servers : {1, 2, 3})
            for (const int workers : {1, 2, 4}) {
                CAPTURE(clipped);
                CAPTURE(servers);
                CAPTURE(workers);
                options.servers = servers;
                options.staleness = 0;
                options.delay_compensation = 0.5; // of nothing
                for (const auto& result : fit_by(workers, options)) {
                    CHECK(same_bits(one[0], result));
                    CHECK(one[0].history[1].train_loss == result.history[1].train_loss);
                    CHECK(one[0].history[1].validation_loss == result.history[1].validation_loss);
                    CHECK(one[0].history[1].gradient_norm == result.history[1].gradient_norm);
                }
            }
    }
}

TEST_CASE("batches and parts of them that weigh nothing are passed over as by one process") {
    auto options = quick(2);
    options.batch = 2; // one in nine is of class 2 only
    options.loss.class_weights = {1, 1, 0};
    options.rates.warmup_epochs = 1;
    const auto one = fit_by(1, options);
    for (const int servers : {1, 2}) {
        CAPTURE(servers);
        options.servers = servers;
        options.staleness = 0;
        for (const auto& result : fit_by(2, options)) {
            CHECK(same_bits(one[0], result));
            CHECK(one[0].history[1].train_loss == result.history[1].train_loss);
        }
    }
}

TEST_CASE("with staleness it learns, and all ranks have the same weights") {
    for (const int servers : {1, 2})
        for (const std::int64_t bound : {std::int64_t{2}, std::numeric_limits<std::int64_t>::max()})
            for (const double compensation : {0.0, 0.1}) {
                CAPTURE(servers);
                CAPTURE(bound);
                CAPTURE(compensation);
                auto options = async(60, servers, bound);
                options.delay_compensation = compensation;
                const auto results = fit_by(4, options);
                for (const auto& result : results)
                    CHECK(same_bits(result, results[0]));
                // Which gradients are stale is the scheduler's to say: one epoch in some hundred
                // ends below 0.9, the best of 60 never did.
                const auto best = std::ranges::max(results[0].history, {},
                                                   &gait::epoch_report::validation_accuracy);
                CHECK(best.validation_accuracy > 0.9);
            }
}

TEST_CASE("every window is seen once an epoch, and the head knows how stale gradients were") {
    std::atomic<gait::index> seen = 0;
    const auto results = fit_by(3, async(4, 1, 1), [&](int rank) {
        gait::callbacks tell;
        if (rank > 0)
            tell.on_batch = [&](const gait::batch_report& b) {
                seen += b.windows;
                return gait::control::proceed;
            };
        return tell;
    });
    CHECK(seen == 4 * 230);
    for (const gait::epoch_report& e : results[0].history) {
        CHECK(e.steps > 0);
        REQUIRE(e.staleness.size() == 3);
        std::int64_t gradients = 0;
        for (const auto& worker : e.staleness) {
            CHECK(worker.size() <= 2);
            for (const std::int64_t count : worker)
                gradients += count;
        }
        CHECK(gradients == 3 * 3); // batches times parts
    }
    CHECK(results[1].history[0].staleness.empty());
}

TEST_CASE("an epoch's steps go as far as whole batches would, also where parts have nothing") {
    auto options = async(1, 2, 8);
    options.batch = 20; // four tiles, the epoch's last batch has two
    double rates = 0;
    gait::index windows = 0;
    fit_by(8, options, [&](int rank) {
        gait::callbacks tell;
        if (rank == 0)
            tell.on_batch = [&](const gait::batch_report& b) {
                rates += b.windows > 0 ? b.learning_rate : 0;
                windows += b.windows;
                return gait::control::proceed;
            };
        return tell;
    });
    CHECK(windows == 230);
    CHECK(rates == doctest::Approx(12 * options.learning_rate));
}

TEST_CASE("any rank can stop an asynchronous run, which goes on with other ranks") {
    const auto whole = fit_by(1, quick(4));
    for (const int who : {0, 1, 3}) { // head, server, worker
        CAPTURE(who);
        const gait_test::scratch_folder folder;
        auto options = async(4, 2, 0);
        options.checkpoint = folder / "run";
        const auto stopped = fit_by(4, options, [&](int rank) {
            gait::callbacks tell;
            tell.on_batch = [=](const gait::batch_report& b) {
                return rank == who && b.epoch == 3 ? gait::control::stop : gait::control::proceed;
            };
            return tell;
        });
        CHECK(stopped[0].reason == gait::stop_reason::asked);
        CHECK(stopped[0].epoch == 2);
        options.resume = true;
        options.servers = 1;
        CHECK(same_bits(fit_by(2, options)[1], whole[0]));
    }
}
