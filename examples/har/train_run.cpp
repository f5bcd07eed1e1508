// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What har_train and har_train_mpi have in common: everything between their command lines and their
// exit codes.
#include "train_run.hpp"
#include "by_user.hpp"
#include "chosen_windows.hpp"
#include "models.hpp"
#include "print_precision.hpp"
#include "support/folder.hpp"
#include "support/interrupt.hpp"
#include "support/memory.hpp"
#include "support/separate_files.hpp"
#include "train_data.hpp"
#include "train_folds.hpp"
#include "train_models.hpp"
#include "train_options.hpp"
#include "train_output.hpp"
#include "train_report.hpp"
#include "train_splits.hpp"

#include <gait/data/batches.hpp>
#include <gait/data/recordings_file.hpp>
#include <gait/data/splits.hpp>
#include <gait/files/atomic_file.hpp>
#include <gait/training/calibration.hpp>
#include <gait/training/partial_recordings.hpp>
#include <gait/training/trainer.hpp>
#include <gait/weights/save.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace har {

namespace {

void print_data(const train_options& o, const gait::recordings& r, const gait::split& parts,
                gait::index windows, const std::vector<float>& up) {
    std::printf("%s\nWindows %s. Split %s.\n%s.\n", data_in_words(o, r).c_str(),
                windows_in_words(o, r).c_str(), parts.description.c_str(),
                window_memory(r, windows, o.window).c_str());
    if (o.class_weights != "equal")
        std::printf("Loss: %s.\n", loss_in_words(o, r).c_str());
    if (!up.empty())
        std::printf("Windows of movement are turned upright, to (%.2f, %.2f, %.2f).\n",
                    static_cast<double>(up[0]), static_cast<double>(up[1]),
                    static_cast<double>(up[2]));
    if (o.augment.any())
        std::printf("Augmentation: %s.\n", in_words(o.augment).c_str());
    std::fflush(stdout);
}

std::filesystem::path page_of(const train_options& o) {
    return std::filesystem::path(o.report) / "index.html";
}

/// Throws gait::error if the run would write over what it reads, or over what it has written.
void check_places(const train_options& o) {
    support::check_separate(
        {{"the recordings", o.prepared}, {"--from", o.from}},
        {{"--output", o.weights},
         {"--checkpoint", checkpoint_of(o)},
         {"--log", o.log},
         {"--log-steps", o.log_steps},
         {"--report", o.report.empty() ? std::filesystem::path() : page_of(o)}});
}

/// A place that can't be written to is better known before the work than after it. Rank 0 writes.
void prepare_places(train_options& o, const gait::any_communicator& ranks, last_checkpoint& last) {
    o.fit.checkpoint = checkpoint_of(o);
    last.path = o.fit.checkpoint;
    last.epoch = -1;
    last.resumed = o.fit.resume;
    if (ranks.rank() != 0)
        return;
    static_cast<void>(gait::atomic_file(o.weights));
    if (o.report.empty())
        return;
    support::make_folder(o.report);
    static_cast<void>(gait::atomic_file(page_of(o)));
}

/// The weights and all that is known of how good they are.
struct training_outcome {
    int code = 0; ///< of the program if it ended here
    gait::fit_result fit;
    gait::evaluation seen;
    std::vector<gait::confusion_matrix> by_user;
    gait::labelled_logits said;
    double temperature = 1;
    split_result split;
};

void print_result(const training_outcome& done, const gait::recordings& r) {
    std::printf("\nOn the validation windows: accuracy %.4f, macro-F1 %.4f, loss %.4f\n%s",
                done.seen.accuracy(), done.seen.confusion.macro_f1(), done.seen.loss,
                table(done.seen.confusion, r.classes).c_str());
    std::printf("Expected calibration error %.4f, without temperature %.3f it would be %.4f\n",
                calibration_error(gait::confidence_bins(done.said, done.temperature)),
                done.temperature, calibration_error(gait::confidence_bins(done.said)));
    std::printf("\n%s", user_table(done.by_user, r.users).c_str());
}

void report(const train_options& o, const gait::recordings& r, const gait::split& parts,
            const training_outcome& done, const std::vector<split_result>& others) {
    training_story story{.command = o.command,
                         .data = data_in_words(o, r),
                         .windows = windows_in_words(o, r),
                         .split = parts.description,
                         .augmentation = in_words(o.augment),
                         .loss = loss_in_words(o, r),
                         .classes = r.classes,
                         .users = r.users,
                         .history = done.fit.history,
                         .confusion = done.seen.confusion,
                         .by_user = done.by_user,
                         .temperature = done.temperature,
                         .error_before = calibration_error(gait::confidence_bins(done.said)),
                         .confidence = gait::confidence_bins(done.said, done.temperature),
                         .splits = {{o.split, parts.description, done.seen.confusion}},
                         .parameters = done.fit.parameters.size(),
                         .epoch = done.fit.epoch,
                         .weights = o.weights};
    story.error_after = calibration_error(story.confidence);
    story.splits.insert(story.splits.end(), others.begin(), others.end());
    const auto page = page_of(o);
    write_report(page, story);
    std::printf("Wrote %s.\n", page.c_str());
}

/// Does each rank need a part of the samples alone?
bool reads_a_part(const train_options& o, const gait::any_communicator& ranks) {
    return ranks.size() > 1 && o.fit.order == gait::window_order::dealt && o.fit.servers == 0;
}

/// The weights that training begins with, if they come from a file. What was done to the windows
/// they have seen goes with them, if it says anything of that: a plain PyTorch state doesn't.
template <class Model>
gait::buffer<float> beginning(const Model& model, train_options& o, const gait::recordings& r,
                              input_preparation& input) {
    if (o.from.empty())
        return {};
    auto before = gait::load_weights(o.from, model);
    check_match(o.from, before.info, o.prepared, r);
    if (!before.info.classes.empty()) {
        const auto agree = [&](const char* option, bool given, std::string& wanted, bool none,
                               const std::string& otherwise) {
            if (given && (wanted == "none") != none)
                throw gait::error(
                    {o.from, option, none ? "none, as it was trained" : otherwise, wanted});
            if (none || wanted == "none")
                wanted = none ? "none" : otherwise;
        };
        agree("--align", o.align_given, o.align, before.info.up.empty(), "gravity");
        agree("--scaling", o.scaling_given, o.scaling, before.info.mean.empty(), "axes");
        input.scale = {before.info.mean, before.info.deviation};
        input.up = before.info.up;
    }
    return std::move(before.parameters);
}

/// What rank 0 gives back is whole; the others know how they ended, and no more. `others` were
/// trained alike with other splits.
template <class Model>
training_outcome train_model(const Model& model, train_options& o,
                             const gait::recordings_file& file, gait::recordings& r,
                             const gait::any_communicator& ranks, last_checkpoint& last,
                             const std::vector<split_result>& others = {}) {
    const bool first = ranks.rank() == 0; // shows and writes for all
    o.fit.tile = gait::windows_per_tile_with(o.precision);
    auto windows = gait::make_windows(r, o.window, o.hop, o.shortest);
    const gait::split parts = split_windows(o, r, windows);
    gait::scaling scale;
    if (reads_a_part(o, ranks)) {
        auto part = gait::read_part(file, windows, parts, o.fit, ranks);
        r.samples = std::move(part.samples);
        windows = std::move(part.windows);
        scale = std::move(part.scale);
    } else {
        scale = gait::fit_scaling(r, windows, parts.train);
    }
    input_preparation input = preparation_of(o, scale);
    const auto before_training = beginning(model, o, r, input);
    o.fit.initial_parameters = before_training.span();
    const gait::gravity_alignment align(input.up);
    const gait::recorded_windows train(r, windows, o.window, parts.train, input.scale, o.augment,
                                       align);
    const gait::recorded_windows validation(r, windows, o.window, parts.validation, input.scale, {},
                                            align);
    gait::model_info info = describe(o, r, parts, input);
    if (o.class_weights == "balanced")
        o.fit.loss.class_weights = class_weights(train);
    o.fit.identity["augmentation"] = in_words(o.augment);
    o.fit.identity["scaling"] = o.scaling;
    o.fit.identity["alignment"] = o.align;
    o.fit.identity["dropout"] = in_words(o.dropout) + ", between " + in_words(o.dropout_between);
    if (first) {
        print_data(o, r, parts, std::ssize(windows), input.up);
        print_precision(o.precision);
        if (reads_a_part(o, ranks))
            std::printf("Rank 0 holds %td of %td samples.\n",
                        std::ssize(r.samples) / gait::recordings::axes, r.size());
    }

    std::optional<metrics_log> log, step_log;
    std::optional<train_display> display;
    if (first) {
        log.emplace(o.log);
        step_log.emplace(o.log_steps);
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
            log->write(e, {});
        step_log->keep(static_cast<int>(before.size()));
    };
    using clock = std::chrono::steady_clock;
    auto step_begins = clock::now();
    traffic before = o.traffic_so_far ? o.traffic_so_far() : traffic{};
    tell.on_batch = [&](const gait::batch_report& b) {
        last.now_has(b.epoch - 1);
        if (first) {
            display->show(b);
            const auto now = clock::now();
            step_log->write(b, std::chrono::duration<double>(now - step_begins).count());
            step_begins = now;
        }
        return verdict();
    };
    tell.on_epoch = [&](const gait::epoch_report& e, std::span<const float> weights) {
        last.now_has(e.epoch);
        std::optional<traffic> in_epoch;
        if (o.traffic_so_far) {
            const traffic all = o.traffic_so_far();
            in_epoch = {all.bytes - before.bytes, all.seconds - before.seconds};
            before = all;
        }
        if (first) {
            display->show(e);
            log->write(e, in_epoch);
            gait::save_weights(o.weights, model, weights, info);
        }
        step_begins = clock::now();
        return verdict();
    };
    training_outcome done;
    const auto trainee = in_training(model, o.dropout, o.dropout_between, o.precision);
    done.fit = gait::fit(trainee, train, validation, o.fit, tell, ranks);
    if (first)
        display->stop();

    if (done.fit.reason == gait::stop_reason::asked) {
        if (first)
            std::printf(
                "Stopped after %zu complete epochs. The same command with --resume goes on from "
                "%s. Peak memory: %s.\n",
                done.fit.history.size(), o.fit.checkpoint.c_str(), support::peak_memory().c_str());
        done.code = support::interrupted() ? support::interrupted_exit_code() : 1;
        return done;
    }
    if (first && done.fit.reason == gait::stop_reason::patience)
        std::printf("No lower validation loss for %d epochs; these are the weights of epoch %d.\n",
                    o.fit.patience, done.fit.epoch);
    const auto weights = done.fit.parameters.span();
    if (validation.size() > 0) {
        done.seen = gait::evaluate(trainee, weights, validation, o.fit.loss, o.fit.threads, ranks,
                                   o.fit.tile);
        done.said = gait::logits_of(trainee, weights, validation, o.fit.threads, ranks, o.fit.tile);
    }
    if (!first)
        return done;
    if (validation.size() > 0) {
        done.by_user = by_user(validation, done.seen, r.users.size());
        done.temperature = info.temperature = gait::fit_temperature(done.said);
        print_result(done, r);
    }
    gait::save_weights(o.weights, model, weights, info);
    std::printf("\nWrote %s: %td parameters, %ju bytes. Peak memory: %s.\n", o.weights.c_str(),
                Model::parameter_count,
                static_cast<std::uintmax_t>(std::filesystem::file_size(o.weights)),
                support::peak_memory().c_str());
    if (!o.report.empty())
        report(o, r, parts, done, others);
    done.split = {o.split, parts.description, done.seen.confusion};
    return done;
}

/// Throws gait::error, before the first of several runs, if one of them has windows on one side
/// only.
void check_windows(const train_options& o, const gait::recordings& r,
                   const std::vector<gait::window>& windows) {
    static_cast<void>(split_windows(o, r, windows));
}

/// Trains each fold, or the one that is asked for, and puts together what they say of the users
/// whom they hold out.
template <class Model>
int train_folds(const Model& model, const train_options& all, const gait::recordings_file& file,
                gait::recordings& r, last_checkpoint& last) {
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
    std::vector<std::pair<int, train_options>> runs;
    for (int k = 1; k <= folds; ++k) {
        if (all.fold != 0 && all.fold != k)
            continue;
        runs.emplace_back(k, options_of_fold(all, r, k, folds));
        check_places(runs.back().second);
    }
    const auto windows = gait::make_windows(r, all.window, all.hop, all.shortest);
    for (const auto& run : runs)
        check_windows(run.second, r, windows);
    const gait::any_communicator alone;
    fold_summary summary(r.classes, r.users);
    for (auto& [k, o] : runs) {
        std::printf("%sFold %d of %d\n", summary.folds() > 0 ? "\n" : "", k, folds);
        prepare_places(o, alone, last);
        const auto done = train_model(model, o, file, r, alone, last);
        if (done.code != 0)
            return done.code;
        summary.add(k, done.seen.confusion, done.by_user);
    }
    if (summary.folds() > 1)
        std::fputs(summary.text().c_str(), stdout);
    return 0;
}

/// Trains once with random blocks held out and once with users, and shows both side by side.
template <class Model>
int train_both(const Model& model, const train_options& all, const gait::recordings_file& file,
               gait::recordings& r, last_checkpoint& last) {
    if (r.users.size() < 2)
        throw gait::error(
            {all.prepared, "users", "2 or more for --split both", std::to_string(r.users.size())});
    std::vector<train_options> runs;
    for (const char* split : {"random", "user"}) {
        train_options& o = runs.emplace_back(all);
        o.split = split;
        if (o.split == "random")
            name_files_of(split, o);
        resume_if_begun(o);
        check_places(o);
    }
    const auto windows = gait::make_windows(r, all.window, all.hop, all.shortest);
    for (const train_options& o : runs)
        check_windows(o, r, windows);
    const gait::any_communicator alone;
    std::vector<split_result> results;
    for (train_options& o : runs) {
        std::printf("%sSplit %s\n", results.empty() ? "" : "\n", o.split.c_str());
        prepare_places(o, alone, last);
        const auto done = train_model(model, o, file, r, alone, last, results);
        if (done.code != 0)
            return done.code;
        results.insert(results.begin(), done.split);
    }
    std::printf("\n%s", aligned(side_by_side(results, r.classes)).c_str());
    return 0;
}

} // namespace

int train(train_options& o, const gait::any_communicator& ranks, last_checkpoint& last) {
    const bool in_folds = !o.folds.empty(), both = o.split == "both";
    // Each rank would look for its own disk's checkpoint of a fold, and do as it finds.
    if (in_folds && ranks.size() > 1)
        throw gait::error({"", "--folds", "one process, har_train",
                           std::to_string(ranks.size()) + " ranks; --validation-users holds out "
                                                          "the users of one fold"});
    if (both && ranks.size() > 1)
        throw gait::error({"", "--split both", "one process, har_train",
                           std::to_string(ranks.size()) + " ranks"});
    check_shortest(o.shortest, o.window);
    o.fit.method = chosen_optimizer(o);
    if (!in_folds && !both) {
        if (ranks.rank() == 0)
            check_places(o);
        prepare_places(o, ranks, last);
    }
    // Or some would read together, and others not.
    ranks.agree({{"order", std::to_string(static_cast<int>(o.fit.order))},
                 {"servers", std::to_string(o.fit.servers)}});
    const gait::recordings_file file(o.prepared);
    gait::recordings r = file.known();
    if (!reads_a_part(o, ranks))
        file.read({0, r.size()}, r.samples);
    return with_model(static_cast<gait::index>(r.classes.size()), o.prepared,
                      [&](const auto& model) {
                          return in_folds ? train_folds(model, o, file, r, last)
                                 : both   ? train_both(model, o, file, r, last)
                                          : train_model(model, o, file, r, ranks, last).code;
                      });
}

} // namespace har
