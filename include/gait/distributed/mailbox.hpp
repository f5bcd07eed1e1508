// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Messages between two ranks, for asynchronous training. Sending never waits: what is sent is
// copied, and leaves while this rank waits for something else. Receiving waits under the eyes of
// the rank watch: a rank that is awaited and silent for too long is missing, even if others are
// not.
#pragma once

#include <gait/distributed/rank_watch.hpp>
#include <gait/training/communicator.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace gait::inline GAIT_ARCH {

class mailbox {
public:
    /// Over `group`, where it uses one tag; both must outlive this.
    mailbox(MPI_Comm group, rank_watch& watch) : group_(group), watch_(watch) {
        int size = 0;
        MPI_Comm_size(group, &size);
        heard_.resize(static_cast<std::size_t>(size));
        awaited_.resize(static_cast<std::size_t>(size));
    }
    mailbox(const mailbox&) = delete;
    mailbox& operator=(const mailbox&) = delete;
    /// What hasn't left by now may still be looked at by MPI, until the program ends.
    ~mailbox() {
        for (auto& kept : letters_)
            static_cast<void>(kept.release());
    }

    void send(int to, std::span<const std::byte> head, std::span<const std::byte> body) {
        letter& next = unused();
        next.bytes.assign(head.begin(), head.end());
        next.bytes.insert(next.bytes.end(), body.begin(), body.end());
        MPI_Isend(next.bytes.data(), static_cast<int>(next.bytes.size()), MPI_BYTE, to, tag, group_,
                  &next.request);
        bytes_sent_ += static_cast<std::int64_t>(next.bytes.size());
        heard_[static_cast<std::size_t>(to)] = watch_.seconds_counted(); // an answer takes a while
    }

    /// The next message, whoever sent it. Throws `missing_rank`.
    [[nodiscard]] mail receive(std::span<const int> awaited) {
        std::ranges::fill(awaited_, false);
        for (const int rank : awaited)
            awaited_[static_cast<std::size_t>(rank)] = true;
        letter& next = unused();
        int from = -1;
        // Not MPI_Recv, which would wait in vain for the rest of a long message.
        const auto there = [&] {
            if (from < 0) {
                int known = 0;
                MPI_Status status;
                MPI_Iprobe(MPI_ANY_SOURCE, tag, group_, &known, &status);
                if (known == 0)
                    return false;
                int bytes = 0;
                MPI_Get_count(&status, MPI_BYTE, &bytes);
                from = status.MPI_SOURCE;
                next.bytes.resize(static_cast<std::size_t>(bytes));
                MPI_Irecv(next.bytes.data(), bytes, MPI_BYTE, from, tag, group_, &next.request);
            }
            return next.gone();
        };
        watch_.wait_until(there, [&](int rank) {
            const auto r = static_cast<std::size_t>(rank);
            return awaited_[r] && watch_.seconds_counted() - heard_[r] > watch_.timeout();
        });
        heard_[static_cast<std::size_t>(from)] = watch_.seconds_counted();
        open_.swap(next.bytes);
        return {from, open_};
    }

    /// In another way: from here on they are silent.
    void heard_from_all() { std::ranges::fill(heard_, watch_.seconds_counted()); }

    /// Waits until all that was sent has left.
    void flush() {
        for (auto& kept : letters_)
            watch_.wait(std::span(&kept->request, 1));
    }

    [[nodiscard]] std::int64_t bytes_sent() const { return bytes_sent_; }

private:
    static constexpr int tag = 2;

    struct letter {
        std::vector<std::byte> bytes;
        MPI_Request request = MPI_REQUEST_NULL;
        bool gone() {
            int done = 0;
            MPI_Test(&request, &done, MPI_STATUS_IGNORE);
            return done != 0;
        }
    };

    /// One whose bytes nobody needs any more.
    letter& unused() {
        for (auto& kept : letters_)
            if (kept->gone())
                return *kept;
        return *letters_.emplace_back(std::make_unique<letter>());
    }

    MPI_Comm group_;
    rank_watch& watch_;
    std::vector<std::unique_ptr<letter>> letters_;
    std::vector<std::byte> open_; // the last message received
    std::vector<double> heard_;   // when something last went to or came from each rank
    std::vector<char> awaited_;   // each rank
    std::int64_t bytes_sent_ = 0;
};

} // namespace gait::inline GAIT_ARCH
