// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// bench_model: the reference model at work. Training steps, batched inference, one window, one step
// of a stream; sweeps over batch, steps and hidden size; input that breeds denormals.
//
// A training step is all of it: extraction, scaling, forward, loss, backward, the sum over shards,
// clipping, the optimizer and packing. Work is counted in multiply-adds of the products alone, so
// what the rest costs lowers the share of the peak.
#include "peak.hpp"

#include <gait/data.hpp>
#include <gait/inference.hpp>
#include <gait/model/har.hpp>
#include <gait/training.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

namespace {

using bench::index;

/// 2 FLOP per weight and step, forward; the last dense layer runs once a window.
template <index H, index K>
constexpr double forward_flops(index steps) {
    return 2.0 * static_cast<double>(steps * (3 * H + 2 * (2 * H) * 4 * H) + H * K);
}
/// Forward, gradients of the data and gradients of the weights.
template <index H, index K>
constexpr double training_flops(index steps) {
    return 3.0 * forward_flops<H, K>(steps);
}

const int shards = gait::fit_options{}.shards;

template <index H>
using model_of = gait::sequential<gait::each_step<gait::dense<3, H, gait::relu>>, gait::lstm<H, H>,
                                  gait::lstm<H, H>, gait::last_step<H>, gait::dense<H, 7>>;

template <class Model>
gait::buffer<float> initial_parameters() {
    gait::buffer<float> parameters(Model::parameter_count);
    Model{}.init(typename Model::template params<float>(parameters.data()),
                 {1, gait::purpose::initialise});
    return parameters;
}

/// `count` windows with a hop of 20 samples, as views into one recording: of noise; or, with
/// `quiet`, of zeros but for a number now and then: vanishing gradients all the way.
struct training_data {
    gait::recordings recorded;
    std::vector<gait::window> windows;
    std::vector<index> ids;
    gait::scaling scale{{0.1F, 0.2F, 0.3F}, {0.5F, 0.6F, 0.7F}};

    training_data(index count, index steps, bool quiet = false) {
        constexpr index hop = 20;
        recorded.classes = {"a", "b", "c", "d", "e", "f", "g"};
        const index samples = (count - 1) * hop + steps;
        gait::random_stream random(1, gait::purpose::user);
        for (index i = 0; i < samples * 3; ++i)
            recorded.samples.push_back(!quiet               ? 2.0F * random.uniform() - 1.0F
                                       : i % (3 * hop) == 0 ? 1e-30F
                                                            : 0.0F);
        if (quiet)
            scale = {};
        for (index i = 0; i < count; ++i)
            windows.push_back({.begin = i * hop,
                               .steps = static_cast<int>(steps),
                               .label = static_cast<std::uint8_t>(i % 7)});
        recorded.labels.resize(static_cast<std::size_t>(samples));
        recorded.runs = {{.begin = 0, .count = samples}};
        ids.resize(static_cast<std::size_t>(count));
        std::iota(ids.begin(), ids.end(), index{0});
        gait::shuffle(ids, gait::random_stream(1, gait::purpose::shuffle));
    }
    [[nodiscard]] gait::recorded_windows source(index steps) const {
        return {recorded, windows, steps, ids, scale};
    }
};

/// What is measured is the precision that was asked for, or nothing.
bool is_there(benchmark::State& state, gait::product_precision products) {
    if (gait::available(products) == products)
        return true;
    state.SkipWithError("nothing here multiplies bfloat16");
    return false;
}

/// range: batch, steps, threads.
template <index H>
void training_step(benchmark::State& state, bool quiet = false,
                   gait::product_precision products = gait::product_precision::fp32) {
    if (!is_there(state, products))
        return;
    using model = model_of<H>;
    const index batch = state.range(0), steps = state.range(1);
    const auto threads = static_cast<int>(state.range(2));
    const training_data data(batch, steps, quiet);
    const auto source = data.source(steps);
    model m;
    m.use_products(products);
    const index tile = gait::windows_per_tile_of(m);
    gait::buffer<float> parameters = initial_parameters<model>();
    gait::kernel_weights<model> weights;
    gait::batch_gradient<model> gradient(threads, shards, steps, 0, tile);
    gait::any_optimizer method = gait::adam{};
    gait::buffer<float> memory(method.slots() * model::parameter_count);
    const std::vector<index>& ids = data.ids;
    gait::single_process alone;
    std::int64_t step = 0;

    bench::flop_counter count(state, training_flops<H, 7>(steps) * static_cast<double>(batch),
                              threads);
    count.measure(1, [&] {
        const gait::flush_denormals flush;
        weights.pack(m, parameters.span());
        const auto sums =
            gradient(m, weights, source, ids, {.training = true, .seed = 1}, {}, alone);
        gait::mean_and_clip(gradient.gradient(), sums.weight, 1.0);
        method.update({.number = ++step, .learning_rate = 1e-4}, parameters.span(),
                      std::span<const float>(gradient.gradient()), memory.span());
    });
    state.counters["tape_MB"] =
        static_cast<double>(model::template tape<float>::size({steps, tile})) * 4e-6;
}

/// What a training step does around its products: shuffling, packing, extraction and scaling of
/// windows, the sum over shards, clipping, the optimizer. On one thread, to be compared with a step
/// on one thread.
void around_the_products(benchmark::State& state) {
    using model = model_of<64>;
    const index batch = state.range(0), steps = state.range(1);
    training_data data(batch, steps);
    const auto source = data.source(steps);
    const model m;
    gait::buffer<float> parameters = initial_parameters<model>();
    gait::kernel_weights<model> weights;
    gait::any_optimizer method = gait::adam{};
    gait::buffer<float> memory(method.slots() * model::parameter_count);
    gait::buffer<float> x(steps * gait::windows_per_tile * 3);
    gait::buffer<float> runs(shards * model::parameter_count);
    std::int64_t step = 0;
    for (auto _ : state) {
        gait::shuffle(data.ids, gait::random_stream(static_cast<std::uint64_t>(++step),
                                                    gait::purpose::shuffle));
        weights.pack(m, parameters.span());
        for (index first = 0; first < batch; first += gait::windows_per_tile) {
            const index rows = std::min(gait::windows_per_tile, batch - first);
            source.extract(std::span(data.ids).subspan(static_cast<std::size_t>(first),
                                                       static_cast<std::size_t>(rows)),
                           {x.data(), {steps, rows}}, gait::pass{});
            benchmark::DoNotOptimize(x.data());
        }
        runs.fill(1e-3F);
        gait::sum_along_tree<float>(1, shards, model::parameter_count, model::parameter_count,
                                    runs.data());
        const auto gradient = runs.span().first(model::parameter_count);
        gait::mean_and_clip(gradient, static_cast<double>(batch), 1.0);
        method.update({.number = step, .learning_rate = 1e-4}, parameters.span(),
                      std::span<const float>(gradient), memory.span());
    }
}

/// range: batch, steps, threads.
template <index H>
void inference(benchmark::State& state,
               gait::product_precision products = gait::product_precision::fp32) {
    if (!is_there(state, products))
        return;
    using model = model_of<H>;
    const index batch = state.range(0), steps = state.range(1);
    const auto threads = static_cast<int>(state.range(2));
    const auto parameters = initial_parameters<model>();
    model m;
    m.use_products(products);
    const index rows = std::max<index>(12, gait::windows_per_tile_of(m));
    gait::classifier<model> classify(m, parameters.span(), {}, steps, rows, threads);
    gait::buffer<float> x(steps * batch * 3), probabilities(batch * 7);
    gait::random_stream random(1, gait::purpose::user);
    for (float& v : x)
        v = 2.0F * random.uniform() - 1.0F;
    bench::flop_counter count(state, forward_flops<H, 7>(steps) * static_cast<double>(batch),
                              threads);
    count.measure(batch == 1 ? 10 : 1, [&] {
        classify({x.data(), {steps, batch}}, {probabilities.data(), {1, batch}});
    });
}

/// How far the logits of a stream with smaller weights are from those of one with floats, at most,
/// in 1,000 steps of noise; each step's logits up to a number added to all.
template <class Model, gait::storage Storage>
double largest_logit_change(std::span<const float> parameters) {
    gait::stream<Model> plain({}, parameters, {});
    gait::stream<Model, Storage> small({}, parameters, {});
    gait::random_stream random(1, gait::purpose::user);
    double largest = 0;
    for (int t = 0; t < 1000; ++t) {
        std::array<float, 3> sample;
        for (float& x : sample)
            x = static_cast<float>(random.normal());
        const auto p = plain.step(sample), q = small.step(sample);
        for (std::size_t k = 0; k < p.size(); ++k)
            largest = std::max<double>(largest, std::abs(std::log(p[k]) - std::log(q[k])));
    }
    return largest;
}

template <index H, gait::storage Storage = gait::storage::float32>
void stream_step(benchmark::State& state) {
    using model = model_of<H>;
    const auto parameters = initial_parameters<model>();
    gait::stream<model, Storage> listen({}, parameters.span(), {});
    const std::array<float, 3> sample{0.1F, -0.2F, 0.9F};
    bench::flop_counter(state, forward_flops<H, 7>(1)).measure(1000, [&] {
        benchmark::DoNotOptimize(listen.step(sample).data());
    });
    if constexpr (Storage != gait::storage::float32)
        state.counters["logit_change"] = largest_logit_change<model, Storage>(parameters.span());
}

template <index H>
void sizes() {
    const std::string name = "hidden_" + std::to_string(H);
    benchmark::RegisterBenchmark(("training/" + name).c_str(),
                                 [](benchmark::State& s) { training_step<H>(s); })
        ->ArgNames({"batch", "steps", "threads"})
        ->Args({96, 100, 1})
        ->UseRealTime();
    benchmark::RegisterBenchmark(("stream/" + name).c_str(), stream_step<H>);
}

/// 1, 2, 4, ... and all, whatever their number: peers are compared on all.
std::vector<std::int64_t> thread_counts(std::int64_t all) {
    std::vector<std::int64_t> counts;
    for (std::int64_t threads = 1; threads < all; threads *= 2)
        counts.push_back(threads);
    counts.push_back(all);
    return counts;
}

void register_all() {
    const std::int64_t all = gait::available_threads();
    auto* training =
        benchmark::RegisterBenchmark("training", [](benchmark::State& s) { training_step<64>(s); });
    auto* batched =
        benchmark::RegisterBenchmark("inference", [](benchmark::State& s) { inference<64>(s); });
    for (auto* b : {training, batched}) {
        b->ArgNames({"batch", "steps", "threads"})->UseRealTime()->Unit(benchmark::kMillisecond);
        for (const std::int64_t threads : thread_counts(all))
            b->Args({1000, 200, threads});
        for (const int batch : {64, 250, 10'000})
            b->Args({batch, 200, all});
        for (const int steps : {50, 100, 500, 2000})
            b->Args({250, steps, all});
    }
    for (const auto p : {gait::product_precision::fp32_split, gait::product_precision::bf16}) {
        const std::string name(gait::name_of(p));
        for (auto* b :
             {benchmark::RegisterBenchmark(
                  ("training/" + name).c_str(),
                  [p](benchmark::State& s) { training_step<64>(s, false, p); }),
              benchmark::RegisterBenchmark(("inference/" + name).c_str(),
                                           [p](benchmark::State& s) { inference<64>(s, p); })}) {
            b->ArgNames({"batch", "steps", "threads"})
                ->UseRealTime()
                ->Unit(benchmark::kMillisecond);
            for (const std::int64_t threads : thread_counts(all))
                b->Args({1000, 200, threads});
        }
    }
    benchmark::RegisterBenchmark("training/quiet_input",
                                 [](benchmark::State& s) { training_step<64>(s, true); })
        ->ArgNames({"batch", "steps", "threads"})
        ->Args({250, 200, all})
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark("training/around_the_products", around_the_products)
        ->ArgNames({"batch", "steps"})
        ->Args({1000, 200})
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
    auto* window =
        benchmark::RegisterBenchmark("window", [](benchmark::State& s) { inference<64>(s); });
    window->ArgNames({"batch", "steps", "threads"})->UseRealTime()->Unit(benchmark::kMicrosecond);
    for (std::int64_t threads = 1; threads <= std::min<std::int64_t>(all, 2); ++threads)
        window->Args({1, 200, threads});
    benchmark::RegisterBenchmark("stream/16_bit_weights", stream_step<64, gait::storage::bfloat16>);
    sizes<8>();
    sizes<16>();
    sizes<32>();
    sizes<64>();
    sizes<65>();
    sizes<80>();
    sizes<100>();
    sizes<128>();
    sizes<256>();
}

} // namespace

int main(int argc, char** argv) {
    register_all();
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
