// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Operands in bfloat16: the parts are the nearest ones and add up to the float, every number is
// where the layout says, and nothing is written behind it.
#include <gait/kernels/bfloat16.hpp>

#include <gait/core/buffer.hpp>
#include <gait/core/random.hpp>
#include <gait/kernels/reference.hpp>

#include <support/largest.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>

#if defined(GAIT_BFLOAT16_PRODUCTS)

namespace {

using gait::bfloat16;
using matrix = gait::reference::matrix<float>;
constexpr bfloat16 untouched{0x4321};

float as_float(bfloat16 x) { return std::bit_cast<float>(static_cast<std::uint32_t>(x) << 16); }

/// Part p of x.
float part_of(float x, gait::index p) {
    for (; p > 0; --p)
        x -= gait::reference::bfloat16_of(x);
    return gait::reference::bfloat16_of(x);
}

/// Number k of part p of row r, or zero in the padding.
float expected(const matrix& a, gait::index r, gait::index k, gait::index p) {
    return r < a.rows() && k < a.cols() ? part_of(a(r, k), p) : 0.0F;
}

} // namespace

TEST_CASE("three parts add up to the float, two to 16 bits of it") {
    gait::random_stream random(1, gait::purpose::user);
    double worst_of_two = 0, worst_of_three = 0;
    for (int i = 0; i < 100'000; ++i) {
        const float x = static_cast<float>(random.normal());
        const double two = static_cast<double>(part_of(x, 0)) + static_cast<double>(part_of(x, 1));
        const double three = two + static_cast<double>(part_of(x, 2));
        const auto size = std::abs(static_cast<double>(x));
        worst_of_two =
            gait_test::larger(worst_of_two, std::abs(two - static_cast<double>(x)) / size);
        worst_of_three =
            gait_test::larger(worst_of_three, std::abs(three - static_cast<double>(x)) / size);
    }
    CHECK(worst_of_three == 0);
    CHECK(worst_of_two < 0x1p-16);
    CHECK(worst_of_two > 0x1p-18);
}

TEST_CASE("rows") {
    for (const gait::index M : {1, 3, 7})
        for (const gait::index K : {1, 15, 16, 17, 32, 33, 65})
            for (const gait::index parts : {1, 2, 3}) {
                INFO("M = ", M, ", K = ", K, ", parts = ", parts);
                const matrix a = matrix::Random(M, K);
                const gait::index part = gait::padded_k(K), stride = parts * part;
                gait::buffer<bfloat16> out(M * stride + 1);
                out.fill(untouched);
                gait::pack_bfloat16_rows(M, K, parts, a.data(), K, {out.data(), stride, part});
                bool right = out[M * stride] == untouched;
                for (gait::index r = 0; r < M; ++r)
                    for (gait::index p = 0; p < parts; ++p)
                        for (gait::index k = 0; k < part; ++k)
                            right = right && as_float(out[r * stride + p * part + k]) ==
                                                 expected(a, r, k, p);
                CHECK(right);
            }
}

TEST_CASE("panels, of floats and of rows") {
    for (const gait::index K : {1, 2, 31, 32, 33, 70})
        for (const gait::index N : {16, 32, 48, 64, 80, 128})
            for (const gait::index parts : {1, 3}) {
                INFO("K = ", K, ", N = ", N, ", parts = ", parts);
                const matrix b = matrix::Random(K, N);
                const gait::index part = gait::bfloat16_panels_size(K, N);
                gait::buffer<bfloat16> out(parts * part + 1), again(out.size()),
                    rows(K * parts * gait::padded_k(N));
                out.fill(untouched);
                again.fill(untouched);
                const gait::bfloat16_rows<bfloat16> as_rows{rows.data(), parts * gait::padded_k(N),
                                                            gait::padded_k(N)};
                gait::pack_bfloat16_rows(K, N, parts, b.data(), N, as_rows);
                gait::pack_bfloat16_panels(K, N, parts, as_rows, {out.data(), part});
                bool right = out[parts * part] == untouched, same = true;
                for (gait::index first = 0, width = 0; first < N; first += width) {
                    width = gait::width_of_panel<float>(N - first);
                    const gait::index panel = first * gait::padded_k(K);
                    gait::pack_bfloat16_panel(K, width, parts, b.data() + first, N,
                                              again.data() + panel, part);
                    for (gait::index p = 0; p < parts; ++p)
                        for (gait::index k = 0; k < gait::padded_k(K); ++k)
                            for (gait::index n = 0; n < width; ++n) {
                                const gait::index at =
                                    p * part + panel + k / 2 * 2 * width + 2 * n + k % 2;
                                right = right && as_float(out[at]) == expected(b, k, first + n, p);
                                same = same && out[at] == again[at];
                            }
                }
                CHECK(right);
                CHECK(same);
                CHECK(again[parts * part] == untouched);
            }
}

TEST_CASE("transposed") {
    for (const gait::index M : {1, 2, 31, 32, 33, 70})
        for (const gait::index I : {1, 15, 16, 17, 64, 65})
            for (const gait::index parts : {1, 3}) {
                INFO("M = ", M, ", I = ", I, ", parts = ", parts);
                const matrix a = matrix::Random(M, I);
                const gait::index part = gait::padded_k(M), stride = parts * part;
                gait::buffer<bfloat16> out(I * stride + 1);
                out.fill(untouched);
                gait::pack_bfloat16_transposed(M, I, parts, {nullptr, 0, a.data()},
                                               {out.data(), stride, part});
                bool right = out[I * stride] == untouched;
                for (gait::index i = 0; i < I; ++i)
                    for (gait::index p = 0; p < parts; ++p)
                        for (gait::index m = 0; m < part; ++m)
                            right = right && as_float(out[i * stride + p * part + m]) ==
                                                 expected(a, m, i, p);
                CHECK(right);
            }
}

TEST_CASE("what is no number stays none") {
    const float x[3] = {std::numeric_limits<float>::quiet_NaN(),
                        std::numeric_limits<float>::infinity(),
                        -std::numeric_limits<float>::infinity()};
    gait::buffer<bfloat16> out(gait::padded_k(3));
    gait::pack_bfloat16_rows(1, 3, 1, x, 3, {out.data(), out.size(), out.size()});
    CHECK(std::isnan(as_float(out[0])));
    CHECK(as_float(out[1]) == x[1]);
    CHECK(as_float(out[2]) == x[2]);
}

#else

TEST_CASE("bfloat16") {
    MESSAGE("skipped: this program is compiled for a processor without bfloat16 products");
}

#endif
