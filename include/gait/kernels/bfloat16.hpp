// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Operands of products in bfloat16 (kernels/matmul_bfloat16.hpp), made of floats.
//
// A bfloat16 has a float's exponent and 8 bits of its 24. A float is a sum of up to three of them:
// the nearest one, the nearest to what that leaves, and so on; each part is 2^-8 of the one before
// or less. A product of a (M, K) and b (K, N) adds two products at once, so pairs of k are
// neighbours in both operands:
//
//     rows     a row by row; in each row part after part, each with zeros up to padded_k(K)
//     panels   b as `pack_panels` has it, with a pair of k in place of each k, zeros up to
//              padded_k(K); part after part
//
// Whole tiles of rows are read, so behind M rows there must be memory up to padded_rows(M). What
// stands there changes nothing.
//
// Denormals are zero. A float that rounds up beyond bfloat16's range, 3.39e38, is infinite, and
// what is infinite has parts that are no numbers: one part keeps it, a product of several is NaN.
#pragma once

#include <gait/kernels/matmul.hpp>
#include <gait/kernels/product_precision.hpp>

#include <cstdint>

namespace gait::inline GAIT_ARCH {

enum class bfloat16 : std::uint16_t {};

/// Numbers of k that one product of tiles takes.
inline constexpr index bfloat16_k = 2 * matrix_tile_rows;

constexpr index padded_k(index K) { return round_up(K, bfloat16_k); }
constexpr index padded_rows(index M) {
    return std::max(round_up(M, matrix_tile_rows), round_up(M, tile_rows));
}

/// Rows as above: part p of row r at data + r * stride + p * part.
template <class Number>
struct bfloat16_rows {
    Number* data = nullptr;
    index stride = 0, part = 0;

    [[nodiscard]] bfloat16_rows from_row(index r) const {
        return {data + r * stride, stride, part};
    }
    [[nodiscard]] bfloat16_rows from_column(index k) const { return {data + k, stride, part}; }
    operator bfloat16_rows<const Number>() const requires(!std::is_const_v<Number>) {
        return {data, stride, part};
    }
};

/// Panels as above: part p at data + p * part.
template <class Number>
struct bfloat16_panels {
    Number* data = nullptr;
    index part = 0;
    operator bfloat16_panels<const Number>() const requires(!std::is_const_v<Number>) {
        return {data, part};
    }
};

/// Numbers in a part of the panels of b (K, N).
constexpr index bfloat16_panels_size(index K, index N) {
    return padded_k(K) * round_up(N, matrix_tile_rows);
}

/// Rows of K numbers: the first ones in one place, the others in another.
template <class T>
struct split_rows {
    const T* first;
    index first_count;
    const T* others;

    /// Where row m begins.
    [[nodiscard]] const T* row(index m, index K) const {
        return m < first_count ? first + m * K : others + (m - first_count) * K;
    }
};

#if defined(GAIT_BFLOAT16_PRODUCTS)

namespace detail {

/// 32 bfloat16: those of `first`, then those of `second`.
[[nodiscard, gnu::always_inline]] inline __m512i to_bfloat16s(__m512 first,
                                                              __m512 second) noexcept {
    return bits_as<__m512i>(_mm512_cvtne2ps_pbh(second, first));
}

/// x less its bfloat16.
[[nodiscard, gnu::always_inline]] inline __m512 after_bfloat16(__m512 x) noexcept {
    const __m512i rounded = _mm512_cvtepu16_epi32(bits_as<__m256i>(_mm512_cvtneps_pbh(x)));
    return _mm512_sub_ps(x, _mm512_castsi512_ps(_mm512_slli_epi32(rounded, 16)));
}

/// The first `count` lanes, 32 at most.
[[nodiscard, gnu::always_inline]] inline __mmask32 first_lanes(index count) noexcept {
    return count >= 32 ? ~__mmask32{0} : (__mmask32{1} << std::max<index>(count, 0)) - 1;
}

/// The numbers of 32 in pairs: the first with the 17th, and so on.
[[nodiscard, gnu::always_inline]] inline __m512i in_pairs(__m512i x) noexcept {
    alignas(64) static constexpr auto places = [] {
        std::array<std::uint16_t, 32> at{};
        for (std::uint16_t i = 0; i < 32; ++i)
            at[i] = static_cast<std::uint16_t>(i / 2 + i % 2 * 16);
        return at;
    }();
    return _mm512_permutexvar_epi16(_mm512_load_si512(places.data()), x);
}

/// Pairs of bfloat16, lane by lane, of two rows' 16 numbers.
[[nodiscard, gnu::always_inline]] inline __m512i pairs_of(__m512 even, __m512 odd) noexcept {
    return in_pairs(to_bfloat16s(even, odd));
}
[[nodiscard, gnu::always_inline]] inline __m512i pairs_of(__m256i even, __m256i odd) noexcept {
    return in_pairs(_mm512_inserti64x4(_mm512_castsi256_si512(even), odd, 1));
}

/// Number j of register i becomes number i of register j.
[[gnu::always_inline]] inline void transpose(__m512i (&x)[16]) noexcept {
    __m512i y[16];
#pragma GCC unroll 8
    for (int i = 0; i < 16; i += 2) {
        y[i] = _mm512_unpacklo_epi32(x[i], x[i + 1]);
        y[i + 1] = _mm512_unpackhi_epi32(x[i], x[i + 1]);
    }
    // Of rows 4 i to 4 i + 3, x[4 i + j] has column j of each of the four 128-bit lanes.
#pragma GCC unroll 4
    for (int i = 0; i < 16; i += 4)
#pragma GCC unroll 2
        for (int j = 0; j < 2; ++j) {
            x[i + 2 * j] = _mm512_unpacklo_epi64(y[i + j], y[i + j + 2]);
            x[i + 2 * j + 1] = _mm512_unpackhi_epi64(y[i + j], y[i + j + 2]);
        }
    constexpr int even = 0x88, odd = 0xDD; // lanes 0 and 2 of either, or 1 and 3
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
        y[j] = _mm512_shuffle_i32x4(x[j], x[j + 4], even);
        y[j + 4] = _mm512_shuffle_i32x4(x[j], x[j + 4], odd);
        y[j + 8] = _mm512_shuffle_i32x4(x[j + 8], x[j + 12], even);
        y[j + 12] = _mm512_shuffle_i32x4(x[j + 8], x[j + 12], odd);
    }
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
        x[j] = _mm512_shuffle_i32x4(y[j], y[j + 8], even);
        x[j + 8] = _mm512_shuffle_i32x4(y[j], y[j + 8], odd);
        x[j + 4] = _mm512_shuffle_i32x4(y[j + 4], y[j + 12], even);
        x[j + 12] = _mm512_shuffle_i32x4(y[j + 4], y[j + 12], odd);
    }
}

} // namespace detail

namespace simd {

/// 32 numbers to `to`, part p to to + p * part.
[[gnu::always_inline]] inline void store_bfloat16(batch<float> first, batch<float> second,
                                                  index parts, bfloat16* to, index part) noexcept {
    for (;;) {
        _mm512_storeu_si512(to, detail::to_bfloat16s(first, second));
        if (--parts == 0)
            return;
        first = detail::after_bfloat16(first), second = detail::after_bfloat16(second);
        to += part;
    }
}

} // namespace simd

/// Makes rows of a (M, K), `stride` numbers from row to row.
inline void pack_bfloat16_rows(index M, index K, index parts, const float* a, index stride,
                               bfloat16_rows<bfloat16> to) noexcept {
    for (index m = 0; m < M; ++m, a += stride, to.data += to.stride)
        for (index k = 0; k < K; k += bfloat16_k) {
            const auto some = [&](index from) {
                return from < K ? simd::load(a + from, K - from) : batch<float>(0.0F);
            };
            simd::store_bfloat16(some(k), some(k + lanes<float>), parts, to.data + k, to.part);
        }
}

/// Makes a panel of K rows of `width` floats, `stride` numbers from row to row: part p at
/// to + p * part.
inline void pack_bfloat16_panel(index K, index width, index parts, const float* b, index stride,
                                bfloat16* to, index part) noexcept {
    for (index k = 0; k < padded_k(K); k += 2, b += 2 * stride, to += 2 * width)
        for (index n = 0; n < width; n += lanes<float>) {
            const auto row = [&](index i) {
                return k + i < K ? _mm512_loadu_ps(b + i * stride + n) : _mm512_setzero_ps();
            };
            __m512 even = row(0), odd = row(1);
            for (index p = 0; p < parts; ++p) {
                _mm512_storeu_si512(to + p * part + 2 * n, detail::pairs_of(even, odd));
                even = detail::after_bfloat16(even), odd = detail::after_bfloat16(odd);
            }
        }
}

/// Makes panels of rows b (K, N), N a multiple of a register's lanes.
inline void pack_bfloat16_panels(index K, index N, index parts, bfloat16_rows<const bfloat16> b,
                                 bfloat16_panels<bfloat16> to) noexcept {
    for (index p = 0; p < parts; ++p)
        for (index first = 0, width = 0; first < N; first += width) {
            width = width_of_panel<float>(N - first);
            const bfloat16* row = b.data + p * b.part + first;
            bfloat16* panel = to.data + p * to.part + first * padded_k(K);
            for (index k = 0; k < padded_k(K); k += 2, row += 2 * b.stride, panel += 2 * width)
                for (index n = 0; n < width; n += lanes<float>) {
                    const auto some = [&](index i) {
                        return k + i < K ? _mm256_loadu_si256(reinterpret_cast<const __m256i*>(
                                               row + i * b.stride + n))
                                         : _mm256_setzero_si256();
                    };
                    _mm512_storeu_si512(panel + 2 * n, detail::pairs_of(some(0), some(1)));
                }
        }
}

/// Makes rows of the transpose of a (M, I): I rows of M numbers.
[[gnu::noinline]] inline void pack_bfloat16_transposed(index M, index I, index parts,
                                                       const split_rows<float>& a,
                                                       bfloat16_rows<bfloat16> to) noexcept {
    constexpr index L = lanes<float>;
    for (index m = 0; m < M; m += bfloat16_k)
        for (index i = 0; i < I; i += L) {
            const auto inside = static_cast<__mmask16>(detail::first_lanes(I - i));
            __m512 rows[bfloat16_k];
#pragma GCC unroll 32
            for (index r = 0; r < bfloat16_k; ++r)
                rows[r] = m + r < M ? _mm512_maskz_loadu_ps(inside, a.row(m + r, I) + i)
                                    : _mm512_setzero_ps();
            for (index p = 0; p < parts; ++p) {
                __m512i pairs[L];
#pragma GCC unroll 16
                for (index j = 0; j < L; ++j)
                    pairs[j] = detail::pairs_of(rows[2 * j], rows[2 * j + 1]);
                detail::transpose(pairs);
#pragma GCC unroll 16
                for (index j = 0; j < L; ++j)
                    if (i + j < I)
                        _mm512_storeu_si512(to.data + (i + j) * to.stride + p * to.part + m,
                                            pairs[j]);
                if (p + 1 < parts)
                    for (__m512& x : rows)
                        x = detail::after_bfloat16(x);
            }
        }
}

#endif

} // namespace gait::inline GAIT_ARCH
