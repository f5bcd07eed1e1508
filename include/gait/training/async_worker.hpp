// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The ranks that compute in asynchronous training: weights in, the gradient of a part of a batch
// out, until the head says that the epoch is over.
#pragma once

#include <gait/core/float_environment.hpp>
#include <gait/training/async_messages.hpp>
#include <gait/training/async_servers.hpp>
#include <gait/training/batch_gradient.hpp>
#include <gait/training/checkpoint.hpp>
#include <gait/training/collective.hpp>
#include <gait/training/options.hpp>
#include <gait/training/parameter_slice.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <span>
#include <vector>

namespace gait::inline GAIT_ARCH {

template <class Model, class Train, messaging_communicator Communicator>
class async_worker {
public:
    /// Uses the workspaces of `gradient` and `weights`.
    async_worker(const Model& model, const Train& train, const fit_options& options,
                 batch_gradient<Model>& gradient, kernel_weights<Model>& weights,
                 Communicator& ranks)
        : model_(model), train_(train), options_(options), gradient_(gradient), weights_(weights),
          ranks_(ranks), servers_(static_cast<std::size_t>(options.servers)), parameters_(P) {
        std::iota(servers_.begin(), servers_.end(), 0);
    }

    /// Computes parts of the batches of `order`, windows of the epoch after those of `now`.
    /// `tell` is told of each and says whether to stop.
    void epoch(const training_progress& now, std::span<const index> order,
               const std::function<bool(const batch_report&)>& tell) {
        const int workers = ranks_.size() - count();
        index task = 0;
        while (receive(task)) {
            const flush_denormals flush;
            const index batch = task / workers;
            const auto ids = order.subspan(
                static_cast<std::size_t>(batch * options_.batch),
                std::min(static_cast<std::size_t>(options_.batch),
                         order.size() - static_cast<std::size_t>(batch * options_.batch)));
            weights_.pack(model_, parameters_.span());
            const pass at{.training = true,
                          .seed = options_.seed,
                          .epoch = static_cast<std::uint32_t>(now.epoch)};
            say(ranks_, "epoch ", now.epoch + 1, ", batch ", batch + 1);
            gradient_.part(model_, weights_, train_, ids, at, options_.loss,
                           static_cast<int>(task % workers), workers);
            const loss_sums sums = gradient_.sums();
            const bool wish =
                tell({.epoch = static_cast<int>(now.epoch) + 1,
                      .batch = batch + 1,
                      .batches = (std::ssize(order) + options_.batch - 1) / options_.batch,
                      .windows = static_cast<index>(sums.count),
                      .loss = sums.mean(),
                      .accuracy = sums.accuracy()});
            send(task, wish);
        }
    }

private:
    static constexpr index P = Model::parameter_count;
    using kind = async_note::kind;

    [[nodiscard]] int count() const { return options_.servers; }

    /// Weights of all servers, to compute `task` with; false at the epoch's end.
    bool receive(index& task) {
        auto awaited = std::span<const int>(servers_);
        for (int there = 0; there < count(); ++there) {
            const async_mail mail = receive_note(ranks_, awaited);
            if (mail.note.what == kind::end)
                return false;
            task = static_cast<index>(mail.note.task);
            const index begin = slice_begin(P, mail.from, count());
            const index end = slice_begin(P, mail.from + 1, count());
            mail.copy(parameters_.span().subspan(static_cast<std::size_t>(begin),
                                                 static_cast<std::size_t>(end - begin)));
        }
        return true;
    }

    void send(index task, bool wish) {
        const std::span<const float> all = gradient_.with_tail(wish);
        std::vector<float> first; // the head's slice and the tail
        for (int s = 0; s < count(); ++s) {
            const index begin = slice_begin(P, s, count()), end = slice_begin(P, s + 1, count());
            auto slice =
                all.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
            if (s == 0) {
                first.assign(slice.begin(), slice.end());
                first.insert(first.end(), all.end() - gradient_tail, all.end());
                slice = first;
            }
            send_note(ranks_, s, {.what = kind::gradient, .task = task}, slice);
        }
    }

    const Model& model_;
    const Train& train_;
    const fit_options& options_;
    batch_gradient<Model>& gradient_;
    kernel_weights<Model>& weights_;
    Communicator& ranks_;
    std::vector<int> servers_;
    buffer<float> parameters_; // as the servers gave them
};

} // namespace gait::inline GAIT_ARCH
