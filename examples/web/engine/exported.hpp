// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What the page's modules have in common. An instance of a module is one model or one file; what
// goes wrong is thrown through it to the page, which asks `reason` and throws the instance away. So
// nothing is caught in here, and no code for that is needed.
#pragma once

#include <gait/data/hhar_tracks.hpp>

#include <emscripten.h>

#include <cmath>
#include <exception>

/// A function that the page can call.
#define EXPORTED extern "C" EMSCRIPTEN_KEEPALIVE

EXPORTED inline const char* reason(const std::exception* thrown) { return thrown->what(); }

namespace web {

/// Longer gaps, in seconds, are not bridged. Preparing and predicting have the same limit.
inline constexpr double max_gap = 0.2;

/// A sample of the phone's own clock as a row of a recording.
inline gait::hhar_row row_at(double ms, float x, float y, float z) {
    gait::hhar_row row;
    row.arrival_ms = std::llround(ms);
    row.creation_ns = std::llround(ms * 1e6);
    row.xyz = {x, y, z};
    return row;
}

} // namespace web
