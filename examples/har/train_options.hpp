// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The command line of har_train and har_train_mpi, and what it means to the library.
#pragma once

#include <gait/data/augmentation.hpp>
#include <gait/kernels/product_precision.hpp>
#include <gait/training/options.hpp>

#include <functional>
#include <string>
#include <vector>

namespace har {

/// What all ranks together have sent to each other and waited for each other.
struct traffic {
    double bytes = 0, seconds = 0;
};

struct train_options {
    std::string recipe = "people";
    std::string prepared, weights = "weights.safetensors", log, log_steps, report;
    std::string command; ///< all words, for a shell
    gait::index window = 200, hop = 20;
    gait::index shortest = 0; ///< of the windows at the end of a run; 0: they are as long as others
    std::string scaling = "axes";
    std::string align = "none";                      ///< or "gravity"
    bool scaling_given = false, align_given = false; ///< on the command line

    std::string split = "user";
    std::vector<std::string> validation_users;
    double validation_share = 0.2;
    std::string folds; ///< a number, or "users": as many as there are; empty: no folds
    int fold = 0;      ///< the one to train; 0: all

    std::string optimizer = "adam", class_weights = "equal";
    double momentum = 0.9, beta1 = 0.9, beta2 = 0.999, smoothing = 0.99, epsilon = 1e-8;
    double weight_decay = 0;
    bool nesterov = false;
    double averaged = 0;        ///< share of the steps whose weights are averaged
    std::string from;           ///< weights to begin with; empty: random ones
    double dropout = 0;         ///< share of the last hidden state
    double dropout_between = 0; ///< share of the features between the LSTMs

    gait::product_precision precision = gait::product_precision::fp32; ///< of the LSTMs' products

    gait::augmentation augment;

    gait::fit_options fit; ///< everything that is the library's own

    /// So far; called by all ranks after an epoch. None: there is one.
    std::function<traffic()> traffic_so_far = {};
};

/// What har_train_mpi is told on top.
struct rank_options {
    std::string mode = "sync";
    int servers = 1;       ///< of mode async
    std::string staleness; ///< a number, "unbounded", or empty: twice the number of workers
    double timeout = 60;   ///< seconds
    gait::index batch_per_rank = 0; ///< 0: options.fit.batch is that of all ranks together
    bool keep_rate = false;
    bool warmup_given = false; ///< on the command line
};

/// The optimizer that the options ask for.
inline gait::any_optimizer chosen_optimizer(const train_options& o) {
    if (o.optimizer == "sgd")
        return {gait::sgd{o.momentum, o.nesterov, o.weight_decay}, o.averaged};
    if (o.optimizer == "rmsprop")
        return {gait::rmsprop{o.smoothing, o.epsilon, o.weight_decay}, o.averaged};
    if (o.optimizer == "adamw")
        return {gait::adamw{o.beta1, o.beta2, o.epsilon, o.weight_decay}, o.averaged};
    return {gait::adam{o.beta1, o.beta2, o.epsilon, o.weight_decay}, o.averaged};
}

/// With as many digits as it takes to read the same number again.
std::string in_words(double number);

/// What a resumed run must have in common with the one before.
std::string in_words(const gait::augmentation& a);

/// The command line into `o`. False: there is nothing to do, after --help. Options for many ranks
/// exist if there is a place for them. Throws support::usage_error.
bool read_command_line(int argc, char** argv, train_options& o, rank_options* ranks = nullptr);

} // namespace har
