// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// An LSTM layer's results and gradients in each precision against double: fp32_split is as exact as
// fp32, bf16 as bfloat16 are. On every unit that multiplies them.
#include "support/bfloat16_units.hpp"

#include <gait/core/float_environment.hpp>
#include <gait/layers/lstm.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <tuple>
#include <vector>

namespace {

using gait::buffer;
using gait::product_precision;

/// The same numbers for float and double.
template <class T>
buffer<T> random_numbers(gait::index count, std::uint64_t seed) {
    buffer<T> numbers(count);
    gait::random_stream random(seed, gait::purpose::user);
    for (T& v : numbers)
        v = static_cast<T>(2.0F * random.uniform() - 1.0F);
    return numbers;
}

/// What a pass forward and back gives.
struct results {
    std::vector<double> y, d_x, d_parameters;
};

/// Forward and backward in T over (steps, R), from a state that isn't zero if `carried`.
template <gait::index F, gait::index H, class T>
results pass_through(gait::extents tile, product_precision products, bool carried = false,
                     bool wants_d_x = true) {
    using layer = gait::lstm<F, H>;
    const gait::flush_denormals flush;
    const layer l{products};
    buffer<float> initial(layer::parameter_count);
    l.template init<float>(typename layer::template params<float>(initial.data()),
                           {1, gait::purpose::initialise});
    buffer<T> parameters(initial.size()), packed(layer::template packed<T>::size);
    std::copy(initial.begin(), initial.end(), parameters.begin());
    l.template pack<T>(typename layer::template params<const T>(parameters.data()), packed.data());
    const typename layer::template packed<T> w(packed.data());

    const auto x = random_numbers<T>(tile.count() * F, 1),
               d_y = random_numbers<T>(tile.count() * H, 2);
    buffer<T> y(tile.count() * H), d_x(wants_d_x ? tile.count() * F : 0), gradient(initial.size());
    buffer<T> memory(layer::template tape<T>::size(tile)),
        states(layer::template state<T>::size(tile.rows));
    const typename layer::template tape<T> tape(memory.data(), tile);
    typename layer::template state<T> carry;
    if (carried) {
        carry = {states.data(), tile.rows};
        const auto before = random_numbers<T>(2 * tile.rows * H, 3);
        std::copy(before.begin(), before.end(), states.begin());
    }
    l.template forward<T>(w, {x.data(), tile}, {y.data(), tile}, tape, {}, carry);
    l.template backward<T>(w, {x.data(), tile}, {y.data(), tile}, {d_y.data(), tile},
                           wants_d_x ? gait::view<T, F>(d_x.data(), tile) : gait::view<T, F>(),
                           tape, typename layer::template params<T>(gradient.data()), {});
    return {{y.begin(), y.end()}, {d_x.begin(), d_x.end()}, {gradient.begin(), gradient.end()}};
}

/// |a - b| / |b|.
double error(const std::vector<double>& a, const std::vector<double>& b) {
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference += (a[i] - b[i]) * (a[i] - b[i]);
        size += b[i] * b[i];
    }
    return std::sqrt(difference / size);
}

const bool short_run = std::getenv("GAIT_TEST_SHORT") != nullptr;

/// The errors of each precision for one size.
template <gait::index H>
void compare_precisions(gait::index steps) {
    if (test::bfloat16_is_emulated() && steps * H * H > 64 * 64 * 20)
        return; // that takes a minute
    INFO("H = ", H, ", T = ", steps);
    const gait::extents tile{steps, 12};
    const results exact = pass_through<H, H, double>(tile, product_precision::fp32);
    const auto errors = [&](product_precision p) {
        const results r = pass_through<H, H, float>(tile, p);
        return std::array{error(r.y, exact.y), error(r.d_x, exact.d_x),
                          error(r.d_parameters, exact.d_parameters)};
    };
    const auto plain = errors(product_precision::fp32),
               split = errors(product_precision::fp32_split),
               rounded = errors(product_precision::bf16);
    static const std::array<std::string, 3> names{"y", "d_x", "d_parameters"};
    for (std::size_t i = 0; i < plain.size(); ++i) {
        INFO("error of ", names[i]);
        CHECK(plain[i] < 5e-6);
        CHECK(split[i] <= 2 * plain[i]);
        CHECK(rounded[i] > 100 * plain[i]); // it is another arithmetic
        CHECK(rounded[i] < 2e-2);
    }
}

/// At sizes where nothing fits.
template <gait::index F, gait::index H>
void check_awkward(gait::extents tile) {
    for (const bool carried : {false, true}) {
        INFO("F = ", F, ", H = ", H, ", T = ", tile.steps, ", R = ", tile.rows,
             ", carried: ", carried);
        const results exact = pass_through<F, H, double>(tile, product_precision::fp32, carried);
        const results split =
            pass_through<F, H, float>(tile, product_precision::fp32_split, carried);
        const results rounded = pass_through<F, H, float>(tile, product_precision::bf16, carried);
        const results alone =
            pass_through<F, H, float>(tile, product_precision::bf16, carried, false);
        CHECK(error(split.y, exact.y) < 1e-6);
        CHECK(error(split.d_x, exact.d_x) < 2e-6);
        CHECK(error(split.d_parameters, exact.d_parameters) < 2e-6);
        CHECK(error(rounded.y, exact.y) < 2e-2);
        CHECK(error(rounded.d_x, exact.d_x) < 3e-2);
        CHECK(error(rounded.d_parameters, exact.d_parameters) < 3e-2);
        CHECK(alone.d_parameters == rounded.d_parameters);
    }
}

} // namespace

TEST_CASE("fp32_split is as exact as fp32, for short windows and long, for few units and many") {
    test::on_each_bfloat16_unit([] {
        compare_precisions<16>(10);
        compare_precisions<16>(200);
        compare_precisions<64>(10);
        compare_precisions<64>(200);
        if (short_run)
            return;
        compare_precisions<16>(2000);
        compare_precisions<64>(2000);
        compare_precisions<256>(10);
        compare_precisions<256>(200);
        compare_precisions<256>(2000);
    });
}

TEST_CASE("products at sizes where nothing fits") {
    test::on_each_bfloat16_unit([] {
        check_awkward<1, 1>({3, 1});
        check_awkward<3, 7>({6, 5});
        check_awkward<3, 65>({4, 17});
        check_awkward<33, 16>({50, 6}); // several slices of steps
        check_awkward<7, 3>({2, 245});  // a step is a slice
    });
}

TEST_CASE("a tape for many rows is one for fewer") {
    using layer = gait::lstm<3, 16>;
    for (const gait::index steps : {1, 2, 20, 100})
        for (gait::index rows = 1; rows < 300; ++rows)
            CHECK(layer::tape<float>::size({steps, rows}) <
                  layer::tape<float>::size({steps, rows + 1}));
}

TEST_CASE("several steps at once, without a tape, give the same bits") {
    using layer = gait::lstm<3, 20>;
    static constexpr gait::extents tile{9, 5};
    test::on_each_bfloat16_unit([] {
        for (const product_precision p : gait::product_precisions) {
            INFO("in ", std::string(gait::name_of(p)));
            const results with_tape = pass_through<3, 20, float>(tile, p);
            const layer l{p};
            buffer<float> parameters(layer::parameter_count), packed(layer::packed<float>::size);
            l.init(layer::params<float>(parameters.data()), {1, gait::purpose::initialise});
            l.pack(layer::params<const float>(parameters.data()), packed.data());
            const auto x = random_numbers<float>(tile.count() * 3, 1);
            buffer<float> y(tile.count() * 20), memory(layer::state<float>::size(tile.rows)),
                scratch(layer::scratch<float>::size(tile));
            const gait::view<const float, 3> from(x.data(), tile);
            for (const auto& [first, count] : {std::pair{0, 4}, {4, 5}})
                l.run<float>(layer::packed<float>(packed.data()), from.steps(first, count),
                             {y.data() + first * tile.rows * 20, {count, tile.rows}},
                             {memory.data(), tile.rows}, {scratch.data(), {count, tile.rows}});
            CHECK(std::equal(y.begin(), y.end(), with_tape.y.begin()));
        }
    });
}

TEST_CASE("a double's products are a double's, whatever is asked for") {
    const results plain = pass_through<3, 7, double>({6, 5}, product_precision::fp32);
    const results asked = pass_through<3, 7, double>({6, 5}, product_precision::bf16);
    CHECK(plain.y == asked.y);
    CHECK(plain.d_parameters == asked.d_parameters);
}

TEST_CASE("where nothing multiplies bfloat16, fp32 is computed") {
    const test::unit_in_use use(gait::bfloat16_unit::none);
    const results plain = pass_through<3, 7, float>({6, 5}, product_precision::fp32);
    const results asked = pass_through<3, 7, float>({6, 5}, product_precision::bf16);
    CHECK(plain.y == asked.y);
    CHECK(plain.d_x == asked.d_x);
    CHECK(plain.d_parameters == asked.d_parameters);
}
