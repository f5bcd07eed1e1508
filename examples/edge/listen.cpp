// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A whole program around weights that are compiled in: acceleration in, a line "x y z" a sample at
// the model's rate, and every `hop` samples what the last window was. Nothing else of gait is in
// it: no files, no JSON, no exceptions.
#include "activity.hpp" // by gait_embed --name activity

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace {

constexpr const auto& weights = activity::weights;
constexpr gait::index hop = 50;

static_assert(weights.features == 3 && weights.window_steps > 0 && weights.rate_hz > 0);

} // namespace

int main(int argc, char** argv) {
    if (argc > 1) {
        std::printf("%s: reads lines of x y z (%.*s, %g a second) from standard input, and says\n"
                    "every %td samples which class the last %td of them were, and how likely.\n",
                    argv[0], static_cast<int>(weights.units.size()), weights.units.data(),
                    weights.rate_hz, hop, weights.window_steps);
        return std::strcmp(argv[1], "--help") == 0 ? 0 : 2;
    }
    static auto classify = gait::make_classifier(weights, 1);
    static float window[weights.window_steps * 3];

    char line[256];
    for (gait::index samples = 0; std::fgets(line, sizeof line, stdin) != nullptr;) {
        float x[3];
        if (std::sscanf(line, "%f %f %f", &x[0], &x[1], &x[2]) != 3) {
            std::fprintf(stderr, "%s: standard input, line %td: expected x y z\n", argv[0],
                         samples + 1);
            return 1;
        }
        std::copy(std::begin(window) + 3, std::end(window), std::begin(window));
        std::copy(std::begin(x), std::end(x), std::end(window) - 3);
        if (++samples < weights.window_steps || (samples - weights.window_steps) % hop != 0)
            continue;
        const gait::verdict best = gait::most_probable(classify(window));
        const auto name = best.label < 0 ? std::string_view("unsure") // of what isn't a number
                                         : weights.names[static_cast<std::size_t>(best.label)];
        std::printf("%8.2f s  %-12.*s %.3f\n", static_cast<double>(samples) / weights.rate_hz,
                    static_cast<int>(name.size()), name.data(),
                    static_cast<double>(best.probability));
        std::fflush(stdout);
    }
    return 0;
}
