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
// (options.average_every) sums weights now and then in place of every gradient.
//
// Everything is allocated before the first step; what an epoch allocates on top, for validation and
// its checkpoint, is outside the loop over its batches.
#pragma once

#include <gait/core/error.hpp>
#include <gait/core/random.hpp>
#include <gait/training/batch_gradient.hpp>
#include <gait/training/checkpoint.hpp>
#include <gait/training/clipping.hpp>
#include <gait/training/collective.hpp>
#include <gait/training/evaluate.hpp>
#include <gait/training/options.hpp>
#include <gait/training/run_identity.hpp>
#include <gait/training/share_progress.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

namespace gait::inline GAIT_ARCH {

namespace detail {

/// Throws `error` if a source can't train or judge a model of K classes.
template <index K, class Source>
void check_labels(const Source& source, const std::string& name) {
    if (source.class_count() != K)
        throw error({name, "classes", std::to_string(K) + ", as many as the model's outputs",
                     std::to_string(source.class_count())});
    for (index i = 0; i < source.size(); ++i)
        if (const auto label = static_cast<index>(source.label(i)); label < 0 || label >= K)
            throw error({name, "window " + std::to_string(i),
                         "a label in [0, " + std::to_string(K) + ")", std::to_string(label)});
}

template <class Model, class Train, class Validation, class Communicator>
class training_run {
public:
    training_run(const Model& model, const Train& train, const Validation& validation,
                 const fit_options& options, const callbacks& tell, Communicator& ranks)
        : model_(model), train_(train), validation_(validation), options_(options), tell_(tell),
          ranks_(ranks), now_(P, options.method.slots(), options.patience > 0),
          border_parameters_(P), border_memory_(now_.memory.size()),
          order_(static_cast<std::size_t>(train.size())),
          gradient_(options.threads > 0 ? options.threads : available_threads(), options.shards,
                    std::max(train.steps(), validation.size() > 0 ? validation.steps() : 0),
                    options.truncate_steps),
          batches_((train.size() + options.batch - 1) / options.batch) {}

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
            identity_ = identity_of_run<Model>(train_, validation_, options_);
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
            std::copy(options_.initial_parameters.begin(), options_.initial_parameters.end(),
                      now_.parameters.begin());
        else if constexpr (has_init<Model>)
            model_.init(typename Model::template params<float>(now_.parameters.data()),
                        random_stream(options_.seed, purpose::initialise));
        save(); // what if the very first epoch diverges
    }

    control epoch() {
        const auto start = clock::now();
        std::iota(order_.begin(), order_.end(), index{0});
        if (options_.shuffled)
            shuffle(order_, random_stream(options_.seed, purpose::shuffle,
                                          static_cast<std::uint32_t>(now_.epoch)));
        std::copy(now_.parameters.begin(), now_.parameters.end(), border_parameters_.begin());
        std::copy(now_.memory.begin(), now_.memory.end(), border_memory_.begin());

        loss_sums sums;
        epoch_report report{.epoch = static_cast<int>(now_.epoch) + 1};
        for (index b = 0; b < batches_; ++b) {
            const batch_report done = step(b, sums);
            report.learning_rate = done.learning_rate;
            report.gradient_norm += done.gradient_norm / static_cast<double>(batches_);
            if (tell_.on_batch && tell_.on_batch(done) == control::stop)
                wants_to_stop_ = true;
            stopping_ = stopping_ || (wants_to_stop_ && ranks_.size() == 1);
            if (b + 1 == batches_) {
                say(ranks_, "the end of epoch ", now_.epoch + 1);
                stopping_ = any_rank(ranks_, wants_to_stop_);
                if (local())
                    add_up(ranks_, sums);
            }
            if (stopping_) {
                std::swap(now_.parameters, border_parameters_);
                std::swap(now_.memory, border_memory_);
                now_.step -= b + 1;
                return control::stop;
            }
        }
        report.train_loss = sums.loss / sums.weight;
        report.train_accuracy = sums.correct / sums.count;
        validate(report);
        // If a rank dies in a sum, its result may be none. A second one tells, before all is kept.
        say(ranks_, "the checkpoint of epoch ", now_.epoch + 1);
        static_cast<void>(any_rank(ranks_, false));
        report.seconds = std::chrono::duration<double>(clock::now() - start).count();

        ++now_.epoch;
        now_.history.push_back(report);
        const double judged = validation_.size() > 0 ? report.validation_loss : report.train_loss;
        if (options_.patience > 0 && judged < now_.best_loss) {
            now_.best_loss = judged;
            now_.best_epoch = now_.epoch;
            std::copy(now_.parameters.begin(), now_.parameters.end(), now_.best.begin());
        }
        save();
        const buffer<float>& weights = now_.best_epoch > 0 ? now_.best : now_.parameters;
        if (tell_.on_epoch && tell_.on_epoch(report, weights.span()) == control::stop)
            wants_to_stop_ = true;
        return any_rank(ranks_, wants_to_stop_) ? control::stop : control::proceed;
    }

    /// Batch b of the current epoch; adds what it saw to `epoch_sums`.
    batch_report step(index b, loss_sums& epoch_sums) {
        const flush_denormals flush;
        const index begin = b * options_.batch;
        const index count = std::min(options_.batch, train_.size() - begin);
        const auto ids = std::span<const index>(order_).subspan(static_cast<std::size_t>(begin),
                                                                static_cast<std::size_t>(count));
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
        epoch_sums += sums;

        // A rank on its own may have no part in a small last batch, and has nothing to learn then.
        const bool idle = local() && sums.count == 0;
        const double loss = idle ? 0 : sums.loss / sums.weight;
        if (!std::isfinite(loss))
            fail(b, "a finite loss", loss);
        const double norm =
            idle ? 0 : mean_and_clip(gradient_.gradient(), sums.weight, options_.clip_norm);
        if (!std::isfinite(norm))
            fail(b, "a finite gradient", norm);

        const double rate =
            options_.learning_rate * options_.rates.at(now_.step, batches_, options_.epochs);
        ++now_.step;
        if (!idle)
            options_.method.update(step_position{now_.step, rate}, now_.parameters.span(),
                                   std::span<const float>(gradient_.gradient()),
                                   now_.memory.span());
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
                .accuracy = idle ? 0 : sums.correct / sums.count,
                .mean_loss = epoch_sums.loss / epoch_sums.weight,
                .mean_accuracy = epoch_sums.correct / epoch_sums.count,
                .learning_rate = rate,
                .gradient_norm = norm};
    }

    [[nodiscard]] bool local() const { return options_.average_every > 0 && ranks_.size() > 1; }

    void validate(epoch_report& report) {
        // The last step may have gone too far without a loss that tells.
        if (const double size = sum_of_squares(P, now_.parameters.data()); !std::isfinite(size))
            fail(batches_ - 1, "finite weights after the step", size);
        if (validation_.size() == 0)
            return;
        weights_.pack(model_, now_.parameters.span());
        say(ranks_, "the validation of epoch ", now_.epoch + 1);
        const evaluation seen = evaluate_with<Model>(gradient_.workers(), model_, weights_,
                                                     validation_, options_.loss, ranks_);
        report.validation_loss = seen.loss;
        report.validation_accuracy = seen.accuracy();
        if (!std::isfinite(seen.loss))
            fail(batches_ - 1, "a finite validation loss after the step", seen.loss);
    }

    [[noreturn]] void fail(index b, const std::string& expected, double found) const {
        std::string text = std::isnan(found) ? "nan" : in_words(found); // not "-nan"
        if (!options_.checkpoint.empty())
            text += in_words(" (this checkpoint holds the weights of epoch ", now_.epoch,
                             "; a lower learning rate, a warm-up or clipping may help)");
        throw error({options_.checkpoint.string(),
                     in_words("epoch ", now_.epoch + 1, ", batch ", b + 1), expected, text});
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
    std::vector<index> order_;                        // windows of the current epoch
    kernel_weights<Model> weights_;
    batch_gradient<Model> gradient_;
    index batches_;              // in an epoch
    bool wants_to_stop_ = false; // this rank, by its callbacks
    bool stopping_ = false;      // all of them
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
    constexpr index K = output_features<Model>;
    assert(options.batch > 0 && options.shards > 0 && options.epochs >= 0);
    assert(options.initial_parameters.empty() ||
           static_cast<index>(options.initial_parameters.size()) == Model::parameter_count);
    assert(!options.resume || !options.checkpoint.empty());
    if (train.size() == 0)
        throw error({"", "training data", "at least one window", "none"});
    detail::check_labels<K>(train, "training data");
    if (validation.size() > 0)
        detail::check_labels<K>(validation, "validation data");
    if (options.truncate_steps > 0 && !truncatable_model<Model>)
        throw error({"", "truncated backpropagation", "a model whose forward pass takes a state",
                     "one that starts every window afresh"});
    return detail::training_run<Model, Train, Validation, Communicator>(model, train, validation,
                                                                        options, tell, ranks)();
}

} // namespace gait::inline GAIT_ARCH
