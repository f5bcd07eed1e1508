// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A layer of vectors, applied at every step of a sequence. A tile is time-major, so its T steps of
// R rows are T * R rows of a vector layer, and no number has to move.
#pragma once

#include <gait/layers/layer.hpp>

namespace gait::inline GAIT_ARCH {

/// Makes `Inner`, from vector<F> to vector<G>, a layer from sequence<F> to sequence<G>.
///
/// Rows keep their order: (t, r) becomes row t * R + r, while pass::samples keeps R entries; a
/// layer that looks at them takes row % R as its window and row / R as its step.
template <class Inner>
struct each_step {
    static_assert(!Inner::input::has_steps && !Inner::output::has_steps,
                  "each_step wraps a layer of vectors");

    using input = sequence<input_features<Inner>>;
    using output = sequence<output_features<Inner>>;

    static constexpr index parameter_count = Inner::parameter_count;

    [[no_unique_address]] Inner inner = {};

    static std::string description() {
        return std::string("each_step(") + Inner::description() + ")";
    }

    template <class T>
    using params = typename Inner::template params<T>;
    template <class T>
    using state = typename Inner::template state<T>;

    template <class T>
    struct tape : Inner::template tape<T> {
        static constexpr index size(extents tile) {
            return Inner::template tape<T>::size({1, tile.count()});
        }
        tape(T* data, extents tile) : Inner::template tape<T>(data, {1, tile.count()}) {}
    };

    template <class T>
        requires has_packed<Inner, T>
    using packed = weights_of<Inner, T>;

    template <class T>
        requires has_packed<Inner, T>
    void pack(const params<const T>& p, T* to) const { inner.template pack<T>(p, to); }

    template <class T>
        requires has_init<Inner>
    void init(params<T> p, random_stream random) const { inner.template init<T>(p, random); }

    template <class T>
    void forward(weights_of<Inner, T> w, input_of<Inner, T> x, output_of<Inner, T> y, tape<T> tape_,
                 const pass& p) const {
        inner.template forward<T>(w, flat(x), flat(y), tape_, p);
    }

    template <class T>
    void backward(weights_of<Inner, T> w, input_of<Inner, T> x,
                  view<const T, output_features<Inner>> y,
                  view<const T, output_features<Inner>> d_y, view<T, input_features<Inner>> d_x,
                  tape<T> tape_, params<T> d_params, const pass& p) const {
        inner.template backward<T>(w, flat(x), flat(y), flat(d_y), flat(d_x), tape_, d_params, p);
    }

    template <class T>
    void step(weights_of<Inner, T> w, input_of<Inner, T> x, output_of<Inner, T> y,
              state<T> state_) const {
        inner.template step<T>(w, x, y, state_);
    }

    template <class T>
    using scratch = no_tape<T>;

    /// Several steps are so many more rows, unless the inner layer remembers.
    template <class T>
        requires std::is_same_v<state_of<Inner, T>, no_state<T>>
    void run(weights_of<Inner, T> w, input_of<Inner, T> x, output_of<Inner, T> y, state<T> state_,
             scratch<T>) const {
        inner.template step<T>(w, flat(x), flat(y), state_);
    }

private:
    template <class T, index F>
    static view<T, F> flat(view<T, F> x) {
        return {x.data(), {1, x.size().count()}};
    }
};

} // namespace gait::inline GAIT_ARCH
