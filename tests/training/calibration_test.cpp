// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/inference/classifier.hpp>
#include <gait/training/calibration.hpp>

#include <training/toy.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace gait;

namespace {

/// Windows whose labels are drawn from the probabilities of their own logits: calibrated as well as
/// can be. Then all logits are made `factor` times as large.
labelled_logits drawn(gait::index windows, float factor) {
    labelled_logits said{3, {}, {}};
    random_stream random(3, purpose::user);
    for (gait::index i = 0; i < windows; ++i) {
        double p[3], sum = 0;
        for (double& x : p)
            sum += x = std::exp(2 * random.normal());
        const double at = static_cast<double>(random.uniform()) * sum;
        said.labels.push_back(at < p[0] ? 0 : at < p[0] + p[1] ? 1 : 2);
        for (const double x : p)
            said.logits.push_back(factor * static_cast<float>(std::log(x)));
    }
    return said;
}

} // namespace

TEST_CASE("the temperature that logits were multiplied by is found, and takes the error away") {
    for (const float factor : {0.5F, 1.0F, 3.0F}) {
        CAPTURE(factor);
        const labelled_logits said = drawn(20'000, factor);
        const double found = fit_temperature(said);
        CHECK(found == doctest::Approx(factor).epsilon(0.03));
        CHECK(calibration_error(confidence_bins(said, found)) < 0.015);
        if (factor != 1.0F)
            CHECK(calibration_error(confidence_bins(said)) > 0.05);
    }
}

TEST_CASE("surprise and bins are what they are by hand") {
    // Two classes with probabilities 0.8 and 0.2, four times; right in three.
    const float z = std::log(4.0F);
    const labelled_logits said{2, {z, 0, z, 0, 0, z, z, 0}, {0, 0, 1, 1}};
    CHECK(mean_surprise(said, 1) ==
          doctest::Approx(-(3 * std::log(0.8) + std::log(0.2)) / 4).epsilon(1e-6));
    const auto bins = confidence_bins(said, 1, 10);
    REQUIRE(bins.size() == 10);
    gait::index filled = 0;
    for (const auto& bin : bins)
        if (bin.windows > 0) {
            ++filled;
            CHECK(bin.windows == 4);
            CHECK(bin.confidence == doctest::Approx(0.8).epsilon(1e-6));
            CHECK(bin.accuracy == 0.75);
        }
    CHECK(filled == 1);
    CHECK(calibration_error(bins) == doctest::Approx(0.05).epsilon(1e-5));
}

TEST_CASE("without windows there is nothing to be wrong about") {
    CHECK(fit_temperature({}) == 1);
    CHECK(calibration_error(confidence_bins({})) == 0);
}

TEST_CASE("logits of a model's windows are those behind its classifier's probabilities") {
    const gait_test::toy_model model{};
    buffer<float> parameters(gait_test::toy_model::parameter_count);
    random_stream random(5, purpose::user);
    for (float& p : parameters)
        p = random.uniform() - 0.5F;
    const auto windows = gait_test::waves(30, 1);
    const labelled_logits said = logits_of(model, parameters.span(), windows, 1);
    CHECK(logits_of(model, parameters.span(), windows, 3).logits == said.logits);
    constexpr double temperature = 1.7;
    classifier<gait_test::toy_model> classify(model, parameters.span(), {}, 20, 1, 1, temperature);
    for (gait::index i = 0; i < windows.size(); ++i) {
        const auto p = classify(windows[i]);
        const auto z = said.row(i);
        for (std::size_t k = 1; k < 3; ++k)
            CHECK(std::log(p[k] / p[0]) ==
                  doctest::Approx((z[k] - z[0]) / temperature).epsilon(1e-3));
    }
}

TEST_CASE("there are no logits of windows whose classes are not the model's") {
    array_windows<2> windows(20, 4);
    windows.add(std::vector<float>(40), 3);
    const buffer<float> parameters(gait_test::toy_model::parameter_count);
    CHECK_THROWS_WITH_AS(
        static_cast<void>(logits_of(gait_test::toy_model{}, parameters.span(), windows, 1)),
        "windows, classes: expected 3, as many as the model's outputs, found 4", error);
}
