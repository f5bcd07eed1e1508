// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// har_train: prepared recordings to weights. Cuts them into windows, holds some out, scales them by
// what is left, trains the reference model, and says how it does on the windows it has not seen. Or
// does all that once for each fold of the users, and says how it does on everybody.
#include "by_user.hpp"
#include "models.hpp"
#include "support/folder.hpp"
#include "support/interrupt.hpp"
#include "support/memory.hpp"
#include "support/program.hpp"
#include "train_folds.hpp"
#include "train_models.hpp"
#include "train_options.hpp"
#include "train_output.hpp"
#include "train_report.hpp"

#include <gait/data/batches.hpp>
#include <gait/data/recordings_file.hpp>
#include <gait/data/splits.hpp>
#include <gait/files/atomic_file.hpp>
#include <gait/training/calibration.hpp>
#include <gait/training/trainer.hpp>
#include <gait/weights/save.hpp>

#include <cstdio>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

namespace {

using har::train_options;

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
    std::printf("%s\nWindows %s. Split %s.\n%s.\n", har::data_in_words(o, r).c_str(),
                har::windows_in_words(o, r).c_str(), parts.description.c_str(),
                har::window_memory(r, windows, o.window).c_str());
    if (o.class_weights != "equal")
        std::printf("Loss: %s.\n", har::loss_in_words(o, r).c_str());
    if (o.augment.any())
        std::printf("Augmentation: %s.\n", har::in_words(o.augment).c_str());
    std::fflush(stdout);
}

/// A place that can't be written to is better known before the work than after it.
void prepare_places(train_options& o) {
    static_cast<void>(gait::atomic_file(o.weights));
    if (o.fit.checkpoint.empty())
        o.fit.checkpoint = std::filesystem::path(o.weights).replace_extension(".checkpoint");
    if (o.report.empty())
        return;
    support::make_folder(o.report);
    static_cast<void>(gait::atomic_file(std::filesystem::path(o.report) / "index.html"));
}

/// The weights and all that is known of how good they are.
template <class Model>
struct training_outcome {
    int code = 0; ///< of the program if it ended here
    gait::fit_result fit;
    gait::evaluation seen;
    std::vector<gait::confusion_matrix> by_user;
    gait::labelled_logits said;
    double temperature = 1;
};

template <class Model>
void print_result(const training_outcome<Model>& done, const gait::recordings& r) {
    std::printf("\nOn the validation windows: accuracy %.4f, macro-F1 %.4f, loss %.4f\n%s",
                done.seen.accuracy(), done.seen.confusion.macro_f1(), done.seen.loss,
                table(done.seen.confusion, r.classes).c_str());
    std::printf("Expected calibration error %.4f, without temperature %.3f it would be %.4f\n",
                calibration_error(gait::confidence_bins(done.said, done.temperature)),
                done.temperature, calibration_error(gait::confidence_bins(done.said)));
    std::printf("\n%s", har::user_table(done.by_user, r.users).c_str());
}

template <class Model>
void report(const train_options& o, const gait::recordings& r, const gait::split& parts,
            const training_outcome<Model>& done) {
    har::training_story story{.command = o.command,
                              .data = har::data_in_words(o, r),
                              .windows = har::windows_in_words(o, r),
                              .split = parts.description,
                              .augmentation = har::in_words(o.augment),
                              .loss = har::loss_in_words(o, r),
                              .classes = r.classes,
                              .users = r.users,
                              .history = done.fit.history,
                              .confusion = done.seen.confusion,
                              .by_user = done.by_user,
                              .temperature = done.temperature,
                              .error_before = calibration_error(gait::confidence_bins(done.said)),
                              .confidence = gait::confidence_bins(done.said, done.temperature),
                              .parameters = Model::parameter_count,
                              .epoch = done.fit.epoch,
                              .weights = o.weights};
    story.error_after = calibration_error(story.confidence);
    const auto page = std::filesystem::path(o.report) / "index.html";
    har::write_report(page, story);
    std::printf("Wrote %s.\n", page.c_str());
}

template <class Model>
training_outcome<Model> train_model(const Model& model, train_options& o,
                                    const gait::recordings& r) {
    const auto windows = gait::make_windows(r, o.window, o.hop);
    const gait::split parts = split_windows(o, r, windows);
    const gait::scaling scale = gait::fit_scaling(r, windows, parts.train, o.window);
    const gait::recorded_windows train(r, windows, o.window, parts.train, scale, o.augment);
    const gait::recorded_windows validation(r, windows, o.window, parts.validation, scale);
    gait::model_info info = describe(o, r, parts, scale);
    if (o.class_weights == "balanced")
        o.fit.loss.class_weights = class_weights(train);
    o.fit.identity["augmentation"] = har::in_words(o.augment);
    print_data(o, r, parts, std::ssize(windows));

    har::metrics_log log(o.log);
    har::train_display display(o.fit.epochs, train.size(), o.window);
    const auto verdict = [] {
        return support::interrupted() ? gait::control::stop : gait::control::proceed;
    };
    gait::callbacks tell;
    tell.on_resume = [&](std::span<const gait::epoch_report> before) {
        std::printf("Resuming after epoch %zu of %d.\n", before.size(), o.fit.epochs);
        for (const gait::epoch_report& e : before)
            log.write(e);
    };
    tell.on_batch = [&](const gait::batch_report& b) {
        display.show(b);
        return verdict();
    };
    tell.on_epoch = [&](const gait::epoch_report& e, std::span<const float> weights) {
        display.show(e);
        log.write(e);
        gait::save_weights(o.weights, model, weights, info);
        return verdict();
    };
    training_outcome<Model> done;
    done.fit = gait::fit(model, train, validation, o.fit, tell);
    display.stop();

    if (done.fit.reason == gait::stop_reason::asked) {
        std::printf(
            "Stopped after %zu complete epochs. The same command with --resume goes on from "
            "%s. Peak memory: %s.\n",
            done.fit.history.size(), o.fit.checkpoint.c_str(), support::peak_memory().c_str());
        done.code = support::interrupted_exit_code();
        return done;
    }
    if (done.fit.reason == gait::stop_reason::patience)
        std::printf("No lower validation loss for %d epochs; these are the weights of epoch %d.\n",
                    o.fit.patience, done.fit.epoch);
    const auto weights = done.fit.parameters.span();
    if (validation.size() > 0) {
        done.seen = gait::evaluate(model, weights, validation, o.fit.loss, o.fit.threads);
        done.by_user = har::by_user(validation, done.seen, r.users.size());
        done.said = gait::logits_of(model, weights, validation, o.fit.threads);
        done.temperature = info.temperature = gait::fit_temperature(done.said);
        print_result(done, r);
    }
    gait::save_weights(o.weights, model, weights, info);
    std::printf("\nWrote %s: %td parameters, %ju bytes. Peak memory: %s.\n", o.weights.c_str(),
                Model::parameter_count,
                static_cast<std::uintmax_t>(std::filesystem::file_size(o.weights)),
                support::peak_memory().c_str());
    if (!o.report.empty())
        report(o, r, parts, done);
    return done;
}

/// Trains each fold, or the one that is asked for, and puts together what they say of the users
/// whom they hold out.
template <class Model>
int train_folds(const Model& model, const train_options& all, const gait::recordings& r) {
    if (all.split != "user")
        throw gait::error({"", "--folds", "--split user", "--split " + all.split});
    const auto users = static_cast<int>(r.users.size());
    const int folds = all.folds == "users" ? users : std::stoi(all.folds);
    if (folds > users || folds < 2)
        throw gait::error({all.prepared, "users",
                           "2, and as many as folds (" + std::to_string(folds) + "), or more",
                           std::to_string(users)});
    if (all.fold > folds)
        throw gait::error(
            {"", "--fold", "at most " + std::to_string(folds), std::to_string(all.fold)});
    har::fold_summary summary(r.classes, r.users);
    for (int k = 1; k <= folds; ++k) {
        if (all.fold != 0 && all.fold != k)
            continue;
        std::printf("%sFold %d of %d\n", summary.folds() > 0 ? "\n" : "", k, folds);
        train_options o = har::options_of_fold(all, r, k, folds);
        prepare_places(o);
        const auto done = train_model(model, o, r);
        if (done.code != 0)
            return done.code;
        summary.add(k, done.seen.confusion, done.by_user);
    }
    if (summary.folds() > 1)
        std::fputs(summary.text().c_str(), stdout);
    return 0;
}

int train(train_options& o) {
    o.fit.method = har::chosen_optimizer(o);
    if (o.folds.empty())
        prepare_places(o);
    const gait::recordings r = gait::load_recordings(o.prepared);
    return har::with_model(
        static_cast<gait::index>(r.classes.size()), o.prepared, [&](const auto& model) {
            return o.folds.empty() ? train_model(model, o, r).code : train_folds(model, o, r);
        });
}

} // namespace

int main(int argc, char** argv) {
    return support::run_program("har_train", argc, argv, [](int count, char** words) {
        train_options o;
        if (const auto code = har::read_command_line(count, words, o))
            return *code;
        support::catch_interrupts();
        return train(o);
    });
}
