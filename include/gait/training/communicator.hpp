// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What training needs from other processes: a sum. Every process (a rank) holds the whole
// model, computes its part of a batch's shards, and after the sum all hold the same numbers. Every
// rank takes part in every sum, in the same order.
//
// A communicator that sums along a binary tree of ranks continues the tree along which shards are
// summed, so a power-of-two number of ranks gives the bits of a single process.
//
// Asynchronous training also needs messages from one rank to another.
#pragma once

#include <gait/core/config.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>

namespace gait::inline GAIT_ARCH {

/// rank() of size() processes; sum(values) replaces values by their sum over all ranks.
template <class C>
concept communicator = requires(C& c, std::span<float> single, std::span<double> precise) {
    { c.rank() } -> std::convertible_to<int>;
    { c.size() } -> std::convertible_to<int>;
    c.sum(single);
    c.sum(precise);
};

/// One that wants to know what this rank is doing, to name it when the others wait for it in vain.
template <class C>
concept informed_communicator = communicator<C> && requires(C& c, std::string what) {
    c.doing(std::move(what));
};

/// What ranks must have in common, by name.
using run_facts = std::map<std::string, std::string>;

/// One that can compare: agree(facts) throws the same `error` on every rank if they differ.
template <class C>
concept comparing_communicator = communicator<C> && requires(C& c, const run_facts& facts) {
    c.agree(facts);
};

/// Bytes that another rank has sent.
struct mail {
    int from = 0;
    std::span<const std::byte> bytes; ///< until the next mail is received
};

/// One that carries messages between two ranks. send(to, head, body) sends both as one and never
/// waits. receive(awaited) waits for the next message, whoever sent it; `awaited` are the ranks
/// that must not be silent for long. Messages from one rank to another arrive in their order.
template <class C>
concept messaging_communicator = communicator<C> &&
    requires(C& c, int to, std::span<const std::byte> bytes, std::span<const int> awaited) {
    c.send(to, bytes, bytes);
    { c.receive(awaited) } -> std::same_as<mail>;
};

/// One process on its own.
struct single_process {
    [[nodiscard]] static constexpr int rank() { return 0; }
    [[nodiscard]] static constexpr int size() { return 1; }
    template <class T>
    static constexpr void sum(std::span<T>) {}
};

/// Any of them, chosen while the program runs, so that one compiled trainer serves one process and
/// many. Without an argument: one process on its own.
class any_communicator {
public:
    any_communicator() = default;
    /// `ranks` must outlive this and its copies.
    template <comparing_communicator C>
        requires(informed_communicator<C>&& messaging_communicator<C> &&
                 !std::same_as<C, any_communicator>)
    explicit any_communicator(C& ranks)
        : rank_(ranks.rank()), size_(ranks.size()),
          single_([&ranks](std::span<float> values) { ranks.sum(values); }),
          precise_([&ranks](std::span<double> values) { ranks.sum(values); }),
          doing_([&ranks](std::string what) { ranks.doing(std::move(what)); }),
          agree_([&ranks](const run_facts& facts) { ranks.agree(facts); }),
          send_([&ranks](int to, std::span<const std::byte> head, std::span<const std::byte> body) {
              ranks.send(to, head, body);
          }),
          receive_([&ranks](std::span<const int> awaited) { return ranks.receive(awaited); }) {}

    [[nodiscard]] int rank() const { return rank_; }
    [[nodiscard]] int size() const { return size_; }
    void sum(std::span<float> values) const {
        if (single_)
            single_(values);
    }
    void sum(std::span<double> values) const {
        if (precise_)
            precise_(values);
    }
    void doing(std::string what) const {
        if (doing_)
            doing_(std::move(what));
    }
    void agree(const run_facts& facts) const {
        if (agree_)
            agree_(facts);
    }
    /// For several ranks alone, as is `receive`.
    void send(int to, std::span<const std::byte> head, std::span<const std::byte> body) const {
        send_(to, head, body);
    }
    [[nodiscard]] mail receive(std::span<const int> awaited) const { return receive_(awaited); }

private:
    int rank_ = 0, size_ = 1;
    std::function<void(std::span<float>)> single_;
    std::function<void(std::span<double>)> precise_;
    std::function<void(std::string)> doing_;
    std::function<void(const run_facts&)> agree_;
    std::function<void(int, std::span<const std::byte>, std::span<const std::byte>)> send_;
    std::function<mail(std::span<const int>)> receive_;
};

} // namespace gait::inline GAIT_ARCH
