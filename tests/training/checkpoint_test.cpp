// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Checkpoints: a resumed run is the same run to the bit, another run is refused with what differs,
// and a run that diverges leaves its last good weights.
#include "toy.hpp"

#include <files/scratch.hpp>
#include <gait/training/trainer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <string>
#include <vector>

using gait_test::noisy_model;
using gait_test::scratch_folder;
using gait_test::waves;

namespace {

gait::fit_options options_at(const std::filesystem::path& checkpoint, int epochs) {
    gait::fit_options options;
    options.epochs = epochs;
    options.batch = 50;
    options.threads = 1;
    options.learning_rate = 0.01;
    options.checkpoint = checkpoint;
    return options;
}

/// All of a checkpoint but the seconds that its epochs took.
std::vector<std::vector<float>> numbers_in(const std::filesystem::path& path) {
    const gait::safetensors_file file(path);
    std::vector<std::vector<float>> all;
    for (const char* name : {"parameters", "optimizer", "best"})
        all.push_back(file.read<float>(name, gait::dtype::f32, file.find(name)->shape));
    const auto progress = file.read<std::int64_t>("progress", gait::dtype::i64, {3});
    all.emplace_back(progress.begin(), progress.end());
    auto history = file.read<double>("history", gait::dtype::f64, {-1, 8});
    for (std::size_t i = 7; i < history.size(); i += 8)
        history[i] = 0;
    all.emplace_back(history.begin(), history.end());
    return all;
}

bool finite_parameters(const std::filesystem::path& path) {
    const auto parameters = numbers_in(path).front();
    return std::ranges::all_of(parameters, [](float p) { return std::isfinite(p); });
}

/// What fit's error says; empty if there is none.
std::string refusal(const gait::fit_options& options, const gait::array_windows<2>& train,
                    const gait::array_windows<2>& unseen) {
    try {
        static_cast<void>(gait::fit(noisy_model{}, train, unseen, options));
    } catch (const gait::error& e) {
        return e.what();
    }
    return "";
}

} // namespace

TEST_CASE("4 epochs are 2, resume, and 2") {
    const scratch_folder folder;
    const auto train = waves(230, 1), unseen = waves(70, 2);
    for (const gait::any_optimizer& method :
         {gait::any_optimizer(gait::adam{}), gait::any_optimizer(gait::sgd{}),
          gait::any_optimizer(gait::rmsprop{}), gait::any_optimizer(gait::sgd{}, 0.1)})
        for (const int patience : {0, 10}) {
            auto whole = options_at(folder / "whole", 4);
            whole.method = method;
            whole.patience = patience;
            whole.rates.warmup_epochs = 3;
            auto parts = whole;
            parts.checkpoint = folder / "parts";
            const auto at_once = gait::fit(noisy_model{}, train, unseen, whole);

            parts.epochs = 2;
            static_cast<void>(gait::fit(noisy_model{}, train, unseen, parts));
            parts.epochs = 4;
            parts.resume = true;
            parts.threads = 2;
            std::size_t restored = 0;
            gait::callbacks tell;
            tell.on_resume = [&](std::span<const gait::epoch_report> history) {
                restored = history.size();
            };
            const auto resumed = gait::fit(noisy_model{}, train, unseen, parts, tell);
            CHECK(restored == 2);
            CHECK(resumed.history.size() == 4);
            CHECK(std::ranges::equal(at_once.parameters, resumed.parameters));
            CHECK(numbers_in(whole.checkpoint) == numbers_in(parts.checkpoint));
        }
}

TEST_CASE("a run stopped in the middle of an epoch resumes to the same bits") {
    const scratch_folder folder;
    const auto train = waves(230, 1), unseen = waves(70, 2);
    auto options = options_at(folder / "run", 4);
    options.rates.form = gait::schedule::shape::cosine;
    options.method = {gait::adam{}, 0.1};
    const auto whole = gait::fit(noisy_model{}, train, unseen, options);
    for (const int stop_epoch : {1, 3}) {
        gait::callbacks tell;
        tell.on_batch = [&](const gait::batch_report& b) {
            return b.epoch == stop_epoch && b.batch == 3 ? gait::control::stop
                                                         : gait::control::proceed;
        };
        options.resume = false;
        const auto part = gait::fit(noisy_model{}, train, unseen, options, tell);
        CHECK(part.epoch == stop_epoch - 1);
        options.resume = true;
        const auto resumed = gait::fit(noisy_model{}, train, unseen, options);
        CHECK(std::ranges::equal(whole.parameters, resumed.parameters));
    }
}

TEST_CASE("another run is refused, and everything that differs is named") {
    const scratch_folder folder;
    const auto train = waves(100, 1), unseen = waves(30, 2);
    auto options = options_at(folder / "run", 2);
    static_cast<void>(gait::fit(noisy_model{}, train, unseen, options));
    options.resume = true;
    CHECK(refusal(options, train, unseen).empty());

    auto other = options;
    other.learning_rate = 0.02;
    other.seed = 7;
    const std::string text = refusal(other, train, unseen);
    CHECK(text.find("learning rate: 0.01; seed: 1") != std::string::npos);
    CHECK(text.find("found learning rate: 0.02; seed: 7") != std::string::npos);
    CHECK(text.find("batch") == std::string::npos);

    CHECK(refusal(options, waves(101, 1), unseen).find("training data") != std::string::npos);
    CHECK(refusal(options, waves(100, 3), unseen).find("training data") != std::string::npos);
    CHECK(refusal(options, train, waves(30, 3)).find("validation data") != std::string::npos);
    other = options;
    other.rates.form = gait::schedule::shape::cosine;
    CHECK(refusal(other, train, unseen).find("schedule") != std::string::npos);
    other = options;
    other.identity["dropout"] = "0.3";
    CHECK(refusal(other, train, unseen).find("dropout: (not said)") != std::string::npos);
    other.resume = false;
    static_cast<void>(gait::fit(noisy_model{}, train, unseen, other));
    CHECK(refusal(options, train, unseen).find("found dropout: (not said)") != std::string::npos);
}

TEST_CASE("epochs without a step, since no window weighs anything, resume as well") {
    const scratch_folder folder;
    const auto train = waves(100, 1), unseen = waves(30, 2);
    auto options = options_at(folder / "run", 1);
    options.loss.class_weights = {0, 0, 0};
    static_cast<void>(gait::fit(noisy_model{}, train, unseen, options));
    options.resume = true;
    options.epochs = 2;
    CHECK(gait::fit(noisy_model{}, train, unseen, options).history.size() == 2);
}

TEST_CASE("a damaged checkpoint is refused") {
    const scratch_folder folder;
    const auto train = waves(100, 1), unseen = waves(30, 2);
    auto options = options_at(folder / "run", 1);
    static_cast<void>(gait::fit(noisy_model{}, train, unseen, options));
    options.resume = true;

    std::ifstream in(options.checkpoint, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{7}, std::size_t{100}, bytes.size() / 2, bytes.size() - 1}) {
        options.checkpoint = folder / "damaged";
        std::ofstream(options.checkpoint, std::ios::binary) << bytes.substr(0, size);
        CHECK(refusal(options, train, unseen).find("damaged") != std::string::npos);
    }
    options.checkpoint = folder / "missing";
    CHECK(refusal(options, train, unseen).find("missing") != std::string::npos);
    gait::write_safetensors(folder / "weights", {}, {{"format", "gait"}});
    options.checkpoint = folder / "weights";
    CHECK(refusal(options, train, unseen).find("a checkpoint written by gait") !=
          std::string::npos);
}

TEST_CASE("a checkpoint that lies is refused before anything is made of it") {
    const scratch_folder folder;
    const auto train = waves(100, 1), unseen = waves(30, 2);
    auto options = options_at(folder / "run", 1);
    static_cast<void>(gait::fit(noisy_model{}, train, unseen, options));
    std::map<std::string, std::string> identity;
    const gait::safetensors_file written(options.checkpoint);
    for (const auto& entry : written.metadata())
        if (entry.first.starts_with("run."))
            identity[entry.first.substr(4)] = entry.second;
    const std::filesystem::path honest = options.checkpoint;
    options.resume = true;
    options.checkpoint = folder / "lie";
    const auto refused = [&](const auto& change) {
        gait::training_progress run(noisy_model::parameter_count, options.method.slots(), false);
        gait::load_checkpoint(honest, run, identity);
        change(run);
        gait::save_checkpoint(options.checkpoint, run, identity);
        return refusal(options, train, unseen);
    };
    CHECK(refused([](gait::training_progress&) {}).empty());
    CHECK(refused([](gait::training_progress& run) {
              run.best_epoch = 1;
          }).find("tensor progress") != std::string::npos);
    CHECK(refused([](gait::training_progress& run) {
              run.step = std::numeric_limits<std::int64_t>::max();
          }).find("tensor progress") != std::string::npos);
    CHECK(refused([](gait::training_progress& run) {
              run.parameters.data()[3] = NAN;
          }).find("tensor parameters: expected finite numbers") != std::string::npos);
}

TEST_CASE("a run that diverges stops, names epoch and batch, and leaves good weights") {
    const scratch_folder folder;
    const auto unseen = waves(30, 2);
    auto train = waves(100, 1);
    auto options = options_at(folder / "run", 1);
    const auto good = gait::fit(noisy_model{}, train, unseen, options);

    // One poisoned window, met in the second batch.
    train.add(std::vector<float>(40, std::numeric_limits<float>::quiet_NaN()), 0);
    options.order = gait::window_order::given;
    options.batch = 60;
    std::string text = refusal(options, train, unseen);
    CHECK(text.find("epoch 1, batch 2: expected a finite loss, found nan") != std::string::npos);
    CHECK(text.find((folder / "run").string()) == 0);
    const gait::safetensors_file file(options.checkpoint);
    CHECK(file.read<std::int64_t>("progress", gait::dtype::i64, {3})[0] == 0);
    CHECK(finite_parameters(options.checkpoint));

    // Steps that end where no float is.
    options = options_at(folder / "high", 50);
    options.learning_rate = 3e38;
    options.method = gait::sgd{};
    options.clip_norm = 0;
    text = refusal(options, waves(100, 1), unseen);
    CAPTURE(text);
    CHECK(text.find(": expected a finite ") != std::string::npos);
    CHECK(text.find(", batch ") != std::string::npos);
    CHECK(finite_parameters(options.checkpoint));
}
