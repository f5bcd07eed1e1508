// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Weights in fewer bytes on disk. In memory they are floats again.
//
//     f16   two bytes a number
//     i8    a matrix has a byte a number and a half-precision scale for each of its rows, that is
//           for each output: w = scale q. Vectors, the biases, are f16.
//
// A row of its own scale, because rows differ: one large weight costs the precision of its row and
// of no other. The scales of a tensor NAME are the tensor NAME.scale (rows).
#pragma once

#include <gait/core/error.hpp>
#include <gait/core/half.hpp>
#include <gait/files/json.hpp>
#include <gait/files/safetensors.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// What weights are on disk.
enum class precision { f32, f16, i8 };

/// The numbers of a tensor as a file has them. Those that are not of `type` are empty.
struct stored_numbers {
    dtype type = dtype::f32;
    std::vector<float> floats = {};
    std::vector<std::uint16_t> halves = {};
    std::vector<std::int8_t> bytes = {};    ///< (rows, columns)
    std::vector<std::uint16_t> scales = {}; ///< (rows) halves, for `bytes`

    /// What they stand for.
    [[nodiscard]] std::vector<float> values() const {
        std::vector<float> all = floats;
        for (const std::uint16_t half : halves)
            all.push_back(from_half(half));
        const std::size_t columns = scales.empty() ? 0 : bytes.size() / scales.size();
        for (std::size_t i = 0; i < bytes.size(); ++i)
            all.push_back(from_half(scales[i / columns]) * static_cast<float>(bytes[i]));
        return all;
    }
};

namespace detail {

inline std::string scale_name(std::string_view tensor) { return std::string(tensor) + ".scale"; }

inline std::vector<std::uint16_t> to_halves(std::span<const float> numbers) {
    std::vector<std::uint16_t> halves(numbers.size());
    std::ranges::transform(numbers, halves.begin(), to_half);
    return halves;
}

/// A matrix (rows, columns) in bytes: q = w / scale, at most 127, so that w is off by at most half
/// the scale. The scale is at least 2^-14, the smallest half with all its digits.
inline stored_numbers to_bytes(std::span<const float> numbers, std::size_t rows) {
    stored_numbers stored{.type = dtype::i8};
    const std::size_t columns = numbers.size() / rows;
    for (std::size_t row = 0; row < rows; ++row) {
        const auto of_row = numbers.subspan(row * columns, columns);
        float largest = 0;
        for (const float w : of_row)
            largest = std::max(largest, std::abs(w));
        stored.scales.push_back(to_half(std::max(largest / 127, 0x1p-14F)));
        const float scale = from_half(stored.scales.back());
        for (const float w : of_row)
            stored.bytes.push_back(
                static_cast<std::int8_t>(std::clamp(std::round(w / scale), -127.0F, 127.0F)));
    }
    return stored;
}

/// Finite numbers of a tensor of that shape, rounded. Throws `error` about `path` if one is too
/// large for a half.
inline stored_numbers to_stored(const std::string& path, const std::string& name,
                                std::vector<float> numbers, const std::vector<index>& shape,
                                precision p) {
    if (p == precision::f32)
        return {.type = dtype::f32, .floats = std::move(numbers)};
    const bool in_bytes = p == precision::i8 && shape.size() == 2;
    const float most = in_bytes ? 127 * largest_half : largest_half;
    for (const float number : numbers)
        if (std::abs(number) > most)
            throw error({path, "tensor " + in_quotes(name),
                         "numbers up to " + json_text(most) + " for this precision",
                         std::to_string(number)});
    if (in_bytes)
        return to_bytes(numbers, static_cast<std::size_t>(shape.front()));
    return {.type = dtype::f16, .halves = to_halves(numbers)};
}

} // namespace detail

/// A tensor of a file, which is one of f32, f16 and i8. Throws `error` if its scales aren't there
/// or are none.
inline stored_numbers read_stored(const safetensors_file& file, const tensor_info& t) {
    stored_numbers stored{.type = t.type};
    if (t.type == dtype::f32)
        stored.floats = file.read<float>(t.name, t.type, t.shape);
    else if (t.type == dtype::f16)
        stored.halves = file.read<std::uint16_t>(t.name, t.type, t.shape);
    else {
        stored.bytes = file.read<std::int8_t>(t.name, t.type, t.shape);
        const std::string name = detail::scale_name(t.name);
        stored.scales = file.read<std::uint16_t>(name, dtype::f16, {t.shape.front()});
        for (const std::uint16_t half : stored.scales)
            if (const float scale = from_half(half); !(scale > 0) || !std::isfinite(scale))
                throw error({file.path().string(), "tensor " + in_quotes(name),
                             "finite scales above zero", std::to_string(scale)});
    }
    return stored;
}

} // namespace gait::inline GAIT_ARCH
