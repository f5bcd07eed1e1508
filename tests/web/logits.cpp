// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// logits WEIGHTS: what the page's model says of windows of random numbers, in this processor's own
// code: a JSON list of each window's logits and one of its probabilities, for the page's tests to
// compare.
#include <web/engine/model.hpp>

#include <gait/core/random.hpp>

#include <cstdio>
#include <exception>

namespace {

void print(std::span<const float> numbers, const char* end) {
    for (std::size_t i = 0; i < numbers.size(); ++i)
        std::printf("%s%.9g", i == 0 ? "[" : ",", static_cast<double>(numbers[i]));
    std::printf("]%s", end);
}

} // namespace

int main(int argc, char** argv) try {
    if (argc != 2)
        return 2;
    const auto model = web::load_model(argv[1]);
    std::vector<float> window(static_cast<std::size_t>(model->info().window_steps * 3));
    for (std::uint32_t w = 0; w < 20; ++w) {
        gait::random_stream random(1, gait::purpose::user, w);
        const float size = 0.5F * static_cast<float>(w); // from stillness to running
        for (std::size_t i = 0; i < window.size(); ++i)
            window[i] = (i % 3 == 2 ? 9.8F : 0.0F) + size * (2 * random.uniform() - 1);
        std::printf("%s{\"window\":", w == 0 ? "[" : ",\n");
        print(window, ",\"logits\":");
        print(model->logits(window), ",\"probabilities\":");
        print(model->classify(window), "}");
    }
    std::puts("]");
} catch (const std::exception& problem) {
    std::fprintf(stderr, "logits: %s\n", problem.what());
    return 1;
}
