// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The whole of gait in one main: a model is a type, data are windows, `fit` gives parameters, and a
// file keeps them. The task needs a memory: of 20 random numbers, was the first one above zero?
#include <gait/gait.hpp>

#include <array>
#include <cstdio>

int main() {
    using model = gait::sequential<gait::lstm<1, 16>, gait::last_step<16>, gait::dense<16, 2>>;
    gait::array_windows<1> train(20, 2), test(20, 2); // 20 steps, 2 classes
    gait::random_stream random(1, gait::purpose::user);
    for (int i = 0; i < 5000; ++i) {
        std::array<float, 20> window;
        for (float& x : window)
            x = static_cast<float>(random.normal());
        (i < 4000 ? train : test).add(window, window[0] > 0 ? 1 : 0);
    }
    const auto result = gait::fit(model{}, train, test, {.epochs = 30, .batch = 50});
    gait::save_weights("hello.safetensors", model{}, result.parameters.span(), {});
    std::printf("right on new windows: %.1f %%\n", 100 * result.history.back().validation_accuracy);
}
