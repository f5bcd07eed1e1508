// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// std::bit_cast, which the library of Emscripten 3.1 does not have yet, by another name: xsimd has
// a function of that one.
#pragma once

#include <gait/core/config.hpp>

#include <type_traits>

namespace gait::inline GAIT_ARCH {

/// The bits of `from` as another type of the same size.
template <class To, class From>
    requires(sizeof(To) == sizeof(From) && std::is_trivially_copyable_v<From> &&
             std::is_trivially_copyable_v<To>)
[[nodiscard, gnu::always_inline]] constexpr inline To bits_as(const From& from) noexcept {
    return __builtin_bit_cast(To, from);
}

} // namespace gait::inline GAIT_ARCH
