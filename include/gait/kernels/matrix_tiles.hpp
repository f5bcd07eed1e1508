// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The processor's matrix tiles (AMX): eight registers of 16 rows of 64 bytes, and an instruction
// that multiplies two of them. Source: Intel 64 and IA-32 Architectures Software Developer's
// Manual, volume 1, chapter 18.
//
//     c (16, 16) += a (16, 32) b (32, 16)     c in float; a and b in bfloat16, b by pairs of rows
//
// As assembler, which needs no compiler flag, so that a program for any AVX-512 processor can
// choose when it runs. (The intrinsics of g++ 12 for the configuration fault, too.)
//
// Linux hands out the registers' memory on request, once a process. Each thread configures its own:
// hold a `matrix_tile_scope` around the products.
#pragma once

#include <gait/core/extents.hpp>

#include <cstdint>

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#define GAIT_MATRIX_TILES 1
#endif

namespace gait::inline GAIT_ARCH {

/// Rows of a tile, and 32-bit numbers in a row.
inline constexpr index matrix_tile_rows = 16;

#if defined(GAIT_MATRIX_TILES)

/// Whether the processor has tiles for bfloat16 and this process may use them; asks for that.
[[nodiscard]] inline bool matrix_tiles_permitted() noexcept {
    unsigned a = 0, b = 0, c = 0, d = 0;
    constexpr unsigned bfloat16_tiles = 1U << 22, tiles = 1U << 24;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & bfloat16_tiles) == 0 || (d & tiles) == 0)
        return false;
    constexpr long request_permission = 0x1023, tile_data = 18; // ARCH_REQ_XCOMP_PERM
    return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

namespace matrix_tile {

// Eight tiles, Tile from 0 to 7. `stride` in bytes.

template <int Tile>
[[gnu::always_inline]] inline void zero() noexcept {
    asm volatile("tilezero %%tmm%c0" ::"i"(Tile));
}
template <int Tile>
[[gnu::always_inline]] inline void load(const void* from, index stride) noexcept {
    asm volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(stride), "i"(Tile) : "memory");
}
template <int Tile>
[[gnu::always_inline]] inline void store(void* to, index stride) noexcept {
    asm volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(stride), "i"(Tile) : "memory");
}
/// C += A B.
template <int C, int A, int B>
[[gnu::always_inline]] inline void multiply_add() noexcept {
    static_assert(C != A && C != B && A != B, "the processor refuses that");
    asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(C), "i"(A), "i"(B));
}

} // namespace matrix_tile

/// While it lives, this thread's tiles are of full size, if `wanted`.
class matrix_tile_scope {
public:
    explicit matrix_tile_scope(bool wanted) noexcept : configured_(wanted) {
        if (!configured_)
            return;
        struct alignas(64) configuration {
            std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
            std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
            std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
        };
        static constexpr configuration full;
        static_assert(sizeof full == 64);
        asm volatile("ldtilecfg %0" ::"m"(full));
    }
    ~matrix_tile_scope() {
        if (configured_)
            asm volatile("tilerelease");
    }
    matrix_tile_scope(const matrix_tile_scope&) = delete;
    matrix_tile_scope& operator=(const matrix_tile_scope&) = delete;

private:
    bool configured_;
};

#else

[[nodiscard]] inline bool matrix_tiles_permitted() noexcept { return false; }

struct matrix_tile_scope {
    explicit matrix_tile_scope(bool /*wanted*/) noexcept {}
};

#endif

} // namespace gait::inline GAIT_ARCH
