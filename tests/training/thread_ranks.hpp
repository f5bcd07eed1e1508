// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Ranks that are threads of the test: a communicator that sums along a tree and carries messages.
#pragma once

#include <gait/training/communicator.hpp>

#include <algorithm>
#include <barrier>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace gait_test {

/// What ranks share: where each has its numbers, and what has been sent to it.
struct meeting {
    explicit meeting(int count)
        : all(count), places(static_cast<std::size_t>(count)),
          boxes(static_cast<std::size_t>(count)) {}

    struct box {
        std::mutex lock;
        std::condition_variable filled;
        std::deque<std::pair<int, std::vector<std::byte>>> letters;
        std::vector<std::byte> open; // the last one that was received
    };
    std::barrier<> all;
    std::vector<void*> places;
    std::vector<box> boxes;
};

struct thread_rank {
    int number;
    meeting* met;

    [[nodiscard]] int rank() const { return number; }
    [[nodiscard]] int size() const { return static_cast<int>(met->places.size()); }

    /// Along a binary tree, by rank 0 for all.
    template <class T>
    void sum(std::span<T> values) const {
        met->places[static_cast<std::size_t>(number)] = values.data();
        met->all.arrive_and_wait();
        if (number == 0)
            for (std::size_t apart = 1; apart < met->places.size(); apart *= 2)
                for (std::size_t r = 0; r + apart < met->places.size(); r += 2 * apart)
                    for (std::size_t i = 0; i < values.size(); ++i)
                        static_cast<T*>(met->places[r])[i] +=
                            static_cast<const T*>(met->places[r + apart])[i];
        met->all.arrive_and_wait();
        std::copy_n(static_cast<const T*>(met->places[0]), values.size(), values.begin());
        met->all.arrive_and_wait();
    }

    void send(int to, std::span<const std::byte> head, std::span<const std::byte> body) const {
        std::vector<std::byte> bytes(head.begin(), head.end());
        bytes.insert(bytes.end(), body.begin(), body.end());
        auto& box = met->boxes[static_cast<std::size_t>(to)];
        const std::lock_guard hold(box.lock);
        box.letters.emplace_back(number, std::move(bytes));
        box.filled.notify_one();
    }
    [[nodiscard]] gait::mail receive(std::span<const int>) const {
        auto& box = met->boxes[static_cast<std::size_t>(number)];
        std::unique_lock hold(box.lock);
        box.filled.wait(hold, [&] { return !box.letters.empty(); });
        auto [from, bytes] = std::move(box.letters.front());
        box.letters.pop_front();
        box.open = std::move(bytes);
        return {from, box.open};
    }
};

/// Calls work(rank) by `count` ranks at the same time.
template <class Work>
void on_threads(int count, const Work& work) {
    meeting met(count);
    std::vector<std::jthread> ranks;
    for (int r = 0; r < count; ++r)
        ranks.emplace_back([&, r] { work(thread_rank{r, &met}); });
}

} // namespace gait_test
