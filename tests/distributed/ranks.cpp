// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Run by mpirun on any number of ranks: sums are those of one process that adds along the tree, and
// ranks that differ are told so, all in the same words. With the word "late", the last rank doesn't
// come before the others have waited in vain: the program says so and ends. With "nearly", it comes
// while they ask for it: nothing happens.
#include <gait/distributed.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

int failures = 0;

void check(bool good, const std::string& what) {
    if (!good) {
        ++failures;
        std::fprintf(stderr, "ranks: %s\n", what.c_str());
    }
}

/// What rank r brings: numbers of all sizes, so that every order of addition rounds differently.
template <class T>
std::vector<T> numbers_of(int rank, std::size_t count) {
    std::vector<T> numbers;
    std::uint64_t state = 1234567 + static_cast<std::uint64_t>(rank);
    for (std::size_t i = 0; i < count; ++i) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        const double size = std::exp2(static_cast<double>(state >> 60));
        numbers.push_back(static_cast<T>(size * (static_cast<double>(state >> 33) / 1e9 - 1)));
    }
    return numbers;
}

/// Neighbours first, then neighbouring pairs.
template <class T>
T along_tree(std::vector<T> values) {
    for (std::size_t apart = 1; apart < values.size(); apart *= 2)
        for (std::size_t i = 0; i + apart < values.size(); i += 2 * apart)
            values[i] += values[i + apart];
    return values.front();
}

template <class T>
void check_sum(gait::mpi_communicator& ranks, std::size_t count) {
    auto values = numbers_of<T>(ranks.rank(), count);
    std::vector<std::vector<T>> all;
    for (int r = 0; r < ranks.size(); ++r)
        all.push_back(numbers_of<T>(r, count));
    ranks.sum(std::span(values));

    const bool exact = (ranks.size() & (ranks.size() - 1)) == 0;
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < count; ++i) {
        std::vector<T> column;
        for (const auto& numbers : all)
            column.push_back(numbers[i]);
        const T expected = along_tree(column);
        double sizes = 0;
        for (const T number : column)
            sizes += std::abs(static_cast<double>(number));
        const double off = std::abs(static_cast<double>(values[i]) - static_cast<double>(expected));
        wrong +=
            exact ? values[i] != expected : !(off <= 8 * std::numeric_limits<T>::epsilon() * sizes);
    }
    check(wrong == 0, std::to_string(wrong) + " of " + std::to_string(count) + " sums are wrong");
}

void check_agreement(gait::mpi_communicator& ranks) {
    const bool last = ranks.rank() == ranks.size() - 1;
    ranks.agree({{"batch", "64"}, {"seed", "1"}});
    if (ranks.size() == 1)
        return;
    std::string found;
    try {
        ranks.agree({{"batch", last ? "65" : "64"}, {"seed", "1"}});
    } catch (const gait::error& problem) {
        found = problem.what();
    }
    const std::string who = "rank " + std::to_string(ranks.size() - 1) + " on ";
    check(found.find("batch: 64, found 65 on " + who) != std::string::npos, "agreement: " + found);
    check(found.find("seed") == std::string::npos, "agreement: " + found);
    found.clear();
    try { // what only one of them knows
        ranks.agree(last ? gait::run_facts{{"batch", "64"}, {"seed", "1"}}
                         : gait::run_facts{{"batch", "64"}});
    } catch (const gait::error& problem) {
        found = problem.what();
    }
    check(found.find("seed: none, found 1 on " + who) != std::string::npos, "agreement: " + found);
}

/// Not even a communicator is there without all ranks.
[[noreturn]] void one_comes_late() {
    int rank = 0, size = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (rank == size - 1)
        std::this_thread::sleep_for(std::chrono::seconds(30)); // it will be ended
    try {
        const gait::mpi_communicator ranks(1);
    } catch (const gait::missing_rank& problem) {
        std::fprintf(stderr, "ranks: %s\n", problem.what());
    }
    gait::mpi_session::abort(1);
}

/// The others have begun to ask for the last rank when it comes.
void one_comes_nearly_late() {
    gait::mpi_communicator ranks(1);
    for (const int milliseconds : {1200, 2000, 2600}) {
        if (ranks.rank() == ranks.size() - 1)
            std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
        check_sum<float>(ranks, 66'764);
    }
    ranks.finish();
}

} // namespace

int main(int argc, char** argv) {
    const gait::mpi_session session;
    if (argc == 2 && std::string_view(argv[1]) == "late")
        one_comes_late();
    if (argc == 2 && std::string_view(argv[1]) == "nearly") {
        one_comes_nearly_late();
        return failures == 0 ? 0 : 1;
    }
    gait::mpi_communicator ranks;
    // None, fewer than ranks, odd, either side of where halving begins, the model's own size.
    for (const std::size_t count : {0UL, 1UL, 3UL, 4095UL, 4097UL, 66'764UL}) {
        check_sum<float>(ranks, count);
        check_sum<double>(ranks, count);
    }
    check_agreement(ranks);
    check(ranks.ranks_here() == ranks.size(), "all ranks of this test are on one machine");
    check(ranks.size() == 1 || ranks.bytes_sent() > 66'764 * 8, "hardly anything was sent");
    ranks.finish();
    return failures == 0 ? 0 : 1;
}
