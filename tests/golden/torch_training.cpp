// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// gait's half of train_with_torch.py: trains the reference model on prepared recordings and writes
// down all that it takes to do the same elsewhere.
//
//   torch_training RECORDINGS INITIAL STORY WINDOW HOP HELD_OUT BATCH EPOCHS RATE CLIP SEED
//
// Every HELD_OUT-th user is held out. INITIAL gets the weights before the first step. STORY holds
// "windows" (N, T, 3), scaled, and "labels" (N); "order" (EPOCHS N), the windows in the order in
// which training saw them; "losses" (steps) before each step; and of the held-out users "unseen"
// (M, T, 3), "unseen_labels" (M) and "accuracies" (EPOCHS).
#include "har/models.hpp" // of the examples

#include <gait/data.hpp>
#include <gait/files/safetensors.hpp>
#include <gait/training.hpp>
#include <gait/weights/save.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

using gait::index;

/// A source that remembers what training took from it; one thread at a time.
struct witness {
    const gait::recorded_windows& source;
    std::vector<std::int64_t>& order; // with room for all of it

    [[nodiscard]] index size() const { return source.size(); }
    [[nodiscard]] index steps() const { return source.steps(); }
    [[nodiscard]] int label(index i) const { return source.label(i); }
    [[nodiscard]] int class_count() const { return source.class_count(); }
    void extract(std::span<const index> ids, gait::view<float, 3> x,
                 const auto& pass) const noexcept {
        if (pass.training)
            order.insert(order.end(), ids.begin(), ids.end());
        source.extract(ids, x, pass);
    }
};

/// All windows of a source, and their labels.
struct copies {
    std::vector<float> windows;       // (N, T, 3)
    std::vector<std::int64_t> labels; // (N)

    explicit copies(const gait::recorded_windows& source)
        : windows(static_cast<std::size_t>(source.size() * source.steps() * 3)) {
        for (index i = 0; i < source.size(); ++i) {
            source.extract(
                std::span(&i, 1),
                {windows.data() + i * source.steps() * 3, gait::extents{source.steps(), 1}},
                gait::pass{});
            labels.push_back(source.label(i));
        }
    }
};

template <class Model>
void train(const Model& model, const gait::recordings& r, char** words) {
    const index steps = std::stol(words[4]);
    const auto every = static_cast<std::size_t>(std::stoul(words[6]));
    std::vector<std::string> held_out;
    for (std::size_t u = every - 1; u < r.users.size(); u += every)
        held_out.push_back(r.users[u]);
    const auto windows = gait::make_windows(r, steps, std::stol(words[5]));
    const auto parts = gait::split_by_user(r, windows, held_out);
    const auto scale = gait::fit_scaling(r, windows, parts.train);
    const gait::recorded_windows known(r, windows, steps, parts.train, scale);
    const gait::recorded_windows unseen(r, windows, steps, parts.validation, scale);

    gait::fit_options options;
    options.batch = std::stol(words[7]);
    options.epochs = std::stoi(words[8]);
    options.learning_rate = std::stod(words[9]);
    options.clip_norm = std::stod(words[10]);
    options.seed = std::stoull(words[11]);
    options.threads = 1;
    gait::buffer<float> initial(Model::parameter_count);
    model.init(typename Model::template params<float>(initial.data()),
               {options.seed, gait::purpose::initialise});
    options.initial_parameters = initial.span();
    gait::save_weights(words[2], model, initial.span(), {});

    std::vector<std::int64_t> order;
    order.reserve(static_cast<std::size_t>(options.epochs * known.size()));
    std::vector<double> losses, accuracies;
    gait::callbacks tell;
    tell.on_batch = [&](const gait::batch_report& b) {
        losses.push_back(b.loss);
        return gait::control::proceed;
    };
    tell.on_epoch = [&](const gait::epoch_report& e, std::span<const float>) {
        accuracies.push_back(e.validation_accuracy);
        return gait::control::proceed;
    };
    static_cast<void>(gait::fit(model, witness{known, order}, unseen, options, tell));

    const copies x(known), z(unseen);
    using gait::dtype;
    const auto bytes = [](const auto& numbers) { return std::as_bytes(std::span(numbers)); };
    gait::write_safetensors(
        words[3],
        {{"windows", dtype::f32, {known.size(), steps, 3}, bytes(x.windows)},
         {"labels", dtype::i64, {known.size()}, bytes(x.labels)},
         {"order", dtype::i64, {std::ssize(order)}, bytes(order)},
         {"losses", dtype::f64, {std::ssize(losses)}, bytes(losses)},
         {"unseen", dtype::f32, {unseen.size(), steps, 3}, bytes(z.windows)},
         {"unseen_labels", dtype::i64, {unseen.size()}, bytes(z.labels)},
         {"accuracies", dtype::f64, {std::ssize(accuracies)}, bytes(accuracies)}},
        {});
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 12) {
        std::fputs("torch_training RECORDINGS INITIAL STORY WINDOW HOP HELD_OUT BATCH EPOCHS RATE "
                   "CLIP SEED\n",
                   stderr);
        return 2;
    }
    try {
        const auto r = gait::load_recordings(argv[1]);
        har::with_model(static_cast<gait::index>(r.classes.size()), argv[1],
                        [&](const auto& model) { train(model, r, argv); });
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "torch_training: %s\n", problem.what());
        return 1;
    }
}
