// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What somebody recorded of himself, and how a model learns from it. The first part of every
// recording is learnt from, the rest judges: no sample is in both.
//
// The loop over epochs is written out here: gait::fit would bring its checkpoints, reports and
// ranks along, and half of the code that a phone has to load would be for them.
#pragma once

#include "window.hpp"

#include <gait/core/error.hpp>
#include <gait/core/random.hpp>
#include <gait/data/batches.hpp>
#include <gait/model/har.hpp>
#include <gait/training/batch_gradient.hpp>
#include <gait/training/clipping.hpp>
#include <gait/training/optimizers.hpp>
#include <gait/training/schedules.hpp>
#include <gait/weights/self_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
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
    void (*progress)(double share, double loss) = nullptr;
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

/// Number of windows of each class.
template <class Windows>
std::vector<index> class_counts(const Windows& windows) {
    std::vector<index> counts(static_cast<std::size_t>(windows.class_count()));
    for (index i = 0; i < windows.size(); ++i)
        ++counts[static_cast<std::size_t>(windows.label(i))];
    return counts;
}

/// Numbers of the windows of a source, from 0.
template <class Windows>
std::vector<index> ids_of(const Windows& windows) {
    std::vector<index> ids(static_cast<std::size_t>(windows.size()));
    std::iota(ids.begin(), ids.end(), index{0});
    return ids;
}

/// Trains `parameters` (of Model) in place, by Adam at a rate that falls along a cosine, classes
/// alike.
template <class Model, class Windows>
void fine_tune(std::span<float> parameters, const Windows& windows, double learning_rate,
               const lesson_plan& plan) {
    constexpr std::size_t batch = 24;
    const gait::cross_entropy loss{.class_weights =
                                       gait::balanced_class_weights(class_counts(windows)),
                                   .label_smoothing = 0.05F};
    const gait::schedule rates{.form = gait::schedule::shape::cosine};
    const gait::adam method;
    const Model model{};
    gait::kernel_weights<Model> weights;
    gait::batch_gradient<Model> gradient(1, 1, windows.steps(), 0);
    gait::buffer<float> memory(method.slots() * Model::parameter_count);
    gait::single_process alone;

    auto ids = ids_of(windows);
    const auto batches = static_cast<std::int64_t>((ids.size() + batch - 1) / batch);
    gait::step_position at{.number = 0};
    for (int epoch = 0; epoch < plan.epochs; ++epoch) {
        const auto now = static_cast<std::uint32_t>(epoch);
        gait::shuffle(ids, gait::random_stream(1, gait::purpose::shuffle, now));
        gait::loss_sums seen;
        for (std::size_t first = 0; first < ids.size(); first += batch) {
            weights.pack(model, parameters);
            const gait::loss_sums sums =
                gradient(model, weights, windows,
                         std::span(ids).subspan(first, std::min(batch, ids.size() - first)),
                         {.training = true, .seed = 1, .epoch = now}, loss, alone);
            seen += sums;
            at.learning_rate = learning_rate * rates.at(at.number, batches, plan.epochs);
            ++at.number;
            const double norm = gait::mean_and_clip(gradient.gradient(), sums.weight, 1);
            if (!std::isfinite(norm))
                throw gait::error({"", "learning", "a finite gradient", std::to_string(norm)});
            method.update<float>(at, parameters, gradient.gradient(), memory.span());
            if (plan.progress != nullptr)
                plan.progress(static_cast<double>(at.number) /
                                  (static_cast<double>(batches) * plan.epochs),
                              seen.loss / seen.weight);
        }
    }
}

/// The share of `windows` that a model gets right.
template <class Model, class Windows>
double accuracy(std::span<const float> parameters, const Windows& windows) {
    const Model model{};
    gait::kernel_weights<Model> weights;
    weights.pack(model, parameters);
    gait::tile_worker<Model> worker(windows.steps(), 0);
    const auto ids = ids_of(windows);
    constexpr std::size_t tile = gait::windows_per_tile;
    double right = 0;
    for (std::size_t first = 0; first < ids.size(); first += tile)
        right += worker
                     .evaluate(model, weights, windows,
                               std::span(ids).subspan(first, std::min(tile, ids.size() - first)),
                               gait::cross_entropy{})
                     .correct;
    return right / static_cast<double>(windows.size());
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

/// Throws gait::error if a class was recorded, but never for long enough to learn from it and to
/// judge by it: a model taught the others only would forget it, and nobody would see.
inline void check_every_class(const gait::model_info& info, const lesson& recorded,
                              const gait::array_windows<3>& learnt,
                              const gait::array_windows<3>& judged) {
    const auto to_learn = class_counts(learnt), to_judge = class_counts(judged);
    std::string too_short;
    for (std::size_t k = 0; k < to_learn.size(); ++k) {
        const bool was_recorded = std::any_of(recorded.begin(), recorded.end(), [k](const auto& r) {
            return r.label == static_cast<int>(k);
        });
        if (was_recorded && (to_learn[k] == 0 || to_judge[k] == 0))
            too_short += (too_short.empty() ? "" : ", ") +
                         (k < info.classes.size() ? info.classes[k] : std::to_string(k));
    }
    const double seconds = static_cast<double>(info.window_steps) / info.rate_hz /
                           std::min(learnt_share, 1 - learnt_share);
    if (recorded.empty() || !too_short.empty())
        throw gait::error(
            {"", "recordings",
             std::to_string(std::llround(std::ceil(seconds))) + " s of each class without a gap",
             recorded.empty() ? "none" : "less of " + too_short});
}

/// `info` has the length of windows and how a model sees them. Throws gait::error if there is too
/// little of a class to learn from, or to judge by.
template <class Model>
lesson_report learn(std::span<float> parameters, const gait::model_info& info,
                    const lesson& recorded, const lesson_plan& plan) {
    const index steps = info.window_steps;
    const int classes = static_cast<int>(gait::output_features<Model>);
    gait::array_windows<3> learnt(steps, classes), judged(steps, classes);
    for (const recording& r : recorded) {
        if (r.label < 0 || r.label >= classes)
            throw gait::error({"", "recordings", "labels below " + std::to_string(classes),
                               std::to_string(r.label)});
        const index size = std::ssize(r.samples) / 3;
        const auto border = static_cast<index>(learnt_share * static_cast<double>(size));
        add_windows(info, r, 0, border, learnt);
        add_windows(info, r, border, size, judged);
    }
    check_every_class(info, recorded, learnt, judged);

    lesson_report report{.learnt = learnt.size(),
                         .judged = judged.size(),
                         .before = accuracy<Model>(parameters, judged)};
    if (plan.all_layers)
        fine_tune<Model>(parameters, learnt, 1e-3, plan);
    else
        fine_tune_head<Model>(parameters, learnt, plan);
    report.after = accuracy<Model>(parameters, judged);
    return report;
}

} // namespace web
