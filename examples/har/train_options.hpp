// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// har_train's command line, and what it means to the library.
#pragma once

#include <gait/training/options.hpp>

#include <CLI/CLI.hpp>

#include <map>
#include <string>
#include <vector>

namespace har {

struct train_options {
    std::string prepared, weights = "weights.safetensors", log;
    gait::index window = 200, hop = 20;

    std::string split = "user";
    std::vector<std::string> validation_users;
    double validation_share = 0.2;

    std::string optimizer = "adam", class_weights = "equal";
    double momentum = 0.9, beta1 = 0.9, beta2 = 0.999, smoothing = 0.99, epsilon = 1e-8;
    double weight_decay = 0;
    bool nesterov = false;

    gait::fit_options fit; ///< everything that is the library's own
};

/// The optimizer that the options ask for.
inline gait::any_optimizer chosen_optimizer(const train_options& o) {
    if (o.optimizer == "sgd")
        return gait::sgd{o.momentum, o.nesterov, o.weight_decay};
    if (o.optimizer == "rmsprop")
        return gait::rmsprop{o.smoothing, o.epsilon, o.weight_decay};
    if (o.optimizer == "adamw")
        return gait::adamw{o.beta1, o.beta2, o.epsilon, o.weight_decay};
    return gait::adam{o.beta1, o.beta2, o.epsilon, o.weight_decay};
}

inline void add_data_options(CLI::App& app, train_options& o) {
    const auto positive = CLI::Range(gait::index{1}, gait::index{1'000'000'000});
    app.add_option("prepared", o.prepared, "recordings, as har_prepare writes them")
        ->required()
        ->default_str("");
    app.add_option("weights,-o,--output", o.weights,
                   "the trained weights (safetensors), written after every epoch");
    app.add_option("--window", o.window, "samples in a window")
        ->check(CLI::Range(gait::index{1}, gait::index{1'000'000}));
    app.add_option("--hop", o.hop, "samples from the start of a window to that of the next")
        ->check(positive);
    app.add_option("--split", o.split,
                   "how windows are held out for validation: whole users, random blocks, or none")
        ->check(CLI::IsMember({"user", "random", "none"}));
    app.add_option("--validation-users", o.validation_users, "users to hold out, as a,b")
        ->delimiter(',')
        ->default_str("every fourth");
    app.add_option("--validation-share", o.validation_share,
                   "share of the windows to hold out at random")
        ->check(CLI::Range(0.001, 0.999));
}

inline void add_method_options(CLI::App& app, train_options& o) {
    const auto share = CLI::Range(0.0, 1.0);
    const auto below_one = CLI::Range(0.0, 0.999999);
    const auto up = CLI::Range(0.0, 1e38);
    app.option_defaults()->group("Optimizer");
    app.add_option("--optimizer", o.optimizer, "how a gradient becomes a step")
        ->check(CLI::IsMember({"adam", "adamw", "sgd", "rmsprop"}));
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

    app.option_defaults()->group("Schedule of the learning rate");
    using shape = gait::schedule::shape;
    static const std::map<std::string, shape> shapes{
        {"constant", shape::constant}, {"step", shape::step}, {"cosine", shape::cosine}};
    app.add_option("--schedule", o.fit.rates.form, "constant, step or cosine")
        ->transform(CLI::CheckedTransformer(shapes).description(""))
        ->default_str(gait::name_of(o.fit.rates.form));
    app.add_option("--warm-up", o.fit.rates.warmup_epochs, "epochs of a linear rise before it")
        ->check(up);
    app.add_option("--step-every", o.fit.rates.every_epochs, "epochs between two steps")
        ->check(CLI::Range(1e-3, 1e9));
    app.add_option("--step-factor", o.fit.rates.factor, "of each step")->check(share);
    app.add_option("--floor", o.fit.rates.floor, "share left at the end of a cosine")->check(share);

    app.option_defaults()->group("Loss");
    app.add_option("--label-smoothing", o.fit.loss.label_smoothing,
                   "share of the target spread over all classes")
        ->check(below_one);
    app.add_option("--class-weights", o.class_weights,
                   "equal, or balanced: every class has the same say")
        ->check(CLI::IsMember({"equal", "balanced"}));
}

inline void add_run_options(CLI::App& app, train_options& o) {
    const auto positive = CLI::Range(1, 1'000'000);
    app.option_defaults()->group("Run");
    app.add_option("--epochs", o.fit.epochs, "times through all windows")->check(positive);
    app.add_option("--batch", o.fit.batch, "windows per step")->check(positive);
    app.add_option("--patience", o.fit.patience,
                   "epochs without a lower validation loss before stopping; the best weights\n"
                   "are kept. 0: never, and the last weights are kept")
        ->check(CLI::Range(0, 1'000'000));
    app.add_option("--truncate", o.fit.truncate_steps,
                   "steps of a window that are differentiated, the last ones; 0: all")
        ->check(CLI::Range(gait::index{0}, gait::index{1'000'000}));
    app.add_option("--seed", o.fit.seed, "of initialisation, order and random split");
    app.add_option("--threads", o.fit.threads, "0: all there are; changes no bit of the result")
        ->check(CLI::Range(0, 1024));
    app.add_option("--log", o.log, "file for one JSON line per epoch")->default_str("none");
    app.add_option("--checkpoint", o.fit.checkpoint,
                   "written after every epoch (default: beside the weights)")
        ->always_capture_default(false);
    app.add_flag("--resume", o.fit.resume, "go on from the checkpoint, to the same bytes");
}

} // namespace har
