// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// An epoch of asynchronous training, seen from any rank: it begins and ends with the same weights
// everywhere, so all that lies between epochs is as in synchronous training.
#pragma once

#include <gait/training/async_servers.hpp>
#include <gait/training/async_worker.hpp>
#include <gait/training/share_progress.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// Ranks that can't write to each other have none.
template <class Model, class Train, class Communicator>
class async_epoch {
public:
    explicit async_epoch(const auto&...) {}
    epoch_pass operator()(const auto&...) { return {}; }
    [[nodiscard]] std::vector<std::vector<std::int64_t>> staleness() const { return {}; }
};

template <class Model, class Train, messaging_communicator Communicator>
class async_epoch<Model, Train, Communicator> {
public:
    async_epoch(const Model& model, const Train& train, const fit_options& options,
                batch_gradient<Model>& gradient, kernel_weights<Model>& weights,
                Communicator& ranks)
        : options_(options), ranks_(ranks) {
        constexpr index P = Model::parameter_count;
        if (ranks.rank() == 0)
            head_.emplace(P, options, ranks);
        else if (ranks.rank() < options.servers)
            follower_.emplace(P, options, ranks);
        else
            worker_.emplace(model, train, options, gradient, weights, ranks);
    }

    /// Takes `now`'s parameters, memory and steps through the windows of `order`. `tell` hears of
    /// steps and parts, and says whether to stop.
    epoch_pass operator()(training_progress& now, std::span<const index> order,
                          const std::function<bool(const batch_report&)>& tell) {
        const index batches = (std::ssize(order) + options_.batch - 1) / options_.batch;
        epoch_pass pass;
        if (head_)
            pass = head_->epoch(now, std::ssize(order), tell);
        else if (follower_)
            follower_->epoch(now, [&] {
                return tell({.epoch = static_cast<int>(now.epoch) + 1, .batches = batches});
            });
        else
            worker_->epoch(now, order, tell);

        say(ranks_, "the weights of epoch ", now.epoch + 1);
        now.parameters.fill(-0.0F); // changes no sum
        now.memory.fill(-0.0F);
        if (head_)
            head_->slice().put(now.parameters.span(), now.memory.span());
        if (follower_)
            follower_->slice().put(now.parameters.span(), now.memory.span());
        ranks_.sum(now.parameters.span());
        ranks_.sum(now.memory.span());
        share(pass);
        now.step += pass.steps;
        return pass;
    }

    /// What the head knows of each worker; nothing elsewhere.
    [[nodiscard]] std::vector<std::vector<std::int64_t>> staleness() const {
        return head_ ? head_->staleness() : std::vector<std::vector<std::int64_t>>{};
    }

private:
    /// The head's, for all.
    void share(epoch_pass& pass) {
        std::array<double, 4 + loss_sums::numbers> all{pass.norms, pass.learning_rate,
                                                       static_cast<double>(pass.steps),
                                                       pass.stopped ? 1.0 : 0.0};
        pass.sums.write(&all[4]);
        ranks_.sum(std::span<double>(all));
        pass = {loss_sums::read(&all[4]), all[0], all[1], static_cast<std::int64_t>(all[2]),
                all[3] > 0};
    }

    const fit_options& options_;
    Communicator& ranks_;
    std::optional<async_head<Communicator>> head_;
    std::optional<async_follower<Communicator>> follower_;
    std::optional<async_worker<Model, Train, Communicator>> worker_;
};

} // namespace gait::inline GAIT_ARCH
