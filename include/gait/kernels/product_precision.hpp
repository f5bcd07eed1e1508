// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// How exactly, and on which unit of the processor, matrix products are computed.
//
//     fp32         multiply-adds of floats, on every processor
//     fp32_split   each float as a sum of three bfloat16, and the six largest of their nine
//                  products: about as exact as fp32, for processors whose bfloat16 are more than
//                  six times as fast
//     bf16         floats rounded to bfloat16, sums in float
//
// Two units multiply bfloat16. `dots` (AVX512_BF16) takes pairs of them where a multiply-add takes
// floats: twice its rate on some processors, half of it on others. `tiles` (AMX) takes matrices of
// 16 x 32, by the manual at sixteen times the rate. Which one there is shows when the program runs;
// where there is none, or the compiler's target has no AVX512_BF16, fp32 is computed.
#pragma once

#include <gait/kernels/matrix_tiles.hpp>

#include <array>
#include <string>
#include <string_view>
#include <type_traits>

#if defined(__AVX512BF16__) && defined(__AVX512BW__)
#define GAIT_BFLOAT16_PRODUCTS 1
#endif

namespace gait::inline GAIT_ARCH {

/// How products of floats are computed.
enum class product_precision { fp32, fp32_split, bf16 };

inline constexpr std::array product_precisions{
    product_precision::fp32, product_precision::fp32_split, product_precision::bf16};

/// The name that programs and files use.
[[nodiscard]] constexpr std::string_view name_of(product_precision p) noexcept {
    constexpr std::array<std::string_view, product_precisions.size()> names{"fp32", "fp32_split",
                                                                            "bf16"};
    return names[static_cast<std::size_t>(p)];
}

/// The unit that multiplies bfloat16.
enum class bfloat16_unit { none, dots, tiles };

/// For people: "matrix tiles".
[[nodiscard]] constexpr std::string_view name_of(bfloat16_unit unit) noexcept {
    constexpr std::array<std::string_view, 3> names{"multiply-adds", "dot products",
                                                    "matrix tiles"};
    return names[static_cast<std::size_t>(unit)];
}

/// Whether this program has kernels for bfloat16 products at all.
#if defined(GAIT_BFLOAT16_PRODUCTS)
inline constexpr bool has_bfloat16_products = true;
#else
inline constexpr bool has_bfloat16_products = false;
#endif

/// Whether products of T can be chosen to be computed in bfloat16.
template <class T>
inline constexpr bool multiplies_bfloat16 = has_bfloat16_products&& std::is_same_v<T, float>;

namespace detail {

inline bfloat16_unit& unit_in_use() noexcept {
    static bfloat16_unit unit = !has_bfloat16_products     ? bfloat16_unit::none
                                : matrix_tiles_permitted() ? bfloat16_unit::tiles
                                                           : bfloat16_unit::dots;
    return unit;
}

} // namespace detail

/// The unit that products are computed on: the fastest there is. The first call asks the system for
/// matrix tiles, where there are any.
[[nodiscard]] inline bfloat16_unit unit_for_bfloat16() noexcept { return detail::unit_in_use(); }

/// For tests and benchmarks: another unit from now on. It must be there.
inline void use_unit_for_bfloat16(bfloat16_unit unit) noexcept { detail::unit_in_use() = unit; }

/// `wanted`, or fp32 where nothing multiplies bfloat16.
[[nodiscard]] inline product_precision available(product_precision wanted) noexcept {
    const bool plain =
        wanted == product_precision::fp32 || unit_for_bfloat16() == bfloat16_unit::none;
    return plain ? product_precision::fp32 : wanted;
}

/// What is computed when `wanted` was asked for, and on what: "bf16 on dot products".
[[nodiscard]] inline std::string description_of(product_precision wanted) {
    const product_precision chosen = available(wanted);
    const bfloat16_unit unit =
        chosen == product_precision::fp32 ? bfloat16_unit::none : unit_for_bfloat16();
    std::string text(name_of(chosen));
    text += " on ";
    text += name_of(unit);
    if (chosen != wanted) {
        text += ", as nothing here multiplies bfloat16 for ";
        text += name_of(wanted);
    }
    return text;
}

/// bfloat16 that make up a float: `parts` of them, and products of parts p and q with p + q <
/// parts.
[[nodiscard]] constexpr index bfloat16_parts(product_precision p) noexcept {
    return p == product_precision::fp32_split ? 3 : 1;
}

} // namespace gait::inline GAIT_ARCH
