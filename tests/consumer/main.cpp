// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The first of two translation units that include all of gait. Linking them together shows that no
// header defines anything twice; running them, that both see the same library.
#include <gait/gait.hpp>

#include <golden.hpp>

#include <cmath>
#include <cstdio>
#include <cstring>

const char* version_seen_by_the_other();
long parameters_seen_by_the_other();

int main() {
    const long parameters = gait::har_model<>::parameter_count;
    std::printf("gait %s for %s, %ld parameters\n", GAIT_VERSION, gait::instruction_set,
                parameters);
    const bool same = std::strcmp(version_seen_by_the_other(), GAIT_VERSION) == 0 &&
                      parameters_seen_by_the_other() == parameters;
    // Weights that were embedded by the package's own gait_embed.
    gait::stream listen = gait::make_stream(golden::weights);
    float sum = 0;
    for (const float p : listen.step(std::array<float, 3>{0.5F, -1, 2}))
        sum += p;
    return same && parameters == 66'759 && std::abs(sum - 1) < 1e-5F ? 0 : 1;
}
