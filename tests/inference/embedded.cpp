// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Weights that gait_embed put into this program, in floats, halves and bytes, say what the same
// weights say from a span; without exceptions, for size, and without allocation after construction.
#include "odd_aligned.hpp"
#include "odd_f16.hpp"
#include "odd_f32.hpp"
#include "odd_i8.hpp"

#include <inference/counted_memory.hpp>
#include <inference/models.hpp>
#include <support/largest.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string_view>
#include <type_traits>

#ifdef NLOHMANN_JSON_VERSION_MAJOR
#error inference from memory must not read JSON
#endif

using namespace gait_test;
using namespace std::string_view_literals;

namespace {

int failures = 0;

void check(bool good, const char* what) {
    failures += good ? 0 : 1;
    std::printf("%s  %s\n", good ? "ok    " : "FAILED", what);
}

// The compiler knows it all.
static_assert(odd_f32::weights.names[1] == "\"sit\\"sv);
static_assert(odd_f32::weights.names[2] == "st\xC3\xA4nd0"sv);
static_assert(odd_f32::weights.names[3] == "?"sv);
static_assert(odd_f32::weights.rate_hz == 31.25 && odd_f32::weights.window_steps == 20);
static_assert(odd_f32::weights.units == "m/s\n2"sv && odd_f32::weights.temperature == 0.75);
static_assert(std::is_same_v<odd_f32::model, odd_model>);
static_assert(std::is_same_v<odd_i8::model, odd_model>);
static_assert(odd_f32::weights.up.empty() && odd_aligned::weights.up[1] == -0.6F);
static_assert(odd_f16::weights.parameters.empty() && odd_i8::weights.parameters.empty());
static_assert(odd_i8::weights.fits());
constexpr std::int8_t unscaled[odd_model::parameter_count] = {};
constexpr gait::embedded_tensor tensor_without_scales{.rows = 1, .bytes = unscaled};
static_assert(
    !gait::embedded_model<odd_model>{.tensors = std::span(&tensor_without_scales, 1)}.fits());

/// The largest difference of a probability, of classifier and stream, to `expected` (4).
template <class Model>
double difference(const gait::embedded_model<Model>& weights, std::span<const float> window,
                  std::span<const float> expected) {
    auto classify = gait::make_classifier(weights);
    auto listen = gait::make_stream(weights);
    const int before = allocations();
    const double of_window = largest_difference(classify(window), expected);
    for (std::size_t t = 0; t + 1 < 20; ++t)
        listen.step(window.subspan(t * 3).template first<3>());
    const double of_steps = largest_difference(listen.step(window.template last<3>()), expected);
    check(allocations() == before, "no allocation after construction");
    return larger(of_window, of_steps);
}

} // namespace

int main() {
    const auto window = random_windows({20, 1});
    const auto parameters = random_parameters();
    gait::classifier<odd_model> from_span(odd_model{}, parameters.span(), raw_units(), 20, 12, 1,
                                          0.75);
    const auto expected = from_span(window);
    check(allocations() > 3, "allocations are counted");

    check(difference(odd_f32::weights, window, expected) < 1e-6, "floats are the floats");
    // Rounded they say nearly the same, but not the same, or they weren't rounded.
    const double f16 = difference(odd_f16::weights, window, expected);
    const double i8 = difference(odd_i8::weights, window, expected);
    std::printf("        off by %.2g in halves, %.2g in bytes\n", f16, i8);
    check(f16 > 0 && f16 < 1e-3, "halves are near");
    check(i8 > f16 && i8 < 2e-2, "bytes are near");

    auto lying = window;
    for (std::size_t i = 0; i < lying.size(); i += 3)
        lying[i] += 20;
    auto upright = lying;
    const gait::gravity_alignment align(odd_aligned::weights.up);
    align(lying.data(), 1, 0, {20, 1}, upright.data());
    auto aligned = gait::make_classifier(odd_aligned::weights);
    const auto of_upright = from_span(upright);
    const int made = allocations();
    const auto of_lying = aligned(lying);
    check(std::equal(of_lying.begin(), of_lying.end(), of_upright.begin()), "windows are aligned");
    check(allocations() == made, "no allocation to align");

    // What their files' writer made of them, whatever machine that was.
    check(gait::self_test_error(odd_f32::weights) < 1e-5F, "self-test, floats");
    check(gait::self_test_error(odd_f16::weights) < 1e-5F, "self-test, halves");
    check(gait::self_test_error(odd_i8::weights) < 1e-5F, "self-test, bytes");
    auto wrong = odd_f32::weights;
    wrong.self_test_output = odd_i8::weights.self_test_output;
    check(gait::self_test_error(wrong) > 1e-5F, "a wrong self-test fails");
    wrong.self_test_output = {};
    check(std::isnan(gait::self_test_error(wrong)), "none is not a success");
    return failures == 0 ? 0 : 1;
}
