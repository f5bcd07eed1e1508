// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Models: the reference model's sizes, names and gradients; streams; a layer without packing.
#include <gait/model.hpp>

#include <gait/layers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

namespace {

using gait::buffer;
using model = gait::har_model<7>;

struct names {
    std::vector<std::string> seen;
    gait::index numbers = 0, on_disk = 0;
    template <class Map>
    void tensor(std::string_view name, Map& map) {
        seen.emplace_back(name);
        numbers += map.size();
        on_disk += map.size();
    }
    template <class Map>
    void summand(std::string_view name, Map& map) {
        seen.emplace_back(name);
        on_disk += map.size();
    }
};

/// y = x * factor, feature by feature; written as a user would, without packing or init.
template <gait::index F>
struct scale {
    using input = gait::vector<F>;
    using output = gait::vector<F>;
    static constexpr gait::index parameter_count = F;
    static std::string description() { return "scale(" + std::to_string(F) + ")"; }

    template <class T>
    struct params {
        gait::vector_map<T, F> factor;
        explicit params(T* data) : factor(data) {}
        template <class Visitor>
        void visit(Visitor&& visitor) {
            visitor.tensor("factor", factor);
        }
    };
    template <class T>
    using tape = gait::no_tape<T>;

    template <class T>
    void forward(params<const T> p, gait::view<const T, F> x, gait::view<T, F> y, tape<T>,
                 const gait::pass&) const {
        y.eigen() = x.eigen() * p.factor.asDiagonal();
    }
    template <class T>
    void backward(params<const T> p, gait::view<const T, F> x, gait::view<const T, F>,
                  gait::view<const T, F> d_y, gait::view<T, F> d_x, tape<T>, params<T> d_p,
                  const gait::pass&) const {
        if (d_x)
            d_x.eigen() = d_y.eigen() * p.factor.asDiagonal();
        d_p.factor += x.eigen().cwiseProduct(d_y.eigen()).colwise().sum().transpose();
    }
};

} // namespace

TEST_CASE("the reference model has the parameters it is known for") {
    buffer<float> parameters(model::parameter_count);
    names n;
    model::params<float>(parameters.data()).visit(n);
    CHECK(n.numbers == 66'759);
    CHECK(n.on_disk * 4 == 269'084);
    CHECK(n.seen == std::vector<std::string>{"0.weight", "0.bias", "1.weight_ih_l0",
                                             "1.weight_hh_l0", "1.bias_ih_l0", "1.bias_hh_l0",
                                             "2.weight_ih_l0", "2.weight_hh_l0", "2.bias_ih_l0",
                                             "2.bias_hh_l0", "3.weight", "3.bias"});
    CHECK(model::description() == "each_step(dense(3, 64, relu)) | lstm(64, 64) | lstm(64, 64) | "
                                  "last_step(64) | dense(64, 7, identity)");
}

TEST_CASE("the reference model's gradient agrees with central differences") {
    // Every 37th of the parameters, which touches every tensor; a few seconds. Fewer where they
    // would be minutes.
    const gait::index every = std::getenv("GAIT_TEST_SHORT") != nullptr ? 37 * 4 : 37;
    const auto report = gait::gradient_check(model{}, {6, 3}, 2, every);
    INFO(report.where, ", analytic ", report.analytic, ", numeric ", report.numeric);
    CHECK(report.worst < 1e-6);
}

TEST_CASE("a user's layer joins packed ones, inside another model too") {
    using inner = gait::sequential<gait::dense<3, 5, gait::hyperbolic_tangent>, scale<5>>;
    using outer = gait::sequential<inner, gait::dense<5, 2>>;
    CHECK(gait::gradient_check(inner{}, {1, 4}).worst < 1e-6);
    CHECK(gait::gradient_check(outer{}, {1, 4}).worst < 1e-6);
    buffer<float> parameters(outer::parameter_count);
    names n;
    outer::params<float>(parameters.data()).visit(n);
    CHECK(n.seen ==
          std::vector<std::string>{"0.0.weight", "0.0.bias", "0.1.factor", "1.weight", "1.bias"});
    static_assert(gait::trainable_layer<outer>);
    static_assert(!gait::streaming_layer<scale<5>>);
}

TEST_CASE("a model with dropout has the right gradient for its mask") {
    using net = gait::sequential<gait::each_step<gait::dropout<3>>, gait::lstm<3, 5>,
                                 gait::each_step<gait::dropout<5>>, gait::last_step<5>>;
    const std::uint64_t samples[] = {4, 8};
    CHECK(
        gait::gradient_check(net{}, {7, 2}, 1, 1, {.training = true, .seed = 5, .samples = samples})
            .worst < 1e-6);
}

TEST_CASE("dropout in a model at every step looks at its window, not at those beside it") {
    using inner = gait::sequential<gait::dense<3, 4>, gait::dropout<4>>;
    using net = gait::sequential<gait::each_step<inner>>;
    using last = gait::sequential<gait::each_step<inner>, gait::last_step<4>>;
    const gait::index T = 7;
    // Two windows; nobody may look at what lies behind them.
    std::array<std::uint64_t, 2 * T> samples;
    std::iota(samples.begin(), samples.end(), 4U);
    gait::pass at{.training = true, .seed = 5, .samples = samples.data()};
    CHECK(gait::gradient_check(last{}, {T, 2}, 1, 1, at).worst < 1e-6);

    const net m;
    buffer<float> parameters(net::parameter_count), packed(net::packed<float>::size);
    m.init(net::params<float>(parameters.data()), {1, gait::purpose::initialise});
    m.pack(net::params<const float>(parameters.data()), packed.data());
    const auto output = [&](gait::index rows) {
        const gait::extents tile{T, rows};
        buffer<float> x(tile.count() * 3), y(tile.count() * 4);
        buffer<float> tape(net::tape<float>::size(tile));
        x.fill(1);
        at.rows = rows;
        m.forward<float>(net::packed<float>(packed.data()), {x.data(), tile}, {y.data(), tile},
                         net::tape<float>(tape.data(), tile), at);
        return y;
    };
    const buffer<float> alone = output(1), both = output(2);
    for (gait::index t = 0; t < T; ++t)
        for (gait::index f = 0; f < 4; ++f)
            CHECK(both[t * 2 * 4 + f] == alone[t * 4 + f]);
}

TEST_CASE("two hundred single steps equal one window, to the bit") {
    const gait::index T = 200, R = 3;
    buffer<float> parameters(model::parameter_count), packed(model::packed<float>::size);
    const model m;
    m.init(model::params<float>(parameters.data()), {1, gait::purpose::initialise});
    m.pack(model::params<const float>(parameters.data()), packed.data());
    buffer<float> x(T * R * 3), window(R * 7), stream(R * 7);
    gait::random_stream random(1, gait::purpose::user);
    for (float& v : x)
        v = static_cast<float>(random.normal());

    const model::packed<float> w(packed.data());
    buffer<float> tape(model::tape<float>::size({T, R}));
    m.forward<float>(w, {x.data(), {T, R}}, {window.data(), {1, R}},
                     model::tape<float>(tape.data(), {T, R}), {});
    buffer<float> memory(model::state<float>::size(R));
    const model::state<float> state(memory.data(), R);
    for (gait::index t = 0; t < T; ++t)
        m.step<float>(w, {x.data() + t * R * 3, {1, R}}, {stream.data(), {1, R}}, state);
    for (gait::index i = 0; i < R * 7; ++i)
        CHECK(stream[i] == window[i]);

    // Several steps at once, and the model in two parts.
    static_assert(gait::has_run<model, float> && model::middle > 0);
    constexpr gait::index F = model::features_before<model::middle>, chunk = 30;
    memory.fill(0);
    stream.fill(0);
    buffer<float> between(chunk * R * F), scratch(model::scratch<float>::size({chunk, R}));
    for (gait::index t = 0; t < T; t += chunk) {
        const gait::extents tile{std::min(chunk, T - t), R};
        const model::scratch<float> room(scratch.data(), tile);
        m.run<float, 0, model::middle>(w, {x.data() + t * R * 3, tile}, {between.data(), tile},
                                       state, room);
        m.run<float, model::middle>(w, {between.data(), tile}, {stream.data(), {1, R}}, state,
                                    room);
    }
    for (gait::index i = 0; i < R * 7; ++i)
        CHECK(stream[i] == window[i]);

    // And the same in two pieces with a carried state.
    memory.fill(0);
    for (const gait::index first : {0, 120}) {
        const gait::index count = first == 0 ? 120 : 80;
        m.forward<float>(w, {x.data() + first * R * 3, {count, R}}, {stream.data(), {1, R}},
                         model::tape<float>(tape.data(), {count, R}), {}, state);
    }
    for (gait::index i = 0; i < R * 7; ++i)
        CHECK(stream[i] == window[i]);
}
