// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The loss by its definition: weights, smoothing, and the mean that they make.
#include <gait/training/loss.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

namespace {

// Rows whose softmax is (1/2, 1/4, 1/4) and (1/8, 1/8, 3/4).
const std::vector<float> logits{std::log(2.0F), 0, 0, 0, 0, std::log(6.0F)};
const std::array<int, 2> labels{0, 1};
constexpr gait::extents two_rows{1, 2};

gait::loss_sums sums(const gait::cross_entropy& loss, std::vector<float>* gradient = nullptr) {
    return loss(gait::view<const float, 3>(logits.data(), two_rows), labels,
                gradient ? gait::view<float, 3>(gradient->data(), two_rows)
                         : gait::view<float, 3>{});
}

} // namespace

TEST_CASE("plain: minus the logarithm of the label's probability") {
    const auto s = sums({});
    CHECK(s.loss == doctest::Approx(std::log(2.0) + std::log(8.0)));
    CHECK(s.weight == 2);
    CHECK(s.correct == 1);
    CHECK(s.count == 2);
}

TEST_CASE("class weights: a weighted mean") {
    const auto s = sums({.class_weights = {1, 3, 5}});
    CHECK(s.loss == doctest::Approx(std::log(2.0) + 3 * std::log(8.0)));
    CHECK(s.weight == 4);
}

TEST_CASE("label smoothing: part of the target goes to every class, with its weight") {
    const double s = 0.3;
    const auto found = sums({.class_weights = {1, 3, 5}, .label_smoothing = 0.3F});
    const double first =
        (1 - s) * std::log(2.0) + s / 3 * (std::log(2.0) + 3 * std::log(4.0) + 5 * std::log(4.0));
    const double second = (1 - s) * 3 * std::log(8.0) +
                          s / 3 * (std::log(8.0) + 3 * std::log(8.0) + 5 * std::log(4.0 / 3));
    CHECK(found.loss == doctest::Approx(first + second).epsilon(1e-6));
    CHECK(found.weight == 4);
}

TEST_CASE("the gradient is probability minus target") {
    std::vector<float> d(6);
    sums({}, &d);
    const std::vector<float> expected{-0.5F, 0.25F, 0.25F, 0.125F, -0.875F, 0.75F};
    for (std::size_t i = 0; i < 6; ++i)
        CHECK(d[i] == doctest::Approx(expected[i]).epsilon(1e-6));
}

TEST_CASE("balanced class weights give every class the same say") {
    const std::array<gait::index, 4> counts{10, 30, 0, 20};
    const auto w = gait::balanced_class_weights(counts);
    CHECK(w[0] * 10 == doctest::Approx(20));
    CHECK(w[1] * 30 == doctest::Approx(20));
    CHECK(w[2] == 0);
    CHECK(w[3] * 20 == doctest::Approx(20));
}
