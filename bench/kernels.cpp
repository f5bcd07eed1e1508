// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// bench_kernels: every kernel at the reference model's sizes and at awkward ones. Each is checked
// against its plain namesake before it is timed.
#include "peak.hpp"

#include <gait/core/float_environment.hpp>
#include <gait/kernels.hpp>
#include <gait/kernels/reference_updates.hpp>

#include <benchmark/benchmark.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace {

using bench::index;
using matrix = gait::reference::matrix<float>;

/// Ends the benchmark with an error if two results differ, or aren't numbers.
bool agree(benchmark::State& state, const matrix& fast, const matrix& plain) {
    const float worst = (fast - plain).cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
    if (std::isfinite(worst) && worst <= 1e-4F * std::max(1.0F, plain.cwiseAbs().maxCoeff()))
        return true;
    state.SkipWithError(("differs from the reference by " + std::to_string(worst)).c_str());
    return false;
}

void per_element(benchmark::State& state, index count) {
    state.counters["ns_per_element"] = benchmark::Counter(
        1e-9 * static_cast<double>(count) * static_cast<double>(state.iterations()),
        benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

template <class Activation>
void activate(benchmark::State& state) {
    const index n = state.range(0);
    const matrix x = 3 * matrix::Random(1, n);
    matrix y(1, n);
    gait::activate<Activation, float>(n, x.data(), y.data());
    if (!agree(state, y, gait::reference::activate<float>(Activation::name, x)))
        return;
    for (auto _ : state) {
        gait::activate<Activation, float>(n, x.data(), y.data());
        benchmark::ClobberMemory();
    }
    per_element(state, n);
}

template <class Activation>
void activate_backward(benchmark::State& state) {
    const index n = state.range(0);
    const matrix y = matrix::Random(1, n), d_y = matrix::Random(1, n);
    matrix d_x(1, n);
    gait::activate_backward<Activation, float>(n, y.data(), d_y.data(), d_x.data());
    if (!agree(state, d_x, gait::reference::activate_backward<float>(Activation::name, y, d_y)))
        return;
    for (auto _ : state) {
        gait::activate_backward<Activation, float>(n, y.data(), d_y.data(), d_x.data());
        benchmark::ClobberMemory();
    }
    per_element(state, n);
}

void matmul(benchmark::State& state) {
    const index M = state.range(0), N = state.range(1), K = state.range(2);
    const matrix a = matrix::Random(M, K), b = matrix::Random(K, N), bias = matrix::Random(1, N);
    matrix c(M, N);
    std::vector<float> panels(static_cast<std::size_t>(gait::panels_size<float>(K, N)));
    gait::pack_panels<float>(K, N, b.data(), N, 1, panels.data());
    const auto run = [&] {
        gait::matmul<gait::identity, float>(M, N, K, {a.data(), K}, panels.data(), {bias.data(), 0},
                                            {c.data(), N});
    };
    run();
    if (!agree(state, c, gait::reference::matmul<float>(a, b, bias)))
        return;
    bench::flop_counter(state, 2.0 * static_cast<double>(M * N * K)).measure(100, [&] {
        run();
        benchmark::ClobberMemory();
    });
}

#if defined(GAIT_BFLOAT16_PRODUCTS)

/// a (M, K) and b (K, N) in bfloat16; N is a multiple of 16.
struct bfloat16_operands {
    index M, N, K, parts;
    matrix a = matrix::Random(M, K), b = matrix::Random(K, N);
    gait::buffer<gait::bfloat16> rows{gait::padded_rows(M) * parts * gait::padded_k(K)};
    gait::buffer<gait::bfloat16> panels{parts * gait::bfloat16_panels_size(K, N)};

    [[nodiscard]] gait::bfloat16_rows<gait::bfloat16> a_rows() {
        return {rows.data(), parts * gait::padded_k(K), gait::padded_k(K)};
    }
    [[nodiscard]] gait::bfloat16_panels<gait::bfloat16> b_panels() {
        return {panels.data(), gait::bfloat16_panels_size(K, N)};
    }
    void pack() {
        gait::pack_bfloat16_rows(M, K, parts, a.data(), K, a_rows());
        for (index first = 0, width = 0; first < N; first += width) {
            width = gait::width_of_panel<float>(N - first);
            gait::pack_bfloat16_panel(K, width, parts, b.data() + first, N,
                                      panels.data() + first * gait::padded_k(K),
                                      gait::bfloat16_panels_size(K, N));
        }
    }
};

/// Work is counted once, whatever the number of parts.
void matmul_bfloat16(benchmark::State& state) {
    const index M = state.range(0), N = state.range(1), K = state.range(2), parts = state.range(3);
    bfloat16_operands o{M, N, K, parts};
    o.pack();
    const matrix bias = matrix::Random(1, N);
    matrix c(M, N);
    const gait::matrix_tile_scope scope(gait::unit_for_bfloat16() == gait::bfloat16_unit::tiles);
    const auto run = [&] {
        gait::matmul_bfloat16(M, N, K, parts, o.a_rows(), o.b_panels(), {bias.data(), 0},
                              {c.data(), N});
    };
    run();
    const auto expected = gait::reference::matmul_bfloat16(o.a, o.b, bias.cast<double>(), parts);
    if (!agree(state, c, expected.cast<float>()))
        return;
    state.SetLabel(std::string(gait::name_of(gait::unit_for_bfloat16())));
    bench::flop_counter(state, 2.0 * static_cast<double>(M * N * K)).measure(100, [&] {
        run();
        benchmark::ClobberMemory();
    });
}

/// Floats to rows; `matmul_bfloat16` checks what comes out.
void pack_bfloat16_rows(benchmark::State& state) {
    bfloat16_operands o{state.range(0), 16, state.range(1), state.range(2)};
    for (auto _ : state) {
        gait::pack_bfloat16_rows(o.M, o.K, o.parts, o.a.data(), o.K, o.a_rows());
        benchmark::ClobberMemory();
    }
    per_element(state, o.M * o.K);
}

void pack_bfloat16_transposed(benchmark::State& state) {
    bfloat16_operands o{state.range(1), 16, state.range(0), state.range(2)};
    for (auto _ : state) {
        gait::pack_bfloat16_transposed(o.K, o.M, o.parts, {nullptr, 0, o.a.data()}, o.a_rows());
        benchmark::ClobberMemory();
    }
    per_element(state, o.M * o.K);
}

#endif

void matmul_transposed(benchmark::State& state) {
    const index M = state.range(0), I = state.range(1), N = state.range(2);
    const matrix a = matrix::Random(M, I), b = matrix::Random(M, N);
    matrix c = matrix::Zero(I, N);
    const auto run = [&] {
        gait::matmul_transposed<float>(M, I, N, {a.data(), I}, {b.data(), N}, {c.data(), N},
                                       gait::plain_columns{N});
    };
    run();
    if (!agree(state, c, gait::reference::matmul_transposed<float>(a, b, matrix::Zero(I, N))))
        return;
    bench::flop_counter(state, 2.0 * static_cast<double>(M * N * I)).measure(100, [&] {
        run();
        benchmark::ClobberMemory();
    });
}

void add_rows(benchmark::State& state) {
    const index M = state.range(0), N = state.range(1);
    const matrix b = matrix::Random(M, N);
    matrix sums = matrix::Zero(1, N);
    gait::add_rows<float>(M, N, {b.data(), N}, sums.data());
    if (!agree(state, sums, gait::reference::add_rows<float>(b, matrix::Zero(1, N))))
        return;
    for (auto _ : state) {
        gait::add_rows<float>(M, N, {b.data(), N}, sums.data());
        benchmark::ClobberMemory();
    }
    per_element(state, M * N);
}

/// Buffers of one LSTM step and its reference.
struct lstm_data {
    index R, H;
    matrix x, h, c, w, u, bias;
    gait::buffer<float> weights, packed_bias, gates, before, cells, d_c;
    matrix result;

    lstm_data(index rows, index hidden)
        : R(rows), H(hidden), x(matrix::Random(R, H)), h(matrix::Random(R, H)),
          c(matrix::Random(R, H)), w(matrix::Random(4 * H, H)), u(matrix::Random(4 * H, H)),
          bias(matrix::Random(1, 4 * H)), weights(8 * gait::padded_units<float>(H) * H),
          packed_bias(4 * gait::padded_units<float>(H)), gates(R * gait::gate_stride<float>(H)),
          before(R * gait::cell_stride<float>(H)), cells(before.size()),
          d_c(R * gait::padded_units<float>(H)), result(R, H) {
        const index panel = gait::panel_width<float> * 2 * H;
        const matrix w_t = w.transpose(), u_t = u.transpose();
        gait::pack_gates<float>(H, H, w_t.data(), 4 * H, weights.data(), panel);
        gait::pack_gates<float>(H, H, u_t.data(), 4 * H,
                                weights.data() + gait::panel_width<float> * H, panel);
        gait::pack_gates<float>(H, 1, bias.data(), 4 * H, packed_bias.data(),
                                gait::panel_width<float>);
        const index L = gait::lanes<float>;
        for (index r = 0; r < R; ++r)
            for (index unit = 0; unit < H; ++unit)
                before[r * gait::cell_stride<float>(H) + unit / L * 2 * L + unit % L] = c(r, unit);
    }
    [[nodiscard]] gait::gate_weights<float> packed() const {
        const index row = gait::panel_width<float>;
        return {weights.data(), weights.data() + H * row, 2 * H * row, row};
    }
    void forward() {
        const index stride = gait::cell_stride<float>(H);
        gait::lstm_forward<true, float>(R, packed(),
                                        {.features = H,
                                         .hidden = H,
                                         .start = {packed_bias.data(), 0},
                                         .x = x.data(),
                                         .h_before = h.data(),
                                         .c_before = {before.data(), stride},
                                         .h = result.data(),
                                         .c = {cells.data(), stride},
                                         .gates = gates.data()});
    }
};

/// With the gates' curves: the products alone are counted.
void lstm_forward(benchmark::State& state) {
    lstm_data d(state.range(0), state.range(1));
    d.forward();
    if (!agree(state, d.result,
               gait::reference::lstm_forward<float>(d.x, d.h, d.c, d.w, d.u, d.bias).h))
        return;
    bench::flop_counter(state, 2.0 * static_cast<double>(d.R * 8 * d.H * d.H)).measure(100, [&] {
        d.forward();
        benchmark::ClobberMemory();
    });
}

/// What a stream's step computes for the next one.
void lstm_ahead(benchmark::State& state) {
    const lstm_data d(1, state.range(0));
    gait::buffer<float> sums(d.packed_bias.size());
    const auto run = [&] {
        gait::lstm_ahead<float>(d.packed(), d.H, d.packed_bias.data(), d.h.data(), sums.data());
    };
    run();
    matrix result(1, 4 * d.H);
    const index L = gait::lanes<float>;
    for (index gate = 0; gate < 4; ++gate)
        for (index unit = 0; unit < d.H; ++unit)
            result(0, gate * d.H + unit) = sums[unit / L * 4 * L + gate * L + unit % L];
    if (!agree(state, result, gait::reference::lstm_ahead<float>(d.h, d.u, d.bias)))
        return;
    bench::flop_counter(state, 2.0 * static_cast<double>(4 * d.H * d.H)).measure(100, [&] {
        run();
        benchmark::ClobberMemory();
    });
}

void lstm_backward(benchmark::State& state) {
    lstm_data d(state.range(0), state.range(1));
    d.forward();
    const matrix d_h = matrix::Random(d.R, d.H);
    matrix d_bias = matrix::Zero(1, 4 * d.H);
    const auto plain = gait::reference::lstm_forward<float>(d.x, d.h, d.c, d.w, d.u, d.bias);
    const auto run = [&] {
        gait::lstm_backward<float>(d.R, d.H, d.gates.data(), d.cells.data(), d.before.data(),
                                   d_h.data(), d.d_c.data(), d_bias.data());
    };
    run();
    const matrix expected =
        gait::reference::lstm_backward<float>(plain, d.c, d_h, matrix::Zero(d.R, d.H))
            .d_gates.colwise()
            .sum();
    if (!agree(state, d_bias, expected))
        return;
    for (auto _ : state) {
        run();
        benchmark::ClobberMemory();
    }
    per_element(state, d.R * d.H);
}

void softmax(benchmark::State& state) {
    const index R = state.range(0), K = state.range(1);
    const matrix z = 3 * matrix::Random(R, K);
    matrix p(R, K), expected(R, K);
    gait::softmax<float>(R, K, z.data(), p.data());
    gait::reference::softmax<float>(R, K, z.data(), expected.data());
    if (!agree(state, p, expected))
        return;
    for (auto _ : state) {
        gait::softmax<float>(R, K, z.data(), p.data());
        benchmark::ClobberMemory();
    }
    per_element(state, R * K);
}

/// With class weights, smoothing and the gradient.
void softmax_cross_entropy(benchmark::State& state) {
    const index R = state.range(0), K = state.range(1);
    const matrix z = 3 * matrix::Random(R, K), w = matrix::Random(1, K).cwiseAbs();
    std::vector<int> labels;
    for (index r = 0; r < R; ++r)
        labels.push_back(static_cast<int>(r % K));
    matrix d_z(R, K), expected(R, K);
    const auto run = [&] {
        return gait::softmax_cross_entropy<float>(R, K, z.data(), labels.data(), w.data(), 0.1F,
                                                  d_z.data());
    };
    const auto loss = [](const gait::loss_sums& sums) {
        return matrix::Constant(1, 1, static_cast<float>(sums.loss));
    };
    const auto plain = gait::reference::softmax_cross_entropy<float>(
        R, K, z.data(), labels.data(), w.data(), 0.1F, expected.data());
    if (!agree(state, loss(run()), loss(plain)) || !agree(state, d_z, expected))
        return;
    for (auto _ : state) {
        benchmark::DoNotOptimize(run());
        benchmark::ClobberMemory();
    }
    per_element(state, R * K);
}

void sum_of_squares(benchmark::State& state) {
    const index n = state.range(0);
    const matrix x = matrix::Random(1, n);
    const auto sum = [](double total) { return matrix::Constant(1, 1, static_cast<float>(total)); };
    if (!agree(state, sum(gait::sum_of_squares<float>(n, x.data())),
               sum(gait::reference::sum_of_squares<float>(n, x.data()))))
        return;
    for (auto _ : state)
        benchmark::DoNotOptimize(gait::sum_of_squares<float>(n, x.data()));
    per_element(state, n);
}

/// Parameters with their gradient and what optimizers remember, (1, N) each.
struct parameters {
    index N;
    matrix g = matrix::Random(1, N), m = matrix::Random(1, N), v = matrix::Random(1, N).cwiseAbs(),
           p = matrix::Random(1, N);
};

/// A kernel that changes some of them, again and again, and its namesake; `call` knows the
/// arguments.
template <class Kernel, class Plain, class Call>
auto update(Kernel kernel, Plain plain, const Call& call) {
    return [=](benchmark::State& state) {
        parameters mine{state.range(0)}, expected = mine;
        call(kernel, mine);
        call(plain, expected);
        for (const auto part : {&parameters::g, &parameters::m, &parameters::v, &parameters::p})
            if (!agree(state, mine.*part, expected.*part))
                return;
        for (auto _ : state) {
            call(kernel, mine);
            benchmark::ClobberMemory();
        }
        per_element(state, mine.N);
    };
}

void register_updates() {
    namespace plain = gait::reference;
    static constexpr gait::adam_step<float> at{.rate = 0.02F,
                                               .beta1 = 0.9F,
                                               .beta2 = 0.99F,
                                               .root = 1.5F,
                                               .epsilon = 1e-3F,
                                               .decay = 0.01F,
                                               .shrink = 0.999F};
    const auto add = [](const char* name, const auto& f) {
        auto* b = benchmark::RegisterBenchmark(name, f)->ArgName("N");
        for (const int n : {1, 7, 66759}) // the last are the model's
            b->Arg(n);
    };
    using all = parameters;
    add("sgd_update", update(gait::sgd_update<float>, plain::sgd_update<float>,
                             [](auto f, all& x) { f(x.N, 0.1F, 0.01F, x.g.data(), x.p.data()); }));
    add("momentum_update",
        update(gait::momentum_update<float>, plain::momentum_update<float>, [](auto f, all& x) {
            f(x.N, 0.1F, 0.9F, 0.01F, true, x.g.data(), x.m.data(), x.p.data());
        }));
    add("rmsprop_update",
        update(gait::rmsprop_update<float>, plain::rmsprop_update<float>, [](auto f, all& x) {
            f(x.N, 0.01F, 0.9F, 1e-3F, 0.02F, x.g.data(), x.v.data(), x.p.data());
        }));
    add("adam_update",
        update(gait::adam_update<float>, plain::adam_update<float>,
               [](auto f, all& x) { f(x.N, at, x.g.data(), x.m.data(), x.v.data(), x.p.data()); }));
    add("average_update", update(gait::average_update<float>, plain::average_update<float>,
                                 [](auto f, all& x) { f(x.N, 0.1F, x.p.data(), x.m.data()); }));
    add("scale", update(gait::scale<float>, plain::scale<float>, [](auto f, all& x) {
            f(x.N, -1.0F, x.g.data()); // another factor would end at 0 or infinity
        }));
    add("add", update(gait::add<float>, plain::add<float>,
                      [](auto f, all& x) { f(x.N, x.g.data(), x.m.data()); }));
    add("compensate_delay",
        update(gait::compensate_delay<float>, plain::compensate_delay<float>,
               [](auto f, all& x) { f(x.N, 1e-9F, x.p.data(), x.m.data(), x.g.data()); }));
    add("sum_of_squares", sum_of_squares);
}

void register_all() {
    for (const int n : {1, 7, 4096}) {
        const auto add = [&](const char* name, void (*f)(benchmark::State&)) {
            benchmark::RegisterBenchmark(name, f)->ArgName("N")->Arg(n);
        };
        add("activate/tanh", activate<gait::hyperbolic_tangent>);
        add("activate/sigmoid", activate<gait::logistic>);
        add("activate/relu", activate<gait::relu>);
        add("activate_backward/tanh", activate_backward<gait::hyperbolic_tangent>);
        add("activate_backward/sigmoid", activate_backward<gait::logistic>);
        add("activate_backward/relu", activate_backward<gait::relu>);
    }
    benchmark::RegisterBenchmark("matmul", matmul)
        ->ArgNames({"M", "N", "K"})
        ->Args({12, 64, 256}) // d_h of a step
        ->Args({96, 64, 256}) // d_x of a slice
        ->Args({2400, 64, 3}) // the first dense layer
        ->Args({12, 7, 64})   // the last one
        ->Args({1, 64, 256})  // a single row
        ->Args({13, 65, 67}); // nothing fits
#if defined(GAIT_BFLOAT16_PRODUCTS)
    auto* bfloat16 = benchmark::RegisterBenchmark("matmul_bfloat16", matmul_bfloat16);
    bfloat16->ArgNames({"M", "N", "K", "parts"});
    for (const int parts : {1, 3})
        bfloat16
            ->Args({6, 256, 128, parts})  // a step's sums
            ->Args({16, 256, 128, parts}) // likewise, on tiles
            ->Args({6, 64, 256, parts})   // d_h of a step
            ->Args({240, 64, 256, parts}) // d_x of a slice
            ->Args({64, 256, 240, parts}) // d_W of a slice
            ->Args({13, 80, 67, parts});  // nothing fits
    for (auto* b :
         {benchmark::RegisterBenchmark("pack_bfloat16_rows", pack_bfloat16_rows),
          benchmark::RegisterBenchmark("pack_bfloat16_transposed", pack_bfloat16_transposed)})
        b->ArgNames({"rows", "columns", "parts"})->Args({240, 64, 1})->Args({240, 64, 3});
#endif
    benchmark::RegisterBenchmark("matmul_transposed", matmul_transposed)
        ->ArgNames({"M", "I", "N"})
        ->Args({96, 64, 256})
        ->Args({96, 3, 64})
        ->Args({12, 64, 7})
        ->Args({97, 65, 67});
    benchmark::RegisterBenchmark("add_rows", add_rows)
        ->ArgNames({"M", "N"})
        ->Args({96, 64})
        ->Args({97, 67});
    for (auto* b : {benchmark::RegisterBenchmark("lstm_forward", lstm_forward),
                    benchmark::RegisterBenchmark("lstm_backward", lstm_backward)})
        b->ArgNames({"R", "H"})
            ->Args({12, 64})
            ->Args({1, 64})
            ->Args({12, 65})
            ->Args({12, 8})
            ->Args({12, 256})
            ->Args({13, 7});
    auto* ahead = benchmark::RegisterBenchmark("lstm_ahead", lstm_ahead);
    for (const int hidden : {7, 64, 65, 256})
        ahead->ArgName("H")->Arg(hidden);
    for (auto* b : {benchmark::RegisterBenchmark("softmax", softmax),
                    benchmark::RegisterBenchmark("softmax_cross_entropy", softmax_cross_entropy)})
        b->ArgNames({"R", "K"})->Args({12, 7})->Args({1, 7})->Args({13, 65});
    register_updates();
}

} // namespace

int main(int argc, char** argv) {
    const gait::flush_denormals flush; // lstm_backward run again and again on its own results
    register_all();
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
