// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// reference_case: one task for all peers, with gait's answers, as a safetensors file.
//
//   0.weight ... 3.bias    the weights, in PyTorch's names and shapes
//   windows (T, B, 3)      noise between -1 and 1
//   labels (B)
//   logits (B, 7)          what gait says of the windows
//   d.0.weight ...         the gradient of the mean softmax cross-entropy
//
// A peer loads it, shows that it computes the same, and only then is it timed.
#include "support/command_line.hpp"
#include "support/program.hpp"

#include <gait/files/safetensors.hpp>
#include <gait/layers.hpp>
#include <gait/model/sequential.hpp>
#include <gait/training.hpp>
#include <gait/weights/tensors.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using gait::index;
constexpr index classes = 7;

template <index H>
using model_of = gait::sequential<gait::each_step<gait::dense<3, H, gait::relu>>, gait::lstm<H, H>,
                                  gait::lstm<H, H>, gait::last_step<H>, gait::dense<H, classes>>;

/// Fills a window's samples with noise between -1 and 1. One that brings a sum of the first layer
/// close to zero is drawn again: the order of rounding would decide whether its ReLU passes a
/// gradient.
template <class Params>
void draw(const Params& first, gait::random_stream& random, std::span<float> window) {
    for (std::size_t t = 0; t < window.size(); t += 3) {
        const Eigen::Map<Eigen::Vector3f> x(&window[t]);
        do
            std::generate_n(&window[t], 3, [&] { return 2.0F * random.uniform() - 1.0F; });
        while ((first.weight * x + first.bias).cwiseAbs().minCoeff() < 1e-6F);
    }
}

struct options {
    std::string file;
    index hidden = 64, batch = 1000, steps = 200;
};

template <index H>
void write(const options& o) {
    using model = model_of<H>;
    const model m;
    gait::random_stream random(20170401, gait::purpose::user);
    gait::buffer<float> parameters(model::parameter_count);
    const typename model::template params<float> layers(parameters.data());
    m.init(layers, {1, gait::purpose::initialise});
    for (float& p : parameters) // no bias stays zero, or a wrong one would not show
        p += 0.2F * random.uniform() - 0.1F;

    gait::array_windows<3> source(o.steps, classes);
    std::vector<float> windows(static_cast<std::size_t>(o.steps * o.batch * 3)); // (T, B, 3)
    std::vector<float> window(static_cast<std::size_t>(o.steps * 3));
    std::vector<std::int64_t> labels;
    for (index b = 0; b < o.batch; ++b) {
        draw(layers.template layer<0>(), random, window);
        for (index t = 0; t < o.steps; ++t)
            std::copy_n(window.begin() + t * 3, 3, windows.begin() + (t * o.batch + b) * 3);
        labels.push_back(b % classes);
        source.add(window, static_cast<int>(b % classes));
    }

    gait::kernel_weights<model> weights;
    weights.pack(m, parameters.span());
    gait::batch_gradient<model> gradient(gait::available_threads(), 16, o.steps, 0);
    std::vector<index> ids(static_cast<std::size_t>(o.batch));
    std::iota(ids.begin(), ids.end(), index{0});
    gait::single_process alone;
    gradient(m, weights, source, ids, {}, {}, alone);
    for (float& g : gradient.gradient())
        g /= static_cast<float>(o.batch);

    // The same windows once more through the model as a whole, for the logits.
    std::vector<float> logits(static_cast<std::size_t>(o.batch * classes));
    constexpr index rows = 8;
    gait::buffer<float> x(o.steps * rows * 3), y(rows * classes);
    gait::buffer<float> tape(model::template tape<float>::size({o.steps, rows}));
    for (index first = 0; first < o.batch; first += rows) {
        const gait::extents tile{o.steps, std::min(rows, o.batch - first)};
        for (index t = 0; t < tile.steps; ++t)
            std::copy_n(windows.begin() + (t * o.batch + first) * 3, tile.rows * 3,
                        x.data() + t * tile.rows * 3);
        m.template forward<float>(weights.get(), {x.data(), tile}, {y.data(), {1, tile.rows}},
                                  {tape.data(), tile}, {});
        std::copy_n(y.data(), tile.rows * classes, logits.begin() + first * classes);
    }

    std::vector<std::vector<float>> numbers; // row-major, alive until they are written
    std::vector<gait::tensor_out> tensors;
    const auto add = [&](const std::string& prefix, const float* data) {
        for (const auto& t :
             gait::tensors_of<const float>(typename model::template params<const float>(data))) {
            if (t.is_summand)
                continue; // PyTorch's second bias stays zero
            numbers.push_back(t.to_disk());
            tensors.push_back(
                gait::tensor_out::of<float>(prefix + t.name, t.shape(), numbers.back()));
        }
    };
    add("", parameters.data());
    add("d.", gradient.gradient().data());
    tensors.push_back(gait::tensor_out::of<float>("windows", {o.steps, o.batch, 3}, windows));
    tensors.push_back(gait::tensor_out::of<std::int64_t>("labels", {o.batch}, labels));
    tensors.push_back(gait::tensor_out::of<float>("logits", {o.batch, classes}, logits));
    gait::write_safetensors(o.file, std::move(tensors), {{"gait_version", GAIT_VERSION}});
}

/// Every hidden size that is compared.
void write_any(const options& o) {
    switch (o.hidden) {
    case 8:
        return write<8>(o);
    case 16:
        return write<16>(o);
    case 32:
        return write<32>(o);
    case 64:
        return write<64>(o);
    case 65:
        return write<65>(o);
    case 80:
        return write<80>(o);
    case 100:
        return write<100>(o);
    case 128:
        return write<128>(o);
    case 256:
        return write<256>(o);
    default:
        throw std::invalid_argument("no model with " + std::to_string(o.hidden) + " units");
    }
}

} // namespace

int main(int argc, char** argv) {
    return support::run_program("reference_case", argc, argv, [](int count, char** words) {
        options o;
        CLI::App app{"Writes weights, windows and gait's answers for the peers to check"};
        app.add_option("FILE", o.file, "Where to")->required();
        app.add_option("--hidden", o.hidden,
                       "Units of each layer: 8, 16, 32, 64, 65, 80, 100, 128 or 256")
            ->capture_default_str();
        app.add_option("--batch", o.batch, "Windows")
            ->check(CLI::Range(1, 1'000'000))
            ->capture_default_str();
        app.add_option("--steps", o.steps, "Steps of a window")
            ->check(CLI::Range(1, 100'000))
            ->capture_default_str();
        if (!support::parse(app, count, words))
            return 0;
        write_any(o);
        return 0;
    });
}
