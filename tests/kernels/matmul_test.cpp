// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The products against Eigen, at sizes around the lanes and the register tile, in buffers that end
// where the matrices end (so that the address sanitizer sees a read too far).
#include <gait/kernels/matmul.hpp>

#include <gait/kernels/reference.hpp>

#include <support/largest.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace {

using gait_test::largest;

template <class T>
using matrix = gait::reference::matrix<T>;

template <class T>
constexpr gait::index sizes[] = {
    1, gait::lanes<T> - 1, gait::lanes<T>, gait::lanes<T> + 1, 3 * gait::lanes<T> + 2, 64, 65};

template <class T>
std::vector<T> panels_of(const matrix<T>& b) {
    std::vector<T> panels(static_cast<std::size_t>(gait::panels_size<T>(b.rows(), b.cols())));
    gait::pack_panels<T>(b.rows(), b.cols(), b.data(), b.cols(), 1, panels.data());
    return panels;
}

} // namespace

TEST_CASE_TEMPLATE("matmul is start + a b", T, float, double) {
    for (const gait::index M : {1, 2, 3, 4, 5, 7, 13})
        for (const gait::index N : sizes<T>)
            for (const gait::index K : {1, 3, 7, 64}) {
                INFO("M = ", M, ", N = ", N, ", K = ", K);
                const matrix<T> a = matrix<T>::Random(M, K), b = matrix<T>::Random(K, N);
                const matrix<T> bias = matrix<T>::Random(1, N);
                matrix<T> c(M, N);
                const auto panels = panels_of(b);
                gait::matmul<gait::identity, T>(M, N, K, {a.data(), K}, panels.data(),
                                                {bias.data(), 0}, {c.data(), N});
                const matrix<T> expected = gait::reference::matmul<T>(a, b, bias);
                CHECK(largest(c - expected) <= 1e-5);
                gait::matmul<gait::relu, T>(M, N, K, {a.data(), K}, panels.data(), {},
                                            {c.data(), N});
                CHECK(largest(c - (a * b).cwiseMax(T{0})) <= 1e-5);
            }
}

TEST_CASE("what is asked for meanwhile changes nothing") {
    const gait::index K = 37, N = 2 * gait::panel_width<float>, M = gait::tile_rows + 1;
    const matrix<float> a = matrix<float>::Random(M, K), b = matrix<float>::Random(K, N);
    const auto panels = panels_of(b);
    matrix<float> plain(M, N), c(M, N);
    gait::matmul<gait::identity, float>(M, N, K, {a.data(), K}, panels.data(), {},
                                        {plain.data(), N});
    // More turns than lines; runs shorter than a line, and of nothing.
    gait::prefetch_runs<float> soon(
        {{{a.data(), M * K}, {b.data(), 1}, {nullptr, 0}, {b.data(), 0}, {b.data(), 40}}});
    gait::matmul<gait::identity, float>(M, N, K, {a.data(), K}, panels.data(), {}, {c.data(), N}, 0,
                                        &soon);
    CHECK(c == plain);
}

TEST_CASE("multiply_add gives what is done aside a turn for each k") {
    const matrix<float> a = matrix<float>::Random(1, 37), b = matrix<float>::Random(37, 64);
    gait::register_tile<float, 1, 1> tile{};
    gait::index turns = 0;
    gait::multiply_add(tile, 37, a.data(), 0, 1, b.data(), 64, 0, [&] { ++turns; });
    CHECK(turns == 37);
}

TEST_CASE("a row's result does not depend on the rows beside it") {
    const gait::index K = 37, N = 65;
    const matrix<float> a = matrix<float>::Random(12, K), b = matrix<float>::Random(K, N);
    const auto panels = panels_of(b);
    matrix<float> together(12, N), alone(1, N);
    gait::matmul<gait::identity, float>(12, N, K, {a.data(), K}, panels.data(), {},
                                        {together.data(), N});
    for (gait::index row = 0; row < 12; ++row) {
        gait::matmul<gait::identity, float>(1, N, K, {a.data() + row * K, K}, panels.data(), {},
                                            {alone.data(), N});
        CHECK(alone == together.row(row));
    }
}

TEST_CASE_TEMPLATE("matmul_transposed is c + a^T b", T, float, double) {
    for (const gait::index M : {0, 1, 2, 9, 50})
        for (const gait::index I : {1, 2, 3, 7, 64})
            for (const gait::index N : sizes<T>) {
                INFO("M = ", M, ", I = ", I, ", N = ", N);
                const matrix<T> a = matrix<T>::Random(M, I), b = matrix<T>::Random(M, N);
                const matrix<T> before = matrix<T>::Random(I, N);
                matrix<T> c = before;
                gait::matmul_transposed<T>(M, I, N, {a.data(), I}, {b.data(), N}, {c.data(), N},
                                           gait::plain_columns{N});
                const matrix<T> expected = gait::reference::matmul_transposed<T>(a, b, before);
                CHECK(largest(c - expected) <= 2e-5);
            }
}

TEST_CASE_TEMPLATE("add_rows adds the sum over the rows", T, float, double) {
    for (const gait::index M : {0, 1, 5})
        for (const gait::index N : sizes<T>) {
            const matrix<T> b = matrix<T>::Random(M, N);
            const matrix<T> before = matrix<T>::Random(1, N);
            matrix<T> sums = before;
            gait::add_rows<T>(M, N, {b.data(), N}, sums.data());
            CHECK(largest(sums - gait::reference::add_rows<T>(b, before)) <= 1e-6);
        }
}
