// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What `fit` is told, what it tells while it works, and what it gives back.
#pragma once

#include <gait/core/buffer.hpp>
#include <gait/training/loss.hpp>
#include <gait/training/optimizers.hpp>
#include <gait/training/schedules.hpp>
#include <gait/training/tiles.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// In which order an epoch takes the windows: epoch_order.hpp.
enum class window_order { given, shuffled, dealt };

/// How to train. The defaults are a sound start for the reference model.
struct fit_options {
    int epochs = 50;
    index batch = 1000;     ///< windows per step; an epoch's last batch has what is left
    std::uint64_t seed = 1; ///< of initialisation, shuffling, dropout and augmentation
    window_order order = window_order::shuffled; ///< `dealt`: a rank needs a part of the windows
    int threads = 0;                             ///< 0: all there are. Changes no bit of the result
    int shards = 64; ///< parts of a batch with a gradient each, at most. Changes the rounding
    index tile = 0; ///< windows that go through the model side by side. Changes the rounding. 0: as
                    ///< suits its products, but for the order `dealt`: then windows_per_tile

    any_optimizer method = adam{};
    double learning_rate = 2e-3;
    schedule rates = {};
    double clip_norm = 1; ///< limit of the gradient's global norm; 0: none
    cross_entropy loss = {};

    /// With several ranks. 0: every step is that of the whole batch. H > 0, local SGD: each rank
    /// takes H steps along the gradient of its own part of the batches; then weights and the
    /// optimizer's memory become their means over the ranks. Fewer sums, and another result.
    int average_every = 0;

    /// With several ranks. Not 0: asynchronous training, in which so many ranks, the first ones,
    /// are parameter servers, and all others workers that don't wait for each other.
    int servers = 0;
    /// Steps that others may take while a worker computes a gradient, at most. 0 gives the bits of
    /// synchronous training.
    std::int64_t staleness = std::numeric_limits<std::int64_t>::max();
    /// Gradients are corrected for what the weights have moved meanwhile, with this factor of their
    /// square as the second derivative.
    double delay_compensation = 0;

    /// Stop after so many epochs in a row without a lower validation loss (training loss if there
    /// is no validation), and give back the weights of the lowest. 0: train to the end and give
    /// back the last weights, or the mean that `method` keeps of them.
    int patience = 0;

    /// Truncated backpropagation: only the last K steps of a window are differentiated, from the
    /// state that the steps before them leave. 0: all steps. Dropout acts on those K steps.
    index truncate_steps = 0;

    std::span<const float> initial_parameters = {}; ///< instead of the model's own `init`

    std::filesystem::path checkpoint =
        {};              ///< written at the start and after every epoch; empty: not
    bool resume = false; ///< go on from `checkpoint`; its options and data must be these
    /// What else must be the same when resuming, by name: a dropout rate, an augmentation.
    std::map<std::string, std::string> identity = {};
};

/// Windows of a tile where the model isn't known: what `read_part` and the order `dealt` count in.
[[nodiscard]] inline index tile_of(const fit_options& options) {
    return options.tile > 0 ? options.tile : windows_per_tile;
}

/// One epoch in numbers. Training loss and accuracy are means over the epoch, taken while the
/// weights moved; validation is measured with the weights at its end, or the mean of them that
/// `method` keeps; NaN without validation windows. A loss is 0 where all windows weigh nothing.
struct epoch_report {
    int epoch = 0; ///< counts from 1
    double train_loss = 0, train_accuracy = 0;
    double validation_loss = std::numeric_limits<double>::quiet_NaN();
    double validation_accuracy = std::numeric_limits<double>::quiet_NaN();
    double learning_rate = 0; ///< of its last step
    double gradient_norm = 0; ///< mean over its steps, before clipping
    double seconds = 0;       ///< wall time, validation included

    /// In asynchronous training, on rank 0: steps of this epoch, seconds without validation, and
    /// how many gradients of each worker were 0, 1, 2, ... steps stale. Not kept in checkpoints.
    std::int64_t steps = 0;
    double seconds_of_steps = 0;
    std::vector<std::vector<std::int64_t>> staleness = {};
};

/// The steps of an epoch, summed up.
struct epoch_pass {
    loss_sums sums;
    double norms = 0;         ///< of the gradients before clipping
    double learning_rate = 0; ///< of its last step
    std::int64_t steps = 0;
    bool stopped = false; ///< before its end, or there
};

/// Where training stands after a step. With `average_every` the losses, accuracies and the norm are
/// this rank's, of its part of the batch.
struct batch_report {
    int epoch = 0;                           ///< counts from 1
    index batch = 0;                         ///< counts from 1; 0 where only weights are held
    index batches = 0;                       ///< in an epoch
    index windows = 0;                       ///< in this batch
    double loss = 0;                         ///< of this batch, before its step
    double accuracy = 0;                     ///< likewise
    double mean_loss = 0, mean_accuracy = 0; ///< of the epoch so far
    double learning_rate = 0;
    double gradient_norm = 0; ///< before clipping
};

/// What a callback answers.
enum class control { proceed, stop };

/// Called by `fit` in its own thread; each may be left out.
struct callbacks {
    /// After each step. `stop` discards the epoch's steps: training ends where the last complete
    /// epoch ended, which is also what the checkpoint holds. With several ranks one that says so
    /// stops all, after the next sum.
    std::function<control(const batch_report&)> on_batch = {};
    /// After each epoch, when its checkpoint is written. `weights` are those that `fit` would give
    /// back if it ended here.
    std::function<control(const epoch_report&, std::span<const float> weights)> on_epoch = {};
    /// Once when a checkpoint is resumed, with the epochs before it.
    std::function<void(std::span<const epoch_report>)> on_resume = {};
};

/// Why `fit` ended.
enum class stop_reason {
    finished, ///< all epochs are done
    patience, ///< no better for `patience` epochs
    asked     ///< a callback said so
};

struct fit_result {
    buffer<float> parameters; ///< (parameter_count)
    std::vector<epoch_report> history;
    stop_reason reason = stop_reason::finished;
    int epoch = 0; ///< the one `parameters` are of; 0: none, they are as initialised
};

} // namespace gait::inline GAIT_ARCH
