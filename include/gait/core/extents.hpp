// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The sizes of things. A tile is R windows held time-major: x (T, R, F), element (t, r, f) at
// data[(t * R + r) * F + f]. F is known when the program is compiled; T and R are not.
#pragma once

#include <gait/core/config.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <type_traits>

namespace gait::inline GAIT_ARCH {

/// Sizes and positions. Signed, as Eigen's.
using index = std::ptrdiff_t;

/// The run-time sizes of a tile: T steps of R rows.
struct extents {
    index steps = 1;
    index rows = 1;
    [[nodiscard]] constexpr index count() const { return steps * rows; }
    friend constexpr bool operator==(const extents&, const extents&) = default;
};

/// Somebody else's buffer seen as (T, R, F), or as (R, F) when it has one step. Owns nothing.
template <class T, index F>
class view {
public:
    using matrix = Eigen::Matrix<std::remove_const_t<T>, Eigen::Dynamic, F,
                                 F == 1 ? Eigen::ColMajor : Eigen::RowMajor>;
    using map = Eigen::Map<std::conditional_t<std::is_const_v<T>, const matrix, matrix>>;

    static constexpr index features = F;

    /// No buffer: a result that nobody wants.
    constexpr view() = default;
    constexpr view(T* data, extents size) : data_(data), size_(size) {}
    /// A view that only reads from one that also writes.
    template <class U>
        requires(std::is_same_v<T, const U>)
    constexpr view(view<U, F> other) : data_(other.data()), size_(other.size()) {}

    [[nodiscard]] constexpr T* data() const { return data_; }
    [[nodiscard]] constexpr extents size() const { return size_; }
    [[nodiscard]] constexpr index steps() const { return size_.steps; }
    [[nodiscard]] constexpr index rows() const { return size_.rows; }
    explicit constexpr operator bool() const { return data_ != nullptr; }

    /// Steps first, ..., first + count - 1, as a view of their own.
    [[nodiscard]] constexpr view steps(index first, index count) const {
        return {data_ + first * rows() * F, {count, rows()}};
    }
    /// One step: (R, F).
    [[nodiscard]] constexpr view step(index t) const { return steps(t, 1); }
    /// All of it as one Eigen matrix: (T * R, F).
    [[nodiscard]] map eigen() const { return map(data_, size_.count(), F); }

private:
    T* data_ = nullptr;
    extents size_;
};

/// What a layer takes or gives: F numbers at every step of a window.
template <index F>
struct sequence {
    static_assert(F > 0);
    static constexpr index features = F;
    static constexpr bool has_steps = true;
    /// Sizes of this kind of buffer in a tile of the given extents: the same.
    static constexpr extents in(extents tile) { return tile; }
};

/// What a layer takes or gives: F numbers for a window as a whole.
template <index F>
struct vector {
    static_assert(F > 0);
    static constexpr index features = F;
    static constexpr bool has_steps = false;
    /// Sizes of this kind of buffer in a tile of the given extents: a single step.
    static constexpr extents in(extents tile) { return {1, tile.rows}; }
};

/// `count` rounded up to a multiple of `unit`.
constexpr index round_up(index count, index unit) { return (count + unit - 1) / unit * unit; }

} // namespace gait::inline GAIT_ARCH
