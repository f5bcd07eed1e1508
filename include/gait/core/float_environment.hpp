// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Denormal numbers cost some processors a hundred cycles each, and the vanishing gradients of a
// 200-step window are full of them: a backward pass can become twenty times slower. They carry no
// information a sum of gradients would keep, so whoever trains or classifies flushes them to zero.
#pragma once

#include <gait/core/config.hpp>

#include <cstdint>

#if defined(__SSE2__) && !defined(__wasm__)
#include <immintrin.h>
#endif

namespace gait::inline GAIT_ARCH {

/// While it lives, denormal results and inputs of this thread are zero. Other threads are not
/// touched: each needs its own. Does nothing where the processor has no such switch.
class flush_denormals {
public:
    flush_denormals() : before_(read()) { write(before_ | mask); }
    ~flush_denormals() { write(before_); }
    flush_denormals(const flush_denormals&) = delete;
    flush_denormals& operator=(const flush_denormals&) = delete;

private:
#if defined(__SSE2__) && !defined(__wasm__)
    static constexpr std::uint64_t mask = 0x8040; // MXCSR: flush to zero, denormals are zero
    static std::uint64_t read() { return _mm_getcsr(); }
    static void write(std::uint64_t value) { _mm_setcsr(static_cast<unsigned>(value)); }
#elif defined(__aarch64__)
    static constexpr std::uint64_t mask = std::uint64_t{1} << 24; // FPCR.FZ
    static std::uint64_t read() {
        std::uint64_t value = 0;
        asm volatile("mrs %0, fpcr" : "=r"(value));
        return value;
    }
    static void write(std::uint64_t value) { asm volatile("msr fpcr, %0" : : "r"(value)); }
#else
    static constexpr std::uint64_t mask = 0;
    static std::uint64_t read() { return 0; }
    static void write(std::uint64_t) {}
#endif

    std::uint64_t before_;
};

} // namespace gait::inline GAIT_ARCH
