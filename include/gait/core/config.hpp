// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The library's version, and the name of the instruction set it is compiled for.
//
// A program has one instruction set: the one its compiler flags choose. All of gait lives in an
// inline namespace named after it, so that two translation units compiled with different flags get
// two sets of symbols instead of silently sharing whichever one the linker keeps.
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

#if defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512BF16__)
#define GAIT_ARCH avx512_bf16
#elif defined(__AVX512BW__) && defined(__AVX512DQ__)
#define GAIT_ARCH avx512
#elif defined(__AVX2__) && defined(__FMA__)
#define GAIT_ARCH avx2_fma
#elif defined(__AVX2__)
#define GAIT_ARCH avx2
#elif defined(__AVX__)
#define GAIT_ARCH avx
#elif defined(__SSE4_2__)
#define GAIT_ARCH sse4_2
#elif defined(__x86_64__) || defined(__SSE2__)
#define GAIT_ARCH sse2
#elif defined(__aarch64__)
#define GAIT_ARCH neon64
#else
#define GAIT_ARCH scalar
#endif

#define GAIT_TEXT_OF(x) #x
#define GAIT_TEXT(x) GAIT_TEXT_OF(x)

namespace gait::inline GAIT_ARCH {

/// The instruction set that this translation unit is compiled for, for example "avx2_fma".
inline constexpr const char* instruction_set = GAIT_TEXT(GAIT_ARCH);

} // namespace gait::inline GAIT_ARCH

#undef GAIT_TEXT
#undef GAIT_TEXT_OF
