// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The order in which an epoch takes N windows:
//
//   given      as they are
//   shuffled   at random, anew every epoch
//   dealt      likewise, but each shard of a batch (batch_cut.hpp) has windows of its own, and its
//              place in every batch is filled from these. So a rank needs its shards' windows and
//              no others, and need not read the rest of the data; one process that takes the same
//              order has the same bits.
//
// What a shard has are blocks of neighbouring windows from everywhere, dealt once a run: neighbours
// share samples, and a shard that had one person's windows alone would make each rank's part of a
// batch one person's.
#pragma once

#include <gait/core/extents.hpp>
#include <gait/core/random.hpp>
#include <gait/training/batch_cut.hpp>
#include <gait/training/options.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

class epoch_order {
public:
    /// For N windows and the order, batch, shards, tile and seed of `options`.
    epoch_order(index N, const fit_options& options)
        : how_(options.order), seed_(options.seed), batch_(options.batch),
          most_shards_(options.shards), tile_(tile_of(options)),
          order_(static_cast<std::size_t>(N)) {
        std::iota(order_.begin(), order_.end(), index{0});
        if (how_ == window_order::dealt)
            deal();
    }

    /// The order of the epoch after `epoch` complete ones, until the next call.
    [[nodiscard]] std::span<const index> operator()(std::int64_t epoch) {
        const auto now = static_cast<std::uint32_t>(epoch);
        if (how_ == window_order::dealt) {
            auto mixed = dealt_;
            for (std::size_t s = 0; s + 1 < begins_.size(); ++s) {
                const std::span<index> own(mixed.data() + begins_[s],
                                           mixed.data() + begins_[s + 1]);
                shuffle(own, random_stream(seed_, purpose::shuffle, now, s + 1));
            }
            fill(mixed);
        } else if (how_ == window_order::shuffled) {
            std::iota(order_.begin(), order_.end(), index{0});
            shuffle(order_, random_stream(seed_, purpose::shuffle, now));
        }
        return order_;
    }

    /// The windows that the part of `rank` of `size` needs in any epoch, ascending.
    [[nodiscard]] std::vector<index> needed_by(int rank, int size) const {
        if (how_ != window_order::dealt) {
            std::vector<index> all(order_.size());
            std::iota(all.begin(), all.end(), index{0});
            return all;
        }
        std::vector<bool> needs(begins_.size() - 1, false);
        const batch_cut whole = first(), rest = last();
        for (index s = whole.first_shard(rank, size); s < whole.first_shard(rank + 1, size); ++s)
            needs[static_cast<std::size_t>(s)] = true;
        for (index s = rest.first_shard(rank, size); s < rest.first_shard(rank + 1, size); ++s)
            needs[home(rest, s)] = true;
        std::vector<index> windows;
        for (std::size_t s = 0; s < needs.size(); ++s)
            if (needs[s])
                windows.insert(windows.end(), dealt_.begin() + begins_[s],
                               dealt_.begin() + begins_[s + 1]);
        std::ranges::sort(windows);
        return windows;
    }

private:
    static constexpr index block = 128; // windows dealt together

    [[nodiscard]] index size() const { return std::ssize(order_); }
    [[nodiscard]] index whole_batches() const { return std::max(index{1}, size() / batch_); }
    /// Every batch but maybe the last one.
    [[nodiscard]] batch_cut first() const {
        return {std::min(batch_, size()), most_shards_, tile_};
    }
    /// What is left after the whole batches; may be nothing.
    [[nodiscard]] batch_cut last() const {
        return {std::max(index{0}, size() - whole_batches() * batch_), most_shards_, tile_};
    }

    /// Whose windows fill shard s of the last batch, which may have fewer shards. That rank's of
    /// any power of two which computes it: with more ranks than shards the last of those that share
    /// one does.
    [[nodiscard]] std::size_t home(const batch_cut& rest, index s) const {
        return static_cast<std::size_t>(first().shards * (s + 1) / rest.shards - 1);
    }

    void deal() {
        std::vector<index> blocks(static_cast<std::size_t>((size() + block - 1) / block));
        std::iota(blocks.begin(), blocks.end(), index{0});
        shuffle(blocks, random_stream(seed_, purpose::shuffle, // no epoch has this number
                                      std::numeric_limits<std::uint32_t>::max()));
        for (const index b : blocks)
            for (index i = b * block; i < std::min(size(), (b + 1) * block); ++i)
                dealt_.push_back(i);

        const batch_cut whole = first(), rest = last();
        std::vector<index> counts(static_cast<std::size_t>(whole.shards));
        for (index s = 0; s < whole.shards; ++s)
            counts[static_cast<std::size_t>(s)] =
                whole_batches() * (whole.first_window(s + 1) - whole.first_window(s));
        for (index s = 0; s < rest.shards; ++s)
            counts[home(rest, s)] += rest.first_window(s + 1) - rest.first_window(s);
        begins_.push_back(0);
        for (const index count : counts)
            begins_.push_back(begins_.back() + count);
    }

    /// The places of every shard in all batches from its own windows.
    void fill(const std::vector<index>& mixed) {
        const batch_cut whole = first(), rest = last();
        std::vector<index> next(begins_.begin(), begins_.end() - 1);
        const auto place = [&](index from, index to, std::size_t shard) {
            for (index i = from; i < to; ++i)
                order_[static_cast<std::size_t>(i)] =
                    mixed[static_cast<std::size_t>(next[shard]++)];
        };
        for (index b = 0; b < whole_batches(); ++b)
            for (index s = 0; s < whole.shards; ++s)
                place(b * batch_ + whole.first_window(s), b * batch_ + whole.first_window(s + 1),
                      static_cast<std::size_t>(s));
        const index done = std::min(size(), whole_batches() * batch_);
        for (index s = 0; s < rest.shards; ++s)
            place(done + rest.first_window(s), done + rest.first_window(s + 1), home(rest, s));
    }

    window_order how_;
    std::uint64_t seed_;
    index batch_, most_shards_, tile_;
    std::vector<index> order_;
    std::vector<index> dealt_;  // windows of the first shard, of the second, ...
    std::vector<index> begins_; // of each shard's in that, and their number
};

} // namespace gait::inline GAIT_ARCH
