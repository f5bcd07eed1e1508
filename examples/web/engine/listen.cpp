// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The module that the page listens with: C functions over one model and one signal.
#include "exported.hpp"
#include "model.hpp"

#include <har/live_track.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace {

std::unique_ptr<web::model> model;
std::optional<har::live_track> track;
std::vector<float> window, probabilities; // the last one looked at; (T, 3) and (K)

/// Windows that a row completes are classified; returns how many.
int listen(const gait::hhar_row& row) {
    int looked = 0;
    track->add(row, [&](double, gait::index steps) {
        track->copy_window(steps, window.data());
        const auto p = model->classify(window);
        std::copy(p.begin(), p.end(), probabilities.begin());
        ++looked;
    });
    return looked;
}

} // namespace

// The model.

EXPORTED void open_model(const char* path) {
    model = web::load_model(path);
    window.assign(static_cast<std::size_t>(model->info().window_steps * 3), 0);
    probabilities.assign(static_cast<std::size_t>(model->classes()), 0);
}
EXPORTED int class_count() { return model->classes(); }
EXPORTED int window_steps() { return static_cast<int>(model->info().window_steps); }
EXPORTED const char* instruction_set() { return gait::instruction_set; }

/// Where the page finds probabilities (K), and the window (T, 3).
EXPORTED const float* probabilities_at() { return probabilities.data(); }
EXPORTED float* window_at() { return window.data(); }

/// Classifies the window that the page has written there.
EXPORTED void classify_window() {
    const auto p = model->classify(window);
    std::copy(p.begin(), p.end(), probabilities.begin());
}
/// The logits of that window in place of its probabilities.
EXPORTED void logits_of_window() { probabilities = model->logits(window); }

// For a lesson: its numbers, and what a window looks like to it.

EXPORTED int parameter_count() { return static_cast<int>(model->parameters().size()); }
EXPORTED float* parameters_at() { return model->parameters().data(); }
/// Mean (3) and deviation (3), or nowhere if windows are seen as they are.
EXPORTED const float* mean_at() { return model->info().mean.data(); }
EXPORTED const float* deviation_at() { return model->info().deviation.data(); }
/// Where windows are turned to (3), or nowhere.
EXPORTED const float* up_at() { return model->info().up.data(); }
EXPORTED int features_first() {
    return model->info().layout == gait::input_layout::features_first ? 1 : 0;
}
/// Saves the parameters as they are now, with what the model's file said beside them.
EXPORTED void save_model(const char* path) { model->save(path); }

// A signal: samples with the time of a clock in ms, or rows of a recording.

/// Forgets what was heard. Looks at the last window every `samples` samples.
EXPORTED void start_listening(int samples) {
    track.emplace(model->info().rate_hz, web::max_gap, model->info().window_steps, samples, 0);
}
EXPORTED int push_sample(double ms, float x, float y, float z) {
    return listen(web::row_at(ms, x, y, z));
}
EXPORTED int push_row(double arrival_ms, double creation_ns, int creation_damaged, float x, float y,
                      float z) {
    gait::hhar_row row;
    row.arrival_ms = std::llround(arrival_ms);
    row.creation_ns = std::llround(creation_ns);
    row.creation_damaged = creation_damaged != 0;
    row.xyz = {x, y, z};
    return listen(row);
}
/// Puts the last samples, as many as have been heard and a window holds, where windows are; returns
/// their number.
EXPORTED int look_at_signal() {
    const auto heard = std::min(track->count(), model->info().window_steps);
    track->copy_window(heard, window.data());
    return static_cast<int>(heard);
}
