// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Waiting for other ranks without hanging, and finding out who is missing.
//
// A rank that waits polls, and answers questions while it does. When it has waited for too long it
// asks all others whether they wait too. Those that don't answer are the ones everybody waits for:
// stopped, cut off, dead, or still computing. Then it throws, and the program ends all ranks.
//
// Time is only counted in small pieces between two polls, so a rank that was itself stopped, or a
// machine that slept, accuses nobody when it wakes up.
#pragma once

#include <gait/core/error.hpp>
#include <gait/distributed/mpi_session.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// Some rank is waited for in vain. Of all that wait, one tells.
class missing_rank : public error {
public:
    using error::error;
};

class rank_watch {
public:
    using clock = std::chrono::steady_clock;

    /// Of the ranks of MPI_COMM_WORLD, where it uses two tags. `timeout` in seconds.
    explicit rank_watch(double timeout) : timeout_(timeout) {
        MPI_Comm_rank(all_, &rank_);
        MPI_Comm_size(all_, &size_);
        names_.resize(static_cast<std::size_t>(size_));
        for (int r = 0; r < size_; ++r)
            names_[static_cast<std::size_t>(r)] = "rank " + std::to_string(r);
    }

    /// "rank 2 on host", by which ranks are called in messages.
    [[nodiscard]] std::vector<std::string>& names() { return names_; }
    [[nodiscard]] const std::string& name(int rank) const {
        return names_[static_cast<std::size_t>(rank)];
    }

    /// What this rank is doing, for the message.
    void doing(std::string what) { doing_ = std::move(what); }
    /// Seconds spent waiting so far.
    [[nodiscard]] double seconds_waited() const { return seconds_waited_; }

    /// Seconds that count, of all waits so far.
    [[nodiscard]] double seconds_counted() const { return seconds_counted_; }
    [[nodiscard]] double timeout() const { return timeout_; }

    /// Returns when all `requests` to and from single ranks are done. Throws `missing_rank`.
    void wait(std::span<MPI_Request> requests) {
        try {
            wait_for(requests);
        } catch (...) {
            // Nobody waits for them any more; this process is about to end.
            for (MPI_Request& request : requests)
                if (request != MPI_REQUEST_NULL) {
                    MPI_Cancel(&request);
                    MPI_Request_free(&request);
                }
            throw;
        }
    }

    /// The same for an operation of all ranks, which MPI can neither cancel nor forget: if this
    /// throws, what it writes to must stay until the program ends.
    void wait_for_all_ranks(MPI_Request& request) { wait_for(std::span(&request, 1)); }

    /// Returns when `done()`, which is asked again and again. `late(r)`: has rank r been waited for
    /// too long? If one has, and is missing, throws `missing_rank`.
    template <class Done, class Late>
    void wait_until(const Done& done, const Late& late) {
        const auto start = clock::now();
        stopwatch waited;
        while (!done()) {
            answer();
            const double before = waited.total();
            seconds_counted_ += waited.add() - before;
            for (int r = 0; r < size_; ++r)
                if (r != rank_ && late(r)) {
                    accuse(done, late);
                    break;
                }
            pause(waited.total());
        }
        seconds_waited_ += std::chrono::duration<double>(clock::now() - start).count();
    }

private:
    static constexpr int question = 26'465, reply = 26'466; // tags
    static constexpr double grace = 2;                      // seconds to answer

    void wait_for(std::span<MPI_Request> requests) {
        const double start = seconds_counted_;
        wait_until(
            [&] {
                int all = 0;
                MPI_Testall(static_cast<int>(requests.size()), requests.data(), &all,
                            MPI_STATUSES_IGNORE);
                return all != 0;
            },
            [&](int) { return seconds_counted_ - start > timeout_; });
    }

    /// Counts time in pieces of at most a tenth of a second.
    class stopwatch {
    public:
        double add() {
            const auto now = clock::now();
            total_ += std::min(0.1, std::chrono::duration<double>(now - last_).count());
            last_ = now;
            return total_;
        }
        [[nodiscard]] double total() const { return total_; }

    private:
        clock::time_point last_ = clock::now();
        double total_ = 0;
    };

    /// A short wait must not cost a sleep, and a long one must leave the core to whom it waits for.
    static void pause(double waited) {
        if (waited < 0.002)
            std::this_thread::yield();
        else
            std::this_thread::sleep_for(std::chrono::microseconds(waited < 0.1 ? 50 : 1000));
    }

    static std::string text(double seconds) {
        char digits[32];
        std::snprintf(digits, sizeof digits, "%g", seconds);
        return digits;
    }

    void send(int to, int tag, int number) {
        // Lives until the message has left, which may be never: it is four bytes.
        auto* kept = new int(number);
        MPI_Request request = MPI_REQUEST_NULL;
        MPI_Isend(kept, 1, MPI_INT, to, tag, all_, &request);
        outgoing_.emplace_back(request, kept);
        std::erase_if(outgoing_, [](auto& message) {
            int left = 0;
            MPI_Test(&message.first, &left, MPI_STATUS_IGNORE);
            if (left != 0)
                delete message.second;
            return left != 0;
        });
    }

    /// The next message of a kind, if there is one: who sent it, and its number.
    bool receive(int tag, int& from, int& number) {
        int there = 0;
        MPI_Status status;
        MPI_Iprobe(MPI_ANY_SOURCE, tag, all_, &there, &status);
        if (there == 0)
            return false;
        from = status.MPI_SOURCE;
        MPI_Recv(&number, 1, MPI_INT, from, tag, all_, MPI_STATUS_IGNORE);
        return true;
    }

    void answer() {
        for (int from = 0, number = 0; receive(question, from, number);)
            send(from, reply, number);
    }

    /// Asks who waits too: for each rank, whether it does. All do if what is waited for arrives.
    template <class Done>
    std::vector<bool> ask(const Done& done) {
        ++asked_;
        for (int r = 0; r < size_; ++r)
            if (r != rank_)
                send(r, question, asked_);
        std::vector<bool> there(static_cast<std::size_t>(size_), false);
        there[static_cast<std::size_t>(rank_)] = true;
        for (stopwatch waited; waited.add() < grace;) {
            if (done())
                return std::vector<bool>(there.size(), true);
            answer();
            for (int from = 0, number = 0; receive(reply, from, number);)
                if (number == asked_)
                    there[static_cast<std::size_t>(from)] = true;
            if (std::ranges::find(there, false) == there.end())
                break;
            pause(waited.total());
        }
        return there;
    }

    /// Of those that wait the first one speaks.
    [[nodiscard]] bool speaks(const std::vector<bool>& there) const {
        return std::ranges::find(there, true) - there.begin() == rank_;
    }

    /// Who isn't there: those of them that are late, if any are.
    template <class Late>
    [[nodiscard]] std::string missing(const std::vector<bool>& there, const Late& late) const {
        std::string names, late_names;
        const auto note = [this](std::string& text, int r) {
            text += (text.empty() ? "" : ", ") + name(r);
        };
        for (int r = 0; r < size_; ++r)
            if (!there[static_cast<std::size_t>(r)]) {
                note(names, r);
                if (late(r))
                    note(late_names, r);
            }
        return late_names.empty() ? names : late_names;
    }

    /// Throws about whoever is missing, unless what is waited for arrives after all.
    template <class Done, class Late>
    void accuse(const Done& done, const Late& late) {
        const auto there = ask(done);
        const std::string names = missing(there, late);
        // Another one speaks; but if that one can't, this one must. And where nobody is missing any
        // more, somebody was only late, and what all wait for may be on its way.
        if (!speaks(there) || names.empty())
            for (stopwatch waited; waited.add() < grace && !done();)
                answer(), pause(1);
        if (done())
            return;
        throw missing_rank(
            {"", doing_, "to hear from all ranks within " + text(timeout_) + " s",
             names.empty() ? "them all waiting for each other" : "nothing from " + names});
    }

    MPI_Comm all_ = MPI_COMM_WORLD;
    double timeout_;
    int rank_ = 0, size_ = 1, asked_ = 0;
    std::vector<std::string> names_;
    std::string doing_ = "the start";
    double seconds_waited_ = 0, seconds_counted_ = 0;
    std::vector<std::pair<MPI_Request, int*>> outgoing_;
};

} // namespace gait::inline GAIT_ARCH
