// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What every peer program does around its library: it takes orders, shows that the library computes
// what gait computed, times it, and prints a line of JSON.
//
//   peer_onednn --threads 2 reference.safetensors training
//
// Without FILE and TOPIC the orders come line by line from standard input; that way bench/run can
// have all peers take turns, and a machine that is busy for a while is busy for all of them.
#pragma once

#include "case_file.hpp"
#include "peak.hpp"

#include "support/command_line.hpp"
#include "support/program.hpp"

#include <gait/core/float_environment.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <omp.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

namespace peers {

/// One topic of one case, ready to run.
struct workload {
    /// Computes from the start; the stream goes over all of window 0.
    std::function<answers()> solve;
    /// What is timed: the whole batch, or one window, or one step.
    std::function<void()> run;
    /// Windows or steps in a `run`.
    index items = 1;
};

/// A library and what it calls itself.
struct library {
    std::string name, version;
    /// The topics are training, inference, window and stream. No `run`: not offered.
    std::function<workload(const case_file&, const std::string& topic)> make;
    tolerances allowed = {};
};

/// Flush-to-zero in every thread that OpenMP has for this program, for as long as they live.
inline void flush_everywhere(int threads) {
#pragma omp parallel num_threads(threads)
    { static thread_local const gait::flush_denormals stays; }
}

namespace detail {

using clock = std::chrono::steady_clock;

inline double seconds_of(const std::function<void()>& run, index times) {
    const auto start = clock::now();
    for (index i = 0; i < times; ++i)
        run();
    return std::chrono::duration<double>(clock::now() - start).count();
}

/// Mean seconds of a run, over at least `seconds` and after a run that doesn't count: as Google
/// Benchmark does it for gait.
inline double time(const workload& work, double seconds) {
    work.run();
    for (index times = 1;;) {
        const double took = seconds_of(work.run, times);
        if (took >= seconds)
            return took / static_cast<double>(times);
        times = took <= seconds / 100
                    ? times * 10
                    : static_cast<index>(1.4 * seconds / took * static_cast<double>(times)) + 1;
    }
}

class server {
public:
    server(const library& lib, int threads, double seconds)
        : lib_(lib), threads_(threads), seconds_(seconds) {}

    /// Carries out one order and prints its line. True if the peer was timed.
    bool order(const std::string& file, const std::string& topic) {
        nlohmann::ordered_json line = {{"peer", lib_.name},
                                       {"version", lib_.version},
                                       {"file", file},
                                       {"case", topic},
                                       {"threads", threads_}};
        bool timed = false;
        try {
            const prepared& ready = prepare(file, topic);
            line["batch"] = topic == "window" || topic == "stream" ? 1 : ready.task->batch;
            line["steps"] = topic == "stream" ? 1 : ready.task->steps;
            line["hidden"] = ready.task->hidden;
            const double before = bench::fma_peak(threads_);
            const double took = time(ready.work, seconds_);
            const double peak = (before + bench::fma_peak(threads_)) / 2;
            line["microseconds"] = 1e6 * took / static_cast<double>(ready.work.items);
            line["peak_gflops"] = 1e-9 * peak;
            line["worst_logit"] = ready.difference.logits;
            line["worst_gradient"] = ready.difference.gradients;
            timed = true;
        } catch (const std::exception& problem) {
            line["error"] = problem.what();
        }
        std::printf("%s\n", line.dump().c_str());
        std::fflush(stdout);
        return timed;
    }

private:
    struct prepared {
        const case_file* task;
        workload work;
        differences difference;
    };

    /// Loads and checks the first time an order is given.
    const prepared& prepare(const std::string& file, const std::string& topic) {
        const auto key = std::pair(file, topic);
        if (const auto found = ready_.find(key); found != ready_.end())
            return found->second;
        const auto task = cases_.try_emplace(file, file).first;
        workload work = lib_.make(task->second, topic);
        if (!work.run)
            throw std::runtime_error(lib_.name + " has no " + topic + " for this case");
        const differences d = compare(task->second, work.solve());
        require(d, lib_.allowed);
        return ready_.emplace(key, prepared{&task->second, std::move(work), d}).first->second;
    }

    const library& lib_;
    int threads_;
    double seconds_;
    std::map<std::string, case_file> cases_;
    std::map<std::pair<std::string, std::string>, prepared> ready_;
};

} // namespace detail

/// A peer's main(). `open(threads)` is called once, after the options are read.
inline int serve(const char* program, int argc, char** argv,
                 const std::function<library(int threads)>& open,
                 const std::function<void(CLI::App&)>& more_options = {}) {
    return support::run_program(program, argc, argv, [&](int count, char** words) {
        std::string file, topic;
        int threads = gait::available_threads();
        double seconds = 0.5;
        CLI::App app{"Times a library on gait's reference model, once its answers are gait's"};
        app.add_option("FILE", file, "A case written by reference_case; none: orders on stdin");
        app.add_option("TOPIC", topic, "training, inference, window or stream");
        app.add_option("--threads", threads, "Threads")
            ->check(CLI::Range(1, 4096))
            ->capture_default_str();
        app.add_option("--seconds", seconds, "Shortest time to run what is timed")
            ->check(CLI::PositiveNumber)
            ->capture_default_str();
        if (more_options)
            more_options(app);
        if (!support::parse(app, count, words))
            return 0;

        omp_set_dynamic(0);
        omp_set_num_threads(threads);
        const library lib = open(threads);
        detail::server server(lib, threads, seconds);
        if (!file.empty())
            return server.order(file, topic) ? 0 : 1;
        for (std::string line; std::getline(std::cin, line);)
            if (const auto space = line.rfind(' '); space != line.npos) // a path may have some, too
                server.order(line.substr(0, space), line.substr(space + 1));
        return 0;
    });
}

} // namespace peers
