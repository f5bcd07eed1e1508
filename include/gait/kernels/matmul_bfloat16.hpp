// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// c (M, N) = start + a (M, K) b (K, N) with a and b in bfloat16, in one part or several:
//
//     a b = sum of a_p b_q over parts p + q < parts, the smallest first
//
// What is left out is up to 2 x 2^-24 of |a| |b| with three parts, 3 x 2^-16 with two, 2 x 2^-8
// with one.
//
// Two units compute it, on the same operands (kernels/bfloat16.hpp). Dots: register tiles as in
// kernels/register_tile.hpp, where a multiply-add takes a pair of k. Tiles: four accumulators of
// 16 x 16, since a product of tiles takes 52 cycles and one can begin every 16; two by two, or four
// side by side where there are no more than 16 rows.
#pragma once

#include <gait/kernels/bfloat16.hpp>

#include <type_traits>

namespace gait::inline GAIT_ARCH {

#if defined(GAIT_BFLOAT16_PRODUCTS)

namespace detail {

/// What both units compute with.
struct bfloat16_product {
    index M, N, K, parts;
    bfloat16_rows<const bfloat16> a;
    bfloat16_panels<const bfloat16> b;
    matrix_ref<const float> start;
    matrix_ref<float> c;
    index hidden;
    prefetch_runs<float>* soon;

    /// Where c keeps register v of the columns from `column` on, and how many numbers are there.
    [[nodiscard, gnu::always_inline]] index offset(index column, index v) const {
        return hidden > 0 ? gate_columns{hidden}.offset<float>(column, v)
                          : plain_columns{N}.offset<float>(column, v);
    }
    [[nodiscard, gnu::always_inline]] index inside(index column, index v) const {
        return hidden > 0 ? gate_columns{hidden}.inside<float>(column, v)
                          : plain_columns{N}.inside<float>(column, v);
    }

    /// Calls work(a's part, b's panel from column `column` on) for all parts that count.
    template <class Work>
    [[gnu::always_inline]] void for_each_part(index row, index column, const Work& work) const {
        for (index sum = parts - 1; sum >= 0; --sum)
            for (index p = sum; p >= 0; --p)
                work(a.data + row * a.stride + p * a.part,
                     b.data + (sum - p) * b.part + column * padded_k(K));
    }
};

/// A pair of k in all lanes, and a pair for each lane, as the registers that `pinned` takes.
[[nodiscard, gnu::always_inline]] inline batch<float> one_pair(const bfloat16* at) noexcept {
    std::int32_t pair;
    std::memcpy(&pair, at, sizeof pair);
    return _mm512_castsi512_ps(_mm512_set1_epi32(pair));
}
[[nodiscard, gnu::always_inline]] inline batch<float> pairs_at(const bfloat16* at) noexcept {
    return _mm512_castsi512_ps(_mm512_loadu_si512(at));
}

/// Rows of a register tile and Vectors registers of c from (row, column) on.
template <index Vectors>
[[gnu::noinline]] void dots_tile(const bfloat16_product& s, index row, index column) noexcept {
    constexpr index Rows = tile_rows;
    const index rows = std::min(Rows, s.M - row);
    index offsets[Vectors];
    __mmask16 inside[Vectors];
    for (index v = 0; v < Vectors; ++v) {
        offsets[v] = s.offset(column, v);
        inside[v] = static_cast<__mmask16>(first_lanes(s.inside(column, v)));
    }
    // Of a row that isn't there, nothing is read or written.
    const auto each_register = [&](const auto& work) {
#pragma GCC unroll 8
        for (index r = 0; r < Rows; ++r)
            if (r < rows)
#pragma GCC unroll 4
                for (index v = 0; v < Vectors; ++v)
                    work(r, v, offsets[v], inside[v]);
    };
    register_tile<float, Rows, Vectors> tile{};
    if (s.start.data)
        each_register([&](index r, index v, index offset, __mmask16 mask) {
            tile.at[r][v] =
                _mm512_maskz_loadu_ps(mask, s.start.data + (row + r) * s.start.stride + offset);
        });
    // In a narrow panel several pairs of k at once, each into sums of their own.
    constexpr index chains = tile_vectors / Vectors;
    register_tile<float, Rows, Vectors> sums[chains]{};
    sums[0] = tile;
    s.for_each_part(row, column, [&](const bfloat16* a, const bfloat16* b) {
        for (index k = 0; k < s.K; k += 2 * chains) {
            if (s.soon)
                (*s.soon)(), (*s.soon)();
#pragma GCC unroll 4
            for (index i = 0; i < chains; ++i, a += 2, b += Vectors * 32) {
                batch<float> factor[Rows];
#pragma GCC unroll 8
                for (index r = 0; r < Rows; ++r)
                    factor[r] = simd::pinned(one_pair(a + r * s.a.stride));
#pragma GCC unroll 4
                for (index v = 0; v < Vectors; ++v) {
                    const batch<float> pairs = simd::pinned(pairs_at(b + v * 32));
#pragma GCC unroll 8
                    for (index r = 0; r < Rows; ++r)
                        sums[i].at[r][v] =
                            _mm512_dpbf16_ps(sums[i].at[r][v].data, bits_as<__m512bh>(factor[r]),
                                             bits_as<__m512bh>(pairs));
                }
            }
        }
    });
    tile = sums[0];
#pragma GCC unroll 4
    for (index i = 1; i < chains; ++i)
#pragma GCC unroll 8
        for (index r = 0; r < Rows; ++r)
#pragma GCC unroll 4
            for (index v = 0; v < Vectors; ++v)
                tile.at[r][v] += sums[i].at[r][v];
    each_register([&](index r, index v, index offset, __mmask16 mask) {
        _mm512_mask_storeu_ps(s.c.data + (row + r) * s.c.stride + offset, mask, tile.at[r][v]);
    });
}

[[gnu::noinline]] inline void matmul_on_dots(const bfloat16_product& s) noexcept {
    const index N = round_up(s.N, lanes<float>);
    for (index column = 0, width = 0; column < N; column += width) {
        width = width_of_panel<float>(N - column);
        for (index row = 0; row < s.M; row += tile_rows)
            if (width == panel_width<float>)
                dots_tile<tile_vectors>(s, row, column);
            else if (width == 2 * lanes<float>)
                dots_tile<2>(s, row, column);
            else
                dots_tile<1>(s, row, column);
    }
}

#if defined(GAIT_MATRIX_TILES)

/// Rows x Vectors tiles of c from (row, column) on, in the panel whose rows have `width` columns.
template <int Rows, int Vectors>
[[gnu::noinline]] void tiles_tile(const bfloat16_product& s, index row, index panel, index width,
                                  index first) noexcept {
    constexpr index L = matrix_tile_rows;
    constexpr int C = 0, A = 4, B = 6; // tiles: of c 0 to 3, of a 4 and 5, of b 6 and 7
    // c's tile number n, where it stands in memory or, at an edge, beside it.
    alignas(64) float edge[L * L];
    const auto with_tile = [&](index n, matrix_ref<const float> m, const auto& whole,
                               const auto& part) {
        const index r = row + n / Vectors * L, v = n % Vectors + first / L;
        const index offset = s.offset(panel, v);
        const index inside = s.inside(panel, v), rows = s.M - r;
        if (rows >= L && inside >= L)
            whole(r * m.stride + offset, m.stride * static_cast<index>(sizeof(float)));
        else
            part(r * m.stride + offset, m.stride, std::min(rows, L), inside);
    };
    const auto start = [&]<int Tile>() {
        if (!s.start.data)
            return matrix_tile::zero<C + Tile>();
        with_tile(
            Tile, s.start,
            [&](index at, index bytes) { matrix_tile::load<C + Tile>(s.start.data + at, bytes); },
            [&](index at, index stride, index rows, index inside) {
                const auto mask = static_cast<__mmask16>(first_lanes(inside));
                for (index r = 0; r < rows; ++r)
                    _mm512_store_ps(edge + r * L,
                                    _mm512_maskz_loadu_ps(mask, s.start.data + at + r * stride));
                matrix_tile::load<C + Tile>(edge, L * static_cast<index>(sizeof(float)));
            });
    };
    const auto finish = [&]<int Tile>() {
        with_tile(
            Tile, {s.c.data, s.c.stride},
            [&](index at, index bytes) { matrix_tile::store<C + Tile>(s.c.data + at, bytes); },
            [&](index at, index stride, index rows, index inside) {
                matrix_tile::store<C + Tile>(edge, L * static_cast<index>(sizeof(float)));
                const auto mask = static_cast<__mmask16>(first_lanes(inside));
                for (index r = 0; r < rows; ++r)
                    _mm512_mask_storeu_ps(s.c.data + at + r * stride, mask,
                                          _mm512_load_ps(edge + r * L));
            });
    };
    const auto each_tile = [&](const auto& work) {
        [&]<int... Tile>(std::integer_sequence<int, Tile...>) {
            (work.template operator()<Tile>(), ...);
        }
        (std::make_integer_sequence<int, Rows * Vectors>{});
    };
    each_tile(start);
    s.for_each_part(row, panel, [&](const bfloat16* a, const bfloat16* b) {
        const index a_bytes = s.a.stride * 2, b_bytes = width * 4;
        b += 2 * first;
        for (index k = 0; k < s.K; k += bfloat16_k, a += bfloat16_k, b += bfloat16_k * width) {
            for (index i = 0; s.soon && i < bfloat16_k; ++i)
                (*s.soon)();
            matrix_tile::load<A>(a, a_bytes);
            if constexpr (Rows == 2)
                matrix_tile::load<A + 1>(a + L * s.a.stride, a_bytes);
            const auto column = [&]<int V>(std::integral_constant<int, V>) {
                constexpr int from = B + V % 2;
                matrix_tile::load<from>(b + 2 * V * L, b_bytes);
                matrix_tile::multiply_add<C + V, A, from>();
                if constexpr (Rows == 2)
                    matrix_tile::multiply_add<C + Vectors + V, A + 1, from>();
            };
            column(std::integral_constant<int, 0>{});
            if constexpr (Vectors > 1)
                column(std::integral_constant<int, 1>{});
            if constexpr (Vectors > 2) {
                column(std::integral_constant<int, 2>{});
                column(std::integral_constant<int, 3>{});
            }
        }
    });
    each_tile(finish);
}

[[gnu::noinline]] inline void matmul_on_tiles(const bfloat16_product& s) noexcept {
    constexpr index L = matrix_tile_rows;
    const index N = round_up(s.N, L);
    for (index panel = 0, width = 0; panel < N; panel += width) {
        width = width_of_panel<float>(N - panel);
        for (index row = 0; row < s.M;) {
            const bool two = s.M - row > L;
            if (two && width >= 2 * L)
                for (index first = 0; first < width; first += 2 * L)
                    tiles_tile<2, 2>(s, row, panel, width, first);
            else if (two)
                tiles_tile<2, 1>(s, row, panel, width, 0);
            else if (width == 4 * L)
                tiles_tile<1, 4>(s, row, panel, width, 0);
            else if (width == 2 * L)
                tiles_tile<1, 2>(s, row, panel, width, 0);
            else
                tiles_tile<1, 1>(s, row, panel, width, 0);
            row += two ? 2 * L : L;
        }
    }
}

#endif

} // namespace detail

/// c (M, N) = start + a b; `start` with stride 0 is a bias, without data it is zero. c may be
/// `start`. With `hidden` above 0 both keep their columns gate by gate, (4, hidden), as
/// `gate_columns` says. On tiles the caller holds a `matrix_tile_scope`. `soon` is asked for
/// meanwhile, two lines for each pair of k of a full panel's tiles, in each part.
///
/// Error: with each pair of parts, K roundings of the sum on dots; on tiles K / 32 of it and K / 2
/// of smaller ones. Of the parts, as above.
[[gnu::noinline]] inline void matmul_bfloat16(index M, index N, index K, index parts,
                                              bfloat16_rows<const bfloat16> a,
                                              bfloat16_panels<const bfloat16> b,
                                              matrix_ref<const float> start, matrix_ref<float> c,
                                              index hidden = 0,
                                              prefetch_runs<float>* soon = nullptr) noexcept {
    const detail::bfloat16_product product{M, N, K, parts, a, b, start, c, hidden, soon};
#if defined(GAIT_MATRIX_TILES)
    if (unit_for_bfloat16() == bfloat16_unit::tiles)
        return detail::matmul_on_tiles(product);
#endif
    detail::matmul_on_dots(product);
}

#endif

} // namespace gait::inline GAIT_ARCH
