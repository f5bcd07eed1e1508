// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// How layers name their parameters and what the parameters are before the first step.
#pragma once

#include <gait/core/extents.hpp>
#include <gait/core/random.hpp>

#include <Eigen/Dense>

#include <cmath>
#include <type_traits>

namespace gait::inline GAIT_ARCH {

namespace detail {
template <class T, index Rows, index Columns>
using map_of = Eigen::Map<std::conditional_t<
    std::is_const_v<T>,
    const Eigen::Matrix<std::remove_const_t<T>, static_cast<int>(Rows), static_cast<int>(Columns),
                        Rows == 1 && Columns != 1 ? Eigen::RowMajor : Eigen::ColMajor>,
    Eigen::Matrix<std::remove_const_t<T>, static_cast<int>(Rows), static_cast<int>(Columns),
                  Rows == 1 && Columns != 1 ? Eigen::RowMajor : Eigen::ColMajor>>>;
} // namespace detail

/// (Rows, Columns) over somebody else's numbers, column by column. A type of its own, so that a
/// matrix of one column is not taken for a vector when it is written to a file.
template <class T, index Rows, index Columns>
struct matrix_map : detail::map_of<T, Rows, Columns> {
    static constexpr bool is_matrix = true;
    using base = detail::map_of<T, Rows, Columns>;
    using base::base;
    using base::operator=;
};

/// (Size) over somebody else's numbers.
template <class T, index Size>
using vector_map = detail::map_of<T, Size, 1>;

/// Uniform in +-sqrt(6 / (rows + columns)): as many inputs as columns, as many outputs as rows.
/// Source: Glorot and Bengio, AISTATS 2010.
template <class Matrix>
void glorot_uniform(Matrix&& matrix, random_stream& random) {
    using T = typename std::remove_cvref_t<Matrix>::Scalar;
    const double limit = std::sqrt(6.0 / static_cast<double>(matrix.rows() + matrix.cols()));
    for (index column = 0; column < matrix.cols(); ++column)
        for (index row = 0; row < matrix.rows(); ++row)
            matrix(row, column) = static_cast<T>((2.0 * random.uniform() - 1.0) * limit);
}

/// A random orthogonal square matrix, distributed evenly over all of them: the Q of the QR
/// decomposition of normal numbers, with the signs that make R's diagonal positive.
/// Source: Saxe, McClelland and Ganguli, ICLR 2014; the signs: Mezzadri, Notices AMS 54, 2007.
template <class Matrix>
void orthogonal(Matrix&& matrix, random_stream& random) {
    using T = typename std::remove_cvref_t<Matrix>::Scalar;
    const index n = matrix.rows();
    Eigen::MatrixXd normal(n, n);
    for (index column = 0; column < n; ++column)
        for (index row = 0; row < n; ++row)
            normal(row, column) = random.normal();
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(normal);
    Eigen::MatrixXd q = qr.householderQ();
    for (index column = 0; column < n; ++column)
        if (qr.matrixQR()(column, column) < 0)
            q.col(column) = -q.col(column);
    matrix = q.template cast<T>();
}

} // namespace gait::inline GAIT_ARCH
