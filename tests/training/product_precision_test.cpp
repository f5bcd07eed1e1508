// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// fit with products in bfloat16, of one part and of three, on every unit: it learns, neither
// threads nor ranks change a bit, and it is another run than one in fp32.
#include "thread_ranks.hpp"
#include "toy.hpp"

#include "support/bfloat16_units.hpp"

#include <gait/training/calibration.hpp>
#include <gait/training/trainer.hpp>

#include <files/scratch.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <vector>

using gait_test::noisy_model;
using gait_test::same_bits;
using gait_test::toy_model;
using gait_test::waves;

namespace {

template <class Model>
Model in(gait::product_precision precision) {
    Model model;
    model.use_products(precision);
    return model;
}

gait::fit_options quick(int epochs) {
    gait::fit_options options;
    options.epochs = epochs;
    options.batch = 50;
    options.threads = 1;
    options.learning_rate = 0.01;
    return options;
}

/// work(precision) for those that aren't fp32, on each unit.
template <class Work>
void in_each_precision(const Work& work) {
    test::on_each_bfloat16_unit([&] {
        for (const auto p : {gait::product_precision::fp32_split, gait::product_precision::bf16}) {
            INFO("in ", std::string(gait::name_of(p)));
            work(p);
        }
    });
}

} // namespace

TEST_CASE("a model's layers compute as it is told") {
    CHECK(toy_model{}.products() == gait::product_precision::fp32);
    CHECK(in<toy_model>(gait::product_precision::bf16).products() == gait::product_precision::bf16);
    CHECK(in<toy_model>(gait::product_precision::bf16).get<1>().products ==
          gait::product_precision::bf16);
    using nested = gait::sequential<toy_model, gait::dense<3, 3>>;
    CHECK(in<nested>(gait::product_precision::bf16).products() == gait::product_precision::bf16);
}

TEST_CASE("a run's identity has each layer's precision") {
    using two = gait::sequential<gait::lstm<2, 4>, gait::lstm<4, 4>>;
    const test::unit_in_use use(gait::bfloat16_unit::tiles);
    const two mixed({}, {gait::product_precision::bf16});
    CHECK(mixed.products() == gait::product_precision::bf16);
    CHECK(gait::detail::products_of(mixed) == "fp32, bf16");
    CHECK(gait::detail::products_of(in<two>(gait::product_precision::bf16)) == "bf16");
    CHECK(gait::detail::products_of(two{}) == "fp32");
}

TEST_CASE("tiles are as wide as suits the unit, unless windows are dealt") {
    const auto train = waves(60, 1);
    const gait::array_windows<2> none(20, 3);
    const auto model = in<toy_model>(gait::product_precision::bf16);
    const auto fit_by = [&](gait::index tile, gait::window_order order) {
        auto options = quick(1);
        options.tile = tile;
        options.order = order;
        return gait::fit(model, train, none, options).parameters;
    };
    test::on_each_bfloat16_unit([&] {
        const bool tiles = gait::unit_for_bfloat16() == gait::bfloat16_unit::tiles;
        using order = gait::window_order;
        const auto suited = fit_by(0, order::given), six = fit_by(6, order::given);
        CHECK(same_bits(suited, fit_by(tiles ? 16 : 6, order::given)));
        CHECK(same_bits(suited, six) != tiles);
        CHECK(same_bits(fit_by(0, order::dealt), fit_by(6, order::dealt)));
    });
}

TEST_CASE("truncated backpropagation computes what it differentiates likewise") {
    const auto train = waves(60, 1);
    const gait::array_windows<2> none(20, 3);
    auto options = quick(1);
    options.truncate_steps = 9;
    const auto plain = gait::fit(toy_model{}, train, none, options);
    in_each_precision([&](gait::product_precision p) {
        const auto result = gait::fit(in<toy_model>(p), train, none, options);
        CHECK_FALSE(same_bits(result.parameters, plain.parameters));
        CHECK(result.history[0].train_loss ==
              doctest::Approx(plain.history[0].train_loss).epsilon(1e-2));
    });
}

TEST_CASE("it learns, and evaluation computes likewise") {
    const auto train = waves(300, 1), unseen = waves(100, 2);
    const auto plain = gait::fit(toy_model{}, train, unseen, quick(12));
    in_each_precision([&](gait::product_precision p) {
        const auto model = in<toy_model>(p);
        auto options = quick(test::bfloat16_is_emulated() ? 1 : 12);
        const auto result = gait::fit(model, train, unseen, options);
        if (!test::bfloat16_is_emulated())
            CHECK(result.history.back().validation_accuracy > 0.9);
        CHECK_FALSE(same_bits(result.parameters, plain.parameters));
        const auto seen = gait::evaluate(model, result.parameters.span(), unseen, {}, 1);
        CHECK(seen.loss == result.history.back().validation_loss);
        const auto said = gait::logits_of(model, result.parameters.span(), unseen, 1);
        CHECK(gait::mean_surprise(said, 1) == doctest::Approx(seen.loss).epsilon(1e-6));
    });
}

TEST_CASE("with fp32_split the first losses are those of fp32") {
    const auto train = waves(120, 1);
    const gait::array_windows<2> none(20, 3);
    const auto losses = [&](gait::product_precision p) {
        std::vector<double> all;
        gait::callbacks tell;
        tell.on_batch = [&](const gait::batch_report& b) {
            all.push_back(b.loss);
            return gait::control::proceed;
        };
        static_cast<void>(gait::fit(in<toy_model>(p), train, none, quick(1), tell));
        return all;
    };
    const auto plain = losses(gait::product_precision::fp32);
    in_each_precision([&](gait::product_precision p) {
        const auto others = losses(p);
        const double bound = p == gait::product_precision::bf16 ? 1e-2 : 2e-5;
        for (std::size_t i = 0; i < plain.size(); ++i)
            CHECK(std::abs(others[i] - plain[i]) < bound);
    });
}

TEST_CASE("neither threads nor a power of two of ranks change a bit") {
    const auto train = waves(110, 1), unseen = waves(20, 2);
    in_each_precision([&](gait::product_precision p) {
        for (const gait::index tile : {gait::index{6}, gait::index{16}}) {
            if (test::bfloat16_is_emulated() && tile == 6)
                continue;
            auto options = quick(test::bfloat16_is_emulated() ? 1 : 2);
            options.tile = tile;
            const auto model = in<noisy_model>(p);
            const auto one = gait::fit(model, train, unseen, options);
            options.threads = 3;
            CHECK(same_bits(one.parameters, gait::fit(model, train, unseen, options).parameters));
            options.threads = 1;
            for (const int count : {2, 4})
                gait_test::on_threads(count, [&](gait_test::thread_rank rank) {
                    const auto result = gait::fit(model, train, unseen, options, {}, rank);
                    CHECK(same_bits(one.parameters, result.parameters));
                });
        }
    });
}

TEST_CASE("a checkpoint says in which precision it was trained") {
    const auto train = waves(60, 1), unseen = waves(20, 2);
    test::on_each_bfloat16_unit([&] {
        const gait_test::scratch_folder folder;
        auto options = quick(1);
        options.checkpoint = folder / "run.checkpoint";
        static_cast<void>(
            gait::fit(in<toy_model>(gait::product_precision::bf16), train, unseen, options));
        options.resume = true;
        std::string refusal;
        try {
            static_cast<void>(gait::fit(toy_model{}, train, unseen, options));
        } catch (const gait::error& e) {
            refusal = e.what();
        }
        CHECK(refusal.find("products: bf16") != std::string::npos);
        CHECK(refusal.find("found products: fp32") != std::string::npos);
    });
}
