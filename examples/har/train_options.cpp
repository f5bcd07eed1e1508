// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// har_train's and har_train_mpi's command line, apart from the training: CLI11 takes as long to
// compile as all of that.
#include "train_options.hpp"
#include "precision_option.hpp"
#include "support/command_line.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>

namespace har {

namespace {

/// What docs/accuracy.md found to be good for people whom the model has never met.
void cook_for_people(train_options& o) {
    o.fit.batch = 64;
    o.fit.epochs = 12;
    o.align = "gravity";
    o.augment = {.yaw = 180, .tilt = 45, .mirror = 0.5, .scale = 0.2, .warp = 0.2};
    o.dropout = 0.5;
    o.dropout_between = 0.3;
    o.averaged = 0.1;
}

/// What isn't given on the command line becomes that of 2017, which is the structures' own.
void cook_plainly(const CLI::App& app, train_options& o) {
    const train_options plain;
    const auto reset = [&app](const char* name, auto& value, const auto& its) {
        if (app.count(name) == 0)
            value = its;
    };
    reset("--batch", o.fit.batch, plain.fit.batch);
    reset("--epochs", o.fit.epochs, plain.fit.epochs);
    reset("--schedule", o.fit.rates.form, plain.fit.rates.form);
    reset("--align", o.align, plain.align);
    reset("--yaw", o.augment.yaw, plain.augment.yaw);
    reset("--rotate", o.augment.rotation, plain.augment.rotation);
    reset("--tilt", o.augment.tilt, plain.augment.tilt);
    reset("--mirror", o.augment.mirror, plain.augment.mirror);
    reset("--scale", o.augment.scale, plain.augment.scale);
    reset("--warp", o.augment.warp, plain.augment.warp);
    reset("--dropout", o.dropout, plain.dropout);
    reset("--dropout-between", o.dropout_between, plain.dropout_between);
    reset("--average-weights", o.averaged, plain.averaged);
}

void add_data_options(CLI::App& app, train_options& o) {
    const auto positive = support::number(gait::index{1}, gait::index{1'000'000'000});
    app.add_option("prepared", o.prepared, "recordings, as har_prepare writes them")
        ->required()
        ->default_str("");
    app.add_option("weights,-o,--output", o.weights,
                   "the trained weights (safetensors), written after every epoch");
    app.add_option(
           "--recipe", o.recipe,
           "people: the defaults below, for people whom the model hasn't met; plain: as in\n"
           "2017, batches of 1000, 50 epochs, no alignment, augmentation, dropout or mean of "
           "weights")
        ->check(support::one_of({"people", "plain"}));
    app.add_option("--window", o.window, "samples in a window")
        ->check(support::number(gait::index{1}, gait::index{1'000'000}));
    app.add_option("--hop", o.hop, "samples from the start of a window to that of the next")
        ->check(positive);
    app.add_option("--short-windows", o.shortest,
                   "let a run end in a window of so many samples or more, if not in a whole one.\n"
                   "0: leave out what is too short for a whole one")
        ->check(support::number(gait::index{0}, gait::index{1'000'000}));
    app.add_option("--scaling", o.scaling,
                   "axes: each has mean 0 and deviation 1; together: one factor for all three,\n"
                   "and rest stays 0; none: the data's units")
        ->check(support::one_of({"axes", "together", "none"}));
    app.add_option("--align", o.align,
                   "gravity: windows in which somebody moves are turned so that their mean points\n"
                   "where gravity mostly does; or none, which a stream of single samples needs")
        ->check(support::one_of({"gravity", "none"}));
    app.add_option("--split", o.split,
                   "how windows are held out for validation: whole users, random blocks, the\n"
                   "end in time of each activity, none, or overlapping: single windows as in\n"
                   "2017, of samples that training sees too. both: user and random, a model for\n"
                   "each, side by side; the files of the second are called NAME-random")
        ->check(support::one_of({"user", "random", "time", "overlapping", "none", "both"}));
    app.add_option("--validation-users", o.validation_users, "users to hold out, as a,b")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->default_str("every fourth");
    app.add_option("--validation-share", o.validation_share,
                   "share to hold out at random or in time")
        ->check(support::number(0.001, 0.999));
}

/// Known to har_train_mpi too, whose ranks refuse them by name.
void add_fold_options(CLI::App& app, train_options& o, bool shown) {
    app.option_defaults()->group(shown ? "Folds: every user is held out once" : "");
    app.add_option("--folds", o.folds,
                   "parts of the users, each held out by a model of its own; users: one each.\n"
                   "The weights of fold K go to NAME-foldK")
        ->check(support::number(2, 100'000, "users"))
        ->default_str("none");
    app.add_option("--fold", o.fold, "train this one alone; 0: all of them")
        ->check(support::number(0, 100'000))
        ->needs("--folds");
}

void add_method_options(CLI::App& app, train_options& o) {
    const auto share = support::number(0.0, 1.0);
    const auto below_one = support::number(0.0, 0.999999);
    const auto up = support::number(0.0);
    app.option_defaults()->group("Model");
    app.add_option("--from", o.from,
                   "weights to begin with; --align and --scaling are theirs, if they say so")
        ->default_str("random ones");
    app.add_option("--dropout", o.dropout,
                   "share of the last hidden state that a training step does without")
        ->check(below_one);
    app.add_option("--dropout-between", o.dropout_between,
                   "share of what the first LSTM tells the second, the same features in all steps")
        ->check(below_one);

    app.option_defaults()->group("Optimizer");
    app.add_option("--optimizer", o.optimizer, "how a gradient becomes a step")
        ->check(support::one_of({"adam", "adamw", "sgd", "rmsprop"}));
    app.add_option("--learning-rate", o.fit.learning_rate, "before the schedule's factor")
        ->check(up);
    app.add_option("--clip", o.fit.clip_norm, "limit of the gradient's norm; 0: none")->check(up);
    app.add_option("--weight-decay", o.weight_decay,
                   "L2 for adam, sgd and rmsprop; decoupled for adamw")
        ->check(up);
    app.add_option("--momentum", o.momentum, "of sgd; 0: none")->check(below_one);
    app.add_flag("--nesterov", o.nesterov, "sgd looks ahead");
    app.add_option("--beta1", o.beta1, "of adam and adamw")->check(below_one);
    app.add_option("--beta2", o.beta2, "of adam and adamw")->check(below_one);
    app.add_option("--smoothing", o.smoothing, "of rmsprop's mean square")->check(below_one);
    app.add_option("--epsilon", o.epsilon, "of adam, adamw and rmsprop")->check(up);
    app.add_option(
           "--average-weights", o.averaged,
           "share of the steps, the last ones, over which weights are averaged; their mean is "
           "validated and saved. 0: no mean")
        ->check(share);

    app.option_defaults()->group("Schedule of the learning rate");
    using shape = gait::schedule::shape;
    support::add_choice(
        app, "--schedule", o.fit.rates.form,
        {{"constant", shape::constant}, {"step", shape::step}, {"cosine", shape::cosine}},
        "after the warm-up");
    app.add_option("--warm-up", o.fit.rates.warmup_epochs, "epochs of a linear rise before it")
        ->check(up);
    app.add_option("--step-every", o.fit.rates.every_epochs, "epochs between two steps")
        ->check(support::number(1e-3, 1e9));
    app.add_option("--step-factor", o.fit.rates.factor, "of each step")->check(share);
    app.add_option("--floor", o.fit.rates.floor, "share left at the end of a cosine")->check(share);

    app.option_defaults()->group("Loss");
    app.add_option("--label-smoothing", o.fit.loss.label_smoothing,
                   "share of the target spread over all classes")
        ->check(below_one);
    app.add_option("--class-weights", o.class_weights,
                   "equal, or balanced: every class has the same say")
        ->check(support::one_of({"equal", "balanced"}));
}

void add_augmentation_options(CLI::App& app, train_options& o) {
    const auto below_one = support::number(0.0, 0.999999);
    const auto up = support::number(0.0, 1e6);
    app.option_defaults()->group("Augmentation, new in every epoch, of training windows alone");
    app.add_option("--yaw", o.augment.yaw,
                   "degrees by which windows are turned at most, about the vertical")
        ->check(support::number(0.0, 180.0));
    app.add_option("--rotate", o.augment.rotation,
                   "degrees by which windows are turned at most, about any axis")
        ->check(support::number(0.0, 180.0));
    app.add_option(
           "--tilt", o.augment.tilt,
           "like --rotate, but only for windows in which somebody moves: how a phone that is "
           "still lies is all that tells sitting from standing")
        ->check(support::number(0.0, 180.0));
    app.add_option("--mirror", o.augment.mirror,
                   "share of windows whose left and right change places, as in the other pocket")
        ->check(support::number(0.0, 1.0));
    app.add_option("--scale", o.augment.scale, "share by which they are stretched or shrunk")
        ->check(below_one);
    app.add_option("--jitter", o.augment.jitter, "deviation of noise, in the data's units")
        ->check(up);
    app.add_option("--warp", o.augment.warp, "share by which time runs faster and slower")
        ->check(below_one);
    app.add_option("--thin", o.augment.rate, "share of the sampling rate that may be missing")
        ->check(below_one);
    app.add_option("--round", o.augment.rounding,
                   "step to round to, in the data's units; browsers deliver 0.1 m/s^2")
        ->check(up);
}

void add_run_options(CLI::App& app, train_options& o, bool ranks) {
    const auto positive = support::number(1, 1'000'000);
    app.option_defaults()->group("Run");
    app.add_option("--epochs", o.fit.epochs, "times through all windows")->check(positive);
    app.add_option("--batch", o.fit.batch, "windows per step")->check(positive);
    using order = gait::window_order;
    support::add_choice(
        app, "--order", o.fit.order, {{"shuffled", order::shuffled}, {"dealt", order::dealt}},
        "of windows in an epoch. shuffled; or dealt: shuffled, but so that a rank of\n"
        "har_train_mpi needs, and reads, a part of the data alone")
        ->default_str(ranks ? "dealt; shuffled for --mode async and for --average-every"
                            : "shuffled");
    app.add_option("--patience", o.fit.patience,
                   "epochs without a lower validation loss before stopping; the best weights\n"
                   "are kept. 0: never, and the last ones, or their mean, are kept")
        ->check(support::number(0, 1'000'000));
    app.add_option("--truncate", o.fit.truncate_steps,
                   "steps of a window that are differentiated, the last ones; 0: all")
        ->check(support::number(gait::index{0}, gait::index{1'000'000}));
    add_precision_option(app, o.precision);
    app.add_option("--seed", o.fit.seed, "of initialisation, order and random split")
        ->check(support::number(std::uint64_t{0}));
    app.add_option("--threads", o.fit.threads, "0: all there are; changes no bit of the result")
        ->check(support::number(0, 1024));
    app.add_option("--report", o.report,
                   "folder for index.html, which shows the run and how to repeat it")
        ->default_str("none");
    app.add_option("--log", o.log, "file for one JSON line per epoch")->default_str("none");
    app.add_option("--log-steps", o.log_steps, "file for one JSON line per step")
        ->default_str("none");
    app.add_option("--checkpoint", o.fit.checkpoint,
                   "written after every epoch (default: NAME.checkpoint for NAME.safetensors)")
        ->always_capture_default(false);
    app.add_flag("--resume", o.fit.resume, "go on from the checkpoint, to the same bytes");
}

/// Throws support::usage_error about the options that are given and need another one, as `needed`
/// says it, unless that is there.
void need(const CLI::App& app, const std::string& needed, bool there,
          std::initializer_list<const char*> options) {
    for (const char* option : options)
        if (!there && app.count(option) > 0)
            throw support::usage_error(option + (": expected " + needed));
}

/// What would be left out silently. Throws support::usage_error.
void check_together(const CLI::App& app, const train_options& o) {
    using shape = gait::schedule::shape;
    const bool adam = o.optimizer.starts_with("adam");
    need(app, "--optimizer sgd", o.optimizer == "sgd", {"--momentum", "--nesterov"});
    need(app, "--optimizer adam or adamw", adam, {"--beta1", "--beta2"});
    need(app, "--optimizer rmsprop", o.optimizer == "rmsprop", {"--smoothing"});
    need(app, "--optimizer adam, adamw or rmsprop", adam || o.optimizer == "rmsprop",
         {"--epsilon"});
    need(app, "--schedule step", o.fit.rates.form == shape::step,
         {"--step-every", "--step-factor"});
    need(app, "--schedule cosine", o.fit.rates.form == shape::cosine, {"--floor"});
    need(app, "--split random, time, overlapping or both",
         o.split != "none" && (o.split != "user" || app.count("--split") == 0),
         {"--validation-share"});
    if (app.count("--validation-users") == 0)
        return;
    if (app.count("--folds") > 0)
        throw support::usage_error("--folds excludes --validation-users");
    if (o.split != "user" && o.split != "both")
        throw support::usage_error(
            "--validation-users: expected --split user or both, found --split " + o.split);
}

/// The same for what only some ways to train by many ranks know.
void check_ranks_together(const CLI::App& app, const rank_options& ranks) {
    need(app, "--mode async", ranks.mode == "async",
         {"--servers", "--staleness", "--delay-compensation"});
    need(app, "--batch-per-rank", app.count("--batch-per-rank") > 0, {"--keep-learning-rate"});
}

/// The words after the program's name as a shell would read them again.
std::string command_line(std::string line, int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const bool plain = !word.empty() && word.find_first_not_of(
                                                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
                                                "XYZ0123456789_-+=.,:/@%") == word.npos;
        line += ' ';
        if (plain) {
            line += word;
            continue;
        }
        line += '\'';
        for (const char c : word)
            line += c == '\'' ? std::string("'\\''") : std::string(1, c);
        line += '\'';
    }
    return line;
}

void add_rank_options(CLI::App& app, train_options& o, rank_options& ranks) {
    const auto whole = support::number(gait::index{1}, gait::index{1'000'000});
    app.option_defaults()->group("Ranks");
    app.add_option("--mode", ranks.mode,
                   "sync: every step is that of all ranks together; async: some ranks are\n"
                   "parameter servers, and the others workers that don't wait for each other")
        ->check(support::one_of({"sync", "async"}));
    app.add_option("--batch-per-rank", ranks.batch_per_rank,
                   "windows per step and rank instead of --batch. The learning rate is\n"
                   "multiplied by the number of ranks, after 5 epochs of warm-up unless\n"
                   "--warm-up says otherwise")
        ->check(whole)
        ->default_str("");
    app.add_flag("--keep-learning-rate", ranks.keep_rate,
                 "with --batch-per-rank: don't scale the learning rate or add a warm-up");
    auto* local =
        app.add_option(
               "--average-every", o.fit.average_every,
               "local SGD: ranks take so many steps on their own between two averages\n"
               "of their weights. 0: none, and a power of two of ranks gives the bits of one")
            ->check(support::number(0, 1'000'000));
    app.add_option("--timeout", ranks.timeout,
                   "seconds to wait for another rank; then all end, and its name is told")
        ->check(support::number(0.1, 1e6));

    app.option_defaults()->group("Ranks, --mode async");
    app.add_option("--servers", ranks.servers,
                   "ranks, the first ones, that hold a part of the weights each")
        ->check(support::number(1, 1024));
    app.add_option(
           "--staleness", ranks.staleness,
           "steps that others may take while a worker computes its gradient, at most;\n"
           "then they wait for it. 0, a power of two of workers and the same --order: the bits\n"
           "of --mode sync; or unbounded")
        ->check(support::number(0, 999'999'999, "unbounded"))
        ->default_str("twice the number of workers");
    app.add_option("--delay-compensation", o.fit.delay_compensation,
                   "corrects stale gradients by so much of their square times what the weights\n"
                   "have moved")
        ->check(support::number(0.0, 1e6))
        ->excludes(local);
}

} // namespace

std::string in_words(double number) { return support::number_text(number); }

std::string in_words(const gait::augmentation& a) {
    std::string text;
    const auto add = [&text](const char* name, double amount) {
        if (amount > 0)
            text += (text.empty() ? "" : ", ") + (name + (' ' + in_words(amount)));
    };
    add("yaw", a.yaw);
    add("rotation", a.rotation);
    add("tilt", a.tilt);
    add("mirror", a.mirror);
    add("scale", a.scale);
    add("jitter", a.jitter);
    add("warp", a.warp);
    add("rate", a.rate);
    add("rounding", a.rounding);
    return text.empty() ? "none" : text;
}

bool read_command_line(int argc, char** argv, train_options& o, rank_options* ranks) {
    CLI::App app{
        "Trains the reference model on prepared recordings of six or seven classes, for\n"
        "which it is compiled: examples/har/models.hpp is the place to add another number,\n"
        "as train_six.cpp and train_seven.cpp do.\n"
        "Ctrl-C stops; the checkpoint of the last complete epoch stays, for --resume."};
    app.option_defaults()->always_capture_default();
    cook_for_people(o);
    add_data_options(app, o);
    add_fold_options(app, o, !ranks);
    add_method_options(app, o);
    add_augmentation_options(app, o);
    add_run_options(app, o, ranks != nullptr);
    if (ranks)
        add_rank_options(app, o, *ranks);
    if (!support::parse(app, argc, argv))
        return false;
    check_together(app, o);
    if (ranks)
        check_ranks_together(app, *ranks);
    if (o.recipe == "plain")
        cook_plainly(app, o);
    o.align_given = app.count("--align") > 0;
    o.scaling_given = app.count("--scaling") > 0;
    o.command = command_line(ranks ? "har_train_mpi" : "har_train", argc, argv);
    if (ranks) {
        ranks->warmup_given = app.count("--warm-up") > 0;
        const bool any_window = ranks->mode == "async" || o.fit.average_every > 0;
        if (app.count("--order") == 0 && !any_window)
            o.fit.order = gait::window_order::dealt;
    }
    return true;
}

} // namespace har
