// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// bench_augmentation: what changing every window costs a training step of the reference model, and
// so an epoch, which is nothing but steps. Plain and augmented steps take turns on one thread, in
// its own processor time, and the counter `slower_%` is the median of their ratios: a neighbour on
// the machine slows both.
#include "peak.hpp"

#include <gait/data.hpp>
#include <gait/model/har.hpp>
#include <gait/training.hpp>

#include <benchmark/benchmark.h>

#include <ctime>
#include <numeric>
#include <utility>
#include <vector>

namespace {

using bench::index;
using model = gait::har_model<7>;

constexpr index steps = 200, batch = 24, hop = 20; // short turns: many ratios

double processor_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Noise, and windows over it.
struct some_windows {
    gait::recordings r;
    std::vector<gait::window> windows;
    std::vector<index> ids;

    some_windows() {
        const index samples = (batch - 1) * hop + steps;
        r.rate_hz = 50;
        r.classes = {"a", "b", "c", "d", "e", "f", "g"};
        r.users = {"user"};
        r.devices = {"device"};
        gait::random_stream random(1, gait::purpose::user);
        for (index i = 0; i < samples * 3; ++i)
            r.samples.push_back(static_cast<float>(5 * random.normal()));
        for (index i = 0; i < samples; ++i)
            r.labels.push_back(static_cast<std::uint8_t>(i / 50 % 7));
        r.runs = {{.begin = 0, .count = samples}};
        windows = gait::make_windows(r, steps, hop);
        ids.resize(windows.size());
        std::iota(ids.begin(), ids.end(), index{0});
    }
    [[nodiscard]] gait::recorded_windows source(const gait::augmentation& a) const {
        return {r, windows, steps, ids, gait::fit_scaling(r, windows, ids), a};
    }
};

void augmented_step(benchmark::State& state, const gait::augmentation& a) {
    const some_windows some;
    const auto plain = some.source({}), changed = some.source(a);
    gait::buffer<float> parameters(model::parameter_count);
    model{}.init(model::params<float>(parameters.data()), {1, gait::purpose::initialise});
    gait::kernel_weights<model> weights;
    gait::batch_gradient<model> gradient(1, gait::fit_options{}.shards, steps, 0);
    gait::any_optimizer method = gait::adam{};
    gait::buffer<float> memory(method.slots() * model::parameter_count);
    gait::single_process alone;
    std::uint32_t step = 0;
    const auto seconds_of = [&](const gait::recorded_windows& source) {
        const gait::flush_denormals flush;
        const double start = processor_seconds();
        weights.pack(model{}, parameters.span());
        const gait::pass at{.training = true, .seed = 1, .epoch = step};
        const auto sums = gradient(model{}, weights, source, some.ids, at, {}, alone);
        gait::mean_and_clip(gradient.gradient(), sums.weight, 1.0);
        method.update({.number = ++step, .learning_rate = 1e-4}, parameters.span(),
                      std::span<const float>(gradient.gradient()), memory.span());
        return processor_seconds() - start;
    };
    seconds_of(plain);
    std::vector<double> ratios;
    for (auto _ : state) {
        // Who goes first takes turns, too.
        const bool first = ratios.size() % 2 == 0;
        const double a_seconds = seconds_of(first ? plain : changed);
        const double b_seconds = seconds_of(first ? changed : plain);
        ratios.push_back(first ? b_seconds / a_seconds : a_seconds / b_seconds);
    }
    state.counters["slower_%"] = 100 * (bench::median(ratios) - 1);
}

} // namespace

int main(int argc, char** argv) {
    const std::pair<const char*, gait::augmentation> kinds[]{
        {"none", {}},
        {"yaw", {.yaw = 180}},
        {"rotation", {.rotation = 180}},
        {"tilt", {.tilt = 45}},
        {"mirror", {.mirror = 0.5}},
        {"scale", {.scale = 0.1}},
        {"jitter", {.jitter = 0.1}},
        {"warp", {.warp = 0.1}},
        {"rate", {.rate = 0.5}},
        {"rounding", {.rounding = 0.1}},
        {"all", {180, 180, 45, 0.5, 0.1, 0.1, 0.1, 0.5, 0.1}}};
    for (const auto& [name, a] : kinds)
        benchmark::RegisterBenchmark(name, augmented_step, a)->Unit(benchmark::kMillisecond);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
