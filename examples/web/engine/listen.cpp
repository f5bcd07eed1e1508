// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The module that the page listens with: C functions over one model and one signal.
#include "exported.hpp"
#include "model.hpp"
#include "replay.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace {

std::unique_ptr<web::model> model;
std::optional<har::live_track> track;
std::vector<float> window, probabilities; // the last one looked at; (T, 3) and (K)

std::optional<web::replay_file> file;
const web::replay_track* played = nullptr;
std::size_t next_row = 0;

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

// A signal: samples with the time of a clock in ms.

/// Forgets what was heard. Looks at the last window every `samples` samples.
EXPORTED void start_listening(int samples) {
    track.emplace(model->info().rate_hz, web::max_gap, model->info().window_steps, samples, 0);
}
EXPORTED int push_sample(double ms, float x, float y, float z) {
    return listen(web::row_at(ms, x, y, z));
}
/// Puts the last samples, as many as have been heard and a window holds, where windows are; returns
/// their number.
EXPORTED int look_at_signal() {
    const auto heard = std::min(track->count(), model->info().window_steps);
    track->copy_window(heard, window.data());
    return static_cast<int>(heard);
}

// A file to replay.

EXPORTED int open_replay(const char* path) {
    file.emplace(path);
    return static_cast<int>(file->tracks().size());
}
EXPORTED const char* replay_name(int i) {
    return file->tracks()[static_cast<std::size_t>(i)].name.c_str();
}
EXPORTED double replay_length(int i) {
    return file->tracks()[static_cast<std::size_t>(i)].rows.back().seconds;
}
EXPORTED void start_replay(int i, int samples) {
    played = &file->tracks()[static_cast<std::size_t>(i)];
    next_row = 0;
    start_listening(samples);
}
/// Plays on until `seconds` of the track; returns how many windows were classified.
EXPORTED int replay_until(double seconds) {
    int looked = 0;
    while (next_row < played->rows.size() && played->rows[next_row].seconds <= seconds)
        looked += listen(played->rows[next_row++].row);
    return looked;
}
/// The label of the last row that was played, or "".
EXPORTED const char* replay_label() {
    return next_row == 0 ? "" : played->rows[next_row - 1].row.label.data();
}
