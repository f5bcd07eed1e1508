// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What is found before a run begins, and not in the middle of it.
#pragma once

#include <gait/core/error.hpp>
#include <gait/core/in_words.hpp>
#include <gait/training/check_labels.hpp>
#include <gait/training/communicator.hpp>
#include <gait/training/options.hpp>
#include <gait/training/tile_worker.hpp>

#include <cassert>
#include <string>

namespace gait::inline GAIT_ARCH {

/// Throws `error` if these can't be trained together.
template <class Model, class Train, class Validation, communicator Communicator>
void check_run(const Train& train, const Validation& validation, const fit_options& options,
               const Communicator& ranks) {
    constexpr index K = output_features<Model>;
    assert(options.batch > 0 && options.shards > 0 && options.tile >= 0 && options.epochs >= 0);
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
    if (options.servers > 0 && (ranks.size() <= options.servers || options.average_every > 0 ||
                                !messaging_communicator<Communicator>))
        throw error({"", "asynchronous training",
                     "more ranks than servers, that can write to each other, and no local SGD",
                     detail::in_words(ranks.size(), " ranks and ", options.servers, " servers")});
}

} // namespace gait::inline GAIT_ARCH
