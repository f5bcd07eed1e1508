// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// fit by several ranks, which are threads here: a power of two of them changes no bit, one that is
// told to stop stops all, they go on from rank 0's checkpoint, and local SGD is what it says.
#include "fit_by_ranks.hpp"

#include <files/scratch.hpp>

#include <doctest/doctest.h>

using gait_test::fit_by;
using gait_test::quick;
using gait_test::same_bits;

TEST_CASE("a power of two of ranks changes no bit, other numbers only the rounding") {
    const auto one = fit_by(1, quick(2));
    for (const int count : {2, 4, 16}) {
        CAPTURE(count);
        for (const auto& result : fit_by(count, quick(2))) {
            CHECK(same_bits(one[0], result));
            CHECK(one[0].history[1].validation_loss == result.history[1].validation_loss);
            CHECK(one[0].history[1].train_loss == result.history[1].train_loss);
        }
    }
    const auto three = fit_by(3, quick(2));
    CHECK(same_bits(three[0], three[2]));
    CHECK(three[0].history[0].train_loss ==
          doctest::Approx(one[0].history[0].train_loss).epsilon(1e-4));
}

TEST_CASE("one rank that is told to stop stops all of them") {
    const auto two = fit_by(1, quick(2));
    for (const int averaged : {0, 2})
        for (const gait::index batch : {1, 3}) { // the last one, too
            CAPTURE(averaged);
            CAPTURE(batch);
            auto options = quick(9);
            options.average_every = averaged;
            const auto results = fit_by(4, options, [&](int rank) {
                gait::callbacks tell;
                tell.on_batch = [rank, batch](const gait::batch_report& b) {
                    return rank == 2 && b.epoch == 3 && b.batch == batch ? gait::control::stop
                                                                         : gait::control::proceed;
                };
                return tell;
            });
            for (const auto& result : results) {
                CHECK(result.reason == gait::stop_reason::asked);
                CHECK(result.epoch == 2);
                CHECK(same_bits(result, averaged == 0 ? two[0] : results[0]));
            }
        }
    const auto after = fit_by(2, quick(9), [](int rank) {
        gait::callbacks tell;
        tell.on_epoch = [rank](const gait::epoch_report& e, std::span<const float>) {
            return rank == 1 && e.epoch == 2 ? gait::control::stop : gait::control::proceed;
        };
        return tell;
    });
    CHECK(same_bits(after[0], two[0]));
    CHECK(same_bits(after[1], two[0]));
}

TEST_CASE("all ranks go on from the checkpoint that only rank 0 reads") {
    const gait_test::scratch_folder folder;
    auto options = quick(4);
    options.patience = 3; // keeps the best weights as well
    const auto whole = fit_by(1, options);
    options.checkpoint = folder / "run";
    options.epochs = 2;
    static_cast<void>(fit_by(4, options));
    CHECK(folder.entries() == 1);
    options.epochs = 4;
    options.resume = true;
    for (const auto& result : fit_by(2, options)) {
        CHECK(same_bits(whole[0], result));
        CHECK(result.history.size() == 4);
        CHECK(result.history[0].train_loss == whole[0].history[0].train_loss);
    }
}

TEST_CASE("local SGD averages the means of the weights, also of ranks that have nothing to do") {
    auto options = quick(1);
    options.batch = 24; // two tiles, so two of four ranks are idle
    options.average_every = 1;
    options.method = gait::sgd{};
    const auto first = fit_by(4, options, {}, 24);
    options.epochs = 2;
    const auto second = fit_by(4, options, {}, 24);
    options.method = {gait::sgd{}, 1.0};
    const auto mean = fit_by(4, options, {}, 24);
    for (gait::index i = 0; i < mean[0].parameters.size(); ++i) {
        const float expected = (first[0].parameters.data()[i] + second[0].parameters.data()[i]) / 2;
        CHECK(mean[0].parameters.data()[i] == doctest::Approx(expected).epsilon(1e-5).scale(1));
        CHECK(mean[3].parameters.data()[i] == mean[0].parameters.data()[i]);
    }
}

TEST_CASE("averaging weights after every step is the step along the mean gradient") {
    auto options = quick(1);
    options.method = gait::sgd{};
    options.clip_norm = 0;
    options.learning_rate = 0.1;
    // 2 batches of 8 tiles: each of two ranks has as many windows as the other.
    const auto exact = fit_by(1, options, {}, 192);
    options.average_every = 1;
    const auto averaged = fit_by(2, options, {}, 192);
    CHECK(same_bits(averaged[0], averaged[1]));
    for (gait::index i = 0; i < exact[0].parameters.size(); ++i)
        CHECK(averaged[0].parameters[i] ==
              doctest::Approx(exact[0].parameters[i]).epsilon(1e-4).scale(0.1));
    CHECK(averaged[0].history[0].train_loss ==
          doctest::Approx(exact[0].history[0].train_loss).epsilon(1e-5));
}

TEST_CASE("local SGD learns, and all ranks have the same weights after it") {
    auto options = quick(80);
    options.average_every = 2;
    const auto results = fit_by(4, options);
    for (const auto& result : results)
        CHECK(same_bits(result, results[0]));
    CHECK(results[0].history.back().validation_accuracy > 0.9);
}
