// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// One type's bits as another's.
#pragma once

#include <gait/core/config.hpp>

#include <type_traits>

namespace gait::inline GAIT_ARCH {

/// std::bit_cast, which the standard library of Debian 12's emscripten doesn't have yet.
template <class To, class From>
[[nodiscard, gnu::always_inline]] constexpr To bits_as(const From& from) noexcept {
    static_assert(sizeof(To) == sizeof(From) && std::is_trivially_copyable_v<To> &&
                  std::is_trivially_copyable_v<From>);
    return __builtin_bit_cast(To, from);
}

} // namespace gait::inline GAIT_ARCH
