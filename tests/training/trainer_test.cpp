// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// fit: it learns, threads change no bit, a step is the step of the whole batch, the callbacks are
// obeyed, and nothing is allocated between batches.
#include "toy.hpp"

#include "../../examples/custom_layer/low_pass.hpp"

#include <gait/training/trainer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>
#include <thread>
#include <type_traits>
#include <vector>

namespace {
const std::thread::id first_thread = std::this_thread::get_id();
std::atomic<long> allocations = 0, of_other_threads = 0;

void* counted(std::size_t bytes, std::size_t alignment) {
    ++allocations;
    of_other_threads += std::this_thread::get_id() != first_thread;
    void* memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (!memory)
        throw std::bad_alloc();
    return memory;
}
} // namespace

void* operator new(std::size_t bytes) { return counted(bytes, alignof(std::max_align_t)); }
void* operator new(std::size_t bytes, std::align_val_t at) {
    return counted(bytes, static_cast<std::size_t>(at));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }

using gait_test::noisy_model;
using gait_test::same_bits;
using gait_test::toy_model;
using gait_test::waves;

namespace {

gait::fit_options quick(int epochs) {
    gait::fit_options options;
    options.epochs = epochs;
    options.batch = 50;
    options.threads = 1;
    options.learning_rate = 0.01;
    return options;
}

} // namespace

TEST_CASE("nothing is learned where labels say nothing: chance on unseen windows") {
    // Waves of one kind each, under labels that are drawn without looking at them.
    const auto relabelled = [](int count, std::uint64_t seed) {
        const auto honest = waves(count, seed);
        gait::array_windows<2> windows(honest.steps(), 3);
        gait::random_stream random(seed + 100, gait::purpose::user);
        for (gait::index i = 0; i < honest.size(); ++i)
            windows.add(honest[i], static_cast<int>(random.below(3)));
        return windows;
    };
    const auto train = relabelled(300, 1), unseen = relabelled(900, 2);
    const auto result = gait::fit(toy_model{}, train, unseen, quick(20));
    // Three standard deviations of 900 throws: 3 sqrt(1/3 2/3 / 900) = 0.047.
    CHECK(result.history.back().validation_accuracy == doctest::Approx(1.0 / 3).epsilon(0.15));
    CHECK(result.history.back().validation_loss > std::log(3.0) - 0.01);
}

TEST_CASE("fit learns to tell waves apart, with every optimizer") {
    const auto train = waves(300, 1), unseen = waves(150, 2);
    for (const gait::any_optimizer& method :
         {gait::any_optimizer(gait::adam{}), gait::any_optimizer(gait::adamw{}),
          gait::any_optimizer(gait::rmsprop{}), gait::any_optimizer(gait::sgd{0.9, true}),
          gait::any_optimizer(gait::adam{}, 0.1)}) {
        CAPTURE(method.description());
        // Momentum wanders longer: with six seeds out of six it has arrived after 30 epochs.
        const bool momentum = method.description().starts_with("sgd");
        auto options = quick(momentum ? 40 : 20);
        options.method = method;
        options.learning_rate = momentum ? 0.1 : 0.01;
        const auto result = gait::fit(toy_model{}, train, unseen, options);
        REQUIRE(static_cast<int>(result.history.size()) == options.epochs);
        CHECK(result.epoch == options.epochs);
        CHECK(result.reason == gait::stop_reason::finished);
        CHECK(result.history.front().train_loss > 2 * result.history.back().train_loss);
        CHECK(result.history.back().validation_accuracy > 0.9);
        const auto seen =
            gait::evaluate(toy_model{}, result.parameters.span(), unseen, options.loss, 2);
        CHECK(seen.loss == result.history.back().validation_loss);
        CHECK(seen.accuracy() == result.history.back().validation_accuracy);
        CHECK(seen.confusion.total() == unseen.size());
    }
}

TEST_CASE("a mean of the weights is what is validated and given back, and changes no step") {
    const auto train = waves(300, 1), unseen = waves(150, 2);
    auto options = quick(3);
    const auto last = gait::fit(toy_model{}, train, unseen, options);
    options.method = {gait::adam{}, 0.5};
    gait::callbacks tell;
    std::vector<float> told;
    tell.on_epoch = [&](const gait::epoch_report&, std::span<const float> weights) {
        told.assign(weights.begin(), weights.end());
        return gait::control::proceed;
    };
    const auto mean = gait::fit(toy_model{}, train, unseen, options, tell);
    CHECK(mean.history.back().train_loss == last.history.back().train_loss);
    CHECK_FALSE(same_bits(mean.parameters, last.parameters));
    CHECK(std::ranges::equal(mean.parameters, told));
    const auto seen = gait::evaluate(toy_model{}, mean.parameters.span(), unseen, options.loss, 2);
    CHECK(seen.loss == mean.history.back().validation_loss);
    CHECK(seen.loss != last.history.back().validation_loss);

    // Stopped before the first epoch's end: what it began with.
    tell.on_batch = [](const gait::batch_report&) { return gait::control::stop; };
    options.initial_parameters = last.parameters.span();
    const auto none = gait::fit(toy_model{}, train, unseen, options, tell);
    CHECK(same_bits(none.parameters, last.parameters));
}

TEST_CASE("the number of threads changes no bit") {
    const auto train = waves(230, 1), unseen = waves(70, 2);
    auto options = quick(2);
    options.batch = 100;
    const auto one = gait::fit(noisy_model{}, train, unseen, options);
    for (const int threads : {2, 5}) {
        options.threads = threads;
        const auto more = gait::fit(noisy_model{}, train, unseen, options);
        CHECK(same_bits(one.parameters, more.parameters));
        CHECK(one.history.back().validation_loss == more.history.back().validation_loss);
        CHECK(one.history.back().train_loss == more.history.back().train_loss);
    }
    options.seed = 2;
    CHECK_FALSE(
        same_bits(one.parameters, gait::fit(noisy_model{}, train, unseen, options).parameters));
}

TEST_CASE("a step does not depend on how its batch is cut, but for rounding") {
    const auto train = waves(100, 1);
    const gait::array_windows<2> none(20, 3);
    auto options = quick(1);
    options.batch = 100;
    options.clip_norm = 0;
    options.method = gait::sgd{};
    std::vector<gait::buffer<float>> results;
    for (const int shards : {1, 3, 16, 40}) {
        options.shards = shards;
        results.push_back(gait::fit(toy_model{}, train, none, options).parameters);
    }
    for (const auto& other : results)
        for (gait::index i = 0; i < other.size(); ++i)
            CHECK(other[i] == doctest::Approx(results[0][i]).epsilon(1e-4));
}

TEST_CASE("a batch whose windows weigh nothing takes no step") {
    // Class 2 has no weight, and the second of three batches no other.
    const auto from = waves(150, 1), none = waves(0, 2);
    gait::array_windows<2> all(from.steps(), 3), heavy(from.steps(), 3), light(from.steps(), 3);
    for (gait::index i = 0; i < from.size(); ++i) {
        const bool weighs = i / 50 != 1;
        const int label = weighs ? static_cast<int>(i % 2) : 2;
        all.add(from[i], label);
        (weighs ? heavy : light).add(from[i], label);
    }
    auto options = quick(2);
    options.order = gait::window_order::given;
    options.loss.class_weights = {1, 1, 0};
    gait::callbacks tell;
    std::vector<gait::batch_report> told;
    tell.on_batch = [&](const gait::batch_report& b) {
        told.push_back(b);
        return gait::control::proceed;
    };
    const auto seen = gait::fit(toy_model{}, all, none, options, tell);
    const auto without = gait::fit(toy_model{}, heavy, none, options);
    CHECK(same_bits(seen.parameters, without.parameters));
    CHECK(seen.history[1].train_loss == without.history[1].train_loss);
    CHECK(seen.history[1].gradient_norm == without.history[1].gradient_norm);
    REQUIRE(told.size() == 6);
    CHECK(told[1].loss == 0);
    CHECK(told[1].gradient_norm == 0);
    CHECK(told[1].mean_loss == told[0].mean_loss);

    // Nothing but such windows: nothing is learned, and nothing is divided by nothing.
    const auto nothing = gait::fit(toy_model{}, light, light, options, tell);
    CHECK(nothing.history[1].train_loss == 0);
    CHECK(nothing.history[1].validation_loss == 0);
    CHECK(nothing.history[1].gradient_norm == 0);
    CHECK(told.back().mean_loss == 0);
    options.epochs = 0;
    CHECK(same_bits(nothing.parameters, gait::fit(toy_model{}, light, light, options).parameters));
}

TEST_CASE("shards are summed along a binary tree") {
    // Large numbers that cancel in pairs: only neighbours first gives the small ones' sum.
    std::vector<float> runs{1e8F, -1e8F, 1, 2, -1e8F, 1e8F, 3};
    gait::sum_along_tree<float>(1, 7, 1, 1, runs.data());
    CHECK(runs[0] == 6);
}

TEST_CASE("early stopping gives back the best weights") {
    const auto train = waves(100, 1), unseen = waves(100, 2);
    auto options = quick(200);
    options.patience = 3;
    options.learning_rate = 0.05;
    const auto result = gait::fit(toy_model{}, train, unseen, options);
    REQUIRE(result.reason == gait::stop_reason::patience);
    const auto best =
        std::ranges::min_element(result.history, {}, &gait::epoch_report::validation_loss);
    CHECK(result.epoch == best->epoch);
    CHECK(static_cast<int>(result.history.size()) == best->epoch + 3);
    CHECK(gait::evaluate(toy_model{}, result.parameters.span(), unseen).loss ==
          best->validation_loss);
}

TEST_CASE("a callback may stop at an epoch or in the middle of one") {
    const auto train = waves(100, 1), unseen = waves(30, 2);
    const auto two = gait::fit(toy_model{}, train, unseen, quick(2));

    gait::callbacks tell;
    tell.on_epoch = [](const gait::epoch_report& e, std::span<const float> weights) {
        CHECK(static_cast<gait::index>(weights.size()) == toy_model::parameter_count);
        return e.epoch == 2 ? gait::control::stop : gait::control::proceed;
    };
    const auto after = gait::fit(toy_model{}, train, unseen, quick(9), tell);
    CHECK(after.reason == gait::stop_reason::asked);
    CHECK(same_bits(two.parameters, after.parameters));

    tell = {};
    tell.on_batch = [](const gait::batch_report& b) {
        CHECK(b.batches == 2);
        return b.epoch == 3 && b.batch == 2 ? gait::control::stop : gait::control::proceed;
    };
    const auto within = gait::fit(toy_model{}, train, unseen, quick(9), tell);
    CHECK(within.epoch == 2);
    CHECK(within.history.size() == 2);
    CHECK(same_bits(two.parameters, within.parameters));
}

TEST_CASE("truncated backpropagation: all steps are full backpropagation, and fewer learn too") {
    const auto train = waves(200, 1), unseen = waves(100, 2);
    auto options = quick(3);
    const auto full = gait::fit(toy_model{}, train, unseen, options);
    options.truncate_steps = 20;
    CHECK(same_bits(full.parameters, gait::fit(toy_model{}, train, unseen, options).parameters));
    options.truncate_steps = 8;
    options.epochs = 20;
    const auto part = gait::fit(toy_model{}, train, unseen, options);
    // Forward is the same, so the very first loss is; what is learned is not.
    CHECK(part.history.front().train_loss != full.history.front().train_loss);
    CHECK(part.history.back().validation_accuracy > 0.9);
}

TEST_CASE("truncated backpropagation needs a carry of every layer that remembers") {
    // It streams, but its forward pass begins every window afresh.
    using filtered = gait::sequential<low_pass<2>, gait::last_step<2>, gait::dense<2, 3>>;
    // These remember nothing, joined or not.
    using plain = gait::sequential<gait::dense<2, 8, gait::relu>, gait::dropout<8>>;
    using mixed = gait::sequential<gait::each_step<plain>, gait::lstm<8, 8>, gait::last_step<8>,
                                   gait::dense<8, 3>>;
    static_assert(gait::streaming_layer<filtered> && !gait::truncatable_model<filtered>);
    static_assert(gait::truncatable_model<mixed> && gait::truncatable_model<noisy_model>);

    const auto train = waves(50, 1);
    auto options = quick(1);
    options.truncate_steps = 8;
    CHECK_THROWS_WITH_AS(gait::fit(filtered{}, train, train, options),
                         "truncated backpropagation: expected a model whose forward pass takes a "
                         "state, found one that starts every window afresh",
                         gait::error);
    CHECK(gait::fit(mixed{}, train, train, options).history.size() == 1);
    options.truncate_steps = 0;
    CHECK(gait::fit(filtered{}, train, train, options).history.size() == 1);
}

TEST_CASE("the state that truncation starts from is that of the steps before") {
    const auto train = waves(gait::windows_per_tile, 1);
    std::vector<gait::index> ids;
    for (gait::index i = 0; i < train.size(); ++i)
        ids.push_back(i);
    gait::buffer<float> parameters(toy_model::parameter_count), gradient(parameters.size());
    toy_model{}.init(toy_model::params<float>(parameters.data()), {1, gait::purpose::initialise});
    gait::kernel_weights<toy_model> weights;
    weights.pack(toy_model{}, parameters.span());
    const auto loss = [&](gait::index truncate) {
        gait::tile_worker<toy_model> worker(20, truncate);
        return worker.train(toy_model{}, weights, train, ids, {}, {}, gradient.data()).loss;
    };
    for (const gait::index steps : {1, 7, 19})
        CHECK(loss(steps) == doctest::Approx(loss(0)).epsilon(1e-5));
}

TEST_CASE("a source that doesn't fit the model is refused") {
    gait::array_windows<2> two_classes(20, 2);
    two_classes.add(std::vector<float>(40), 1);
    const auto good = waves(20, 1);
    CHECK_THROWS_WITH_AS(
        gait::fit(toy_model{}, two_classes, good, quick(1)),
        "training data, classes: expected 3, as many as the model's outputs, found 2", gait::error);
    CHECK_THROWS_AS(gait::fit(toy_model{}, good, two_classes, quick(1)), gait::error);
    CHECK_THROWS_WITH_AS(gait::fit(toy_model{}, gait::array_windows<2>(20, 3), good, quick(1)),
                         "training data: expected at least one window, found none", gait::error);
}

TEST_CASE("windows of other classes are not evaluated") {
    gait::array_windows<2> four_classes(20, 4);
    four_classes.add(std::vector<float>(40), 3);
    struct mislabelled : gait::array_windows<2> {
        using array_windows::array_windows;
        [[nodiscard]] int label(gait::index) const { return 3; }
    };
    mislabelled wrong_label(20, 3);
    wrong_label.add(std::vector<float>(40), 0);
    const gait::buffer<float> parameters(toy_model::parameter_count);
    CHECK_THROWS_WITH_AS(
        static_cast<void>(gait::evaluate(toy_model{}, parameters.span(), four_classes)),
        "windows, classes: expected 3, as many as the model's outputs, found 4", gait::error);
    CHECK_THROWS_WITH_AS(
        static_cast<void>(gait::evaluate(toy_model{}, parameters.span(), wrong_label)),
        "windows, window 0: expected a label in [0, 3), found 3", gait::error);
}

TEST_CASE_TEMPLATE("after the first step an epoch allocates nothing", Source,
                   gait::array_windows<2>, gait_test::ragged_waves) {
    const Source train = [] {
        if constexpr (std::is_same_v<Source, gait_test::ragged_waves>)
            return Source(600, 1);
        else
            return waves(600, 1);
    }();
    const gait::array_windows<2> none(20, 3);
    for (const gait::index truncate : {0, 5}) {
        auto options = quick(1);
        options.threads = 2;
        options.truncate_steps = truncate;
        std::vector<long> counts;
        counts.reserve(100);
        const long before = of_other_threads;
        gait::callbacks tell;
        tell.on_batch = [&](const gait::batch_report&) {
            counts.push_back(allocations);
            return gait::control::proceed;
        };
        static_cast<void>(gait::fit(noisy_model{}, train, none, options, tell));
        REQUIRE(counts.size() == 12);
        CHECK(counts.back() == counts.front());
        CHECK(of_other_threads == before); // not in the first step either: they must not throw
    }
}
