// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// How a model does on windows it is shown: loss, predictions, confusion matrix. Tiles are spread
// over threads and ranks; what is summed is summed in the order of the tiles, so neither changes a
// bit.
#pragma once

#include <gait/core/float_environment.hpp>
#include <gait/core/threads.hpp>
#include <gait/training/check_labels.hpp>
#include <gait/training/communicator.hpp>
#include <gait/training/metrics.hpp>
#include <gait/training/tile_worker.hpp>

#include <limits>
#include <numeric>
#include <span>
#include <vector>

namespace gait::inline GAIT_ARCH {

struct evaluation {
    /// Weighted mean; 0 if the windows weigh nothing, NaN without windows.
    double loss = std::numeric_limits<double>::quiet_NaN();
    confusion_matrix confusion;
    std::vector<int> predictions; ///< class of each window of the source
    [[nodiscard]] double accuracy() const {
        return predictions.empty() ? std::numeric_limits<double>::quiet_NaN()
                                   : confusion.accuracy();
    }
};

namespace detail {

template <class Source>
tiles all_tiles(const Source& source, index tile) {
    std::vector<index> ids(static_cast<std::size_t>(source.size()));
    std::iota(ids.begin(), ids.end(), index{0});
    tiles all;
    all.cut(source, ids, tile);
    return all;
}

/// With workers and weights that are already there.
template <class Model, class Source, communicator Communicator>
evaluation evaluate_with(std::span<tile_worker<Model>> workers, const Model& model,
                         const kernel_weights<Model>& weights, const Source& source,
                         const cross_entropy& loss, Communicator& ranks) {
    const index windows = source.size();
    const tiles cut = all_tiles(source, workers.front().tile());
    const index count = cut.size();

    // One run of numbers, so one sum over the ranks: each tile's loss and weight, each window's
    // class.
    std::vector<double> found(static_cast<std::size_t>(2 * count + windows));
    const tiles_of_rank own(count, ranks.rank(), ranks.size());
    parallel_for(
        static_cast<int>(workers.size()), own.last - own.first, [&](index item, int thread) {
            const flush_denormals flush;
            const index tile = own.first + item;
            const auto ids = cut[tile];
            auto& worker = workers[static_cast<std::size_t>(thread)];
            const loss_sums sums = worker.evaluate(model, weights, source, ids, loss);
            found[static_cast<std::size_t>(2 * tile)] = sums.loss;
            found[static_cast<std::size_t>(2 * tile + 1)] = sums.weight;
            for (index r = 0; r < std::ssize(ids); ++r)
                found[static_cast<std::size_t>(2 * count + ids[static_cast<std::size_t>(r)])] =
                    worker.predicted(r);
        });
    ranks.sum(std::span<double>(found));

    loss_sums sums;
    for (std::size_t t = 0; t < static_cast<std::size_t>(count); ++t) {
        sums.loss += found[2 * t];
        sums.weight += found[2 * t + 1];
    }
    evaluation result;
    if (windows > 0)
        result.loss = sums.mean();
    result.confusion = confusion_matrix(static_cast<int>(output_features<Model>));
    for (index i = 0; i < windows; ++i) {
        const auto predicted = static_cast<int>(found[static_cast<std::size_t>(2 * count + i)]);
        result.confusion.add(static_cast<int>(source.label(i)), predicted);
        result.predictions.push_back(predicted);
    }
    return result;
}

} // namespace detail

/// Shows every window of `source` to the model once. `parameters` (parameter_count); `threads` 0:
/// all. Every rank of `ranks` calls this and gets the result. `tile`: windows side by side; 0: as
/// suits the model's products; ranks that have read a part of the windows: tile_of(their options).
/// Throws `error` if the source's classes are not the model's.
template <classifying_model Model, window_source<input_features<Model>> Source,
          communicator Communicator = single_process>
[[nodiscard]] evaluation evaluate(const Model& model, std::span<const float> parameters,
                                  const Source& source, const cross_entropy& loss = {},
                                  int threads = 0, Communicator ranks = {}, index tile = 0) {
    detail::check_labels<output_features<Model>>(source, "windows");
    kernel_weights<Model> weights;
    weights.pack(model, parameters);
    std::vector<tile_worker<Model>> workers;
    for (int t = 0; t < (threads > 0 ? threads : available_threads()); ++t)
        workers.emplace_back(source.steps(), 0, tile > 0 ? tile : windows_per_tile_of(model));
    return detail::evaluate_with<Model>(workers, model, weights, source, loss, ranks);
}

} // namespace gait::inline GAIT_ARCH
