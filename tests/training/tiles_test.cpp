// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Windows of several lengths: every tile has one, and loss, gradient and predictions are those of
// each window on its own.
#include "toy.hpp"

#include <gait/training/batch_gradient.hpp>
#include <gait/training/calibration.hpp>
#include <gait/training/trainer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

using gait_test::ragged_waves;
using gait_test::toy_model;
using gait_test::waves;

namespace {

std::vector<gait::index> numbers(gait::index count) {
    std::vector<gait::index> ids(static_cast<std::size_t>(count));
    std::iota(ids.begin(), ids.end(), gait::index{0});
    return ids;
}

template <class T>
gait::buffer<T> some_parameters() {
    gait::buffer<T> parameters(toy_model::parameter_count);
    gait::random_stream random(3, gait::purpose::user);
    for (T& p : parameters)
        p = static_cast<T>(static_cast<float>(0.4 * random.normal())); // the same in float
    return parameters;
}

/// The loss of one window on its own, in double, and its gradient added to `gradient` if there is
/// one.
double loss_alone(const gait::buffer<double>& parameters, const ragged_waves& source, gait::index i,
                  double* gradient = nullptr) {
    constexpr toy_model model;
    gait::buffer<double> packed(toy_model::packed<double>::size);
    model.pack<double>(toy_model::params<const double>(parameters.data()), packed.data());
    const gait::extents tile{source.steps(i), 1};
    std::vector<double> x;
    for (gait::index n = 0; n < 2 * tile.steps; ++n)
        x.push_back(static_cast<double>(source.whole[i][static_cast<std::size_t>(n)]));
    gait::buffer<double> memory(toy_model::tape<double>::size(tile));
    const toy_model::tape<double> tape(memory.data(), tile);
    std::vector<double> z(3), d_z(3);
    const gait::view<const double, 2> x_view(x.data(), tile);
    const gait::view<double, 3> z_view(z.data(), {1, 1});
    const toy_model::packed<double> weights(packed.data());
    model.forward<double>(weights, x_view, z_view, tape, {});

    const auto label = static_cast<std::size_t>(source.label(i));
    double sum = 0;
    for (const double logit : z)
        sum += std::exp(logit);
    for (std::size_t k = 0; k < 3; ++k)
        d_z[k] = std::exp(z[k]) / sum - (k == label);
    if (gradient)
        model.backward<double>(weights, x_view, {z.data(), {1, 1}}, {d_z.data(), {1, 1}}, {}, tape,
                               toy_model::params<double>(gradient), {});
    return std::log(sum) - z[label];
}

struct batch {
    gait::loss_sums sums;
    std::vector<float> gradient;
};

template <class Source>
batch train_on(const Source& source, const std::vector<gait::index>& ids, int threads = 1,
               gait::index truncate = 0) {
    gait::kernel_weights<toy_model> weights;
    const auto parameters = some_parameters<float>();
    weights.pack(toy_model{}, parameters.span());
    gait::batch_gradient<toy_model> gradient(threads, 8, source.steps(), truncate);
    gait::single_process alone;
    const auto sums =
        gradient(toy_model{}, weights, source, ids, gait::pass{.training = true}, {}, alone);
    const auto found = gradient.gradient();
    return {sums, {found.begin(), found.end()}};
}

} // namespace

TEST_CASE("equally long windows are cut in their order, six by six") {
    const auto source = waves(22, 1);
    auto ids = numbers(22);
    std::ranges::reverse(ids);
    gait::tiles cut;
    cut.cut(source, ids);
    REQUIRE(cut.size() == 4);
    for (gait::index t = 0; t < 4; ++t)
        CHECK(std::ranges::equal(
            cut[t], std::span(ids).subspan(static_cast<std::size_t>(6 * t), t < 3 ? 6 : 4)));
    cut.cut(source, ids, 16);
    REQUIRE(cut.size() == 2);
    CHECK(std::ranges::equal(cut[0], std::span(ids).first(16)));
    CHECK(std::ranges::equal(cut[1], std::span(ids).subspan(16)));
}

TEST_CASE("every window is in one tile, with windows of its length only") {
    const ragged_waves source(100, 1);
    auto ids = numbers(100);
    gait::shuffle(ids, gait::random_stream(4, gait::purpose::user));
    gait::tiles cut;
    for (int repeat = 0; repeat < 2; ++repeat) {
        cut.cut(source, ids);
        std::set<gait::index> seen;
        std::set<gait::index> lengths;
        gait::index before = source.steps();
        for (gait::index t = 0; t < cut.size(); ++t) {
            REQUIRE(!cut[t].empty());
            CHECK(std::ssize(cut[t]) <= gait::windows_per_tile);
            const gait::index steps = source.steps(cut[t][0]);
            CHECK(steps <= before);
            before = steps;
            lengths.insert(steps);
            for (const gait::index id : cut[t]) {
                CHECK(source.steps(id) == steps);
                CHECK(seen.insert(id).second);
            }
        }
        CHECK(seen.size() == 100);
        CHECK(lengths.size() > 4);
    }
    // Whole windows keep their order.
    CHECK(std::ranges::is_sorted(
        cut[0], {}, [&](gait::index id) { return std::ranges::find(ids, id) - ids.begin(); }));
}

TEST_CASE("loss and gradient of a batch are the sums over its windows, each on its own") {
    const ragged_waves source(60, 1);
    const auto ids = numbers(60);
    const auto parameters = some_parameters<double>();
    std::vector<double> expected(static_cast<std::size_t>(toy_model::parameter_count));
    double loss = 0;
    for (const gait::index id : ids)
        loss += loss_alone(parameters, source, id, expected.data());
    const auto found = train_on(source, ids);
    CHECK(found.sums.loss == doctest::Approx(loss).epsilon(1e-6));
    CHECK(found.sums.count == 60);
    double largest = 0;
    for (const double d : expected)
        largest = std::max(largest, std::abs(d));
    for (std::size_t p = 0; p < expected.size(); ++p)
        CHECK(static_cast<double>(found.gradient[p]) ==
              doctest::Approx(expected[p]).epsilon(1e-4).scale(0.1 * largest));
}

TEST_CASE("the gradient in double is the slope of the loss, short windows included") {
    const ragged_waves source(15, 1);
    auto parameters = some_parameters<double>();
    const auto loss = [&] {
        double sum = 0;
        for (gait::index i = 0; i < source.size(); ++i)
            sum += loss_alone(parameters, source, i);
        return sum;
    };
    std::vector<double> gradient(static_cast<std::size_t>(toy_model::parameter_count));
    for (gait::index i = 0; i < source.size(); ++i)
        loss_alone(parameters, source, i, gradient.data());
    for (gait::index p = 0; p < parameters.size(); p += 3) {
        const double here = parameters[p];
        const auto at = [&](double offset) {
            parameters[p] = here + offset;
            return loss();
        };
        const double h = 1e-4;
        const double slope = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
        parameters[p] = here;
        CHECK(std::abs(gradient[static_cast<std::size_t>(p)] - slope) < 1e-6);
    }
}

TEST_CASE("short windows among longer ones get the bits that they get without") {
    const ragged_waves source(200, 1);
    const gait::index steps = 11;
    gait::array_windows<2> cut(steps, 3);
    std::vector<gait::index> ids;
    for (gait::index i = 0; i < source.size(); ++i)
        if (source.steps(i) == steps) {
            ids.push_back(i);
            cut.add(source.whole[i].first(static_cast<std::size_t>(2 * steps)), source.label(i));
        }
    REQUIRE(ids.size() > 2);
    const auto among = train_on(source, ids), alone = train_on(cut, numbers(cut.size()));
    CHECK(among.sums.loss == alone.sums.loss);
    CHECK(among.gradient == alone.gradient);
    // Truncation begins where a window is longer than it.
    CHECK(train_on(source, ids, 1, steps).gradient == alone.gradient);
    CHECK(train_on(source, ids, 1, steps - 1).gradient != alone.gradient);
}

TEST_CASE(
    "with windows of several lengths threads change no bit, and predictions keep their place") {
    const ragged_waves source(150, 1);
    const auto one = train_on(source, numbers(150)), three = train_on(source, numbers(150), 3);
    CHECK(one.gradient == three.gradient);
    CHECK(one.sums.loss == three.sums.loss);

    const auto parameters = some_parameters<float>();
    const auto said = gait::logits_of(toy_model{}, parameters.span(), source, 2);
    const auto seen = gait::evaluate(toy_model{}, parameters.span(), source, {}, 2);
    const auto exact = some_parameters<double>();
    double loss = 0;
    for (gait::index i = 0; i < source.size(); ++i) {
        const auto z = said.row(i);
        double sum = 0;
        for (const float logit : z)
            sum += std::exp(static_cast<double>(logit));
        const auto label = static_cast<std::size_t>(source.label(i));
        const double alone = loss_alone(exact, source, i);
        CHECK(std::log(sum) - static_cast<double>(z[label]) ==
              doctest::Approx(alone).epsilon(1e-4).scale(1));
        CHECK(seen.predictions[static_cast<std::size_t>(i)] ==
              std::ranges::max_element(z) - z.begin());
        loss += alone / static_cast<double>(source.size());
    }
    CHECK(seen.loss == doctest::Approx(loss).epsilon(1e-5));
}

TEST_CASE("fit learns from windows of several lengths") {
    const ragged_waves train(300, 1), unseen(150, 2);
    gait::fit_options options;
    options.epochs = 20;
    options.batch = 50;
    options.threads = 1;
    options.learning_rate = 0.01;
    const auto result = gait::fit(toy_model{}, train, unseen, options);
    CHECK(result.history.back().validation_accuracy > 0.85);
}
