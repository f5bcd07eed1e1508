// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What somebody recorded of himself, and how a model learns from it. The first part of every
// recording is learnt from, the rest judges: no sample is in both.
#pragma once

#include "window.hpp"

#include <gait/data/batches.hpp>
#include <gait/model/har.hpp>
#include <gait/training/evaluate.hpp>
#include <gait/training/trainer.hpp>
#include <gait/weights/load.hpp>
#include <gait/weights/self_test.hpp>

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace web {

/// Samples at the model's rate, in raw units.
struct recording {
    int label = 0;
    std::vector<float> samples; // (N, 3)
};
using lesson = std::vector<recording>;

struct lesson_plan {
    bool all_layers = false; ///< or the last one only
    int epochs = 40;
    std::function<void(double share, double loss)> progress = {};
};

struct lesson_report {
    index learnt = 0, judged = 0; ///< windows
    double before = 0, after = 0; ///< accuracy on those that judge
};

/// The part of a recording that is learnt from; the rest judges.
inline constexpr double learnt_share = 0.6;

/// Windows of samples first, ..., last - 1 of a recording, four in each window's length.
inline void add_windows(const gait::model_info& info, const recording& r, index first, index last,
                        gait::array_windows<3>& to) {
    const index steps = info.window_steps;
    for (index at = first; at + steps <= last; at += std::max<index>(steps / 4, 1))
        to.add(as_seen(info, std::span(r.samples).subspan(static_cast<std::size_t>(at * 3),
                                                          static_cast<std::size_t>(steps * 3))),
               r.label);
}

/// Trains `parameters` (of Model) in place, on one thread.
template <class Model, class Windows>
void fine_tune(std::span<float> parameters, const Windows& windows, double learning_rate,
               const lesson_plan& plan) {
    std::vector<index> counts(static_cast<std::size_t>(windows.class_count()));
    for (index i = 0; i < windows.size(); ++i)
        ++counts[static_cast<std::size_t>(windows.label(i))];
    const gait::fit_options options{
        .epochs = plan.epochs,
        .batch = 24,
        .threads = 1,
        .shards = 1,
        .learning_rate = learning_rate,
        .rates = {.form = gait::schedule::shape::cosine},
        .loss = {.class_weights = gait::balanced_class_weights(counts), .label_smoothing = 0.05F},
        .initial_parameters = parameters};
    const gait::callbacks tell{.on_batch = [&](const gait::batch_report& b) {
        if (plan.progress)
            plan.progress(
                (b.epoch - 1 + static_cast<double>(b.batch) / static_cast<double>(b.batches)) /
                    plan.epochs,
                b.mean_loss);
        return gait::control::proceed;
    }};
    const Windows none(windows.steps(), windows.class_count());
    const auto result = gait::fit(Model{}, windows, none, options, tell);
    std::copy(result.parameters.begin(), result.parameters.end(), parameters.begin());
}

/// The reference model without its last layer, and that layer alone. What the first says of a
/// window is the same however often the second is trained: it is computed once.
using body = gait::sequential<gait::each_step<gait::dense<3, 64, gait::relu>>, gait::lstm<64, 64>,
                              gait::lstm<64, 64>, gait::last_step<64>>;
template <index Classes>
using head = gait::sequential<gait::last_step<64>, gait::dense<64, Classes>>;

template <class Model>
void fine_tune_head(std::span<float> parameters, const gait::array_windows<3>& windows,
                    const lesson_plan& plan) {
    using last = head<gait::output_features<Model>>;
    static_assert(body::parameter_count + last::parameter_count == Model::parameter_count);
    const auto fixed = parameters.first(static_cast<std::size_t>(body::parameter_count));
    gait::array_windows<64> heard(1, windows.class_count());
    for (index i = 0; i < windows.size(); ++i)
        heard.add(gait::run_once(body{}, fixed, windows[i], windows.steps()), windows.label(i));
    fine_tune<last>(parameters.last(static_cast<std::size_t>(last::parameter_count)), heard, 1e-2,
                    plan);
}

/// Throws gait::error if there is too little to learn from, or to judge by.
template <class Model>
lesson_report learn(gait::trained_model<Model>& trained, const lesson& recorded,
                    const lesson_plan& plan) {
    const index steps = trained.info.window_steps;
    const int classes = static_cast<int>(gait::output_features<Model>);
    gait::array_windows<3> learnt(steps, classes), judged(steps, classes);
    for (const recording& r : recorded) {
        if (r.label < 0 || r.label >= classes)
            throw gait::error({"", "recordings", "labels below " + std::to_string(classes),
                               std::to_string(r.label)});
        const index size = std::ssize(r.samples) / 3;
        const auto border = static_cast<index>(learnt_share * static_cast<double>(size));
        add_windows(trained.info, r, 0, border, learnt);
        add_windows(trained.info, r, border, size, judged);
    }
    if (learnt.size() == 0 || judged.size() == 0)
        throw gait::error({"", "recordings", "one of at least 2.5 windows", "shorter ones"});

    const auto accuracy = [&] {
        return gait::evaluate(trained.model, trained.parameters.span(), judged, {}, 1).accuracy();
    };
    lesson_report report{.learnt = learnt.size(), .judged = judged.size(), .before = accuracy()};
    if (plan.all_layers)
        fine_tune<Model>(trained.parameters.span(), learnt, 1e-3, plan);
    else
        fine_tune_head<Model>(trained.parameters.span(), learnt, plan);
    report.after = accuracy();
    return report;
}

} // namespace web
