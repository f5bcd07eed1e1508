// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The module that the page teaches with: C functions over recordings and the library's training.
#include "exported.hpp"
#include "lesson.hpp"

#include <har/live_track.hpp>
#include <har/models.hpp>

#include <gait/weights/save.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

EM_JS(void, tell_progress, (double share, double loss), {
    if (Module.progress)
        Module.progress(share, loss);
});

namespace {

web::lesson recorded;
std::optional<har::live_track> track;
double numbers[4]; // what `learn` answers

} // namespace

/// Begins a recording of class `label`, of which the samples follow, at a model's rate.
EXPORTED void record(int label, double rate_hz) {
    recorded.push_back({label, {}});
    track.emplace(rate_hz, web::max_gap, 1, 1, 0);
}
EXPORTED void record_sample(double ms, float x, float y, float z) {
    track->add(web::row_at(ms, x, y, z), [](double, gait::index) {
        float sample[3];
        track->copy_window(1, sample);
        recorded.back().samples.insert(recorded.back().samples.end(), sample, sample + 3);
    });
}

/// Teaches the model at `path` all recordings and saves what becomes of it in the same place.
/// Returns four numbers: windows learnt from, windows that judge, accuracy before and after.
EXPORTED const double* learn(const char* path, int all_layers, int epochs) {
    har::with_weights(path, [&](auto trained) {
        const auto report = web::learn(
            trained, recorded,
            {.all_layers = all_layers != 0, .epochs = epochs, .progress = tell_progress});
        gait::save_weights(path, trained.model, trained.parameters.span(), trained.info);
        numbers[0] = static_cast<double>(report.learnt);
        numbers[1] = static_cast<double>(report.judged);
        numbers[2] = report.before;
        numbers[3] = report.after;
    });
    return numbers;
}
