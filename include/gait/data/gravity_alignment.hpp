// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Gravity alignment: a phone lies another way in every pocket, and that is nothing its owner does.
// A window (T, 3) in which somebody moves is turned so that its mean, which is gravity, points
// `up`; a still one stays as it lies, since that is all that tells sitting from standing.
//
// The mean m points to a = m / |m|. The least turn that takes a to b, with v = a x b, is
//
//     R = I + [v] + [v]^2 / (1 + a b),        [v] x = v x x
//
// Source: Rodrigues' formula, with sin^2 / (1 - cos) = 1 + cos. Near a = -b there is no least turn,
// so a window with a b < 0 is turned to -up, and then by half a turn about a level axis.
#pragma once

#include <gait/core/extents.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <span>

namespace gait::inline GAIT_ARCH {

namespace detail {
/// a b + c with one rounding where the processor has that: left to the compiler, a vectorised loop
/// and its remainder may fuse other products, and neighbours would change a window's last bits.
[[nodiscard]] inline float add_product(float a, float b, float c) {
#if defined(__FMA__) || defined(__AVX512F__) || defined(__aarch64__) || defined(__FP_FAST_FMAF)
    return std::fma(a, b, c);
#else
    return a * b + c;
#endif
}
} // namespace detail

using unit_vector = std::array<double, 3>; ///< of length 1

/// A linear map of x, y, z.
struct axes_matrix {
    std::array<float, 9> at{1, 0, 0, 0, 1, 0, 0, 0, 1}; ///< (3, 3), by rows

    friend std::array<float, 3> operator*(const axes_matrix& m, const std::array<float, 3>& x) {
        std::array<float, 3> y{};
        for (std::size_t i = 0; i < 3; ++i)
            y[i] = detail::add_product(
                m.at[3 * i], x[0],
                detail::add_product(m.at[3 * i + 1], x[1], m.at[3 * i + 2] * x[2]));
        return y;
    }
    /// First b, then a.
    friend axes_matrix operator*(const axes_matrix& a, const axes_matrix& b) {
        axes_matrix m{{}};
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t j = 0; j < 3; ++j)
                for (std::size_t k = 0; k < 3; ++k)
                    m.at[3 * i + j] += a.at[3 * i + k] * b.at[3 * k + j];
        return m;
    }
};

/// What is along the most level of the axes changes its sign, as nearly as `up` stays. Source:
/// Householder's reflection, I - 2 n n^T / (n^T n), n being that axis less what is vertical of it.
[[nodiscard]] inline axes_matrix level_mirror(const unit_vector& up) {
    std::size_t axis = 0;
    for (std::size_t i = 1; i < 3; ++i)
        if (std::abs(up[i]) < std::abs(up[axis]))
            axis = i;
    std::array<double, 3> n{}; // n^T n = n[axis] >= 2 / 3
    for (std::size_t i = 0; i < 3; ++i)
        n[i] = (i == axis) - up[axis] * up[i];
    axes_matrix m;
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j)
            m.at[3 * i + j] = static_cast<float>((i == j) - 2 * n[i] * n[j] / n[axis]);
    return m;
}

/// How a phone lies during a window, as far as the window tells.
struct posture {
    std::array<double, 3> sum{}; ///< of the samples: what is shaken goes back and forth, gravity
                                 ///< stays
    double length = 0;           ///< of `sum`; 0 if it is next to nothing
    bool moves = false;          ///< samples deviate from their mean by more than a fifth of its
                                 ///< length: those of people who walk always do, of people who sit
                                 ///< or stand hardly ever

    /// Where the mean points to. length > 0.
    [[nodiscard]] unit_vector up() const {
        return {sum[0] / length, sum[1] / length, sum[2] / length};
    }
};

/// Of a window of `steps` samples, `stride` numbers from one to the next.
[[nodiscard]] inline posture posture_of(const float* window, index steps, index stride = 3) {
    posture p;
    double squares = 0;
    for (index t = 0; t < steps; ++t, window += stride)
        for (std::size_t i = 0; i < 3; ++i) {
            const auto x = static_cast<double>(window[i]);
            p.sum[i] += x;
            squares += x * x;
        }
    const auto count = static_cast<double>(steps);
    const double square = p.sum[0] * p.sum[0] + p.sum[1] * p.sum[1] + p.sum[2] * p.sum[2];
    const double mean = square / (count * count);
    p.moves = squares / count - mean > 0.2 * 0.2 * mean;
    p.length = mean > 1e-6 * 1e-6 ? std::sqrt(square) : 0;
    return p;
}

/// Where windows of movement are turned to; or nowhere, and they stay as they lie.
class gravity_alignment {
public:
    gravity_alignment() = default;
    /// `up` (3), of any length but 0; or empty: nowhere.
    explicit gravity_alignment(std::span<const float> up) : any_(!up.empty()) {
        assert(up.empty() || up.size() == 3);
        if (!any_)
            return;
        const double length = std::hypot(up[0], up[1], up[2]);
        assert(length > 0);
        for (std::size_t i = 0; i < 3; ++i)
            up_[i] = static_cast<double>(up[i]) / length;
    }

    [[nodiscard]] bool any() const { return any_; }

    /// What a window in this posture is multiplied by.
    [[nodiscard]] axes_matrix turn(const posture& p) const {
        if (!turns(p))
            return {};
        const unit_vector a = p.up();
        const double cosine = a[0] * up_[0] + a[1] * up_[1] + a[2] * up_[2];
        if (cosine >= 0)
            return least_turn(a, up_);
        return half_turn(up_) * least_turn(a, {-up_[0], -up_[1], -up_[2]});
    }

    /// Where its mean then points to. p.length > 0.
    [[nodiscard]] unit_vector up_after(const posture& p) const { return turns(p) ? up_ : p.up(); }

    /// Rows [first, first + to.rows) of windows x (to.steps, rows, 3), aligned, to `out` (to.steps,
    /// to.rows, 3). A window's numbers don't depend on its neighbours.
    [[gnu::noinline]] void operator()(const float* x, index rows, index first, extents to,
                                      float* out) const {
        for (index r = 0; r < to.rows; ++r) {
            const float* from = x + (first + r) * 3;
            const axes_matrix m = turn(posture_of(from, to.steps, rows * 3));
            for (index t = 0; t < to.steps; ++t, from += rows * 3) {
                const auto y = m * std::array{from[0], from[1], from[2]};
                std::copy(y.begin(), y.end(), out + (t * to.rows + r) * 3);
            }
        }
    }

private:
    [[nodiscard]] bool turns(const posture& p) const { return any_ && p.moves && p.length > 0; }

    static axes_matrix least_turn(const unit_vector& a, const unit_vector& b) {
        const std::array<double, 3> v{a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2],
                                      a[0] * b[1] - a[1] * b[0]};
        const double cosine = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        const double square = v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
        const std::array<double, 9> cross{0, -v[2], v[1], v[2], 0, -v[0], -v[1], v[0], 0};
        axes_matrix m;
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t j = 0; j < 3; ++j) // [v]^2 = v v^T - v^T v I
                m.at[3 * i + j] = static_cast<float>(
                    (i == j) + cross[3 * i + j] + (v[i] * v[j] - (i == j) * square) / (1 + cosine));
        return m;
    }

    /// About a level axis n: 2 n n^T / (n^T n) - I, the mirror with the other sign.
    static axes_matrix half_turn(const unit_vector& up) {
        axes_matrix m = level_mirror(up);
        for (float& number : m.at)
            number = -number;
        return m;
    }

    bool any_ = false;
    unit_vector up_{};
};

} // namespace gait::inline GAIT_ARCH
