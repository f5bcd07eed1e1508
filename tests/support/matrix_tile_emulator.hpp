// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The processor's matrix tiles (kernels/matrix_tiles.hpp) in software, where it has none: their
// instructions are illegal there, and this catches the signal, does what they would have done and
// goes on behind them. A few hundred times slower than the real ones, and as exact: sums round as
// the manual's pseudocode does. So kernels for tiles can be tested on any machine.
//
// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, LDTILECFG,
// TDPBF16PS, TILELOADD, TILERELEASE, TILESTORED, TILEZERO.
#pragma once

#include <gait/kernels/matrix_tiles.hpp>

#if defined(GAIT_MATRIX_TILES)

#include <array>
#include <bit>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <ucontext.h>

namespace test {

class matrix_tile_emulator {
public:
    /// Tiles for all threads while it lives.
    matrix_tile_emulator() {
        struct sigaction action {};
        action.sa_sigaction = &on_illegal_instruction;
        action.sa_flags = SA_SIGINFO;
        sigaction(SIGILL, &action, &before_);
    }
    ~matrix_tile_emulator() { sigaction(SIGILL, &before_, nullptr); }
    matrix_tile_emulator(const matrix_tile_emulator&) = delete;
    matrix_tile_emulator& operator=(const matrix_tile_emulator&) = delete;

private:
    static constexpr std::size_t rows = 16, row_bytes = 64, numbers = 16;
    using tile = std::array<std::array<std::uint32_t, numbers>, rows>;
    struct state {
        bool configured;
        std::array<tile, 8> tiles;
    };
    static inline thread_local state own{};

    [[noreturn]] static void refuse(const char* why, const std::uint8_t* at) {
        std::fprintf(stderr, "matrix_tile_emulator: %s: %02x %02x %02x %02x %02x %02x\n", why,
                     at[0], at[1], at[2], at[3], at[4], at[5]);
        std::abort();
    }

    static float as_float(std::uint32_t bits) { return std::bit_cast<float>(bits); }
    /// Denormals are zero, as operands and as results.
    static float flushed(float x) { return std::fpclassify(x) == FP_SUBNORMAL ? 0.0F : x; }

    /// c += a b, pairs of the first numbers and pairs of the second in sums of their own.
    static void multiply_add(tile& c, const tile& a, const tile& b) {
        for (std::size_t m = 0; m < rows; ++m)
            for (std::size_t n = 0; n < numbers; ++n) {
                float first = 0, second = 0;
                for (std::size_t k = 0; k < numbers; ++k) {
                    const std::uint32_t of_a = a[m][k], of_b = b[k][n];
                    first = flushed(std::fma(flushed(as_float(of_a << 16)),
                                             flushed(as_float(of_b << 16)), first));
                    second = flushed(std::fma(flushed(as_float(of_a & 0xFFFF0000U)),
                                              flushed(as_float(of_b & 0xFFFF0000U)), second));
                }
                const float sum = flushed(flushed(as_float(c[m][n])) + flushed(first + second));
                c[m][n] = std::bit_cast<std::uint32_t>(sum);
            }
    }

    /// The numbers of the general registers in an instruction's fields, and where the context has
    /// them.
    static std::int64_t general(const ucontext_t& context, int number) {
        static constexpr int places[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                           REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                           REG_R12, REG_R13, REG_R14, REG_R15};
        return context.uc_mcontext.gregs[places[number]];
    }

    /// The memory operand behind the opcode, and how many bytes describe it.
    struct operand {
        std::int64_t base = 0, index = 0; ///< with a scale and displacement applied
        int length = 0;
    };
    static operand operand_at(const std::uint8_t* modrm, bool x, bool b,
                              const ucontext_t& context) {
        const int mod = *modrm >> 6, rm = *modrm & 7;
        operand o{.length = 1};
        bool wide = mod == 2;
        if (rm == 4) {
            const std::uint8_t sib = modrm[o.length++];
            const int base = (sib & 7) | (b ? 8 : 0), scaled = ((sib >> 3) & 7) | (x ? 8 : 0);
            if ((sib & 7) == 5 && mod == 0)
                wide = true;
            else
                o.base = general(context, base);
            if (scaled != 4)
                o.index = general(context, scaled) << (sib >> 6);
        } else if (rm == 5 && mod == 0) { // relative to the next instruction
            std::int32_t by;
            std::memcpy(&by, modrm + o.length, sizeof by);
            o.length += 4;
            o.base = reinterpret_cast<std::int64_t>(modrm + o.length) + by;
            return o;
        } else {
            o.base = general(context, rm | (b ? 8 : 0));
        }
        if (mod == 1) {
            o.base += static_cast<std::int8_t>(modrm[o.length++]);
        } else if (wide) {
            std::int32_t by;
            std::memcpy(&by, modrm + o.length, sizeof by);
            o.length += 4;
            o.base += by;
        }
        return o;
    }

    static void on_illegal_instruction(int, siginfo_t*, void* raw_context) {
        auto& context = *static_cast<ucontext_t*>(raw_context);
        greg_t& next = context.uc_mcontext.gregs[REG_RIP];
        const auto* const at = reinterpret_cast<const std::uint8_t*>(next);
        // C4, three inverted bits and the map, W and the inverted third operand and the prefix.
        if (at[0] != 0xC4 || (at[1] & 0x1F) != 2)
            refuse("not of the tiles", at);
        const bool x = (at[1] & 0x40) == 0, b = (at[1] & 0x20) == 0;
        const int prefix = at[2] & 3, third = (~at[2] >> 3) & 7, opcode = at[3];
        constexpr int none = 0, f3 = 2, f2 = 3;
        const std::uint8_t* const modrm = at + 4;
        const bool in_register = *modrm >> 6 == 3;
        // W and the vector's length are 0; there are eight tiles, and a third one in products only.
        const bool third_bits = (at[2] & 0x78) != 0x78, product = opcode == 0x5C;
        if ((at[2] & 0x84) != 0 || (at[1] & 0x80) == 0 || (third_bits && !product) ||
            (at[2] & 0x40) == 0)
            refuse("not as the manual has it", at);
        const int first = (*modrm >> 3) & 7, second = *modrm & 7;
        const auto numbered = [](int i) -> tile& { return own.tiles[static_cast<std::size_t>(i)]; };
        const auto configured = [&] {
            if (!own.configured)
                refuse("tiles aren't configured", at);
        };
        int length = 4 + 1;
        if (opcode == 0x49 && prefix == none && !in_register) {
            const operand from = operand_at(modrm, x, b, context);
            const auto* config = reinterpret_cast<const std::uint8_t*>(from.base + from.index);
            for (std::size_t i = 0; i < 64; ++i) {
                const bool of_bytes = i >= 16 && i < 32 && i % 2 == 0;
                const bool of_rows = i >= 48 && i < 56;
                if (config[i] != (i == 0 ? 1U : of_bytes ? row_bytes : of_rows ? rows : 0U))
                    refuse("tiles aren't eight of full size", at);
            }
            own = {true, {}};
            length = 4 + from.length;
        } else if (opcode == 0x49 && prefix == none && *modrm == 0xC0) {
            own.configured = false;
        } else if (opcode == 0x49 && prefix == f2 && in_register) {
            configured();
            numbered(first) = {};
        } else if (opcode == 0x4B && (prefix == f2 || prefix == f3) && !in_register &&
                   second == 4) {
            configured();
            const operand place = operand_at(modrm, x, b, context);
            std::int64_t next_row = place.base;
            for (auto& of_tile : numbered(first)) {
                auto* row = reinterpret_cast<std::uint8_t*>(next_row);
                next_row += place.index;
                if (prefix == f2)
                    std::memcpy(of_tile.data(), row, row_bytes);
                else
                    std::memcpy(row, of_tile.data(), row_bytes);
            }
            length = 4 + place.length;
        } else if (opcode == 0x5C && prefix == f3 && in_register) {
            configured();
            if (first == second || first == third || second == third)
                refuse("the same tile twice", at);
            multiply_add(numbered(first), numbered(second), numbered(third));
        } else {
            refuse("unknown", at);
        }
        next += length;
    }

    struct sigaction before_ {};
};

} // namespace test

#endif
