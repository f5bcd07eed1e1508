// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Inference where there is no file and no heap to spare: compiled with -fno-exceptions and
// -fno-rtti, it counts every allocation, and there must be none after construction.
#include <gait/core/threads.hpp>
#include <gait/inference/classifier.hpp>
#include <gait/inference/stream.hpp>

#include <inference/counted_memory.hpp>
#include <inference/models.hpp>

#include <cstdio>

int main() {
    using namespace gait_test;
    const gait::extents tile{20, 30};
    const auto windows = random_windows(tile);
    auto parameters = random_parameters();
    std::vector<float> probabilities(static_cast<std::size_t>(tile.rows * 4));

    // What the OpenMP runtime allocates to start its threads is not the classifier's.
    gait::parallel_for(2, 2, [](gait::index, int) {});

    const int before = allocations();
    gait::classifier<odd_model> classifier(odd_model{}, parameters.span(), raw_units(), 20, 12, 2);
    gait::stream<odd_model> stream(odd_model{}, parameters.span(), raw_units());
    const int constructed = allocations();

    classifier({windows.data(), tile}, {probabilities.data(), {1, tile.rows}});
    float sum = 0;
    for (const float p : classifier(std::span(windows).first(20 * 3)))
        sum += p;
    for (gait::index t = 0; t < 20; ++t)
        stream.step(std::span<const float, 3>(windows.data() + t * 3, 3));
    stream.reset();
    const int after = allocations();

    std::printf("%d allocations in the constructors, %d later; probabilities sum to %.6f\n",
                constructed - before, after - constructed, static_cast<double>(sum));
    // The first count proves that the counter counts.
    const bool good = constructed > before && after == constructed && std::abs(sum - 1) < 1e-5F;
    return good ? 0 : 1;
}
