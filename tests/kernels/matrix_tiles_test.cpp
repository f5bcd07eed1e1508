// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The instructions of matrix tiles, those of the processor or else their emulation: what goes in
// comes out, and products are sums over pairs.
#include "support/matrix_tile_emulator.hpp"

#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <thread>

#if defined(GAIT_MATRIX_TILES)

namespace {

/// Tiles by whoever has them.
struct tiles_from_somewhere {
    std::optional<test::matrix_tile_emulator> emulator;
    tiles_from_somewhere() {
        if (!gait::matrix_tiles_permitted())
            emulator.emplace();
    }
};

template <class T>
using square = std::array<std::array<T, 16>, 16>;

/// 0, 1, 2, ... along the rows.
square<float> counted() {
    square<float> x{};
    for (std::size_t i = 0; i < 256; ++i)
        x[i / 16][i % 16] = static_cast<float>(i);
    return x;
}

/// Pairs of bfloat16.
std::uint32_t pair(float first, float second) {
    return std::bit_cast<std::uint32_t>(first) >> 16 |
           (std::bit_cast<std::uint32_t>(second) & 0xFFFF0000U);
}

} // namespace

TEST_CASE("a tile is loaded and stored with any stride, forwards and backwards") {
    const tiles_from_somewhere available;
    const gait::matrix_tile_scope scope(true);
    const square<float> from = counted();
    std::array<std::array<float, 20>, 16> wide{};
    gait::matrix_tile::load<3>(from.data(), 64);
    gait::matrix_tile::store<3>(wide.data(), sizeof wide[0]);
    for (std::size_t r = 0; r < 16; ++r)
        for (std::size_t c = 0; c < 20; ++c)
            CHECK(wide[r][c] == (c < 16 ? from[r][c] : 0.0F));
    square<float> turned{};
    gait::matrix_tile::store<3>(turned.data() + 15, -64);
    CHECK(turned[15] == from[0]);
    CHECK(turned[0] == from[15]);
    square<float> repeated{};
    gait::matrix_tile::load<7>(from.data() + 2, 0);
    gait::matrix_tile::store<7>(repeated.data(), 64);
    for (const auto& row : repeated)
        CHECK(row == from[2]);
    gait::matrix_tile::zero<7>();
    gait::matrix_tile::store<7>(repeated.data(), 64);
    CHECK(repeated == square<float>{});
}

TEST_CASE("a product of tiles adds the products of pairs") {
    const tiles_from_somewhere available;
    const gait::matrix_tile_scope scope(true);
    square<std::uint32_t> a{}, b{};
    square<float> c = counted(), expected = c;
    const auto of_a = [](std::size_t m, std::size_t k) {
        return static_cast<float>(m + 2 * k % 7);
    };
    const auto of_b = [](std::size_t k, std::size_t n) {
        return static_cast<float>((k * n) % 11) - 5.0F;
    };
    for (std::size_t m = 0; m < 16; ++m)
        for (std::size_t n = 0; n < 16; ++n) {
            a[m][n] = pair(of_a(m, 2 * n), of_a(m, 2 * n + 1));
            b[m][n] = pair(of_b(2 * m, n), of_b(2 * m + 1, n));
            for (std::size_t k = 0; k < 32; ++k)
                expected[m][n] += of_a(m, k) * of_b(k, n);
        }
    gait::matrix_tile::load<0>(c.data(), 64);
    gait::matrix_tile::load<5>(a.data(), 64);
    gait::matrix_tile::load<6>(b.data(), 64);
    gait::matrix_tile::multiply_add<0, 5, 6>();
    gait::matrix_tile::store<0>(c.data(), 64);
    CHECK(c == expected); // whole numbers: no rounding
}

TEST_CASE("every thread has tiles of its own") {
    const tiles_from_somewhere available;
    const gait::matrix_tile_scope scope(true);
    const square<float> from = counted();
    gait::matrix_tile::load<1>(from.data(), 64);
    std::thread([] {
        const gait::matrix_tile_scope own(true);
        gait::matrix_tile::zero<1>();
    }).join();
    square<float> to{};
    gait::matrix_tile::store<1>(to.data(), 64);
    CHECK(to == from);
}

#else

TEST_CASE("matrix tiles") { MESSAGE("skipped: they are for Linux on x86-64"); }

#endif
