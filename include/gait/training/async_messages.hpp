// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What parameter servers and workers write to each other. Server 0 decides, and is called the head;
// the other servers do as it says.
//
//   head, server -> worker    weights: task | slice of the weights
//   worker -> head, server    gradient: task | slice of the gradient, and to the head the sums
//   head -> server            step: squares | parts to add up
//   server -> head            squares: those so far and its own
//   head -> server            update: number, rate, factor
//   head -> server            give: worker, task
//   head -> all               end
//
// All ranks are one build of one program (they compare that at the start), so what they send is
// memory as it is.
#pragma once

#include <gait/kernels/updates.hpp>
#include <gait/training/communicator.hpp>
#include <gait/training/optimizers.hpp>

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

namespace gait::inline GAIT_ARCH {

/// The head of every message.
struct async_note {
    enum class kind : std::int32_t { weights, gradient, step, squares, update, give, end };
    kind what = kind::end;
    std::int32_t worker = 0;
    std::int64_t task = 0;
    step_position at = {};
    double factor = 0;
    square_chains squares = {};
    bool wish = false; ///< to stop
};

/// A gradient in a step.
struct async_part {
    std::int64_t worker = 0, task = 0, age = 0;
    double weight = 0; ///< of its windows
};

/// A message as it has come.
struct async_mail {
    int from = 0;
    async_note note;
    std::span<const std::byte> body;

    /// The body to a place of its size.
    template <class T>
    void copy(std::span<T> to) const {
        assert(body.size() == to.size_bytes());
        std::ranges::copy(body, std::as_writable_bytes(to).begin()); // either may be nothing
    }
};

template <messaging_communicator Communicator, class T = float>
void send_note(Communicator& ranks, int to, const async_note& note, std::span<const T> body = {}) {
    static_assert(std::is_trivially_copyable_v<async_note> && std::is_trivially_copyable_v<T>);
    ranks.send(to, std::as_bytes(std::span(&note, 1)), std::as_bytes(body));
}

template <messaging_communicator Communicator>
async_mail receive_note(Communicator& ranks, std::span<const int> awaited) {
    const mail got = ranks.receive(awaited);
    assert(got.bytes.size() >= sizeof(async_note));
    async_mail read{got.from, {}, got.bytes.subspan(sizeof(async_note))};
    std::memcpy(&read.note, got.bytes.data(), sizeof(async_note));
    return read;
}

} // namespace gait::inline GAIT_ARCH
