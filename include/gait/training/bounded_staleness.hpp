// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Who computes what, and when a step is taken, in asynchronous training. Knows numbers of tasks and
// of steps, and neither weights nor messages.
//
// A batch is cut into as many parts as there are workers; a part is a task, and tasks are dealt in
// their order to whoever is free. Its gradient is s steps stale if s steps were taken since its
// weights were given. One rule bounds that by N:
//
//   a step is taken as soon as it makes no gradient that is still computed staler than N, and takes
//   in every gradient that waits
//
// So with N = 0 a step waits for all workers, and is that of a whole batch: synchronous training,
// to the bit. With a large N nobody ever waits, and a step is that of one part. In between, the
// fast wait for the slow when they are N steps ahead. A worker whose gradient waits has no other
// task.
#pragma once

#include <gait/core/extents.hpp>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// A step of asynchronous training, before it is taken.
struct async_step {
    std::vector<int> workers = {}; ///< whose gradients it takes in, in the order of their tasks
    std::vector<index> tasks = {}; ///< these tasks
    std::vector<std::int64_t> ages = {}; ///< how stale each of them is
    index before = 0;                    ///< tasks that earlier steps of the epoch have taken in
    double factor = 1; ///< of the learning rate, below 1 for a gradient that is very stale
};

class bounded_staleness {
public:
    static constexpr std::int64_t unbounded = std::numeric_limits<std::int64_t>::max();

    bounded_staleness(int workers, std::int64_t bound)
        : workers_(static_cast<std::size_t>(workers)), bound_(bound) {
        assert(workers > 0 && bound >= 0);
    }

    /// A new epoch of so many tasks. Nobody has one.
    void begin(index tasks) {
        std::ranges::fill(workers_, worker{});
        tasks_ = tasks;
        next_ = taken_in_ = 0;
        steps_ = 0;
    }

    /// The next task for a worker, unless it has one, there are no more, or it waits.
    [[nodiscard]] std::optional<index> give(int to) {
        worker& w = at(to);
        if (w.now != state::free || next_ == tasks_)
            return std::nullopt;
        w = {state::computes, next_, steps_, std::move(w.histogram)};
        return next_++;
    }

    /// The gradient of a worker's task is there.
    void arrived(int from) {
        assert(at(from).now == state::computes);
        at(from).now = state::waits;
    }

    /// The next step, if it may be taken now. It counts as taken.
    [[nodiscard]] std::optional<async_step> next_step() {
        async_step step{.before = taken_in_};
        for (std::size_t i = 0; i < workers_.size(); ++i) {
            if (workers_[i].now == state::computes && steps_ - workers_[i].version >= bound_)
                return std::nullopt;
            if (workers_[i].now == state::waits)
                step.workers.push_back(static_cast<int>(i));
        }
        if (step.workers.empty())
            return std::nullopt;
        std::ranges::sort(step.workers, {}, [this](int w) { return at(w).task; });
        for (const int i : step.workers) {
            worker& w = at(i);
            const std::int64_t age = steps_ - w.version;
            step.tasks.push_back(w.task);
            step.ages.push_back(age);
            w.histogram.resize(std::max(w.histogram.size(), static_cast<std::size_t>(age) + 1));
            ++w.histogram[static_cast<std::size_t>(age)];
            w.now = state::free;
        }
        step.factor = factor_of_rate(step);
        taken_in_ += std::ssize(step.workers);
        ++steps_;
        return step;
    }

    /// Gives nobody any more tasks in this epoch.
    void stop() { tasks_ = next_; }
    /// Is everything taken in?
    [[nodiscard]] bool done() const { return taken_in_ == tasks_; }
    /// Has this worker a task?
    [[nodiscard]] bool computes(int i) const {
        return workers_[static_cast<std::size_t>(i)].now == state::computes;
    }
    /// Steps of this epoch.
    [[nodiscard]] std::int64_t steps() const { return steps_; }
    /// How many of a worker's gradients were 0, 1, 2, ... steps stale in this epoch.
    [[nodiscard]] std::span<const std::int64_t> histogram(int i) const {
        return workers_[static_cast<std::size_t>(i)].histogram;
    }

private:
    enum class state { free, computes, waits };
    struct worker {
        state now = state::free;
        index task = 0;
        std::int64_t version = 0; // steps that its weights have seen
        std::vector<std::int64_t> histogram = {};
    };

    worker& at(int i) { return workers_[static_cast<std::size_t>(i)]; }

    /// W workers that all take as long are W - 1 steps stale, each step about a W-th of a batch's;
    /// from W on the rate is divided by the staleness in place of W. (W. Zhang and others:
    /// "Staleness-aware Async-SGD for Distributed Deep Learning", IJCAI 2016, divide by the
    /// staleness.)
    [[nodiscard]] double factor_of_rate(const async_step& step) const {
        const auto usual = static_cast<double>(workers_.size());
        const std::int64_t oldest = *std::ranges::max_element(step.ages);
        return usual / std::max(usual, static_cast<double>(oldest));
    }

    std::vector<worker> workers_;
    std::int64_t bound_;
    index tasks_ = 0, next_ = 0, taken_in_ = 0; // of the epoch
    std::int64_t steps_ = 0;
};

} // namespace gait::inline GAIT_ARCH
