// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// har_train_mpi: har_train by many processes, started by mpirun or srun.
//
//   mpirun -n 4 har_train_mpi prepared.safetensors -o weights.safetensors
//
// Rank 0 shows what all do and writes the files. An error of any rank ends them all: it is one
// line, and says where to go on.
#include "support/interrupt.hpp"
#include "support/last_words.hpp"
#include "support/program.hpp"
#include "train_options.hpp"
#include "train_run.hpp"

#include <gait/core/error.hpp>
#include <gait/core/threads.hpp>
#include <gait/distributed.hpp>
#include <gait/training/bounded_staleness.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

namespace {

/// Ranks of one machine that compute share its processors, and each takes no more than mpirun has
/// bound it to. Servers need hardly any.
int threads_of_a_rank(const gait::mpi_communicator& ranks, int servers) {
    const int mine = gait::available_threads();
    const int all = std::max(mine, static_cast<int>(std::thread::hardware_concurrency()));
    return std::clamp(all / std::max(1, ranks.ranks_here(servers)), 1, mine);
}

/// Who is a server, and how stale a gradient may be.
void divide_up(int ranks, const har::rank_options& wanted, har::train_options& o) {
    if (wanted.mode == "sync") {
        o.fit.servers = 0;
        return;
    }
    o.fit.servers = wanted.servers;
    if (ranks <= wanted.servers)
        throw gait::error({"", "ranks",
                           std::to_string(wanted.servers) + " servers and at least one worker",
                           std::to_string(ranks)});
    if (wanted.staleness.empty())
        o.fit.staleness = 2 * (ranks - wanted.servers);
    else if (wanted.staleness != "unbounded")
        o.fit.staleness = std::stoll(wanted.staleness);
}

/// Goyal et al. 2017: with k times the batch, k times the rate, once the first epochs are over.
void scale_for(int workers, const har::rank_options& wanted, har::train_options& o) {
    if (wanted.batch_per_rank == 0)
        return;
    o.fit.batch = wanted.batch_per_rank * workers;
    if (wanted.keep_rate || workers == 1)
        return;
    o.fit.learning_rate *= workers;
    if (!wanted.warmup_given)
        o.fit.rates.warmup_epochs = 5;
}

/// What a step is.
std::string in_words(const har::train_options& o, int workers) {
    const std::string windows = std::to_string(o.fit.batch) + " windows";
    if (o.fit.servers == 0)
        return "sync: a step is of " + windows;
    const bool bounded = o.fit.staleness != gait::bounded_staleness::unbounded;
    return "async: " + std::to_string(o.fit.servers) + " for the weights, " +
           std::to_string(workers) + " compute, at most " +
           (bounded ? std::to_string(o.fit.staleness) : "any number of") +
           " steps stale: a step is of a part of " + windows;
}

std::string where_to_go_on(const har::last_checkpoint& last) {
    if (last.epoch < 0)
        return last.resumed ? last.path.string() + " is as it was"
                            : std::string("no checkpoint is written yet");
    return "the last checkpoint, " + last.path.string() + ", has " + std::to_string(last.epoch) +
           " complete epochs; --resume goes on from it";
}

/// One line, whatever the message has in it.
void tell(const std::string& who, std::string message) {
    for (char& c : message)
        if (c == '\n' || c == '\r')
            c = ' ';
    std::fflush(stdout);
    std::fprintf(stderr, "har_train_mpi, %s: %s\n", who.c_str(), message.c_str());
    // What MPICH's mpiexec hasn't read when a rank aborts is lost.
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
}

/// Who this rank is to others.
struct identity {
    std::string name; ///< rank and host
    std::string job;  ///< the same in all ranks of this job on this machine
};

/// The number of the first process of this job on this machine.
std::string job_here(gait::mpi_communicator& ranks) {
    std::vector<double> numbers(static_cast<std::size_t>(ranks.size()));
    numbers[static_cast<std::size_t>(ranks.rank())] = static_cast<double>(::getpid());
    ranks.sum(std::span(numbers)); // which notices a rank that doesn't come
    return "job " +
           std::to_string(static_cast<long>(numbers[static_cast<std::size_t>(ranks.first_here())]));
}

int work(int argc, char** argv, gait::mpi_session& session, har::last_checkpoint& last,
         support::last_words& last_words, identity& self) {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank != 0 && !std::freopen("/dev/null", "w", stdout))
        throw gait::error({"/dev/null", "", "to write to it", "no way to"});
    har::train_options o;
    har::rank_options wanted;
    if (!har::read_command_line(argc, argv, o, &wanted))
        return 0;
    // Silently: launchers send SIGTERM to all ranks when one has died.
    support::catch_interrupts(true, support::last_words::none);

    session.patience(static_cast<unsigned>(std::ceil(wanted.timeout)));
    gait::mpi_communicator ranks(wanted.timeout);
    self.name = ranks.name();
    self.job = job_here(ranks);
    last.on_change = [&] {
        last_words.are(self.job, "\nhar_train_mpi, " + self.name + ": killed; " +
                                     where_to_go_on(last) + "\n");
    };
    last.on_change();
    divide_up(ranks.size(), wanted, o);
    const int workers = ranks.size() - o.fit.servers;
    if (workers > o.fit.shards)
        throw gait::error({"", "ranks",
                           "at most " + std::to_string(o.fit.shards) +
                               " that compute, as many as a batch has parts",
                           std::to_string(workers)});
    scale_for(workers, wanted, o);
    o.command = "mpirun -n " + std::to_string(ranks.size()) + " " + o.command;
    if (o.fit.threads == 0)
        o.fit.threads = threads_of_a_rank(ranks, o.fit.servers);
    o.traffic_so_far = [&ranks] {
        std::array<double, 2> all{static_cast<double>(ranks.bytes_sent()),
                                  ranks.watch().seconds_waited()};
        ranks.sum(std::span<double>(all));
        return har::traffic{all[0], all[1]};
    };
    std::printf("%d ranks of %d threads; %s, learning rate %g, warm-up %g epochs.\n", ranks.size(),
                o.fit.threads, in_words(o, workers).c_str(), o.fit.learning_rate,
                o.fit.rates.warmup_epochs);

    const int code = har::train(o, gait::any_communicator(ranks), last);
    std::printf("Rank 0 sent %.1f MB and waited %.1f s for the others.\n",
                static_cast<double>(ranks.bytes_sent()) / 1e6, ranks.watch().seconds_waited());
    support::flush_output();
    ranks.finish();
    last_words.none();
    return code;
}

} // namespace

int main(int argc, char** argv) {
    support::last_words last_words; // forks, so it comes before MPI
    gait::mpi_session session;
    har::last_checkpoint last;
    identity self;
    std::string problem;
    bool urgent = true;
    try {
        return work(argc, argv, session, last, last_words, self);
    } catch (const support::usage_error& e) { // which all ranks see alike
        int rank = 0;
        MPI_Comm_rank(MPI_COMM_WORLD, &rank);
        if (rank == 0)
            std::fprintf(stderr, "har_train_mpi: %s\n", e.text().c_str());
        return support::usage_error::exit_code;
    } catch (const gait::missing_rank& e) {
        problem = e.what();
    } catch (const std::exception& e) {
        problem = e.what();
        int rank = 0;
        MPI_Comm_rank(MPI_COMM_WORLD, &rank);
        urgent = rank == 0;
    }
    // Most errors are everybody's, and then rank 0 tells it and ends us here.
    if (!urgent)
        std::this_thread::sleep_for(std::chrono::seconds(2));
    if (!last.path.empty() && problem.find(last.path.string()) == std::string::npos)
        problem += "; " + where_to_go_on(last);
    if (urgent || !support::interrupted())
        tell(self.name.empty() ? "a rank" : self.name, problem);
    last_words.spoken(self.job);
    gait::mpi_session::abort(1);
}
