// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The library's version, and the name of the instruction set it is compiled for.
//
// A program has one instruction set: the one its compiler flags choose. All of gait lives in an
// inline namespace named after it, so that two translation units compiled with different flags get
// two sets of symbols instead of silently sharing whichever one the linker keeps. The same goes for
// one with OpenMP and one without.
#pragma once

#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
// g++ 12 warns of its own intrinsics: their undefined operands are undefined on purpose.
// https://gcc.gnu.org/bugzilla/show_bug.cgi?id=105593. What counts is where they are defined, so
// this holds only if no other header has included them before.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop
#endif

#define GAIT_VERSION_MAJOR 0
#define GAIT_VERSION_MINOR 1
#define GAIT_VERSION_PATCH 0
#define GAIT_VERSION "0.1.0"

// Whatever xsimd or kernels/simd.hpp make a difference of.
#if defined(__AVX512BW__) && defined(__AVX512BF16__)
#define GAIT_INSTRUCTION_SET avx512_bf16
#elif defined(__AVX512BW__)
#define GAIT_INSTRUCTION_SET avx512
#elif defined(__AVX512DQ__)
#define GAIT_INSTRUCTION_SET avx512dq
#elif defined(__AVX512CD__)
#define GAIT_INSTRUCTION_SET avx512cd
#elif defined(__AVX512F__)
#define GAIT_INSTRUCTION_SET avx512f
#elif defined(__AVX2__) && defined(__FMA__)
#define GAIT_INSTRUCTION_SET avx2_fma
#elif defined(__AVX2__)
#define GAIT_INSTRUCTION_SET avx2
#elif defined(__AVX__) && defined(__FMA__)
#define GAIT_INSTRUCTION_SET avx_fma
#elif defined(__AVX__)
#define GAIT_INSTRUCTION_SET avx
#elif defined(__SSE4_2__)
#define GAIT_INSTRUCTION_SET sse4_2
#elif defined(__SSE4_1__)
#define GAIT_INSTRUCTION_SET sse4_1
#elif defined(__SSSE3__)
#define GAIT_INSTRUCTION_SET ssse3
#elif defined(__SSE3__)
#define GAIT_INSTRUCTION_SET sse3
#elif defined(__x86_64__) || defined(__SSE2__)
#define GAIT_INSTRUCTION_SET sse2
#elif defined(__aarch64__)
#define GAIT_INSTRUCTION_SET neon64
#elif defined(__FP_FAST_FMAF)
#define GAIT_INSTRUCTION_SET scalar_fma
#else
#define GAIT_INSTRUCTION_SET scalar
#endif

#define GAIT_TEXT_OF(x) #x
#define GAIT_TEXT(x) GAIT_TEXT_OF(x)

#if defined(_OPENMP)
#define GAIT_WITH_OPENMP_OF(x) x##_omp
#define GAIT_WITH_OPENMP(x) GAIT_WITH_OPENMP_OF(x)
#define GAIT_ARCH GAIT_WITH_OPENMP(GAIT_INSTRUCTION_SET)
#else
#define GAIT_ARCH GAIT_INSTRUCTION_SET
#endif

namespace gait::inline GAIT_ARCH {

/// The instruction set that this translation unit is compiled for, for example "avx2_fma".
inline constexpr const char* instruction_set = GAIT_TEXT(GAIT_INSTRUCTION_SET);

} // namespace gait::inline GAIT_ARCH

#undef GAIT_TEXT
#undef GAIT_TEXT_OF
