// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A model small enough to check by hand: y = W * (sum of all steps of x) + b, with W (3, 2), b (3),
// and, as an LSTM has, a second bias that lives on disk only.
#pragma once

#include <gait/layers/layer.hpp>

#include <Eigen/Core>

#include <string>
#include <type_traits>

namespace gait_test {

template <class T, int Rows, int Columns>
using map_over =
    Eigen::Map<std::conditional_t<std::is_const_v<T>,
                                  const Eigen::Matrix<std::remove_const_t<T>, Rows, Columns>,
                                  Eigen::Matrix<std::remove_const_t<T>, Rows, Columns>>>;

struct tiny_model {
    using input = gait::sequence<2>;
    using output = gait::vector<3>;
    static constexpr gait::index parameter_count = 9;
    static std::string description() { return "tiny"; }

    template <class T>
    struct params {
        map_over<T, 3, 2> weight;
        map_over<T, 3, 1> bias;

        explicit params(T* data) : weight(data), bias(data + 6) {}
        template <class Visitor>
        void visit(Visitor&& visitor) const {
            visitor.tensor("0.weight", weight);
            visitor.summand("0.bias_hh", bias); // on purpose before the tensor it is added to
            visitor.tensor("0.bias_ih", bias);
        }
    };

    template <class T>
    using tape = gait::no_tape<T>;

    template <class T>
    void forward(params<const T> w, gait::view<const T, 2> x, gait::view<T, 3> y, tape<T>,
                 gait::pass) const {
        for (gait::index r = 0; r < x.rows(); ++r) {
            y.eigen().row(r) = w.bias.transpose();
            for (gait::index t = 0; t < x.steps(); ++t)
                y.eigen().row(r) += x.step(t).eigen().row(r) * w.weight.transpose();
        }
    }
};

static_assert(gait::layer<tiny_model>);

} // namespace gait_test
