// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A layer of your own: a low-pass filter that learns how long to remember.
//
//     y_t = a y_(t-1) + (1 - a) x_t,    a = sigmoid(memory),    y_(-1) = 0
//
// for each feature by itself, x and y (T, R, F). It is all that gait asks of a layer, and more than
// most need: parameters, a tape, a start, a backward pass, and a state for streams.
#pragma once

#include <gait/layers/initialise.hpp>
#include <gait/layers/layer.hpp>

#include <string>

template <gait::index F>
struct low_pass {
    using input = gait::sequence<F>;
    using output = gait::sequence<F>;

    static constexpr gait::index parameter_count = F;

    static std::string description() { return "low_pass(" + std::to_string(F) + ")"; }

    /// Names for a flat run of F numbers: the parameters, or their gradient.
    template <class T>
    struct params {
        gait::vector_map<T, F> memory; ///< (F)

        explicit params(T* data) : memory(data) {}

        template <class Visitor>
        void visit(Visitor&& visitor) {
            visitor.tensor("memory", memory);
        }
    };

    /// y is all that the backward pass has to know of the forward pass, so this is only its
    /// scratch.
    template <class T>
    struct tape {
        static gait::index size(gait::extents tile) { return tile.rows * F; }

        gait::view<T, F> d_now; ///< (R, F)
        tape(T* data, gait::extents tile) : d_now(data, {1, tile.rows}) {}
    };

    template <class T>
    void init(params<T> p, gait::random_stream) const {
        p.memory.setZero(); // a = 1/2
    }

    template <class T>
    void forward(params<const T> p, gait::view<const T, F> x, gait::view<T, F> y, tape<T>,
                 const gait::pass&) const {
        const row<T> a = keep(p);
        for (gait::index t = 0; t < x.steps(); ++t) {
            y.step(t).eigen() = x.step(t).eigen() * (1 - a).matrix().asDiagonal();
            if (t > 0)
                y.step(t).eigen() += y.step(t - 1).eigen() * a.matrix().asDiagonal();
        }
    }

    /// From the last step to the first. dL/dy_t has two parts: what comes from above, and what
    /// comes back from step t + 1.
    template <class T>
    void backward(params<const T> p, gait::view<const T, F> x, gait::view<const T, F> y,
                  gait::view<const T, F> d_y, gait::view<T, F> d_x, tape<T> tape_,
                  params<T> d_params, const gait::pass&) const {
        const row<T> a = keep(p);
        row<T> d_a = row<T>::Zero();
        auto d_now = tape_.d_now.eigen();
        d_now.setZero();
        for (gait::index t = x.steps() - 1; t >= 0; --t) {
            d_now += d_y.step(t).eigen();
            // dy_t/da = y_(t-1) - x_t
            d_a -= d_now.cwiseProduct(x.step(t).eigen()).colwise().sum().array();
            if (t > 0)
                d_a += d_now.cwiseProduct(y.step(t - 1).eigen()).colwise().sum().array();
            if (d_x) // nobody wants it of a model's first layer
                d_x.step(t).eigen() = d_now * (1 - a).matrix().asDiagonal();
            d_now *= a.matrix().asDiagonal();
        }
        // da/dmemory = a (1 - a). Gradients are added to what is there.
        d_params.memory += (d_a * a * (1 - a)).matrix().transpose();
    }

    /// The last y of a stream.
    template <class T>
    struct state {
        static gait::index size(gait::index rows) { return rows * F; }

        gait::view<T, F> last; ///< (R, F)
        state(T* data, gait::index rows) : last(data, {1, rows}) {}
    };

    template <class T>
    void step(params<const T> p, gait::view<const T, F> x, gait::view<T, F> y,
              state<T> state_) const {
        const row<T> a = keep(p);
        state_.last.eigen() *= a.matrix().asDiagonal();
        state_.last.eigen() += x.eigen() * (1 - a).matrix().asDiagonal();
        y.eigen() = state_.last.eigen();
    }

private:
    template <class T>
    using row = Eigen::Array<T, 1, static_cast<int>(F)>;

    template <class T>
    static row<T> keep(params<const T> p) {
        return (1 + (-p.memory.transpose().array()).exp()).inverse();
    }
};

static_assert(gait::streaming_layer<low_pass<3>>);
