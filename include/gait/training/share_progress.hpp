// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A checkpoint lies where rank 0 is, maybe on a disk of its own. The other ranks have it from
// there.
#pragma once

#include <gait/training/checkpoint.hpp>
#include <gait/training/communicator.hpp>

#include <algorithm>
#include <span>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// Gives rank 0's `run` to every rank, to the bit. The buffers have the same sizes everywhere.
template <communicator Communicator>
void share_progress(training_progress& run, Communicator& ranks) {
    if (ranks.size() == 1)
        return;
    // A sum in which all others are -0: the one number that changes no other, +0 included.
    const auto share = [&]<class T>(std::span<T> numbers) {
        if (ranks.rank() != 0)
            std::fill(numbers.begin(), numbers.end(), -T{0});
        ranks.sum(numbers);
    };
    std::vector<double> history = detail::history_to_numbers(run.history);
    std::vector<double> head{static_cast<double>(run.epoch), static_cast<double>(run.step),
                             static_cast<double>(run.best_epoch), run.best_loss,
                             static_cast<double>(history.size())};
    share(std::span(head));
    history.resize(static_cast<std::size_t>(head[4]));
    share(std::span(history));
    share(run.parameters.span());
    share(run.memory.span());
    share(run.best.span());

    run.epoch = static_cast<std::int64_t>(head[0]);
    run.step = static_cast<std::int64_t>(head[1]);
    run.best_epoch = static_cast<std::int64_t>(head[2]);
    run.best_loss = head[3];
    run.history = detail::history_from_numbers(history);
}

} // namespace gait::inline GAIT_ARCH
