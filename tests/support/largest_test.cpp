// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include "support/largest.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace gait_test;

TEST_CASE_TEMPLATE("the largest of numbers, and NaN wherever there is one", T, float, double) {
    using matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    for (const Eigen::Index rows : {1, 2, 5})
        for (const Eigen::Index columns : {1, 3, 4, 7, 8, 16, 33, 100})
            for (Eigen::Index at = 0; at < rows * columns; ++at) {
                INFO(rows, " x ", columns, ", at ", at);
                matrix x = matrix::Random(rows, columns);
                const matrix zeros = matrix::Zero(rows, columns);
                const auto difference = [&] {
                    return largest_difference(x.reshaped(), zeros.reshaped());
                };
                x(at / columns, at % columns) = -2;
                CHECK(largest(x) == 2);
                CHECK(largest(x - zeros) == 2);
                CHECK(difference() == 2);
                x(at / columns, at % columns) = std::numeric_limits<T>::quiet_NaN();
                CHECK(std::isnan(largest(x)));
                CHECK(std::isnan(largest(x - zeros)));
                CHECK(std::isnan(difference()));
                x.setConstant(std::numeric_limits<T>::quiet_NaN());
                CHECK(std::isnan(largest(x)));
                CHECK(std::isnan(difference()));
            }
    CHECK(largest(matrix(0, 3)) == 0);
}

TEST_CASE("sequences of different lengths are no success") {
    const std::vector<float> two(2), none;
    CHECK(std::isnan(largest_difference(two, std::vector<double>(3))));
    CHECK(std::isnan(largest_difference(two, none)));
    CHECK(largest_difference(none, none) == 0);
}
