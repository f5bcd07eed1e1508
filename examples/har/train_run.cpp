// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What har_train and har_train_mpi have in common: everything between their command lines and their
// exit codes.
#include "train_run.hpp"
#include "models.hpp"
#include "support/interrupt.hpp"
#include "support/memory.hpp"
#include "train_models.hpp"
#include "train_options.hpp"
#include "train_output.hpp"

#include <gait/data/batches.hpp>
#include <gait/data/recordings_file.hpp>
#include <gait/data/splits.hpp>
#include <gait/files/atomic_file.hpp>
#include <gait/training/trainer.hpp>
#include <gait/weights/save.hpp>

#include <cstdio>
#include <filesystem>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace har {

namespace {

/// Every fourth user, or the last of fewer. A single user can't be held out.
std::vector<std::string> users_to_hold_out(const std::vector<std::string>& users) {
    std::vector<std::string> held_out;
    for (std::size_t i = 3; i < users.size(); i += 4)
        held_out.push_back(users[i]);
    if (held_out.empty() && users.size() > 1)
        held_out.push_back(users.back());
    return held_out;
}

gait::split split_windows(const train_options& o, const gait::recordings& r,
                          const std::vector<gait::window>& windows) {
    if (o.split == "none") {
        gait::split all;
        all.train.resize(windows.size());
        std::iota(all.train.begin(), all.train.end(), gait::index{0});
        all.description = "none: " + std::to_string(windows.size()) + " windows to train on";
        return all;
    }
    if (o.split == "user") {
        const auto held_out =
            o.validation_users.empty() ? users_to_hold_out(r.users) : o.validation_users;
        if (!held_out.empty())
            return gait::split_by_user(r, windows, held_out);
        std::puts("There is only one user, so the split is random.");
    }
    return gait::split_random(windows, o.window, o.validation_share, o.fit.seed);
}

std::vector<float> class_weights(const gait::recorded_windows& train) {
    std::vector<gait::index> counts(static_cast<std::size_t>(train.class_count()));
    for (gait::index i = 0; i < train.size(); ++i)
        ++counts[static_cast<std::size_t>(train.label(i))];
    return gait::balanced_class_weights(counts);
}

/// What a person or another program must know about the weights.
gait::model_info describe(const train_options& o, const gait::recordings& r,
                          const gait::split& parts, const gait::scaling& scale) {
    return {.classes = r.classes,
            .rate_hz = r.rate_hz,
            .window_steps = o.window,
            .units = r.units,
            .mean = scale.mean,
            .deviation = scale.deviation,
            .extra = {{"split", parts.description},
                      {"rate", r.native ? gait::native_rate : "uniform"}}};
}

void print_data(const train_options& o, const gait::recordings& r, const gait::split& parts,
                gait::index windows) {
    std::printf("%s: %td samples at %s%g Hz, %zu users, %zu classes\n", o.prepared.c_str(),
                r.size(), r.native ? "each device's own rate, on average " : "", r.rate_hz,
                r.users.size(), r.classes.size());
    std::printf("Windows of %td samples (%.1f s), one every %td. Split %s.\n", o.window,
                r.seconds(o.window), o.hop, parts.description.c_str());
    std::printf("%s.\n", window_memory(r, windows, o.window).c_str());
    if (o.augment.any())
        std::printf("Augmentation: %s.\n", in_words(o.augment).c_str());
    std::fflush(stdout);
}

void print_result(const gait::evaluation& seen, const gait::recordings& r) {
    std::printf("\nOn the validation windows: accuracy %.4f, macro-F1 %.4f, loss %.4f\n%s",
                seen.accuracy(), seen.confusion.macro_f1(), seen.loss,
                table(seen.confusion, r.classes).c_str());
}

template <class Model>
int train_model(const Model& model, train_options& o, const gait::recordings& r,
                const gait::any_communicator& ranks, last_checkpoint& last) {
    const bool first = ranks.rank() == 0; // shows and writes for all
    const auto windows = gait::make_windows(r, o.window, o.hop);
    const gait::split parts = split_windows(o, r, windows);
    const gait::scaling scale = gait::fit_scaling(r, windows, parts.train, o.window);
    const gait::recorded_windows train(r, windows, o.window, parts.train, scale, o.augment);
    const gait::recorded_windows validation(r, windows, o.window, parts.validation, scale);
    const gait::model_info info = describe(o, r, parts, scale);
    if (o.class_weights == "balanced")
        o.fit.loss.class_weights = class_weights(train);
    o.fit.identity["augmentation"] = in_words(o.augment);
    if (first)
        print_data(o, r, parts, std::ssize(windows));

    std::optional<metrics_log> log;
    std::optional<train_display> display;
    if (first) {
        log.emplace(o.log);
        display.emplace(o.fit.epochs, train.size(), o.window);
    }
    const auto verdict = [] {
        return support::interrupted() ? gait::control::stop : gait::control::proceed;
    };
    gait::callbacks tell;
    tell.on_resume = [&](std::span<const gait::epoch_report> before) {
        last.now_has(static_cast<int>(before.size()));
        if (!first)
            return;
        std::printf("Resuming after epoch %zu of %d.\n", before.size(), o.fit.epochs);
        for (const gait::epoch_report& e : before)
            log->write(e);
    };
    tell.on_batch = [&](const gait::batch_report& b) {
        last.now_has(b.epoch - 1);
        if (first)
            display->show(b);
        return verdict();
    };
    tell.on_epoch = [&](const gait::epoch_report& e, std::span<const float> weights) {
        last.now_has(e.epoch);
        if (first) {
            display->show(e);
            log->write(e);
            gait::save_weights(o.weights, model, weights, info);
        }
        return verdict();
    };
    const gait::fit_result result = gait::fit(model, train, validation, o.fit, tell, ranks);
    if (first)
        display->stop();

    if (result.reason == gait::stop_reason::asked) {
        if (first)
            std::printf(
                "Stopped after %zu complete epochs. The same command with --resume goes on from "
                "%s. Peak memory: %s.\n",
                result.history.size(), o.fit.checkpoint.c_str(), support::peak_memory().c_str());
        return support::interrupted() ? support::interrupted_exit_code() : 1;
    }
    gait::evaluation seen;
    if (validation.size() > 0)
        seen = gait::evaluate(model, result.parameters.span(), validation, o.fit.loss,
                              o.fit.threads, ranks);
    if (!first)
        return 0;
    if (result.reason == gait::stop_reason::patience)
        std::printf("No lower validation loss for %d epochs; these are the weights of epoch %d.\n",
                    o.fit.patience, result.epoch);
    gait::save_weights(o.weights, model, result.parameters.span(), info);
    if (validation.size() > 0)
        print_result(seen, r);
    std::printf("\nWrote %s: %td parameters, %ju bytes. Peak memory: %s.\n", o.weights.c_str(),
                Model::parameter_count,
                static_cast<std::uintmax_t>(std::filesystem::file_size(o.weights)),
                support::peak_memory().c_str());
    return 0;
}

} // namespace

int train(train_options& o, const gait::any_communicator& ranks, last_checkpoint& last) {
    // A place that can't be written to is better known before the work than after it.
    if (ranks.rank() == 0)
        static_cast<void>(gait::atomic_file(o.weights));
    o.fit.method = chosen_optimizer(o);
    if (o.fit.checkpoint.empty())
        o.fit.checkpoint = std::filesystem::path(o.weights).replace_extension(".checkpoint");
    last.path = o.fit.checkpoint;
    const gait::recordings r = gait::load_recordings(o.prepared);
    return with_model(static_cast<gait::index>(r.classes.size()), o.prepared,
                      [&](const auto& model) { return train_model(model, o, r, ranks, last); });
}

} // namespace har
