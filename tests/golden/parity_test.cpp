// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// gait against PyTorch: logits, losses, the gradient of every tensor, ten steps of every optimizer.
// make_golden.py describes the files and repeats the numbers used here. PyTorch computed in double.
//
// Tolerances, relative to the largest number of what is compared: in float 1e-5, which allows for a
// few hundred roundings of 6e-8; in double 1e-11, where it is the formulas that are compared.
#include <gait/files/safetensors.hpp>
#include <gait/layers/dense.hpp>
#include <gait/layers/each_step.hpp>
#include <gait/layers/last_step.hpp>
#include <gait/layers/lstm.hpp>
#include <gait/model/har.hpp>
#include <gait/model/sequential.hpp>
#include <gait/training/loss.hpp>
#include <gait/training/optimizers.hpp>
#include <gait/weights/load.hpp>

#include <support/largest.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace {

using gait::index;

using reference_model = gait::har_model<7>;
using small_model =
    gait::sequential<gait::each_step<gait::dense<3, 7, gait::hyperbolic_tangent>>, gait::lstm<7, 5>,
                     gait::lstm<5, 9>, gait::last_step<9>, gait::dense<9, 4>>;

template <class T>
inline constexpr double tolerance = sizeof(T) == sizeof(float) ? 1e-5 : 1e-11;

std::string golden_path(const std::string& file) {
    return GAIT_SOURCE_DIR "/tests/golden/" + file + ".safetensors";
}

/// Numbers that PyTorch found, row-major, in whichever precision they were kept.
class golden_file {
public:
    explicit golden_file(const std::string& name) : file_(golden_path(name + "_golden")) {}

    [[nodiscard]] std::vector<double> read(const std::string& name) const {
        const auto* info = file_.find(name);
        REQUIRE_MESSAGE(info != nullptr, name);
        if (info->type == gait::dtype::f64)
            return file_.read<double>(name, gait::dtype::f64, info->shape);
        const auto numbers = file_.read<float>(name, gait::dtype::f32, info->shape);
        return {numbers.begin(), numbers.end()};
    }
    [[nodiscard]] gait::extents tile(const std::string& name) const {
        const auto& shape = file_.expect(name, gait::dtype::f64, {-1, -1, 3}).shape;
        return {shape[0], shape[1]};
    }
    [[nodiscard]] std::vector<int> labels() const {
        const auto numbers = file_.read<std::int64_t>("labels", gait::dtype::i64, {-1});
        return {numbers.begin(), numbers.end()};
    }

private:
    gait::safetensors_file file_;
};

/// Largest difference over largest expected number.
template <class T>
double relative_error(const std::vector<T>& found, const std::vector<double>& expected) {
    REQUIRE(found.size() == expected.size());
    const std::vector<double> zeros(expected.size());
    return gait_test::largest_difference(found, expected) /
           gait_test::largest_difference(expected, zeros);
}

/// A model, its parameters and all it works on, in scalars of type T.
template <class Model, class T>
struct network {
    static constexpr index classes = Model::output::features;

    Model model;
    gait::extents tile;
    std::vector<T> x;
    std::vector<int> labels;
    gait::buffer<T> parameters{Model::parameter_count}, gradient{Model::parameter_count};
    gait::buffer<T> packed{Model::template packed<T>::size};
    gait::buffer<T> tape_memory;
    std::vector<T> logits, d_logits;

    network(const std::string& name, const golden_file& golden, const std::string& windows)
        : tile(golden.tile(windows)), labels(golden.labels()),
          tape_memory(Model::template tape<T>::size(tile)),
          logits(static_cast<std::size_t>(tile.rows * classes)), d_logits(logits) {
        for (const double number : golden.read(windows))
            x.push_back(static_cast<T>(number));
        const auto loaded = gait::load_weights<Model>(golden_path(name + "_weights"));
        std::copy(loaded.parameters.begin(), loaded.parameters.end(), parameters.begin());
    }

    void forward() {
        model.pack(typename Model::template params<const T>(parameters.data()), packed.data());
        model.forward(weights(), input(), {logits.data(), {1, tile.rows}}, tape(), {});
    }

    /// The mean loss of the last forward pass; its gradient goes to d_logits.
    double loss(const std::vector<T>& class_weights, T smoothing) {
        const gait::loss_sums sums = gait::softmax_cross_entropy(
            tile.rows, classes, logits.data(), labels.data(),
            class_weights.empty() ? nullptr : class_weights.data(), smoothing, d_logits.data());
        for (T& slope : d_logits)
            slope /= static_cast<T>(sums.weight);
        return sums.loss / sums.weight;
    }

    void backward() {
        gradient.fill(0);
        const gait::extents rows{1, tile.rows};
        model.backward(weights(), input(), {logits.data(), rows}, {d_logits.data(), rows}, {},
                       tape(), typename Model::template params<T>(gradient.data()), {});
    }

    [[nodiscard]] auto weights() const { return typename Model::template packed<T>(packed.data()); }
    [[nodiscard]] auto input() const { return gait::view<const T, 3>(x.data(), tile); }
    [[nodiscard]] auto tape() { return typename Model::template tape<T>(tape_memory.data(), tile); }
};

/// Compares each tensor of a gradient with the golden one of its name.
struct gradient_comparison {
    const golden_file& golden;
    std::string kind;
    double allowed;
    int compared = 0;

    template <class Map>
    void tensor(std::string_view name, const Map& found) {
        using scalar = typename Map::Scalar;
        std::vector<scalar> row_major;
        for (index i = 0; i < found.rows(); ++i)
            for (index j = 0; j < found.cols(); ++j)
                row_major.push_back(found(i, j));
        const std::string key = "gradient." + kind + "." + std::string(name);
        CAPTURE(key);
        CHECK(relative_error(row_major, golden.read(key)) < allowed);
        ++compared;
    }
    template <class Map>
    void summand(std::string_view, const Map&) {} // PyTorch's second bias was held at zero
};

template <class Model, class T>
void check_forward(const std::string& name) {
    const golden_file golden(name);
    for (const std::string prefix : {"", "long."}) {
        CAPTURE(prefix);
        network<Model, T> net(name, golden, prefix + "windows");
        net.forward();
        CHECK(relative_error(net.logits, golden.read(prefix + "logits")) < tolerance<T>);
    }
}

/// Loss and gradient of one kind; `allowed` where the golden gradients are rounded to float.
template <class Model, class T>
void check_gradient(const std::string& name, const std::string& kind, bool weighted, T smoothing,
                    double allowed = tolerance<T>) {
    CAPTURE(kind);
    const golden_file golden(name);
    network<Model, T> net(name, golden, "windows");
    std::vector<T> class_weights;
    if (weighted)
        for (const double weight : golden.read("class_weights"))
            class_weights.push_back(static_cast<T>(weight));
    net.forward();
    const double loss = net.loss(class_weights, smoothing);
    // A smoothing of 0.1 is not exact in either precision.
    CHECK(std::abs(loss / golden.read("loss." + kind)[0] - 1) < tolerance<T>);
    net.backward();
    gradient_comparison comparison{golden, kind, allowed};
    typename Model::template params<T>(net.gradient.data()).visit(comparison);
    CHECK(comparison.compared == 10);
}

/// Losses before the first of ten steps over the whole batch and after each.
template <class Model, class T, class Optimizer>
void check_steps(const std::string& name, const std::string& key, const Optimizer& optimizer,
                 double learning_rate) {
    CAPTURE(key);
    const golden_file golden(name);
    network<Model, T> net(name, golden, "windows");
    gait::buffer<T> memory(optimizer.slots() * Model::parameter_count);
    std::vector<double> losses;
    for (int step = 1; step <= 11; ++step) {
        net.forward();
        losses.push_back(net.loss({}, 0));
        net.backward();
        optimizer.update({step, learning_rate}, net.parameters.span(),
                         std::span<const T>(net.gradient.span()), memory.span());
    }
    const auto expected = golden.read("losses." + key);
    REQUIRE(std::abs(expected.back() - expected.front()) > 0.01); // something was learnt
    CHECK(relative_error(losses, expected) < tolerance<T>);
}

} // namespace

TEST_CASE_TEMPLATE("logits", T, float, double) {
    check_forward<reference_model, T>("reference");
    check_forward<small_model, T>("small");
}

TEST_CASE("loss and the gradient of every tensor: the reference model") {
    check_gradient<reference_model, float>("reference", "plain", false, 0);
    check_gradient<reference_model, double>("reference", "plain", false, 0, 1e-6);
}

TEST_CASE_TEMPLATE("loss and the gradient of every tensor: odd sizes", T, float, double) {
    const T smoothing = static_cast<T>(0.1);
    check_gradient<small_model, T>("small", "plain", false, 0);
    check_gradient<small_model, T>("small", "weighted", true, 0);
    check_gradient<small_model, T>("small", "smoothed", false, smoothing);
    check_gradient<small_model, T>("small", "both", true, smoothing);
}

TEST_CASE_TEMPLATE("ten steps: the reference model", T, float, double) {
    check_steps<reference_model, T>("reference", "sgd", gait::sgd{}, 0.1);
    check_steps<reference_model, T>("reference", "momentum", gait::sgd{.momentum = 0.9}, 0.05);
    check_steps<reference_model, T>("reference", "adam", gait::adam{}, 0.003);
}

TEST_CASE_TEMPLATE("ten steps: odd sizes and every optimizer", T, float, double) {
    const auto check = [](const char* key, const auto& optimizer, double learning_rate) {
        check_steps<small_model, T>("small", key, optimizer, learning_rate);
    };
    check("sgd", gait::sgd{}, 0.5);
    check("momentum", gait::sgd{.momentum = 0.9}, 0.25);
    check("nesterov", gait::sgd{.momentum = 0.9, .nesterov = true}, 0.25);
    check("l2", gait::sgd{.weight_decay = 0.01}, 0.5);
    check("rmsprop", gait::rmsprop{.smoothing = 0.9}, 0.015);
    check("adam", gait::adam{}, 0.015);
    check("adamw", gait::adamw{.weight_decay = 0.1}, 0.015);
}
