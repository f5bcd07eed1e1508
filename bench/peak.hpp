// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What the processor can do at most, measured in the same process and moments before and after what
// is compared with it: these machines are shared, and a figure without its peak means nothing.
#pragma once

#include <gait/core/threads.hpp>
#include <gait/kernels/simd.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>

namespace bench {

using gait::index;

/// Independent chains of multiply-adds: enough to hide the latency of two units.
inline constexpr int chains = 12;

/// Runs `rounds` rounds of multiply-adds on all chains; returns the sum so that none is left out.
inline float fma_rounds(index rounds) {
    using batch = gait::batch<float>;
    batch sums[chains];
    for (int c = 0; c < chains; ++c)
        sums[c] = gait::simd::pinned(batch(1.0F + static_cast<float>(c)));
    const batch factor = gait::simd::pinned(batch(0.999F)), add = gait::simd::pinned(batch(0.001F));
    for (index i = 0; i < rounds; ++i)
#pragma GCC unroll 16
        for (int c = 0; c < chains; ++c)
            sums[c] = gait::simd::fma(sums[c], factor, add);
    float total = 0;
    for (const batch& s : sums)
        total += gait::simd::sum(s);
    return total;
}

/// fp32 multiply-add peak of `threads` threads together, in FLOP/s: the best of several short runs.
inline double fma_peak(int threads) {
    constexpr index rounds = 200'000;
    double best = 0;
    for (int attempt = 0; attempt < 5; ++attempt) {
        const auto start = std::chrono::steady_clock::now();
        gait::parallel_for(threads, threads,
                           [&](index, int) { benchmark::DoNotOptimize(fma_rounds(rounds)); });
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        const double flops = 2.0 * chains * static_cast<double>(gait::lanes<float> * rounds) *
                             static_cast<double>(threads);
        best = std::max(best, flops / took.count());
    }
    return best;
}

/// Counts what a benchmark's iterations compute. Makes the counters GFLOP/s and share_of_peak, the
/// peak being the better of one taken when this is made and one taken at the end; and, where `lap`
/// is called, best_share_of_peak: that of the fastest lap, which a neighbour may have left alone.
class flop_counter {
public:
    flop_counter(benchmark::State& state, double flops_per_iteration, int threads = 1)
        : state_(state), flops_(flops_per_iteration), threads_(threads), before_(fma_peak(threads)),
          last_(clock::now()) {}

    /// So many iterations are done.
    void lap(index iterations = 1) {
        const auto now = clock::now();
        const std::chrono::duration<double> took = now - last_;
        best_ = std::min(best_, took.count() / static_cast<double>(iterations));
        last_ = now;
    }

    ~flop_counter() {
        const double peak = std::max(before_, fma_peak(threads_));
        const double flops = flops_ * static_cast<double>(state_.iterations());
        state_.counters["GFLOP/s"] = benchmark::Counter(flops * 1e-9, benchmark::Counter::kIsRate);
        state_.counters["share_of_peak"] =
            benchmark::Counter(flops / peak, benchmark::Counter::kIsRate);
        if (best_ < never)
            state_.counters["best_share_of_peak"] = flops_ / best_ / peak;
    }
    flop_counter(const flop_counter&) = delete;
    flop_counter& operator=(const flop_counter&) = delete;

private:
    using clock = std::chrono::steady_clock;
    static constexpr double never = 1e9;

    benchmark::State& state_;
    double flops_;
    int threads_;
    double before_;
    clock::time_point last_;
    double best_ = never; // seconds an iteration
};

} // namespace bench
