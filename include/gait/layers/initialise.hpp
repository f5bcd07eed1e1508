// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// How layers name their parameters and what the parameters are before the first step.
#pragma once

#include <gait/core/extents.hpp>
#include <gait/core/random.hpp>

#include <Eigen/Core>

#include <cmath>
#include <numeric>
#include <span>
#include <type_traits>
#include <vector>

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

/// A random orthogonal square matrix, distributed evenly over all of them: normal numbers, made
/// orthonormal column by column (Gram and Schmidt, each column twice, for double's full precision).
/// Source: Saxe, McClelland and Ganguli, ICLR 2014.
template <class Matrix>
void orthogonal(Matrix&& matrix, random_stream& random) {
    using T = typename std::remove_cvref_t<Matrix>::Scalar;
    const index n = matrix.rows();
    std::vector<double> q(static_cast<std::size_t>(n * n)); // column by column
    for (index column = 0; column < n; ++column) {
        const auto v =
            std::span(q).subspan(static_cast<std::size_t>(column * n), static_cast<std::size_t>(n));
        for (double& number : v)
            number = random.normal();
        for (index other = 0; other < 2 * column; ++other) {
            const double* u = q.data() + other % column * n;
            const double along = std::inner_product(v.begin(), v.end(), u, 0.0);
            for (double& number : v)
                number -= along * *u++;
        }
        const double norm = std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.0));
        for (index row = 0; row < n; ++row)
            matrix(row, column) = static_cast<T>(v[static_cast<std::size_t>(row)] / norm);
        for (double& number : v)
            number /= norm;
    }
}

} // namespace gait::inline GAIT_ARCH
