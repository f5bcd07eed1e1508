// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The first of two translation units that include all of gait. Linking them together shows that no
// header defines anything twice; running them, that both see the same library.
#include <gait/gait.hpp>

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
    return same && parameters == 66'759 ? 0 : 1;
}
