// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// From har_train's options to trained weights, by one process or by many.
#pragma once

#include "train_options.hpp"

#include <gait/training/communicator.hpp>

#include <filesystem>
#include <functional>
#include <utility>

namespace har {

/// Where a run could be resumed if it ended now.
struct last_checkpoint {
    std::filesystem::path path;
    int epoch = -1;       ///< complete epochs in it; -1: this run hasn't written it yet
    bool resumed = false; ///< there is one that this run is to go on from
    std::function<void()> on_change = {};

    void now_has(int complete_epochs) {
        if (std::exchange(epoch, complete_epochs) != complete_epochs && on_change)
            on_change();
    }
};

/// Trains as `o` says, with the defaults filled in; keeps `last` up to date. Every rank calls this,
/// and rank 0 shows and writes what there is. Folds are for one process. Returns the program's exit
/// code, throws gait::error.
int train(train_options& o, const gait::any_communicator& ranks, last_checkpoint& last);

} // namespace har
