// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The ranks that hold the weights in asynchronous training. The head deals tasks and decides on
// steps; every server, the head included, adds up gradients and takes steps on its own slice. The
// norm of a gradient, by which it is clipped, goes from slice to slice.
#pragma once

#include <gait/training/async_messages.hpp>
#include <gait/training/bounded_staleness.hpp>
#include <gait/training/checkpoint.hpp>
#include <gait/training/clipping.hpp>
#include <gait/training/collective.hpp>
#include <gait/training/not_finite.hpp>
#include <gait/training/options.hpp>
#include <gait/training/parameter_slice.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <deque>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// What some windows are of their batches, all as long but for the epoch's last. It is their share
/// of the rate, so that an epoch's steps go as far as those of whole batches, which have 1,
/// exactly.
class batch_share {
public:
    batch_share(index windows, index batch)
        : last_((windows - 1) / batch), batch_(static_cast<double>(batch)),
          last_batch_(static_cast<double>(windows - last_ * batch)) {}

    /// So many windows of a batch, numbered from 0.
    void add(index batch, double windows) { (batch == last_ ? of_last_ : of_others_) += windows; }
    [[nodiscard]] double of_rate() const { return of_others_ / batch_ + of_last_ / last_batch_; }

private:
    index last_; // batch
    double batch_, last_batch_;
    double of_others_ = 0, of_last_ = 0;
};

/// Rank 0, which gets the gradients' tails.
template <messaging_communicator Communicator>
class async_head {
public:
    async_head(index P, const fit_options& options, Communicator& ranks)
        : options_(options), ranks_(ranks), servers_(options.servers),
          workers_(ranks.size() - servers_), plan_(workers_, options.staleness),
          slice_(P, 0, servers_, options.method.slots(), gradient_tail, workers_,
                 options.delay_compensation) {}

    /// Takes `now` through an epoch of so many windows. `tell` is told of every step and says
    /// whether to stop.
    epoch_pass epoch(const training_progress& now, index windows,
                     const std::function<bool(const batch_report&)>& tell) {
        slice_.take(now.parameters.span(), now.memory.span());
        pass_ = {};
        windows_ = windows;
        batches_ = (windows + options_.batch - 1) / options_.batch;
        plan_.begin(batches_ * workers_);
        give_to_all();
        while (!plan_.done()) {
            say(ranks_, "epoch ", now.epoch + 1, ", step ", plan_.steps() + 1);
            accept(receive());
            while (const auto step = plan_.next_step())
                take(*step, now, tell);
            give_to_all();
        }
        for (int r = 1; r < ranks_.size(); ++r)
            send_note(ranks_, r, {.what = kind::end});
        return pass_;
    }

    [[nodiscard]] parameter_slice& slice() { return slice_; }
    /// Of the last epoch, by worker.
    [[nodiscard]] std::vector<std::vector<std::int64_t>> staleness() const {
        std::vector<std::vector<std::int64_t>> all;
        for (int w = 0; w < workers_; ++w)
            all.emplace_back(plan_.histogram(w).begin(), plan_.histogram(w).end());
        return all;
    }

private:
    using kind = async_note::kind;

    void give_to_all() {
        for (int w = 0; w < workers_; ++w)
            if (const auto task = plan_.give(w)) {
                for (int s = 1; s < servers_; ++s)
                    send_note(ranks_, s, {.what = kind::give, .worker = w, .task = *task});
                send_note(ranks_, servers_ + w, {.what = kind::weights, .task = *task},
                          slice_.give(w));
            }
    }

    async_mail receive(int server = 0) {
        awaited_.clear();
        for (int w = 0; w < workers_; ++w)
            if (plan_.computes(w))
                awaited_.push_back(servers_ + w);
        if (server != 0)
            awaited_.push_back(server);
        return receive_note(ranks_, awaited_);
    }

    void accept(const async_mail& mail) {
        const int worker = mail.from - servers_;
        mail.copy(slice_.gradient(worker));
        plan_.arrived(worker);
    }

    void take(const async_step& step, const training_progress& now,
              const std::function<bool(const batch_report&)>& tell) {
        parts_.clear();
        weights_.clear();
        batch_share share{windows_, options_.batch};
        for (std::size_t i = 0; i < step.workers.size(); ++i) {
            const auto tail = slice_.gradient(step.workers[i]).last(gradient_tail);
            const auto part = loss_sums::read(tail.data());
            share.add(step.tasks[i] / workers_, part.count);
            weights_.push_back(part.weight);
            parts_.push_back({step.workers[i], step.tasks[i], step.ages[i], part.weight});
        }
        slice_.add_up(step.workers, step.ages, weights_);
        const auto tail = slice_.tail();
        const auto sums = loss_sums::read(tail.data());
        pass_.sums += sums;
        wish_ = wish_ || tail.back() > 0;

        const index batch = step.before / workers_; // of the epoch, from 0
        double loss = 0, norm = 0;
        // The others hear of every step, so that they have its gradients before they hear of an
        // end.
        const double all_squares = squares();
        if (!sums.weightless()) { // a small batch may have nothing for this part
            loss = sums.mean();
            if (!std::isfinite(loss))
                not_finite(options_, now.epoch, batch, "a finite loss", loss);
            norm = std::sqrt(all_squares) / sums.weight;
            if (!std::isfinite(norm))
                not_finite(options_, now.epoch, batch, "a finite gradient", norm);
            pass_.learning_rate =
                share.of_rate() * step.factor * options_.learning_rate *
                options_.rates.at(now.epoch * batches_ + batch, batches_, options_.epochs);
            pass_.norms += norm;
            ++pass_.steps;
            const async_note update{
                .what = kind::update,
                .at = {now.step + pass_.steps, pass_.learning_rate},
                .factor = mean_and_clip_factor(norm, sums.weight, options_.clip_norm)};
            for (int s = 1; s < servers_; ++s)
                send_note(ranks_, s, update);
            slice_.step(options_.method, update.at, update.factor);
        }
        if (tell({.epoch = static_cast<int>(now.epoch) + 1,
                  .batch = batch + 1,
                  .batches = batches_,
                  .windows = static_cast<index>(sums.count),
                  .loss = loss,
                  .accuracy = sums.accuracy(),
                  .mean_loss = pass_.sums.mean(),
                  .mean_accuracy = pass_.sums.accuracy(),
                  .learning_rate = pass_.learning_rate,
                  .gradient_norm = norm}))
            wish_ = true;
        if (std::exchange(wish_, false)) {
            pass_.stopped = true;
            plan_.stop();
        }
    }

    /// Of the summed gradient, over all slices in their order.
    double squares() {
        square_chains squares;
        slice_.add_squares(squares);
        for (int s = 1; s < servers_; ++s) {
            send_note<Communicator, async_part>(ranks_, s, {.what = kind::step, .squares = squares},
                                                parts_);
            for (bool there = false; !there;) {
                const async_mail mail = receive(s);
                there = mail.note.what == kind::squares;
                if (!there)
                    accept(mail);
                else {
                    squares = mail.note.squares;
                    wish_ = wish_ || mail.note.wish;
                }
            }
        }
        return squares.total();
    }

    const fit_options& options_;
    Communicator& ranks_;
    int servers_, workers_;
    bounded_staleness plan_;
    parameter_slice slice_;
    epoch_pass pass_;
    index windows_ = 0, batches_ = 0; // of the epoch
    bool wish_ = false;               // somebody's, to stop
    std::vector<int> awaited_;
    std::vector<async_part> parts_; // of a step
    std::vector<double> weights_;   // likewise
};

/// Any other server.
template <messaging_communicator Communicator>
class async_follower {
public:
    async_follower(index P, const fit_options& options, Communicator& ranks)
        : options_(options), ranks_(ranks), servers_(options.servers),
          arrived_(static_cast<std::size_t>(ranks.size() - servers_)),
          slice_(P, ranks.rank(), servers_, options.method.slots(), 0, ranks.size() - servers_,
                 options.delay_compensation) {}

    /// Follows the head through an epoch. `wants_to_stop` is asked at every step.
    void epoch(const training_progress& now, const std::function<bool()>& wants_to_stop) {
        slice_.take(now.parameters.span(), now.memory.span());
        std::ranges::fill(arrived_, -1);
        const int head = 0;
        for (bool goes_on = true; goes_on;) {
            say(ranks_, "epoch ", now.epoch + 1);
            const async_mail mail = receive_note(ranks_, std::span(&head, 1));
            if (mail.note.what == kind::gradient) {
                const int worker = mail.from - servers_;
                mail.copy(slice_.gradient(worker));
                arrived_[static_cast<std::size_t>(worker)] = mail.note.task;
            } else {
                order next{mail.note, {}};
                next.parts.resize(mail.body.size() / sizeof(async_part));
                mail.copy(std::span(next.parts));
                orders_.push_back(std::move(next));
            }
            for (; goes_on && !orders_.empty() && can(orders_.front()); orders_.pop_front())
                goes_on = obey(orders_.front(), wants_to_stop);
        }
    }

    [[nodiscard]] parameter_slice& slice() { return slice_; }

private:
    using kind = async_note::kind;
    struct order {
        async_note note;
        std::vector<async_part> parts;
    };

    /// The head may know of a gradient whose slice for this server is still on its way.
    [[nodiscard]] bool can(const order& o) const {
        return std::ranges::all_of(o.parts, [this](const async_part& part) {
            return arrived_[static_cast<std::size_t>(part.worker)] == part.task;
        });
    }

    bool obey(const order& o, const std::function<bool()>& wants_to_stop) {
        switch (o.note.what) {
        case kind::step: {
            std::vector<int> workers;
            std::vector<std::int64_t> ages;
            std::vector<double> weights;
            for (const async_part& part : o.parts) {
                workers.push_back(static_cast<int>(part.worker));
                ages.push_back(part.age);
                weights.push_back(part.weight);
            }
            slice_.add_up(workers, ages, weights);
            async_note answer{
                .what = kind::squares, .squares = o.note.squares, .wish = wants_to_stop()};
            slice_.add_squares(answer.squares);
            send_note(ranks_, 0, answer);
            return true;
        }
        case kind::update:
            slice_.step(options_.method, o.note.at, o.note.factor);
            return true;
        case kind::give:
            send_note(ranks_, servers_ + o.note.worker,
                      {.what = kind::weights, .task = o.note.task}, slice_.give(o.note.worker));
            return true;
        default:
            return false; // the end
        }
    }

    const fit_options& options_;
    Communicator& ranks_;
    int servers_;
    std::vector<std::int64_t> arrived_; // the last task of each worker whose gradient is here
    parameter_slice slice_;
    std::deque<order> orders_;
};

} // namespace gait::inline GAIT_ARCH
