// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The published model that the 2017 work began with. Its graph is too large to keep with the code;
// what TensorFlow said of four windows is in golden/interop/valkov_golden.safetensors.
#include <interop/models.hpp>

#include <gait/inference/trained.hpp>
#include <gait/model/har.hpp>

#include <support/shared_data.hpp>

using namespace gait_test;

namespace {

using model = gait::har_model<6>;

/// Probabilities from logits.
std::vector<float> softmax(const std::vector<float>& logits) {
    std::vector<float> p;
    for (std::size_t r = 0; r < logits.size(); r += 6) {
        double sum = 0;
        for (std::size_t k = 0; k < 6; ++k)
            sum += std::exp(static_cast<double>(logits[r + k]));
        for (std::size_t k = 0; k < 6; ++k)
            p.push_back(static_cast<float>(std::exp(static_cast<double>(logits[r + k])) / sum));
    }
    return p;
}

} // namespace

TEST_CASE("the frozen graph of 2017 gives TensorFlow's own logits") {
    const auto graph = shared_data("valkov_frozen_har.pb");
    if (!graph) {
        MESSAGE("skipped: there is no valkov_frozen_har.pb");
        return;
    }
    const scratch_folder folder;
    interop::network net = interop::read_any(*graph, {});
    CHECK(interop::description(net) == model::description());
    net.metadata["input_layout"] = "features_first";
    const fs::path weights = folder / "valkov.safetensors";
    interop::write_gait(weights, net);

    const fs::path file = saved("valkov_golden.safetensors");
    const golden_array windows(file, "windows"), as_they_are(file, "logits.steps_first"),
        as_its_notebook(file, "logits.features_first");
    const double difference =
        largest_difference(logits_of<model>(weights, windows), as_they_are.numbers);
    MESSAGE("largest difference of a logit: " << difference);
    CHECK(difference < 1e-5);

    // The classifier knows from the file how the notebook laid its windows.
    const auto trained = gait::load_weights<model>(weights);
    CHECK(trained.info.window_steps == 200);
    for (const int threads : {1, 2}) {
        auto classify = gait::make_classifier(trained, 3, threads);
        std::vector<float> p(4 * 6);
        classify({windows.numbers.data(), {200, 4}}, {p.data(), {1, 4}});
        CHECK(largest_difference(p, softmax(as_its_notebook.numbers)) < 2e-6);
    }
    CHECK_THROWS_AS(static_cast<void>(gait::make_stream(trained)), gait::error);
}
