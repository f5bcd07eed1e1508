// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// bench_peak: the limits everything else is a share of. Multiply-adds per instruction set (as far
// as this processor has it), and how fast memory can be read, per level of the hierarchy.
#include "peak.hpp"

#include <gait/core/buffer.hpp>
#include <gait/kernels/product_precision.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace {

using bench::index;

#if defined(__x86_64__)
// Registers of a given width, whatever width the rest of the program is compiled for. One product
// and one sum; the compiler fuses them where the target has an instruction for that.
#define GAIT_PEAK_OF(name, target_flags, bytes)                                                    \
    __attribute__((target(target_flags), noinline)) float rounds_##name(index rounds) {            \
        typedef float registers __attribute__((vector_size(bytes)));                               \
        registers sums[bench::chains];                                                             \
        for (int c = 0; c < bench::chains; ++c) {                                                  \
            sums[c] = registers{} + (1.0F + static_cast<float>(c));                                \
            asm("" : "+x"(sums[c]));                                                               \
        }                                                                                          \
        registers factor = registers{} + 0.999F, add = registers{} + 0.001F;                       \
        asm("" : "+x"(factor), "+x"(add));                                                         \
        for (index i = 0; i < rounds; ++i)                                                         \
            _Pragma("GCC unroll 16") for (int c = 0; c < bench::chains; ++c) sums[c] =             \
                sums[c] * factor + add;                                                            \
        float total = 0;                                                                           \
        for (int c = 0; c < bench::chains; ++c)                                                    \
            total += sums[c][0];                                                                   \
        return total;                                                                              \
    }
GAIT_PEAK_OF(sse, "sse4.2,no-avx", 16)
GAIT_PEAK_OF(avx2, "avx2,fma,no-avx512f", 32)
GAIT_PEAK_OF(avx512, "avx512f", 64)
#undef GAIT_PEAK_OF
#endif

#if defined(GAIT_BFLOAT16_PRODUCTS)
/// Products of pairs of bfloat16.
float rounds_dots(index rounds) {
    __m512 sums[bench::chains];
    for (__m512& sum : sums)
        sum = _mm512_setzero_ps();
    const gait::batch<float> pairs = gait::simd::pinned(gait::batch<float>(1.0F));
    for (index i = 0; i < rounds; ++i)
#pragma GCC unroll 16
        for (int c = 0; c < bench::chains; ++c)
            sums[c] = _mm512_dpbf16_ps(sums[c], gait::bits_as<__m512bh>(pairs),
                                       gait::bits_as<__m512bh>(pairs));
    float total = 0;
    for (const __m512 sum : sums)
        total += _mm512_reduce_add_ps(sum);
    return total;
}

#if defined(GAIT_MATRIX_TILES)
/// Products of tiles, four sums at a time.
float rounds_tiles(index rounds) {
    using namespace gait::matrix_tile;
    const gait::matrix_tile_scope scope(true);
    zero<0>(), zero<1>(), zero<2>(), zero<3>(), zero<4>(), zero<5>(), zero<6>(), zero<7>();
    for (index i = 0; i < rounds; ++i) {
        multiply_add<0, 4, 6>();
        multiply_add<1, 5, 6>();
        multiply_add<2, 4, 7>();
        multiply_add<3, 5, 7>();
    }
    return 0;
}
#endif
#endif

void fma(benchmark::State& state, float (*rounds)(index), index lanes) {
    constexpr index count = 100'000;
    const auto threads = static_cast<int>(state.range(0));
    for (auto _ : state)
        gait::parallel_for(threads, threads,
                           [&](index, int) { benchmark::DoNotOptimize(rounds(count)); });
    state.counters["GFLOP/s"] =
        benchmark::Counter(2e-9 * bench::chains * static_cast<double>(lanes * count * threads) *
                               static_cast<double>(state.iterations()),
                           benchmark::Counter::kIsRate);
}

/// Sums a buffer of range(0) KB on each of range(1) threads.
void read(benchmark::State& state) {
    const index numbers = state.range(0) * 1024 / static_cast<index>(sizeof(float));
    const auto threads = static_cast<int>(state.range(1));
    std::vector<gait::buffer<float>> buffers;
    for (int t = 0; t < threads; ++t)
        buffers.emplace_back(numbers);
    // Enough passes that starting the threads does not count.
    const index passes = std::max<index>(1, (index{1} << 22) / numbers);
    for (auto _ : state)
        gait::parallel_for(threads, threads, [&](index item, int) {
            const float* data = buffers[static_cast<std::size_t>(item)].data();
            using batch = gait::batch<float>;
            constexpr index L = gait::lanes<float>;
            batch sums[8];
            std::fill_n(sums, 8, batch(0.0F));
            for (index pass = 0; pass < passes; ++pass)
                for (index i = 0; i + 8 * L <= numbers; i += 8 * L)
#pragma GCC unroll 8
                    for (index v = 0; v < 8; ++v)
                        sums[v] += gait::simd::pinned(gait::simd::load(data + i + v * L));
            for (int v = 1; v < 8; ++v)
                sums[0] += sums[v];
            benchmark::DoNotOptimize(gait::simd::sum(sums[0]));
        });
    state.counters["GB/s"] = benchmark::Counter(
        static_cast<double>(passes * numbers * static_cast<index>(sizeof(float)) * threads) * 1e-9 *
            static_cast<double>(state.iterations()),
        benchmark::Counter::kIsRate);
}

void register_all() {
    const int all = gait::available_threads();
    const auto add = [&](const std::string& name, float (*rounds)(index), index lanes) {
        auto* b = benchmark::RegisterBenchmark(("fma/" + name).c_str(),
                                               [=](benchmark::State& s) { fma(s, rounds, lanes); });
        b->ArgName("threads")->Arg(1)->UseRealTime();
        if (all > 1)
            b->Arg(all);
    };
    add(gait::instruction_set, bench::fma_rounds, gait::lanes<float>);
#if defined(__x86_64__)
    add("sse", rounds_sse, 4);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        add("avx2", rounds_avx2, 8);
    if (__builtin_cpu_supports("avx512f"))
        add("avx512", rounds_avx512, 16);
#endif
#if defined(GAIT_BFLOAT16_PRODUCTS)
    add("bfloat16 dot products", rounds_dots, 2 * gait::lanes<float>);
#if defined(GAIT_MATRIX_TILES)
    if (gait::matrix_tiles_permitted())
        add("bfloat16 matrix tiles", rounds_tiles, 4 * 16 * 16 * 32 / bench::chains);
#endif
#endif
    for (const auto& [level, kilobytes] :
         {std::pair{"L1", 16}, {"L2", 264}, {"L3", 8 * 1024}, {"memory", 256 * 1024}})
        for (const int threads : {1, all}) {
            benchmark::RegisterBenchmark((std::string("read/") + level).c_str(), read)
                ->ArgNames({"KB", "threads"})
                ->Args({kilobytes, threads})
                ->UseRealTime();
            if (all == 1)
                break;
        }
}

} // namespace

int main(int argc, char** argv) {
    register_all();
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
