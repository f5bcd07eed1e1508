// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The module that the page teaches with: C functions over recordings and a model's numbers. It
// knows no files: the module that listens has opened the model, and saves what becomes of it.
#include "exported.hpp"
#include "lesson.hpp"

#include <har/live_track.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

EM_JS(void, tell_progress, (double share, double loss), {
    if (Module.progress)
        Module.progress(share, loss);
});

namespace {

gait::model_info info; // length of windows, rate, scaling and layout
std::vector<float> parameters;
web::lesson recorded;
std::optional<har::live_track> track;
double numbers[4]; // what `learn` answers

} // namespace

/// A model of so many parameters and windows of so many samples; what is at `parameters_at` and
/// `mean_at`, `deviation_at` and, if windows are `aligned`, `up_at` is for the page to write.
/// `features_first`: the layout of its input.
EXPORTED void begin(int parameter_count, int window_steps, double rate_hz, int features_first,
                    int aligned) {
    parameters.assign(static_cast<std::size_t>(parameter_count), 0);
    info.window_steps = window_steps;
    info.rate_hz = rate_hz;
    info.layout =
        features_first != 0 ? gait::input_layout::features_first : gait::input_layout::steps_first;
    info.mean.assign(3, 0);
    info.deviation.assign(3, 1);
    info.up.assign(aligned != 0 ? 3 : 0, 0);
    info.classes.clear();
}
/// The name of the next class, for messages.
EXPORTED void name_class(const char* name) { info.classes.emplace_back(name); }
EXPORTED float* parameters_at() { return parameters.data(); }
EXPORTED float* mean_at() { return info.mean.data(); }
EXPORTED float* deviation_at() { return info.deviation.data(); }
EXPORTED float* up_at() { return info.up.data(); }

/// Begins a recording of class `label`, of which the samples follow. After a gap begins another.
EXPORTED void record(int label) {
    recorded.push_back({label, {}});
    track.emplace(info.rate_hz, web::max_gap, 1, 1, 0);
}
EXPORTED void record_sample(double ms, float x, float y, float z) {
    track->add(web::row_at(ms, x, y, z), [](double, gait::index) {
        float sample[3];
        track->copy_window(1, sample);
        if (track->count() == 1 && !recorded.back().samples.empty())
            recorded.push_back({recorded.back().label, {}});
        recorded.back().samples.insert(recorded.back().samples.end(), sample, sample + 3);
    });
}

/// Teaches the model all recordings. Returns four numbers: windows learnt from, windows that judge,
/// accuracy before and after.
EXPORTED const double* learn(int all_layers, int epochs) {
    const web::lesson_plan plan{
        .all_layers = all_layers != 0, .epochs = epochs, .progress = tell_progress};
    const auto size = static_cast<gait::index>(parameters.size());
    web::lesson_report report;
    if (size == gait::har_model<6>::parameter_count)
        report = web::learn<gait::har_model<6>>(parameters, info, recorded, plan);
    else if (size == gait::har_model<7>::parameter_count)
        report = web::learn<gait::har_model<7>>(parameters, info, recorded, plan);
    else
        throw gait::error({"", "model", "parameters of 6 or 7 classes", std::to_string(size)});
    numbers[0] = static_cast<double>(report.learnt);
    numbers[1] = static_cast<double>(report.judged);
    numbers[2] = report.before;
    numbers[3] = report.after;
    return numbers;
}
