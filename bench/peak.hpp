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
#include <vector>

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

/// fp32 multiply-adds of `threads` threads together in half a millisecond, in FLOP/s.
inline double fma_rate(int threads) {
    constexpr index rounds = 250'000;
    const auto start = std::chrono::steady_clock::now();
    gait::parallel_for(threads, threads,
                       [&](index, int) { benchmark::DoNotOptimize(fma_rounds(rounds)); });
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    return 2.0 * chains * static_cast<double>(gait::lanes<float> * rounds) *
           static_cast<double>(threads) / took.count();
}

/// The middle one; with an even number, the upper of the two.
inline double median(std::vector<double>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// The same at its usual rate: the median of several.
inline double fma_peak(int threads) {
    std::vector<double> rates(9);
    for (double& rate : rates)
        rate = fma_rate(threads);
    return median(rates);
}

/// Times work and, in turns with it, the peak: a processor changes its clock by a fifth from one
/// hundredth of a second to the next, and a neighbour comes and goes. Makes the counters GFLOP/s
/// and share_of_peak, the one over the median of the other in the same stretch of time.
class flop_counter {
public:
    flop_counter(benchmark::State& state, double flops_per_call, int threads = 1)
        : state_(state), flops_(flops_per_call), threads_(threads) {
        fma_peak(threads); // wakes the threads and the clock
    }

    /// Calls work() as often as the benchmark asks for; it computes `flops_per_call`. Looks at the
    /// clock after every `at_once` calls.
    template <class Work>
    void measure(index at_once, const Work& work) {
        double calls = 0, seconds = 0, unwatched = turn;
        std::vector<double> peaks;
        const auto watch = [&] {
            for (unwatched = std::min(unwatched, 20 * turn); unwatched >= turn; unwatched -= turn)
                peaks.push_back(fma_rate(threads_));
        };
        while (state_.KeepRunningBatch(at_once)) {
            if (unwatched >= turn) {
                state_.PauseTiming();
                watch();
                state_.ResumeTiming();
            }
            const auto start = std::chrono::steady_clock::now();
            for (index i = 0; i < at_once; ++i)
                work();
            const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
            calls += static_cast<double>(at_once), seconds += took.count();
            unwatched += took.count();
        }
        watch();
        const double rate = flops_ * calls / seconds;
        state_.counters["GFLOP/s"] = rate * 1e-9;
        state_.counters["share_of_peak"] = rate / median(peaks);
    }

private:
    static constexpr double turn = 0.01; // seconds of work for each sample of the peak

    benchmark::State& state_;
    double flops_;
    int threads_;
};

} // namespace bench
