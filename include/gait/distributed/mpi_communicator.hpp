// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The communicator of training/communicator.hpp over MPI.
//
// Sums run along a binary tree of ranks: neighbours first, then neighbouring pairs, and so on. That
// is the upper part of the tree along which a rank sums its shards, so a power-of-two number of
// ranks gives the bits of one process. MPI_Allreduce may add in any order it likes, and does.
//
//   few numbers    log2(n) exchanges of all of them
//   many           each exchange halves what a rank is responsible for; then the sums go back the
//                  same way: 2 (n - 1) / n of the numbers are sent, instead of log2(n) times
//   other n        ranks beyond the largest power of two hand their numbers to one below it first,
//                  and get the result from it
//
// The order of addition is the same in both, and a + b = b + a to the bit.
#pragma once

#include <gait/core/extents.hpp>
#include <gait/core/float_environment.hpp>
#include <gait/distributed/mailbox.hpp>
#include <gait/distributed/rank_watch.hpp>
#include <gait/training/communicator.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

class mpi_communicator {
public:
    /// All ranks of the program, each of which constructs this. `timeout`: seconds to wait for
    /// another rank before it is missing.
    explicit mpi_communicator(double timeout = 60) : watch_(timeout) {
        MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
        MPI_Comm_size(MPI_COMM_WORLD, &size_);
        copy_world();
        mail_.emplace(data_, watch_);
        std::array<char, MPI_MAX_PROCESSOR_NAME + 1> host{};
        int length = 0;
        MPI_Get_processor_name(host.data(), &length);
        const auto hosts = texts(std::string(host.data(), static_cast<std::size_t>(length)));
        for (std::size_t r = 0; r < hosts.size(); ++r)
            watch_.names()[r] += " on " + hosts[r];
        for (const std::string& other : hosts)
            here_.push_back(other == hosts[static_cast<std::size_t>(rank_)]);
    }
    mpi_communicator(const mpi_communicator&) = delete;
    mpi_communicator& operator=(const mpi_communicator&) = delete;

    [[nodiscard]] int rank() const { return rank_; }
    [[nodiscard]] int size() const { return size_; }
    /// Ranks on this one's host, itself included, from rank `first` on.
    [[nodiscard]] int ranks_here(int first = 0) const {
        return static_cast<int>(std::count(here_.begin() + first, here_.end(), true));
    }
    /// The first of them.
    [[nodiscard]] int first_here() const {
        return static_cast<int>(std::find(here_.begin(), here_.end(), true) - here_.begin());
    }
    /// Who waits for whom, and how long.
    [[nodiscard]] rank_watch& watch() { return watch_; }
    /// "rank 1 on host".
    [[nodiscard]] const std::string& name() const { return watch_.name(rank_); }
    /// What this rank has sent so far.
    [[nodiscard]] std::int64_t bytes_sent() const { return bytes_sent_ + mail_->bytes_sent(); }

    void doing(std::string what) { watch_.doing(std::move(what)); }
    void sum(std::span<float> values) {
        add_up(values, single_);
        mail_->heard_from_all();
    }
    void sum(std::span<double> values) {
        add_up(values, precise_);
        mail_->heard_from_all();
    }

    /// As messaging_communicator has it.
    void send(int to, std::span<const std::byte> head, std::span<const std::byte> body) {
        mail_->send(to, head, body);
    }
    [[nodiscard]] mail receive(std::span<const int> awaited) { return mail_->receive(awaited); }

    /// Throws the same `error` on every rank if not all have the same facts; lists who differs, and
    /// in what, from rank 0.
    void agree(const run_facts& facts) {
        std::string own;
        for (const auto& [name, value] : facts)
            own += name + '\0' + value + '\0';
        std::vector<run_facts> all;
        for (const std::string& text : texts(own))
            all.push_back(read_facts(text));

        std::string expected, found;
        const auto note = [](std::string& text, const std::string& more) {
            text += (text.empty() ? "" : "; ") + more;
        };
        run_facts known; // by anybody
        for (const run_facts& some : all)
            known.insert(some.begin(), some.end());
        const auto of = [&](std::size_t r, const std::string& name) {
            const auto at = all[r].find(name);
            return at == all[r].end() ? "none" : at->second;
        };
        for (const auto& fact : known)
            for (std::size_t r = 1; r < all.size(); ++r)
                if (of(r, fact.first) != of(0, fact.first)) {
                    note(expected, fact.first + ": " + of(0, fact.first));
                    note(found, of(r, fact.first) + " on " + watch_.name(static_cast<int>(r)));
                }
        if (!expected.empty())
            throw error({"", "comparing what ranks do",
                         "what " + watch_.name(0) + " does, " + expected, found});
    }

    /// Waits until all ranks have come this far. They may end after it, and sum no more.
    void finish() {
        doing("the end");
        mail_->flush();
        std::array<double, 1> nothing{};
        sum(std::span<double>(nothing));
        MPI_Comm_free(&data_);
    }

private:
    static constexpr int tag = 1;
    static constexpr std::size_t many = 4096; // numbers from which halving pays

    void copy_world() {
        // On the heap, and left there if a rank is missing.
        auto* copy = new MPI_Comm(MPI_COMM_NULL);
        MPI_Request copied = MPI_REQUEST_NULL;
        MPI_Comm_idup(MPI_COMM_WORLD, copy, &copied);
        watch_.wait_for_all_ranks(copied);
        data_ = *copy;
        delete copy;
    }

    static MPI_Datatype type_of(float) { return MPI_FLOAT; }
    static MPI_Datatype type_of(double) { return MPI_DOUBLE; }

    /// Sends `out` to one rank and gets `in` from it, at the same time; either may be empty.
    template <class T>
    void exchange(int other, std::span<const T> out, std::span<T> in) {
        std::array<MPI_Request, 2> requests{MPI_REQUEST_NULL, MPI_REQUEST_NULL};
        if (!in.empty())
            MPI_Irecv(in.data(), static_cast<int>(in.size()), type_of(T{}), other, tag, data_,
                      &requests[0]);
        if (!out.empty())
            MPI_Isend(out.data(), static_cast<int>(out.size()), type_of(T{}), other, tag, data_,
                      &requests[1]);
        bytes_sent_ += static_cast<std::int64_t>(out.size_bytes());
        watch_.wait(requests);
    }

    template <class T>
    static void add(std::span<const T> from, std::span<T> to) {
        for (std::size_t i = 0; i < to.size(); ++i)
            to[i] += from[i];
    }

    template <class T>
    void add_up(std::span<T> values, std::vector<T>& other) {
        // As everywhere in training, or the bits would depend on where a denormal is met.
        std::optional<flush_denormals> flush;
        if constexpr (std::is_same_v<T, float>)
            flush.emplace();
        if (values.empty() || size_ == 1)
            return;
        if (other.size() < values.size())
            other.resize(values.size());
        const std::span<T> theirs(other.data(), values.size());
        const std::span<const T> mine(values);

        const int core = static_cast<int>(std::bit_floor(static_cast<unsigned>(size_)));
        if (rank_ >= core) {
            exchange<T>(rank_ - core, mine, {});
            exchange<T>(rank_ - core, {}, values);
            return;
        }
        if (rank_ + core < size_) {
            exchange<T>(rank_ + core, {}, theirs);
            add<T>(theirs, values);
        }
        if (values.size() < many || core <= 2)
            for (int apart = 1; apart < core; apart *= 2) {
                exchange<T>(rank_ ^ apart, mine, theirs);
                add<T>(theirs, values);
            }
        else
            halve(values, theirs, core, 1);
        if (rank_ + core < size_)
            exchange<T>(rank_ + core, mine, {});
    }

    /// `values` of ranks that differ in no bit below `apart`, all responsible for the same numbers:
    /// adds up one half, leaves the other half to the neighbour, then takes it from there.
    template <class T>
    void halve(std::span<T> values, std::span<T> theirs, int core, int apart) {
        if (apart == core)
            return;
        const int other = rank_ ^ apart;
        const std::size_t middle = values.size() / 2;
        const auto low = values.first(middle), high = values.subspan(middle);
        const auto [kept, given] = rank_ < other ? std::pair(low, high) : std::pair(high, low);
        exchange<T>(other, given, theirs.first(kept.size()));
        add<T>(theirs.first(kept.size()), kept);
        halve(kept, theirs, core, 2 * apart);
        exchange<T>(other, kept, given);
    }

    /// A text of each rank, on all of them. A sum carries them: it is short, once a run, and waits
    /// as carefully as any other.
    std::vector<std::string> texts(const std::string& own) {
        std::vector<double> lengths(static_cast<std::size_t>(size_));
        lengths[static_cast<std::size_t>(rank_)] = static_cast<double>(own.size());
        sum(std::span(lengths));
        std::vector<double> letters;
        std::size_t before = 0, all = 0;
        for (std::size_t r = 0; r < lengths.size(); ++r) {
            before +=
                r < static_cast<std::size_t>(rank_) ? static_cast<std::size_t>(lengths[r]) : 0;
            all += static_cast<std::size_t>(lengths[r]);
        }
        letters.resize(all);
        for (std::size_t i = 0; i < own.size(); ++i)
            letters[before + i] = static_cast<unsigned char>(own[i]);
        sum(std::span(letters));

        std::vector<std::string> result;
        auto at = letters.begin();
        for (const double length : lengths) {
            std::string& text = result.emplace_back();
            for (const auto end = at + static_cast<std::ptrdiff_t>(length); at != end; ++at)
                text += static_cast<char>(static_cast<unsigned char>(*at));
        }
        return result;
    }

    static run_facts read_facts(const std::string& text) {
        run_facts facts;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t middle = text.find('\0', at), end = text.find('\0', middle + 1);
            facts[text.substr(at, middle - at)] = text.substr(middle + 1, end - middle - 1);
            at = end + 1;
        }
        return facts;
    }

    MPI_Comm data_ = MPI_COMM_NULL; // a copy, apart from other messages of the program
    int rank_ = 0, size_ = 1;
    std::vector<bool> here_; // each rank, on this host
    rank_watch watch_;
    std::optional<mailbox> mail_;
    std::int64_t bytes_sent_ = 0;
    std::vector<float> single_; // what another rank sent
    std::vector<double> precise_;
};

} // namespace gait::inline GAIT_ARCH
