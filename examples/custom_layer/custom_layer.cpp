// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A layer of your own (low_pass.hpp) in a model: checked, trained, and asked what it has learned.
// The task: 60 numbers of noise around a level. Is the level below or above zero?
#include "low_pass.hpp"

#include <gait/gait.hpp>

#include <array>
#include <cmath>
#include <cstdio>

int main() {
    // Is backward the derivative of forward? In double, against differences.
    const auto check = gait::gradient_check(low_pass<3>{}, {.steps = 7, .rows = 5});
    std::printf("gradient: worst relative error %.1e, at %s\n", check.worst, check.where.c_str());
    if (!(check.worst < 1e-6))
        return 1;

    using model = gait::sequential<low_pass<1>, gait::last_step<1>, gait::dense<1, 2>>;
    gait::array_windows<1> train(60, 2), test(60, 2); // 60 steps, 2 classes
    gait::random_stream random(1, gait::purpose::user);
    for (int i = 0; i < 3000; ++i) {
        const int above = i % 2;
        std::array<float, 60> window;
        for (float& x : window)
            x = static_cast<float>((above ? 0.4 : -0.4) + random.normal());
        (i < 2000 ? train : test).add(window, above);
    }
    const auto result =
        gait::fit(model{}, train, test, {.epochs = 30, .batch = 50, .learning_rate = 0.03});

    const auto& first = result.history.front();
    const auto& last = result.history.back();
    // The layer's one parameter is the model's first: the average reaches back 1 / (1 - a) steps.
    const double steps = 1 + std::exp(result.parameters[0]);
    std::printf("right on new windows: %.1f %% after epoch %d, %.1f %% after epoch %d\n",
                100 * first.validation_accuracy, first.epoch, 100 * last.validation_accuracy,
                last.epoch);
    std::printf("the filter has learned to look back %.0f steps, from 2\n", steps);
}
