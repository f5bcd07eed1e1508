// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Products in bfloat16 against double, on every unit, at sizes around its tiles, into memory that
// ends where the result does.
#include "support/bfloat16_units.hpp"
#include "support/largest.hpp"

#include <gait/kernels/matmul_bfloat16.hpp>

#include <gait/core/buffer.hpp>
#include <gait/kernels/reference.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <vector>

#if defined(GAIT_BFLOAT16_PRODUCTS)

namespace {

using gait::bfloat16;
using gait_test::larger;
using gait_test::largest;
using matrix = gait::reference::matrix<float>;
using exact_matrix = gait::reference::matrix<double>;

/// a and b as the kernel reads them.
struct operands {
    gait::index M, N, K, parts;
    matrix a = matrix::Random(M, K), b = matrix::Random(K, N);
    gait::buffer<bfloat16> rows{gait::padded_rows(M) * parts * gait::padded_k(K)};
    gait::buffer<bfloat16> panels{parts * gait::bfloat16_panels_size(K, N)};

    operands(gait::index m, gait::index n, gait::index k, gait::index parts_of_each)
        : M(m), N(n), K(k), parts(parts_of_each) {
        const gait::index columns = gait::round_up(N, gait::lanes<float>);
        matrix padded = matrix::Zero(K, columns);
        padded.leftCols(N) = b;
        // Where there is no row, nothing that is there may matter.
        rows.fill(bfloat16{0x7FC0});
        gait::pack_bfloat16_rows(M, K, parts, a.data(), K, as_rows());
        for (gait::index first = 0, width = 0; first < columns; first += width) {
            width = gait::width_of_panel<float>(columns - first);
            gait::pack_bfloat16_panel(K, width, parts, padded.data() + first, columns,
                                      panels.data() + first * gait::padded_k(K),
                                      gait::bfloat16_panels_size(K, N));
        }
    }
    [[nodiscard]] gait::bfloat16_rows<bfloat16> as_rows() {
        return {rows.data(), parts * gait::padded_k(K), gait::padded_k(K)};
    }
    [[nodiscard]] gait::bfloat16_panels<const bfloat16> as_panels() const {
        return {panels.data(), gait::bfloat16_panels_size(K, N)};
    }
    [[nodiscard]] exact_matrix expected(const matrix& start) const {
        return gait::reference::matmul_bfloat16(a, b, start.cast<double>(), parts);
    }
};

template <class Work>
void at_awkward_sizes(const Work& work) {
    const bool short_run = std::getenv("GAIT_TEST_SHORT") != nullptr;
    for (const gait::index M : {1, 5, 6, 7, 16, 17, 32, 33, 50})
        for (const gait::index N : {1, 15, 16, 17, 32, 48, 64, 65, 100})
            for (const gait::index K : {1, 2, 31, 32, 33, 64})
                for (const gait::index parts : {1, 2, 3})
                    if (!short_run || (M + N + K + parts) % 7 == 0)
                        work(M, N, K, parts);
}

} // namespace

TEST_CASE("matmul_bfloat16 is start + a b of the parts") {
    test::on_each_bfloat16_unit([] {
        const gait::matrix_tile_scope scope(gait::unit_for_bfloat16() ==
                                            gait::bfloat16_unit::tiles);
        double worst = 0, worst_with_bias = 0;
        at_awkward_sizes([&](gait::index M, gait::index N, gait::index K, gait::index parts) {
            operands o(M, N, K, parts);
            matrix c(M, N);
            const matrix nothing = matrix::Zero(1, N), bias = matrix::Random(1, N);
            gait::matmul_bfloat16(M, N, K, parts, o.as_rows(), o.as_panels(), {}, {c.data(), N});
            worst = larger(worst, largest(c.cast<double>() - o.expected(nothing)));
            gait::matmul_bfloat16(M, N, K, parts, o.as_rows(), o.as_panels(), {bias.data(), 0},
                                  {c.data(), N});
            worst_with_bias = larger(worst_with_bias, largest(c.cast<double>() - o.expected(bias)));
        });
        CHECK(worst < 4e-6);
        CHECK(worst_with_bias < 4e-6);
    });
}

TEST_CASE("it adds to what is there, gate by gate") {
    test::on_each_bfloat16_unit([] {
        const gait::matrix_tile_scope scope(gait::unit_for_bfloat16() ==
                                            gait::bfloat16_unit::tiles);
        for (const gait::index H : {1, 15, 16, 17, 40})
            for (const gait::index I : {1, 7, 33}) {
                constexpr gait::index L = gait::lanes<float>;
                const gait::index Hp = gait::round_up(H, L), K = 45;
                INFO("H = ", H, ", I = ", I);
                operands o(I, 4 * Hp, K, 3);
                const matrix before = matrix::Random(I, 4 * H);
                matrix c = before;
                gait::matmul_bfloat16(I, 4 * Hp, K, 3, o.as_rows(), o.as_panels(),
                                      {c.data(), 4 * H}, {c.data(), 4 * H}, H);
                const exact_matrix all = o.expected(matrix::Zero(1, 4 * Hp));
                double worst = 0;
                for (gait::index i = 0; i < I; ++i)
                    for (gait::index gate = 0; gate < 4; ++gate)
                        for (gait::index unit = 0; unit < H; ++unit) {
                            const gait::index at = gate * H + unit;
                            const gait::index packed = unit / L * 4 * L + gate * L + unit % L;
                            worst = larger(worst, std::abs(static_cast<double>(c(i, at)) -
                                                           static_cast<double>(before(i, at)) -
                                                           all(i, packed)));
                        }
                CHECK(worst < 4e-6);
            }
    });
}

TEST_CASE("nothing is written beside the result") {
    test::on_each_bfloat16_unit([] {
        const gait::matrix_tile_scope scope(gait::unit_for_bfloat16() ==
                                            gait::bfloat16_unit::tiles);
        for (const gait::index M : {1, 6, 17, 33})
            for (const gait::index N : {1, 17, 47, 65}) {
                operands o(M, N, 34, 1);
                const gait::index stride = N + 3;
                matrix c = matrix::Constant(M + 2, stride, 7);
                gait::matmul_bfloat16(M, N, 34, 1, o.as_rows(), o.as_panels(), {},
                                      {c.row(1).data(), stride});
                matrix expected = matrix::Constant(M + 2, stride, 7);
                expected.block(1, 0, M, N) = c.block(1, 0, M, N);
                CHECK(c == expected);
                CHECK(c(1, 0) != 7);
            }
    });
}

TEST_CASE("three parts are as exact as floats, one is not") {
    test::on_each_bfloat16_unit([] {
        const gait::matrix_tile_scope scope(gait::unit_for_bfloat16() ==
                                            gait::bfloat16_unit::tiles);
        constexpr gait::index M = 16, N = 64, K = 256;
        const auto error = [&](gait::index parts) {
            operands o(M, N, K, parts);
            matrix c(M, N), in_floats(M, N);
            gait::matmul_bfloat16(M, N, K, parts, o.as_rows(), o.as_panels(), {}, {c.data(), N});
            std::vector<float> panels(static_cast<std::size_t>(gait::panels_size<float>(K, N)));
            gait::pack_panels<float>(K, N, o.b.data(), N, 1, panels.data());
            gait::matmul<gait::identity, float>(M, N, K, {o.a.data(), K}, panels.data(), {},
                                                {in_floats.data(), N});
            const exact_matrix exact = o.a.cast<double>() * o.b.cast<double>();
            return (c.cast<double>() - exact).norm() / (in_floats.cast<double>() - exact).norm();
        };
        CHECK(error(3) < 1);
        CHECK(error(2) > 2);
        CHECK(error(1) > 1000);
    });
}

TEST_CASE("a NaN comes through") {
    test::on_each_bfloat16_unit([] {
        const gait::matrix_tile_scope scope(gait::unit_for_bfloat16() ==
                                            gait::bfloat16_unit::tiles);
        operands o(3, 16, 32, 1);
        o.a(1, 5) = std::numeric_limits<float>::quiet_NaN();
        gait::pack_bfloat16_rows(3, 32, 1, o.a.data(), 32, o.as_rows());
        matrix c(3, 16);
        gait::matmul_bfloat16(3, 16, 32, 1, o.as_rows(), o.as_panels(), {}, {c.data(), 16});
        CHECK(!c.row(0).hasNaN());
        CHECK(c.row(1).array().isNaN().all());
        CHECK(!c.row(2).hasNaN());
    });
}

#else

TEST_CASE("matmul_bfloat16") {
    test::on_each_bfloat16_unit([] {});
}

#endif
