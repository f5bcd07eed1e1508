// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/inference/trained.hpp>
#include <gait/weights/save.hpp>

#include <files/scratch.hpp>
#include <inference/models.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace gait_test;

TEST_CASE("a file of weights knows how its input is scaled and how long a window is") {
    const scratch_folder folder;
    const auto path = folder / "weights.safetensors";
    const auto parameters = random_parameters();
    gait::model_info info;
    info.window_steps = 20;
    info.mean = raw_units().mean;
    info.deviation = raw_units().deviation;
    gait::save_weights(path, odd_model{}, parameters.span(), info);
    const auto trained = gait::load_weights<odd_model>(path);
    const auto window = random_windows({20, 1});

    gait::classifier<odd_model> by_hand(odd_model{}, parameters.span(), raw_units(), 20);
    const auto expected = by_hand(window);
    auto classifier = gait::make_classifier(trained);
    CHECK(classifier.window_steps() == 20);
    CHECK(std::ranges::equal(classifier(window), expected));

    auto stream = gait::make_stream(trained);
    for (gait::index t = 0; t < 19; ++t)
        stream.step(std::span<const float, 3>(window.data() + t * 3, 3));
    const auto last = stream.step(std::span<const float, 3>(window.data() + 57, 3));
    for (std::size_t k = 0; k < last.size(); ++k)
        CHECK(std::abs(last[k] - expected[k]) < 2e-6F);
}

TEST_CASE("a temperature in the file makes both less sure, and a verdict may be withheld") {
    const scratch_folder folder;
    const auto path = folder / "weights.safetensors";
    const auto parameters = random_parameters();
    const auto window = random_windows({20, 1});
    const auto last = std::span<const float, 3>(window.data() + 57, 3);
    const auto probabilities_at = [&](double temperature) {
        gait::model_info info;
        info.window_steps = 20;
        info.temperature = temperature;
        gait::save_weights(path, odd_model{}, parameters.span(), info);
        const auto trained = gait::load_weights<odd_model>(path);
        CHECK(trained.info.temperature == temperature);
        auto classifier = gait::make_classifier(trained);
        auto stream = gait::make_stream(trained);
        for (gait::index t = 0; t < 19; ++t)
            stream.step(std::span<const float, 3>(window.data() + t * 3, 3));
        const auto p = classifier(window);
        CHECK(std::ranges::equal(stream.step(last), p));
        return std::vector<float>(p.begin(), p.end());
    };
    const auto cold = probabilities_at(1), warm = probabilities_at(4);
    const auto sure = gait::most_probable(cold), less = gait::most_probable(warm);
    CHECK(sure.label == less.label);
    CHECK(sure.probability > less.probability);
    for (std::size_t k = 0; k < 4; ++k) // p_k / p_0 = exp((z_k - z_0) / t)
        CHECK(std::log(warm[k] / warm[0]) ==
              doctest::Approx(std::log(cold[k] / cold[0]) / 4).epsilon(1e-3));
    CHECK(gait::most_probable(warm, less.probability).label == less.label);
    CHECK(gait::most_probable(warm, less.probability + 1e-6F).label == -1);
}

TEST_CASE("weights that don't say how long a window is make a stream but no classifier") {
    const gait::trained_model<odd_model> trained{{}, random_parameters(), {}, "weights"};
    CHECK(gait::make_stream(trained).state().size() > 0);
    CHECK(message_of([&] { static_cast<void>(gait::make_classifier(trained)); }) ==
          "weights, metadata 'window_steps': expected the steps of a window, found nothing");
}

TEST_CASE("weights of aligned windows make a classifier that aligns, and no stream") {
    const scratch_folder folder;
    const auto path = folder / "weights.safetensors";
    gait::model_info info;
    info.window_steps = 20;
    info.up = {0, -0.8F, 0.6F};
    gait::save_weights(path, odd_model{}, random_parameters().span(), info);
    const auto trained = gait::load_weights<odd_model>(path);
    REQUIRE(trained.info.up == info.up);
    auto window = random_windows({20, 1});
    for (std::size_t i = 0; i < window.size(); i += 3)
        window[i] += 20;
    std::vector<float> aligned(window.size());
    gait::gravity_alignment(info.up)(window.data(), 1, 0, {20, 1}, aligned.data());
    gait::classifier<odd_model> plain(odd_model{}, trained.parameters.span(), {}, 20);
    const auto raw = plain(window);
    const std::vector<float> unaligned(raw.begin(), raw.end());
    const auto expected = plain(aligned);
    auto classifier = gait::make_classifier(trained);
    CHECK(std::ranges::equal(classifier(window), expected));
    CHECK(!std::ranges::equal(unaligned, expected));
    CHECK(says(message_of([&] { static_cast<void>(gait::make_stream(trained)); }),
               "metadata 'up': expected none, for a stream"));
}
