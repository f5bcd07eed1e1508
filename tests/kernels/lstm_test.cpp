// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// One step of the fused LSTM kernels against the plain one in Eigen, at awkward sizes.
#include <gait/kernels/lstm.hpp>

#include <gait/kernels/reference.hpp>

#include <support/largest.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

using gait_test::larger;
using gait_test::largest;

template <class T>
using matrix = gait::reference::matrix<T>;

/// A random step, its answer by the reference, and its weights packed.
template <class T>
struct fixture {
    gait::index R, F, H, Hp = gait::padded_units<T>(H);
    matrix<T> x = matrix<T>::Random(R, F), h = matrix<T>::Random(R, H), c = matrix<T>::Random(R, H);
    matrix<T> w = matrix<T>::Random(4 * H, F), u = matrix<T>::Random(4 * H, H);
    matrix<T> bias = matrix<T>::Random(1, 4 * H);
    gait::reference::lstm_result<T> expected =
        gait::reference::lstm_forward<T>(x, h, c, w, u, bias);
    std::vector<T> weights = std::vector<T>(static_cast<std::size_t>(4 * Hp * (F + H)));
    std::vector<T> packed_bias = std::vector<T>(static_cast<std::size_t>(4 * Hp));
    std::vector<T> gates = std::vector<T>(static_cast<std::size_t>(R * gait::gate_stride<T>(H)));
    std::vector<T> before = std::vector<T>(static_cast<std::size_t>(R * gait::cell_stride<T>(H)));
    std::vector<T> cells = before;
    matrix<T> result{R, H};

    fixture(gait::index rows, gait::index features, gait::index hidden)
        : R(rows), F(features), H(hidden) {
        const gait::index panel = gait::panel_width<T> * (F + H);
        const matrix<T> w_t = w.transpose(), u_t = u.transpose(); // gate rows contiguous
        gait::pack_gates<T>(H, F, w_t.data(), 4 * H, weights.data(), panel);
        gait::pack_gates<T>(H, H, u_t.data(), 4 * H, weights.data() + gait::panel_width<T> * F,
                            panel);
        gait::pack_gates<T>(H, 1, bias.data(), 4 * H, packed_bias.data(), gait::panel_width<T>);
        for (gait::index r = 0; r < R; ++r)
            for (gait::index unit = 0; unit < H; ++unit)
                before[cell_at(r, unit)] = c(r, unit);
    }
    [[nodiscard]] std::size_t cell_at(gait::index r, gait::index unit) const {
        const gait::index L = gait::lanes<T>;
        return static_cast<std::size_t>(r * gait::cell_stride<T>(H) + unit / L * 2 * L + unit % L);
    }
    [[nodiscard]] std::size_t gate_at(gait::index r, gait::index gate, gait::index unit) const {
        const gait::index L = gait::lanes<T>;
        return static_cast<std::size_t>(r * gait::gate_stride<T>(H) + unit / L * 4 * L + gate * L +
                                        unit % L);
    }
    [[nodiscard]] gait::gate_weights<T> packed() const {
        const gait::index row = gait::panel_width<T>;
        return {weights.data(), weights.data() + F * row, (F + H) * row, row};
    }
    void forward() {
        const gait::index stride = gait::cell_stride<T>(H);
        gait::lstm_forward<true, T>(R, packed(),
                                    {.features = F,
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

template <class T, class Work>
void at_awkward_sizes(const Work& work) {
    const gait::index L = gait::lanes<T>;
    for (const gait::index R : {1, 2, 3, 12, 13})
        for (const gait::index F : {1, 3, 65})
            for (const gait::index H :
                 {gait::index{1}, L - 1, L, L + 1, gait::index{64}, gait::index{65}}) {
                INFO("R = ", R, ", F = ", F, ", H = ", H);
                fixture<T> f(R, F, H);
                work(f);
            }
}

} // namespace

TEST_CASE_TEMPLATE("lstm_forward agrees with the reference", T, float, double) {
    at_awkward_sizes<T>([](fixture<T>& f) {
        f.forward();
        CHECK(largest(f.result - f.expected.h) <= 3e-6);
        double worst = 0;
        for (gait::index r = 0; r < f.R; ++r)
            for (gait::index unit = 0; unit < f.H; ++unit) {
                worst = larger<double>(
                    worst, std::abs(f.cells[f.cell_at(r, unit)] - f.expected.c(r, unit)));
                for (gait::index gate = 0; gate < 4; ++gate)
                    worst = larger<double>(worst, std::abs(f.gates[f.gate_at(r, gate, unit)] -
                                                           f.expected.gates(r, gate * f.H + unit)));
            }
        CHECK(worst <= 3e-6);
    });
}

TEST_CASE_TEMPLATE("without a tape the results are the same to the bit", T, float, double) {
    at_awkward_sizes<T>([](fixture<T>& f) {
        f.forward();
        matrix<T> h(f.R, f.H), c = f.c;
        gait::lstm_forward<false, T>(f.R, f.packed(),
                                     {.features = f.F,
                                      .hidden = f.H,
                                      .start = {f.packed_bias.data(), 0},
                                      .x = f.x.data(),
                                      .h_before = f.h.data(),
                                      .c_before = {c.data(), f.H},
                                      .h = h.data(),
                                      .c = {c.data(), f.H}});
        CHECK(h == f.result);
        bool same = true;
        for (gait::index r = 0; r < f.R; ++r)
            for (gait::index unit = 0; unit < f.H; ++unit)
                same = same && c(r, unit) == f.cells[f.cell_at(r, unit)];
        CHECK(same);
    });
}

TEST_CASE_TEMPLATE("a row gets the same bits alone, backwards and from sums begun before", T, float,
                   double) {
    at_awkward_sizes<T>([](fixture<T>& f) {
        f.forward();
        const gait::index r = f.R - 1, columns = 4 * f.Hp;
        matrix<T> h(1, f.H), c = f.c.row(r);
        gait::lstm_step<T> alone{.features = f.F,
                                 .hidden = f.H,
                                 .start = {f.packed_bias.data(), 0},
                                 .x = f.x.row(r).data(),
                                 .h_before = f.h.row(r).data(),
                                 .c_before = {c.data(), f.H},
                                 .h = h.data(),
                                 .c = {c.data(), f.H},
                                 .backwards = true};
        gait::lstm_forward<false, T>(1, f.packed(), alone);
        CHECK(h == f.result.row(r));

        matrix<T> sums(1, columns);
        gait::matmul<gait::identity, T>(1, columns, f.F, {alone.x, f.F}, f.weights.data(),
                                        alone.start, {sums.data(), columns}, f.F + f.H);
        c = f.c.row(r), h.setZero();
        alone.features = 0;
        alone.start = {sums.data(), columns};
        gait::lstm_forward<false, T>(1, f.packed(), alone);
        CHECK(h == f.result.row(r));
    });
}

TEST_CASE_TEMPLATE("a step from sums looked ahead is the step, up to rounding", T, float, double) {
    at_awkward_sizes<T>([](fixture<T>& f) {
        f.forward();
        const gait::index r = f.R - 1;
        std::vector<T> sums(f.packed_bias.size());
        const matrix<T> h_before = f.h.row(r);
        gait::lstm_ahead<T>(f.packed(), f.H, f.packed_bias.data(), h_before.data(), sums.data());
        const auto expected = gait::reference::lstm_ahead<T>(h_before, f.u, f.bias);
        double worst = 0;
        for (gait::index gate = 0; gate < 4; ++gate)
            for (gait::index unit = 0; unit < f.H; ++unit)
                worst = larger<double>(worst, std::abs(sums[f.gate_at(0, gate, unit)] -
                                                       expected(0, gate * f.H + unit)));
        CHECK(worst <= 1e-5);

        matrix<T> h(1, f.H), c = f.c.row(r);
        gait::lstm_forward<false, T>(1, f.packed(),
                                     {.features = f.F,
                                      .hidden = f.H,
                                      .start = {sums.data(), 0},
                                      .x = f.x.row(r).data(),
                                      .c_before = {c.data(), f.H},
                                      .h = h.data(),
                                      .c = {c.data(), f.H}});
        CHECK(largest(h - f.result.row(r)) <= 64 * std::numeric_limits<T>::epsilon());
    });
}

TEST_CASE("weights in bfloat16 give the step of the rounded weights") {
    at_awkward_sizes<float>([](fixture<float>& f) {
        const gait::index row = gait::panel_width<float> / 2, panel = (f.F + f.H) * row;
        std::vector<gait::bfloat16_pair> pairs(
            static_cast<std::size_t>(f.Hp / gait::lanes<float> * panel));
        const matrix<float> w_t = f.w.transpose(), u_t = f.u.transpose();
        gait::pack_gates(f.H, f.F, w_t.data(), 4 * f.H, pairs.data(), panel);
        gait::pack_gates(f.H, f.H, u_t.data(), 4 * f.H, pairs.data() + f.F * row, panel);

        // What the kernel reads, back in PyTorch's arrangement.
        const auto weight = [&](gait::index k, gait::index gate, gait::index unit) {
            const gait::index L = gait::lanes<float>;
            const auto two = static_cast<std::uint32_t>(pairs[static_cast<std::size_t>(
                unit / L * panel + k * row + gate / 2 * L + unit % L)]);
            return std::bit_cast<float>(gate % 2 == 0 ? two << 16 : two);
        };
        matrix<float> w(4 * f.H, f.F), u(4 * f.H, f.H);
        for (gait::index gate = 0; gate < 4; ++gate)
            for (gait::index unit = 0; unit < f.H; ++unit) {
                for (gait::index k = 0; k < f.F; ++k)
                    w(gate * f.H + unit, k) = weight(k, gate, unit);
                for (gait::index k = 0; k < f.H; ++k)
                    u(gate * f.H + unit, k) = weight(f.F + k, gate, unit);
            }
        CHECK(largest(w - f.w) <= 0x1p-8F);
        CHECK(largest(u - f.u) <= 0x1p-8F);
        CHECK(w != f.w);

        const auto expected = gait::reference::lstm_forward<float>(f.x, f.h, f.c, w, u, f.bias);
        matrix<float> h(f.R, f.H), c = f.c;
        gait::lstm_forward<false, float>(f.R,
                                         gait::gate_weights<gait::bfloat16_pair>{
                                             pairs.data(), pairs.data() + f.F * row, panel, row},
                                         {.features = f.F,
                                          .hidden = f.H,
                                          .start = {f.packed_bias.data(), 0},
                                          .x = f.x.data(),
                                          .h_before = f.h.data(),
                                          .c_before = {c.data(), f.H},
                                          .h = h.data(),
                                          .c = {c.data(), f.H}});
        CHECK(largest(h - expected.h) <= 3e-6);
    });
}

TEST_CASE_TEMPLATE("lstm_backward agrees with the reference", T, float, double) {
    at_awkward_sizes<T>([](fixture<T>& f) {
        f.forward();
        const matrix<T> d_h = matrix<T>::Random(f.R, f.H), d_c = matrix<T>::Random(f.R, f.H);
        matrix<T> d_c_padded = matrix<T>::Zero(f.R, f.Hp);
        d_c_padded.leftCols(f.H) = d_c;
        matrix<T> d_bias = matrix<T>::Ones(1, 4 * f.H);
        gait::lstm_backward<T>(f.R, f.H, f.gates.data(), f.cells.data(), f.before.data(),
                               d_h.data(), d_c_padded.data(), d_bias.data());
        const auto expected = gait::reference::lstm_backward<T>(f.expected, f.c, d_h, d_c);
        double worst = largest(d_c_padded.leftCols(f.H) - expected.d_c_before);
        for (gait::index r = 0; r < f.R; ++r)
            for (gait::index gate = 0; gate < 4; ++gate)
                for (gait::index unit = 0; unit < f.H; ++unit)
                    worst = larger<double>(worst, std::abs(f.gates[f.gate_at(r, gate, unit)] -
                                                           expected.d_gates(r, gate * f.H + unit)));
        CHECK(worst <= 5e-6);
        const matrix<T> sums = expected.d_gates.colwise().sum();
        CHECK(largest(d_bias.array() - T{1} - sums.array()) <= 2e-5);
    });
}

TEST_CASE_TEMPLATE("packed gates transposed give d_gates W", T, float, double) {
    for (const gait::index H : {gait::index{1}, gait::lanes<T> + 1, gait::index{64}})
        for (const gait::index K : {1, 3, 65}) {
            INFO("H = ", H, ", K = ", K);
            fixture<T> f(5, K, H);
            const matrix<T> d_gates = matrix<T>::Random(5, 4 * H), w_t = f.w.transpose();
            std::fill(f.gates.begin(), f.gates.end(), T{0});
            for (gait::index r = 0; r < 5; ++r)
                for (gait::index gate = 0; gate < 4; ++gate)
                    for (gait::index unit = 0; unit < H; ++unit)
                        f.gates[f.gate_at(r, gate, unit)] = d_gates(r, gate * H + unit);
            std::vector<T> panels(static_cast<std::size_t>(gait::panels_size<T>(4 * f.Hp, K)));
            gait::pack_gates_transposed<T>(H, K, w_t.data(), 4 * H, panels.data());
            matrix<T> d_x(5, K);
            gait::matmul<gait::identity, T>(5, K, 4 * f.Hp,
                                            {f.gates.data(), gait::gate_stride<T>(H)},
                                            panels.data(), {}, {d_x.data(), K});
            CHECK(largest(d_x - d_gates * f.w) <= 2e-5);
        }
}
