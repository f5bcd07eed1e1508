// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Training: fit(model, train, validation, options) -> parameters.
//
// Every epoch takes the windows in a new order, a batch at a time. A step computes the gradient of
// the batch (batch_gradient.hpp), makes it a mean, clips it, and gives it to the optimizer with the
// schedule's learning rate. After the epoch the validation windows are shown and a checkpoint is
// written. What an epoch does depends on the seed, its number and the weights it begins with, so
// the number of threads changes no bit and a resumed run is the same run.
//
// With several ranks all call fit, see the same sums and so decide alike. Local SGD
// (options.average_every) sums weights now and then in place of every gradient. Asynchronous
// training (options.servers) takes its steps elsewhere: async_epoch.hpp.
//
// Everything is allocated before the first step, but for the lists of the first batches' windows;
// what an epoch allocates on top, for validation and its checkpoint, is outside the loop over its
// batches.
#pragma once

#include <gait/core/error.hpp>
#include <gait/core/random.hpp>
#include <gait/training/async_epoch.hpp>
#include <gait/training/batch_gradient.hpp>
#include <gait/training/check_run.hpp>
#include <gait/training/checkpoint.hpp>
#include <gait/training/clipping.hpp>
#include <gait/training/collective.hpp>
#include <gait/training/epoch_order.hpp>
#include <gait/training/evaluate.hpp>
#include <gait/training/not_finite.hpp>
#include <gait/training/options.hpp>
#include <gait/training/run_identity.hpp>
#include <gait/training/share_progress.hpp>

#include <chrono>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

namespace gait::inline GAIT_ARCH {

namespace detail {

template <class Model, class Train, class Validation, class Communicator>
class training_run {
public:
    training_run(const Model& model, const Train& train, const Validation& validation,
                 const fit_options& options, const callbacks& tell, Communicator& ranks)
        : model_(model), train_(train), validation_(validation), options_(options), tell_(tell),
          ranks_(ranks), now_(P, options.method.slots(), options.patience > 0),
          border_parameters_(P), border_memory_(now_.memory.size()), order_(train.size(), options),
          gradient_(options.threads > 0 ? options.threads : available_threads(), options.shards,
                    std::max(train.steps(), validation.size() > 0 ? validation.steps() : 0),
                    options.truncate_steps, options.tile),
          batches_((train.size() + options.batch - 1) / options.batch) {
        if (options.servers > 0)
            workers_.emplace(model_, train_, options_, gradient_, weights_, ranks_);
    }

    fit_result operator()() {
        begin();
        stop_reason reason = stop_reason::finished;
        while (now_.epoch < options_.epochs) {
            if (options_.patience > 0 && now_.epoch - now_.best_epoch >= options_.patience) {
                reason = stop_reason::patience;
                break;
            }
            if (epoch() == control::stop) {
                reason = stop_reason::asked;
                break;
            }
        }
        const bool best = now_.best_epoch > 0;
        if (!best && result().data() != now_.parameters.data())
            std::ranges::copy(result(), now_.parameters.begin());
        return {.parameters = std::move(best ? now_.best : now_.parameters),
                .history = std::move(now_.history),
                .reason = reason,
                .epoch = static_cast<int>(best ? now_.best_epoch : now_.epoch)};
    }

private:
    static constexpr index P = Model::parameter_count;
    using clock = std::chrono::steady_clock;

    void begin() {
        say(ranks_, "the start");
        if (!options_.checkpoint.empty() || ranks_.size() > 1)
            identity_ = identity_of_run(model_, train_, validation_, options_);
        agree_on_run(ranks_, identity_, options_);
        if (options_.resume) {
            if (ranks_.rank() == 0)
                load_checkpoint(options_.checkpoint, now_, identity_);
            share_progress(now_, ranks_);
            if (tell_.on_resume)
                tell_.on_resume(now_.history);
            return;
        }
        if (!options_.initial_parameters.empty())
            std::ranges::copy(options_.initial_parameters, now_.parameters.begin());
        else if constexpr (has_init<Model>)
            model_.init(typename Model::template params<float>(now_.parameters.data()),
                        random_stream(options_.seed, purpose::initialise));
        save(); // what if the very first epoch diverges
    }

    control epoch() {
        const auto start = clock::now();
        ids_ = order_(now_.epoch);
        std::copy(now_.parameters.begin(), now_.parameters.end(), border_parameters_.begin());
        std::copy(now_.memory.begin(), now_.memory.end(), border_memory_.begin());
        const std::int64_t border_step = now_.step;

        const epoch_pass done = steps();
        if (done.stopped) {
            std::swap(now_.parameters, border_parameters_);
            std::swap(now_.memory, border_memory_);
            now_.step = border_step;
            return control::stop;
        }
        epoch_report report{.epoch = static_cast<int>(now_.epoch) + 1,
                            .train_loss = done.sums.mean(),
                            .train_accuracy = done.sums.accuracy(),
                            .learning_rate = done.learning_rate};
        if (done.steps > 0)
            report.gradient_norm = done.norms / static_cast<double>(done.steps);
        if (asynchronous()) {
            report.steps = done.steps;
            report.seconds_of_steps = seconds_since(start);
            report.staleness = workers_->staleness();
        }
        validate(report);
        // If a rank dies in a sum, its result may be none. A second one tells, before all is kept.
        say(ranks_, "the checkpoint of epoch ", now_.epoch + 1);
        static_cast<void>(any_rank(ranks_, false));
        report.seconds = seconds_since(start);

        ++now_.epoch;
        now_.history.push_back(report);
        const double judged = validation_.size() > 0 ? report.validation_loss : report.train_loss;
        if (options_.patience > 0 && judged < now_.best_loss) {
            now_.best_loss = judged;
            now_.best_epoch = now_.epoch;
            std::ranges::copy(result(), now_.best.begin());
        }
        save();
        if (tell_.on_epoch &&
            tell_.on_epoch(report, now_.best_epoch > 0 ? now_.best.span() : result()) ==
                control::stop)
            wants_to_stop_ = true;
        return any_rank(ranks_, wants_to_stop_) ? control::stop : control::proceed;
    }

    /// All steps of the current epoch.
    epoch_pass steps() {
        const auto tell = [this](const batch_report& batch) {
            if (tell_.on_batch && tell_.on_batch(batch) == control::stop)
                wants_to_stop_ = true;
            return wants_to_stop_;
        };
        if (asynchronous())
            return (*workers_)(now_, ids_, tell);
        epoch_pass all;
        for (index b = 0; b < batches_ && !all.stopped; ++b) {
            tell(step(b, all));
            all.stopped = stopping_ || (wants_to_stop_ && ranks_.size() == 1);
        }
        say(ranks_, "the end of epoch ", now_.epoch + 1);
        if (!all.stopped) {
            all.stopped = any_rank(ranks_, wants_to_stop_);
            if (local())
                add_up(ranks_, all.sums);
        }
        return all;
    }

    /// Batch b of the current epoch; adds what it saw to `all`.
    batch_report step(index b, epoch_pass& all) {
        const flush_denormals flush;
        const index begin = b * options_.batch;
        const index count = std::min(options_.batch, train_.size() - begin);
        const auto ids =
            ids_.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(count));
        weights_.pack(model_, now_.parameters.span());
        const pass at{.training = true,
                      .seed = options_.seed,
                      .epoch = static_cast<std::uint32_t>(now_.epoch)};
        say(ranks_, "epoch ", now_.epoch + 1, ", batch ", b + 1);
        gradient_.part(model_, weights_, train_, ids, at, options_.loss, ranks_.rank(),
                       ranks_.size());
        if (!local())
            stopping_ = gradient_.sum_over(ranks_, wants_to_stop_);
        const loss_sums sums = gradient_.sums();
        all.sums += sums;

        // The windows may be of classes without weight, and a rank on its own may have no part in a
        // small last batch.
        const bool idle = sums.weightless();
        const double loss = sums.mean();
        if (!std::isfinite(loss))
            not_finite(options_, now_.epoch, b, "a finite loss", loss);
        const double norm =
            idle ? 0 : mean_and_clip(gradient_.gradient(), sums.weight, options_.clip_norm);
        if (!std::isfinite(norm))
            not_finite(options_, now_.epoch, b, "a finite gradient", norm);
        all.norms += norm;

        if (!idle || local()) { // else nobody takes a step
            all.learning_rate =
                options_.learning_rate *
                options_.rates.at(now_.epoch * batches_ + b, batches_, options_.epochs);
            ++now_.step;
            ++all.steps;
            const step_position at_step{now_.step, all.learning_rate};
            if (idle)
                options_.method.wait(at_step, now_.parameters.span(), now_.memory.span());
            else
                options_.method.update(at_step, now_.parameters.span(),
                                       std::span<const float>(gradient_.gradient()),
                                       now_.memory.span());
        }
        if (local() && ((b + 1) % options_.average_every == 0 || b + 1 == batches_)) {
            average(ranks_, now_.parameters);
            average(ranks_, now_.memory);
            stopping_ = any_rank(ranks_, wants_to_stop_);
        }

        return {.epoch = static_cast<int>(now_.epoch) + 1,
                .batch = b + 1,
                .batches = batches_,
                .windows = count,
                .loss = loss,
                .accuracy = sums.accuracy(),
                .mean_loss = all.sums.mean(),
                .mean_accuracy = all.sums.accuracy(),
                .learning_rate = all.learning_rate,
                .gradient_norm = norm};
    }

    /// What the steps so far have led to: the parameters, or the mean that the optimizer keeps.
    [[nodiscard]] std::span<float> result() {
        return options_.method.result(now_.step, now_.parameters.span(), now_.memory.span());
    }
    [[nodiscard]] bool local() const { return options_.average_every > 0 && ranks_.size() > 1; }
    [[nodiscard]] bool asynchronous() const { return workers_.has_value(); }
    [[nodiscard]] static double seconds_since(clock::time_point start) {
        return std::chrono::duration<double>(clock::now() - start).count();
    }

    void validate(epoch_report& report) {
        // The last step may have gone too far without a loss that tells.
        if (const double size = sum_of_squares(P, now_.parameters.data()); !std::isfinite(size))
            not_finite(options_, now_.epoch, batches_ - 1, "finite weights after the step", size);
        if (validation_.size() == 0)
            return;
        weights_.pack(model_, result());
        say(ranks_, "the validation of epoch ", now_.epoch + 1);
        const evaluation seen = evaluate_with<Model>(gradient_.workers(), model_, weights_,
                                                     validation_, options_.loss, ranks_);
        report.validation_loss = seen.loss;
        report.validation_accuracy = seen.accuracy();
        if (!std::isfinite(seen.loss))
            not_finite(options_, now_.epoch, batches_ - 1,
                       "a finite validation loss after the step", seen.loss);
    }

    void save() const {
        if (!options_.checkpoint.empty() && ranks_.rank() == 0)
            save_checkpoint(options_.checkpoint, now_, identity_);
    }

    const Model& model_;
    const Train& train_;
    const Validation& validation_;
    const fit_options& options_;
    const callbacks& tell_;
    Communicator& ranks_;
    std::map<std::string, std::string> identity_;

    training_progress now_;
    buffer<float> border_parameters_, border_memory_; // as the current epoch began
    epoch_order order_;
    std::span<const index> ids_; // the windows of the current epoch
    kernel_weights<Model> weights_;
    batch_gradient<Model> gradient_;
    std::optional<async_epoch<Model, Train, Communicator>> workers_; // if they are asynchronous
    index batches_;                                                  // in an epoch
    bool wants_to_stop_ = false;                                     // this rank, by its callbacks
    bool stopping_ = false;                                          // all of them
};

} // namespace detail

/// Trains `model` on the windows of `train`; `validation` judges every epoch and may be empty.
///
/// Throws `error` if a source's classes are not the model's, if a loss, a gradient or a weight
/// stops being finite (naming epoch and batch), if a checkpoint can't be written or resumed, or if
/// `ranks` find that they were told different things. An error of one rank is that rank's alone: it
/// must end the others too, which wait for it.
template <classifying_model Model, window_source<input_features<Model>> Train,
          window_source<input_features<Model>> Validation,
          communicator Communicator = single_process>
fit_result fit(const Model& model, const Train& train, const Validation& validation,
               const fit_options& options = {}, const callbacks& tell = {},
               Communicator ranks = {}) {
    check_run<Model>(train, validation, options, ranks);
    fit_options chosen = options;
    if (chosen.tile == 0 && chosen.order != window_order::dealt)
        chosen.tile = windows_per_tile_of(model);
    chosen.tile = tile_of(chosen);
    return detail::training_run<Model, Train, Validation, Communicator>(model, train, validation,
                                                                        chosen, tell, ranks)();
}

} // namespace gait::inline GAIT_ARCH
