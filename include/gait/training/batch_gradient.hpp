// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The gradient of a batch, the same to the bit for any number of threads.
//
//   batch    ids of B windows, cut into shards (batch_cut.hpp), and each shard into tiles
//   shards   each sums into a run of its own:
//            [gradient (parameter_count) | loss_sums | wish to stop]
//   total    the shards summed along a fixed binary tree, then over the ranks
//
// Threads take shards, ranks take equal parts of them, and neither changes what is added to what.
#pragma once

#include <gait/core/float_environment.hpp>
#include <gait/core/threads.hpp>
#include <gait/kernels/updates.hpp>
#include <gait/training/batch_cut.hpp>
#include <gait/training/communicator.hpp>
#include <gait/training/tile_worker.hpp>

#include <algorithm>
#include <cassert>
#include <span>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// Adds `count` runs of N numbers, `stride` apart, along a binary tree into the first: neighbours
/// first, then neighbouring pairs, and so on. Overwrites all of them. Parts of the runs go to
/// different threads.
template <class T>
void sum_along_tree(int threads, index count, index N, index stride, T* runs) {
    constexpr index part = 4096; // numbers; sixteen such parts fit a core's own cache
    parallel_for(threads, (N + part - 1) / part, [&](index item, int) {
        const flush_denormals flush;
        const index begin = item * part;
        const index length = std::min(part, N - begin);
        for (index apart = 1; apart < count; apart *= 2)
            for (index i = 0; i + apart < count; i += 2 * apart)
                add(length, runs + (i + apart) * stride + begin, runs + i * stride + begin);
    });
}

/// Computes batch gradients of one model with one set of workspaces.
template <classifying_model Model>
class batch_gradient {
public:
    /// `steps`: the longest window of any source this will see, in training or evaluation; `tile`:
    /// windows side by side.
    batch_gradient(int threads, int shards, index steps, index truncate_steps,
                   index tile = windows_per_tile)
        : shards_(shards), tile_(tile), runs_(shards * stride),
          tiles_(static_cast<std::size_t>(shards)) {
        assert(threads > 0 && shards > 0);
        workers_.reserve(static_cast<std::size_t>(threads));
        for (int t = 0; t < threads; ++t)
            workers_.emplace_back(steps, truncate_steps, tile);
    }

    /// Forward and backward over windows `ids` of `source`. Returns the sums over all ranks; the
    /// gradient of the loss sum is in `gradient()`. Allocates nothing but, for the first batches,
    /// lists of their windows, and that before the threads begin.
    template <class Source, communicator Communicator>
    loss_sums operator()(const Model& model, const kernel_weights<Model>& weights,
                         const Source& source, std::span<const index> ids, const pass& at,
                         const cross_entropy& loss, Communicator& ranks) {
        part(model, weights, source, ids, at, loss, ranks.rank(), ranks.size());
        sum_over(ranks);
        return sums();
    }

    /// The first half of that: the part of rank `rank` of `size`.
    template <class Source>
    void part(const Model& model, const kernel_weights<Model>& weights, const Source& source,
              std::span<const index> ids, const pass& at, const cross_entropy& loss, int rank,
              int size) {
        const batch_cut cut(std::ssize(ids), shards_, tile_);
        const index first = cut.first_shard(rank, size);
        const index last = cut.first_shard(rank + 1, size);
        const auto threads = static_cast<int>(workers_.size());
        for (index item = 0; item < last - first; ++item)
            tiles_[static_cast<std::size_t>(item)].cut(source, cut.windows_of(first + item, ids),
                                                       tile_);

        parallel_for(threads, last - first, [&](index item, int thread) {
            const flush_denormals flush;
            float* run = runs_.data() + item * stride;
            std::fill_n(run, stride, 0.0F);
            loss_sums seen;
            const tiles& own = tiles_[static_cast<std::size_t>(item)];
            for (index t = 0; t < own.size(); ++t)
                seen += workers_[static_cast<std::size_t>(thread)].train(model, weights, source,
                                                                         own[t], at, loss, run);
            seen.write(run + Model::parameter_count);
        });
        if (last > first)
            sum_along_tree(threads, last - first, used, stride, runs_.data());
        else
            std::fill_n(runs_.data(), used, 0.0F);
    }

    /// The second half. `wish` travels along: returns whether it was any rank's.
    template <communicator Communicator>
    bool sum_over(Communicator& ranks, bool wish = false) {
        ranks.sum(with_tail(wish));
        return runs_[used - 1] > 0;
    }

    /// [gradient | loss_sums | wish] as a whole.
    [[nodiscard]] std::span<float> with_tail(bool wish) {
        runs_[used - 1] = wish ? 1.0F : 0.0F;
        return {runs_.data(), static_cast<std::size_t>(used)};
    }

    [[nodiscard]] loss_sums sums() const {
        return loss_sums::read(runs_.data() + Model::parameter_count);
    }

    /// Of the last batch (parameter_count); the caller may change it.
    [[nodiscard]] std::span<float> gradient() {
        return {runs_.data(), static_cast<std::size_t>(Model::parameter_count)};
    }
    [[nodiscard]] std::span<tile_worker<Model>> workers() { return workers_; }

private:
    static constexpr index used = Model::parameter_count + gradient_tail;
    static constexpr index stride = aligned_count<float>(used);

    index shards_, tile_;
    buffer<float> runs_;       // (shards, stride)
    std::vector<tiles> tiles_; // of each shard of the latest batch
    std::vector<tile_worker<Model>> workers_;
};

} // namespace gait::inline GAIT_ARCH
