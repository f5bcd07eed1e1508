// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What a safetensors file says about a tensor: name, type of its numbers, shape, place.
#pragma once

#include <gait/core/extents.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// The types of numbers a tensor can hold. `boolean` is one byte, 0 or 1.
enum class dtype { f64, f32, f16, bf16, i64, i32, i16, i8, u64, u32, u16, u8, boolean };

namespace detail {
struct dtype_row {
    std::string_view name; // as in the file
    index size;            // bytes of a number
};
inline constexpr std::array<dtype_row, 13> dtype_rows{{{"F64", 8},
                                                       {"F32", 4},
                                                       {"F16", 2},
                                                       {"BF16", 2},
                                                       {"I64", 8},
                                                       {"I32", 4},
                                                       {"I16", 2},
                                                       {"I8", 1},
                                                       {"U64", 8},
                                                       {"U32", 4},
                                                       {"U16", 2},
                                                       {"U8", 1},
                                                       {"BOOL", 1}}};
} // namespace detail

/// The type's name in a file: "F32".
constexpr std::string_view name_of(dtype type) {
    return detail::dtype_rows[static_cast<std::size_t>(type)].name;
}

/// Bytes of one number.
constexpr index size_of(dtype type) {
    return detail::dtype_rows[static_cast<std::size_t>(type)].size;
}

/// The type with this name, if there is one.
constexpr std::optional<dtype> dtype_named(std::string_view name) {
    for (std::size_t i = 0; i < detail::dtype_rows.size(); ++i)
        if (detail::dtype_rows[i].name == name)
            return static_cast<dtype>(i);
    return std::nullopt;
}

namespace detail {
template <class T>
constexpr dtype find_dtype() {
    if constexpr (std::is_same_v<T, double>)
        return dtype::f64;
    else if constexpr (std::is_same_v<T, float>)
        return dtype::f32;
    else {
        static_assert(std::is_integral_v<T> && !std::is_same_v<T, bool>, "no dtype for this type");
        constexpr std::array with_sign{dtype::i8, dtype::i16, dtype::i32, dtype::i64};
        constexpr std::array without{dtype::u8, dtype::u16, dtype::u32, dtype::u64};
        constexpr std::size_t power = sizeof(T) == 8 ? 3 : sizeof(T) / 2;
        return std::is_signed_v<T> ? with_sign[power] : without[power];
    }
}
} // namespace detail

/// The type of a C++ number: dtype_of<float> is f32.
template <class T>
inline constexpr dtype dtype_of = detail::find_dtype<T>();

/// A tensor in a file. Its bytes are [begin, end) counted from the start of the data, row-major,
/// little-endian.
struct tensor_info {
    std::string name;
    dtype type = dtype::f32;
    std::vector<index> shape; ///< empty: a single number
    std::uint64_t begin = 0;
    std::uint64_t end = 0;

    /// Numbers in it.
    [[nodiscard]] index count() const { return static_cast<index>(end - begin) / size_of(type); }
};

/// A shape in words: "(256, 64)"; "any" where a size is -1.
inline std::string shape_text(const std::vector<index>& shape) {
    std::string text = "(";
    for (const index size : shape) {
        if (text.size() > 1)
            text += ", ";
        text += size < 0 ? "any" : std::to_string(size);
    }
    return text + ")";
}

/// Whether `shape` is what `wanted` asks for; -1 in `wanted` takes any size.
inline bool shape_fits(const std::vector<index>& wanted, const std::vector<index>& shape) {
    if (wanted.size() != shape.size())
        return false;
    for (std::size_t i = 0; i < shape.size(); ++i)
        if (wanted[i] >= 0 && wanted[i] != shape[i])
            return false;
    return true;
}

} // namespace gait::inline GAIT_ARCH
