// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/inference/classifier.hpp>
#include <gait/inference/stream.hpp>

#include <inference/models.hpp>
#include <support/largest.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace gait_test;

namespace {

/// Probabilities after the steps [first, last) of one window (T, 3).
std::array<float, 4> follow(gait::stream<odd_model>& stream, const std::vector<float>& window,
                            gait::index first, gait::index last) {
    std::array<float, 4> p{};
    for (gait::index t = first; t < last; ++t)
        std::ranges::copy(stream.step(std::span<const float, 3>(window.data() + t * 3, 3)),
                          p.begin());
    return p;
}

} // namespace

TEST_CASE("200 single steps equal one window") {
    auto parameters = random_parameters();
    const auto window = random_windows({200, 1});
    gait::stream<odd_model> stream(odd_model{}, parameters.span(), raw_units());
    const auto p = follow(stream, window, 0, 200);

    SUBCASE("of the classifier") {
        gait::classifier<odd_model> classifier(odd_model{}, parameters.span(), raw_units(), 200);
        const auto expected = classifier(window);
        for (std::size_t k = 0; k < 4; ++k)
            CHECK(std::abs(p[k] - expected[k]) < 2e-6);
    }
    SUBCASE("of the forward pass") {
        const auto expected = expected_probabilities(parameters, window, {200, 1});
        for (std::size_t k = 0; k < 4; ++k)
            CHECK(std::abs(p[k] - expected[k]) < 2e-6);
    }
}

TEST_CASE("every step has the probabilities of the window that ends there") {
    auto parameters = random_parameters();
    const auto window = random_windows({12, 1});
    gait::stream<odd_model> stream(odd_model{}, parameters.span(), raw_units());
    for (gait::index t = 0; t < 12; ++t) {
        const auto p = follow(stream, window, t, t + 1);
        const std::vector<float> head(window.begin(), window.begin() + (t + 1) * 3);
        const auto expected = expected_probabilities(parameters, head, {t + 1, 1});
        for (std::size_t k = 0; k < 4; ++k)
            CHECK(std::abs(p[k] - expected[k]) < 2e-6);
    }
}

TEST_CASE("weights in bfloat16 say nearly the same") {
    auto parameters = random_parameters();
    const auto window = random_windows({200, 1});
    gait::stream<odd_model> full(odd_model{}, parameters.span(), raw_units());
    gait::stream<odd_model, gait::storage::bfloat16> half(odd_model{}, parameters.span(),
                                                          raw_units());
    double worst = 0;
    for (gait::index t = 0; t < 200; ++t) {
        const std::span<const float, 3> sample(window.data() + t * 3, 3);
        worst = larger(worst, largest_difference(full.step(sample), half.step(sample)));
    }
    CHECK(worst < 5e-3);
    CHECK(worst > 0);
}

TEST_CASE("reset starts again") {
    auto parameters = random_parameters();
    const auto window = random_windows({30, 1});
    gait::stream<odd_model> stream(odd_model{}, parameters.span(), raw_units());
    const auto fresh = follow(stream, window, 0, 10);
    CHECK(follow(stream, window, 0, 10) != fresh); // it remembers
    stream.reset();
    CHECK(follow(stream, window, 0, 10) == fresh);
}

TEST_CASE("a state saved in one stream goes on in another") {
    auto parameters = random_parameters();
    const auto window = random_windows({50, 1});
    gait::stream<odd_model> stream(odd_model{}, parameters.span(), raw_units());
    follow(stream, window, 0, 20);
    const std::vector<float> saved(stream.state().begin(), stream.state().end());
    const auto end = follow(stream, window, 20, 50);

    gait::stream<odd_model> other(odd_model{}, parameters.span(), raw_units());
    follow(other, window, 30, 50);
    REQUIRE(other.state().size() == saved.size());
    std::ranges::copy(saved, other.state().begin());
    CHECK(follow(other, window, 20, 50) == end);
}
