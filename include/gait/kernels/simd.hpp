// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The only file that includes xsimd. It names the few things the kernels need: a register of T, how
// many lanes and registers there are, and loads and stores that stop at the end of a row.
//
// Kernels are written for any lane count; the register tiles below are derived from it, so AVX-512,
// AVX2, SSE and NEON builds come from the same sources, and so does one for any other processor.
#pragma once

#include <gait/core/bits_as.hpp>
#include <gait/core/extents.hpp>

#if defined(__SSE2__) || defined(__aarch64__)
#include <xsimd/xsimd.hpp>
#if XSIMD_VERSION_MAJOR < 8
#error "gait needs xsimd 8.1 or newer"
#endif
#else
#include <gait/kernels/plain_batch.hpp>
#endif

#include <algorithm>

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace gait::inline GAIT_ARCH {

#if defined(XSIMD_VERSION_MAJOR)
namespace registers = xsimd;
#else
namespace registers = plain;
#endif

/// A register of T.
template <class T>
using batch = registers::batch<T>;

/// Lanes of T in a register.
template <class T>
inline constexpr index lanes = static_cast<index>(batch<T>::size);

/// Vector registers of the instruction set.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr index register_count = 32;
#else
inline constexpr index register_count = 16;
#endif

/// A register tile is tile_rows x tile_vectors accumulators. Four vectors, because an LSTM has four
/// gates and one tile then holds all gates of the same units. The rows fill the registers that are
/// left: 3 of 16 (12 accumulators, one vector of each operand, two to spare), 6 of 32. In
/// WebAssembly, whose products and sums are not one instruction, a row alone keeps the processor
/// about as busy, with a third of the code.
inline constexpr index tile_vectors = 4;
#if defined(__wasm__)
inline constexpr index tile_rows = 1;
#else
inline constexpr index tile_rows = register_count == 32 ? 6 : 3;
#endif

/// Two numbers in 32 bits, bfloat16: a float's upper half. The first is in the lower half. The
/// second is read as it stands, with the first as its last sixteen bits: that costs no instruction,
/// and `to_bfloat16` rounds in the knowledge of it.
enum class bfloat16_pair : std::uint32_t {};

/// The nearest pair: the relative error of either is at most 2^-8. Finite numbers stay finite; NaN
/// stays NaN.
[[nodiscard]] inline bfloat16_pair to_bfloat16(float first, float second) noexcept {
    // The nearest multiple of 2^16, among bit patterns, that gives x with `tail` below it.
    const auto upper = [](float x, std::uint32_t tail) -> std::uint32_t {
        const auto bits = bits_as<std::uint32_t>(x);
        if ((bits & 0x7FFFFFFFU) >= 0x7F7F0000U) // too large to round up, or not a number
            return (bits & 0xFFFF0000U) | (x != x ? 0x00400000U : 0U);
        const auto magnitude = static_cast<std::int64_t>(bits & 0x7FFFFFFFU);
        const std::int64_t up = (magnitude - static_cast<std::int64_t>(tail) + 0x8000) >> 16;
        return (bits & 0x80000000U) | static_cast<std::uint32_t>(std::max<std::int64_t>(up, 0))
                                          << 16;
    };
    const std::uint32_t low = upper(first, 0) >> 16;
    return static_cast<bfloat16_pair>(upper(second, low) | low);
}

namespace simd {

using registers::max;
using registers::min;
using registers::select;
using registers::sqrt;

template <class T>
[[nodiscard, gnu::always_inline]] inline batch<T> load(const T* p) noexcept {
    return batch<T>::load_unaligned(p);
}

template <class T>
[[gnu::always_inline]] inline void store(T* p, batch<T> x) noexcept {
    x.store_unaligned(p);
}

/// Register v of a row of them.
template <class T>
[[nodiscard, gnu::always_inline]] inline batch<T> load_vector(const T* row, index v) noexcept {
    return load(row + v * lanes<T>);
}

/// The same where registers 2 w and 2 w + 1 share their places as bfloat16_pair.
[[nodiscard, gnu::always_inline]] inline batch<float> load_vector(const bfloat16_pair* row,
                                                                  index v) noexcept {
    const auto pairs = batch<std::uint32_t>::load_unaligned(
        reinterpret_cast<const std::uint32_t*>(row) + v / 2 * lanes<float>);
    return bits_as<batch<float>>(v % 2 == 0 ? pairs << 16 : pairs);
}

// The rests of rows, 0 < count < lanes. With masks where the processor has them. Elsewhere lane by
// lane and not inline: they are rare, and inlined into every register tile they made the kernels
// four times as long to compile.
#if defined(__AVX512F__)
template <class T>
[[nodiscard, gnu::always_inline]] inline batch<T> load_some(const T* p, index count) noexcept {
    const auto inside = (1U << count) - 1;
    if constexpr (std::is_same_v<T, float>)
        return _mm512_maskz_loadu_ps(static_cast<__mmask16>(inside), p);
    else
        return _mm512_maskz_loadu_pd(static_cast<__mmask8>(inside), p);
}
template <class T>
[[gnu::always_inline]] inline void store_some(T* p, batch<T> x, index count) noexcept {
    const auto inside = (1U << count) - 1;
    if constexpr (std::is_same_v<T, float>)
        _mm512_mask_storeu_ps(p, static_cast<__mmask16>(inside), x.data);
    else
        _mm512_mask_storeu_pd(p, static_cast<__mmask8>(inside), x.data);
}
#elif defined(__AVX__)
/// As many bytes of ones, from the front, as `count` numbers of T have.
template <class T>
[[nodiscard, gnu::always_inline]] inline __m256i lane_mask(index count) noexcept {
    static constexpr std::int32_t ones_then_zeros[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
    constexpr index in_lane = sizeof(T) / sizeof(std::int32_t);
    return _mm256_loadu_si256(
        reinterpret_cast<const __m256i*>(ones_then_zeros + 8 - count * in_lane));
}
template <class T>
[[nodiscard, gnu::always_inline]] inline batch<T> load_some(const T* p, index count) noexcept {
    if constexpr (std::is_same_v<T, float>)
        return _mm256_maskload_ps(p, lane_mask<T>(count));
    else
        return _mm256_maskload_pd(p, lane_mask<T>(count));
}
template <class T>
[[gnu::always_inline]] inline void store_some(T* p, batch<T> x, index count) noexcept {
    if constexpr (std::is_same_v<T, float>)
        _mm256_maskstore_ps(p, lane_mask<T>(count), x.data);
    else
        _mm256_maskstore_pd(p, lane_mask<T>(count), x.data);
}
#else
template <class T>
[[nodiscard, gnu::noinline]] batch<T> load_some(const T* p, index count) noexcept {
    T padded[lanes<T>] = {};
    for (index i = 0; i < count; ++i)
        padded[i] = p[i];
    return load(static_cast<const T*>(padded));
}
template <class T>
[[gnu::noinline]] void store_some(T* p, batch<T> x, index count) noexcept {
    T padded[lanes<T>];
    store<T>(padded, x);
    for (index i = 0; i < count; ++i)
        p[i] = padded[i];
}
#endif

/// The first `count` lanes from p, zero in the others; count >= lanes reads a whole register.
/// Reads nothing behind p[count - 1].
template <class T>
[[nodiscard, gnu::always_inline]] inline batch<T> load(const T* p, index count) noexcept {
    return count >= lanes<T> ? load(p) : load_some(p, count);
}

/// The first `count` lanes to p; count >= lanes writes a whole register.
/// Writes nothing behind p[count - 1].
template <class T>
[[gnu::always_inline]] inline void store(T* p, batch<T> x, index count) noexcept {
    count >= lanes<T> ? store<T>(p, x) : store_some<T>(p, x, count);
}

/// The sum of all lanes. (`hadd` was renamed `reduce_add` in xsimd 9.)
template <class T>
[[nodiscard, gnu::always_inline]] inline T sum(batch<T> x) noexcept {
#if defined(XSIMD_VERSION_MAJOR) && XSIMD_VERSION_MAJOR >= 9
    return xsimd::reduce_add(x);
#else
    return registers::hadd(x);
#endif
}

/// x, kept in a register: the compiler may neither read it from memory again nor fold its load into
/// each instruction that uses it. By value: with a reference to an element of an array, g++ 12 now
/// and then stored the array to the stack in every turn of a loop.
template <class T>
[[nodiscard, gnu::always_inline]] inline batch<T> pinned(batch<T> x) noexcept {
#if defined(__AVX512F__)
    asm("" : "+v"(x.data));
#elif defined(__wasm__)
    // A register of its machine is whatever the engine makes of it.
#elif defined(__SSE2__)
    asm("" : "+x"(x.data));
#elif defined(__aarch64__)
    asm("" : "+w"(x.data));
#endif
    return x;
}

// The processor's own instructions where xsimd 8.1 has something else. Its `fma` for AVX-512 and
// for ARM is a product and a sum: whether they are fused, and in f c + i g which product, is then
// up to the compiler, anew in every function it is inlined into. It approximates ARM's division of
// floats.

/// Whether `fma` rounds once.
#if defined(__FMA__) || defined(__AVX512F__) || defined(__aarch64__) || defined(__FP_FAST_FMAF)
inline constexpr bool fused = true;
#else
inline constexpr bool fused = false;
#endif

/// a * b + c, in one rounding where the processor has it.
template <class T>
[[nodiscard, gnu::always_inline]] inline batch<T> fma(batch<T> a, batch<T> b, batch<T> c) noexcept {
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<T, float>)
        return _mm512_fmadd_ps(a.data, b.data, c.data);
    else
        return _mm512_fmadd_pd(a.data, b.data, c.data);
#elif defined(__aarch64__)
    if constexpr (std::is_same_v<T, float>)
        return vfmaq_f32(c.data, a.data, b.data);
    else
        return vfmaq_f64(c.data, a.data, b.data);
#else
    return registers::fma(a, b, c);
#endif
}

/// -a * b + c.
template <class T>
[[nodiscard, gnu::always_inline]] inline batch<T> fnma(batch<T> a, batch<T> b,
                                                       batch<T> c) noexcept {
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<T, float>)
        return _mm512_fnmadd_ps(a.data, b.data, c.data);
    else
        return _mm512_fnmadd_pd(a.data, b.data, c.data);
#elif defined(__aarch64__)
    if constexpr (std::is_same_v<T, float>)
        return vfmsq_f32(c.data, a.data, b.data);
    else
        return vfmsq_f64(c.data, a.data, b.data);
#else
    return registers::fnma(a, b, c);
#endif
}

/// a / b for finite a and normal b: correctly rounded, but for AVX-512 floats, which may miss by
/// one in the last place. There a division takes the unit 16 cycles; from the processor's 14-bit
/// reciprocal, one Newton step, folded into the quotient, takes 4: the forward step of an LSTM went
/// from 0.75 of the peak to 0.80.
template <class T>
[[nodiscard, gnu::always_inline]] inline batch<T> divide(batch<T> a, batch<T> b) noexcept {
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<T, float>) {
        const batch<T> reciprocal = _mm512_rcp14_ps(b.data);
        const batch<T> quotient = a * reciprocal;
        return fma(fnma(b, quotient, a), reciprocal, quotient);
    } else {
        return a / b;
    }
#elif defined(__aarch64__)
    if constexpr (std::is_same_v<T, float>)
        return vdivq_f32(a.data, b.data);
    else
        return vdivq_f64(a.data, b.data);
#else
    return a / b;
#endif
}

/// x limited to [low, high]. A NaN stays one: a loss must be able to become NaN for all to see.
/// (The order of the operands matters: x86 returns the second when either is a NaN.)
template <class T>
[[nodiscard, gnu::always_inline]] inline batch<T> clamp(batch<T> x, T low, T high) noexcept {
    return max(batch<T>(low), min(batch<T>(high), x));
}

} // namespace simd

/// Calls work(i, count) for i = 0, L, 2L, ... below N, where `count` is how many lanes lie inside:
/// L, but for a rest at the end.
template <class T, class Work>
[[gnu::always_inline]] inline void for_each_register(index N, const Work& work) noexcept {
    index i = 0;
    for (; i + lanes<T> <= N; i += lanes<T>)
        work(i, lanes<T>);
    if (i < N)
        work(i, N - i);
}

} // namespace gait::inline GAIT_ARCH
