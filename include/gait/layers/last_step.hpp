// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The last step of a sequence, as a vector: what a network remembers of a whole window.
#pragma once

#include <gait/layers/layer.hpp>

#include <algorithm>

namespace gait::inline GAIT_ARCH {

/// x (T, R, F) to y (R, F) = x at step T - 1. In a stream, every step is the last so far.
template <index F>
struct last_step {
    using input = sequence<F>;
    using output = vector<F>;

    static constexpr index parameter_count = 0;

    static std::string description() { return std::string("last_step(") + std::to_string(F) + ")"; }

    template <class T>
    using params = no_params<T>;
    template <class T>
    using tape = no_tape<T>;
    template <class T>
    using state = no_state<T>;

    template <class T>
    void forward(params<const T>, view<const T, F> x, view<T, F> y, tape<T>, const pass&) const {
        std::copy_n(x.step(x.steps() - 1).data(), x.rows() * F, y.data());
    }

    template <class T>
    void backward(params<const T>, view<const T, F> /*x*/, view<const T, F> /*y*/,
                  view<const T, F> d_y, view<T, F> d_x, tape<T>, params<T>, const pass&) const {
        if (!d_x)
            return;
        const index last = (d_x.steps() - 1) * d_x.rows() * F;
        std::fill_n(d_x.data(), last, T{0});
        std::copy_n(d_y.data(), d_x.rows() * F, d_x.data() + last);
    }

    template <class T>
    void step(params<const T>, view<const T, F> x, view<T, F> y, state<T>) const {
        std::copy_n(x.data(), x.rows() * F, y.data());
    }
};

} // namespace gait::inline GAIT_ARCH
