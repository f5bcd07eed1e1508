// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The second of two translation units that include all of gait.
#include <gait/gait.hpp>

const char* version_seen_by_the_other() { return GAIT_VERSION; }
long parameters_seen_by_the_other() { return gait::har_model<>::parameter_count; }
