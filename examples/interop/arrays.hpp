// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Named arrays of numbers: all that a PyTorch state, an .npz or a Keras .weights.h5 holds. They
// don't say in which order the layers run nor what is applied to their outputs, so `arrange` is
// told by a person, or guesses no more than is certain.
#pragma once

#include "network.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace interop {

/// Numbers of any shape, row-major.
struct array {
    std::vector<index> shape;
    std::vector<float> numbers;
};

using named_arrays = std::map<std::string, array>;

/// The most numbers that a model may have: what is larger is not a small network.
inline constexpr index most_numbers = 1 << 26;

/// How many numbers a shape from a file has. Throws gait::error at sizes below 1 and at more than
/// `most_numbers`.
index count_of(const fs::path& path, const std::string& place, std::span<const std::int64_t> shape);

/// An array as a matrix, or the other way up. Throws gait::error if it isn't one.
matrix as_matrix(const fs::path& path, const std::string& place, const array& a);
matrix transposed(const matrix& m);
/// An array as a list. Throws gait::error if it isn't one.
std::vector<float> as_vector(const fs::path& path, const std::string& place, const array& a);

/// The four blocks of H rows in another order: block i of the result is block order[i] of `m`.
matrix gates_in_order(const matrix& m, const std::array<int, 4>& order);
std::vector<float> gates_in_order(const std::vector<float>& bias, const std::array<int, 4>& order);

/// Layers that go by one name: a dense layer, or the LSTMs of a stack.
struct part {
    std::string name;
    std::vector<layer> layers;
};

/// How the parts of a file run one after the other, as a person writes it: "fc1:relu", "lstm",
/// "fc2". Empty: not told.
using order_option = std::vector<std::string>;

/// The parts as a network, the last step taken behind the last LSTM. Without `order` they run by
/// their names, numbers in them counting as numbers, and a dense layer before the last must then
/// have its activation from the order. Throws gait::error.
network arrange(const fs::path& path, std::vector<part> parts, const order_option& order);

/// The parts in arrays with PyTorch's names and layouts: NAME.weight, NAME.bias, and
/// NAME.weight_ih_l0, .weight_hh_l0, .bias_ih_l0, .bias_hh_l0 (the biases are added), ..._l1 and so
/// on. Throws gait::error at anything else: second directions, projections, other networks.
std::vector<part> parts_of_state(const fs::path& path, named_arrays arrays);

} // namespace interop
