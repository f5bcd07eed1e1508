// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The LSTM layer: initial values, state, and truncated backpropagation.
#include <gait/layers/lstm.hpp>

#include <support/largest.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace {

using gait::buffer;
using gait_test::largest;
using gait_test::largest_difference;
constexpr gait::index F = 3, H = 9, R = 5;
using layer = gait::lstm<F, H>;

buffer<double> random_numbers(gait::index count, std::uint64_t seed) {
    buffer<double> numbers(count);
    gait::random_stream random(seed, gait::purpose::user);
    for (double& v : numbers)
        v = random.normal();
    return numbers;
}

/// An initialised layer with everything a pass over (T, R) needs.
struct setup {
    gait::index T;
    layer l;
    buffer<double> parameters{layer::parameter_count}, packed{layer::packed<double>::size};
    buffer<double> x = random_numbers(T * R * F, 1), d_y = random_numbers(T * R * H, 2);
    buffer<double> y{T * R * H}, d_x{T * R * F}, d_parameters{layer::parameter_count};
    buffer<double> tape{layer::tape<double>::size({T, R})};

    explicit setup(gait::index steps) : T(steps) {
        l.init(layer::params<double>(parameters.data()), {1, gait::purpose::initialise});
        l.pack(layer::params<const double>(parameters.data()), packed.data());
    }
    [[nodiscard]] gait::view<const double, F> x_view() const { return {x.data(), {T, R}}; }
    [[nodiscard]] gait::view<double, H> y_view() { return {y.data(), {T, R}}; }

    /// Forward and backward over steps [first, first + count).
    void run(gait::index first, gait::index count, layer::state<double> carry) {
        const layer::packed<double> w(packed.data());
        const layer::tape<double> t(tape.data(), {count, R});
        const auto from = x_view().steps(first, count);
        const auto to = y_view().steps(first, count);
        l.forward<double>(w, from, to, t, {}, carry);
        l.backward<double>(w, from, to, {d_y.data() + first * R * H, {count, R}},
                           {d_x.data() + first * R * F, {count, R}}, t,
                           layer::params<double>(d_parameters.data()), {});
    }
};

} // namespace

TEST_CASE("initial values: forget bias 1, orthogonal recurrence, Glorot's limit") {
    buffer<float> numbers(gait::lstm<64, 64>::parameter_count);
    const gait::lstm<64, 64>::params<float> p(numbers.data());
    gait::lstm<64, 64>{}.init(p, {1, gait::purpose::initialise});
    CHECK(p.bias.segment<64>(64).isOnes());
    CHECK(p.bias.head<64>().isZero());
    CHECK(p.bias.tail<128>().isZero());
    for (gait::index gate = 0; gate < 4; ++gate) {
        const auto u = p.weight_hh.middleRows<64>(gate * 64);
        CHECK((u * u.transpose()).isIdentity(1e-5F));
    }
    const float limit = std::sqrt(6.0F / (256 + 64));
    CHECK(largest(p.weight_ih) <= limit);
    CHECK(largest(p.weight_ih) > 0.99F * limit);
    CHECK(std::abs(p.weight_ih.mean()) < 0.01F * limit * 3);
}

TEST_CASE("single steps equal a window, to the bit") {
    setup s(20);
    s.run(0, s.T, {});
    buffer<double> memory(layer::state<double>::size(R)), h(R * H);
    const layer::state<double> state(memory.data(), R);
    for (gait::index t = 0; t < s.T; ++t) {
        s.l.step<double>(layer::packed<double>(s.packed.data()), s.x_view().step(t),
                         {h.data(), {1, R}}, state);
        CHECK(std::equal(h.begin(), h.end(), s.y_view().step(t).data()));
    }
}

TEST_CASE("single steps of one row equal a window, up to rounding") {
    setup s(1);
    constexpr gait::index T = 21;
    const buffer<double> x = random_numbers(T * F, 3);
    const layer::packed<double> w(s.packed.data());
    buffer<double> y(T * H), tape(layer::tape<double>::size({T, 1}));
    s.l.forward<double>(w, {x.data(), {T, 1}}, {y.data(), {T, 1}}, {tape.data(), {T, 1}}, {}, {});
    buffer<double> memory(layer::state<double>::size(1)),
        scratch(layer::scratch<double>::size({2, 1}));
    const layer::state<double> state(memory.data(), 1);
    // Now and then two steps at once: what a step has looked ahead is then out of date.
    for (gait::index t = 0, count = 0; t < T; t += count) {
        count = t % 5 == 3 ? 2 : 1;
        buffer<double> two(2 * H);
        if (count == 2)
            s.l.run<double>(w, {x.data() + t * F, {2, 1}}, {two.data(), {2, 1}}, state,
                            {scratch.data(), {2, 1}});
        else
            s.l.step<double>(w, {x.data() + t * F, {1, 1}}, {two.data(), {1, 1}}, state);
        for (gait::index i = 0; i < count * H; ++i)
            CHECK(std::abs(two[i] - y[t * H + i]) < 1e-14);
    }
}

TEST_CASE("several steps at once equal single steps, to the bit") {
    setup s(20);
    s.run(0, s.T, {});
    buffer<double> memory(layer::state<double>::size(R)), h(s.T * R * H);
    buffer<double> scratch(layer::scratch<double>::size({9, R}));
    for (const auto& [first, count] : {std::pair{0, 9}, {9, 1}, {10, 6}, {16, 4}})
        s.l.run<double>(layer::packed<double>(s.packed.data()), s.x_view().steps(first, count),
                        {h.data() + first * R * H, {count, R}}, {memory.data(), R},
                        {scratch.data(), {count, R}});
    CHECK(largest_difference(h, s.y) == 0);
}

TEST_CASE("a state can be saved, reset and restored") {
    setup s(6);
    const layer::packed<double> w(s.packed.data());
    buffer<double> memory(layer::state<double>::size(R)), h(R * H), again(R * H);
    const layer::state<double> state(memory.data(), R);
    for (gait::index t = 0; t < 3; ++t)
        s.l.step<double>(w, s.x_view().step(t), {h.data(), {1, R}}, state);
    const buffer<double> saved = memory.clone();
    s.l.step<double>(w, s.x_view().step(3), {h.data(), {1, R}}, state);
    memory.fill(0);
    s.l.step<double>(w, s.x_view().step(3), {again.data(), {1, R}}, state);
    CHECK(largest_difference(h, again) > 1e-3);
    std::copy(saved.begin(), saved.end(), memory.begin());
    s.l.step<double>(w, s.x_view().step(3), {again.data(), {1, R}}, state);
    CHECK(largest_difference(h, again) == 0);
}

TEST_CASE("a window in pieces with a carried state is the window") {
    setup whole(30), pieces(30);
    whole.run(0, 30, {});
    buffer<double> memory(layer::state<double>::size(R));
    for (const auto& [first, count] : {std::pair{0, 7}, {7, 1}, {8, 22}})
        pieces.run(first, count, {memory.data(), R});
    CHECK(largest_difference(whole.y, pieces.y) == 0);
    // The gradient, though, ends at each border.
    CHECK(largest_difference(whole.d_x, pieces.d_x) > 1e-3);
}

TEST_CASE("truncated backpropagation is the gradient with the carried state held constant") {
    // Piece two starts from the state that piece one left. Its gradient must be the derivative of
    // its own outputs with that state fixed: by central differences over a few parameters.
    setup s(12);
    buffer<double> memory(layer::state<double>::size(R));
    s.run(0, 5, {memory.data(), R});
    const buffer<double> start = memory.clone();
    s.d_parameters.fill(0);
    s.run(5, 7, {memory.data(), R});
    const buffer<double> gradient = s.d_parameters.clone();

    const auto loss = [&] {
        std::copy(start.begin(), start.end(), memory.begin());
        s.l.pack(layer::params<const double>(s.parameters.data()), s.packed.data());
        s.run(5, 7, {memory.data(), R});
        double sum = 0;
        for (gait::index i = 5 * R * H; i < 12 * R * H; ++i)
            sum += s.y[i] * s.d_y[i];
        return sum;
    };
    for (gait::index i = 0; i < layer::parameter_count; i += 7) {
        constexpr double h = 1e-5;
        const double here = s.parameters[i];
        s.parameters[i] = here + h;
        const double up = loss();
        s.parameters[i] = here - h;
        const double down = loss();
        s.parameters[i] = here;
        CHECK(gradient[i] == doctest::Approx((up - down) / (2 * h)).epsilon(1e-6));
    }
}

TEST_CASE("nobody wants d_x: an empty view leaves the other gradients as they are") {
    setup a(8), b(8);
    a.run(0, 8, {});
    const layer::packed<double> w(b.packed.data());
    const layer::tape<double> t(b.tape.data(), {8, R});
    b.l.forward<double>(w, b.x_view(), b.y_view(), t, {});
    b.l.backward<double>(w, b.x_view(), b.y_view(), {b.d_y.data(), {8, R}}, {}, t,
                         layer::params<double>(b.d_parameters.data()), {});
    CHECK(largest_difference(a.d_parameters, b.d_parameters) == 0);
}
