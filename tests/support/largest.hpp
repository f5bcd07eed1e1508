// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// How far off results are at most, where a NaN stays one and fails whatever it is compared with:
// std::max(0.0, NaN) is 0, and Eigen's maxCoeff() sees a NaN in some places only.
#pragma once

#include <Eigen/Core>

#include <cmath>
#include <iterator>
#include <limits>

namespace gait_test {

/// The larger of two numbers, NaN if one of them is.
template <class T>
T larger(T a, T b) {
    return b > a || std::isnan(b) ? b : a;
}

/// The largest absolute value in a matrix, NaN if there is one, 0 if there is nothing.
template <class Matrix>
auto largest(const Matrix& x) {
    using number = typename Matrix::Scalar;
    return x.size() > 0 ? x.cwiseAbs().redux(&larger<number>) : number{0};
}

/// The largest |a - b| of two sequences, NaN if there is one, or if one of them is longer.
template <class A, class B>
double largest_difference(const A& a, const B& b) {
    if (std::ssize(a) != std::ssize(b))
        return std::numeric_limits<double>::quiet_NaN();
    double most = 0;
    auto other = std::begin(b);
    for (const auto number : a)
        most = larger(most, std::abs(static_cast<double>(number) - static_cast<double>(*other++)));
    return most;
}

} // namespace gait_test
