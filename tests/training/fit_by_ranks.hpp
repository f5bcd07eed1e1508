// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// fit by ranks that are threads of the test.
#pragma once

#include "thread_ranks.hpp"
#include "toy.hpp"

#include <gait/training/trainer.hpp>

#include <cstddef>
#include <functional>
#include <vector>

namespace gait_test {

inline gait::fit_options quick(int epochs) {
    gait::fit_options options;
    options.epochs = epochs;
    options.batch = 96;
    options.threads = 1;
    options.learning_rate = 0.01;
    return options;
}

/// What a rank is told to call.
using tell_rank = std::function<gait::callbacks(int)>;

/// fit by so many workers and the servers of `options`: the results of all ranks.
inline std::vector<gait::fit_result> fit_by(int workers, const gait::fit_options& options,
                                            const tell_rank& tell = {}, int windows = 230) {
    const auto train = waves(windows, 1), unseen = waves(70, 2);
    const int count = workers + options.servers;
    std::vector<gait::fit_result> results(static_cast<std::size_t>(count));
    on_threads(count, [&](thread_rank rank) {
        results[static_cast<std::size_t>(rank.number)] =
            gait::fit(noisy_model{}, train, unseen, options,
                      tell ? tell(rank.number) : gait::callbacks{}, rank);
    });
    return results;
}

inline bool same_bits(const gait::fit_result& a, const gait::fit_result& b) {
    return same_bits(a.parameters, b.parameters);
}

} // namespace gait_test
