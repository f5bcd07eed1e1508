// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What a layer is. Read this first.
//
// A layer is a small value: it owns no memory, inherits nothing and registers nowhere. Its feature
// sizes are part of its type; the number of steps T and rows R of a tile come at run time. All the
// memory it works on is laid out by the caller, who asks the layer how much it needs:
//
//   params<T>   named views over a flat run of `parameter_count` numbers. The same type over
//               another run is the gradient, so an optimizer, a checkpoint and an all-reduce are
//               each one loop over a flat span.
//   packed<T>   optional: the parameters once more, in the order in which the kernels read them.
//               Made by `pack` once per training step, never saved.
//   compact<T>  optional: the same in fewer bytes, for `step` alone. Made by `pack_compact`.
//   tape<T>     what `forward` leaves for `backward`, and backward's scratch.
//   state<T>    optional: what one step of a stream leaves for the next. All zeros is the start.
//               A `forward` that takes one too, its carry, begins there and leaves the last step's
//               in it: truncated training asks that of every layer that doesn't forget.
//   scratch<T>  optional, with `run`: several steps at once, where that is faster than one by one.
//
// Three concepts, each refining the one before:
//
//   layer            forward:  x -> y, leaving a tape
//   trainable_layer  backward: the tape and dL/dy -> dL/dx and dL/dparams
//   streaming_layer  step:     one time step, with a state and no tape
//
// A layer that can compute its matrix products in several ways (kernels/product_precision.hpp) has
// a member `products`, and packs and reads its weights accordingly.
//
// Every member but `pack_compact` is templated on the scalar, so the code that trains in float is
// checked in double.
#pragma once

#include <gait/core/buffer.hpp>
#include <gait/core/extents.hpp>
#include <gait/core/random.hpp>
#include <gait/kernels/product_precision.hpp>

#include <concepts>
#include <cstdint>
#include <string>

namespace gait::inline GAIT_ARCH {

/// What a pass over a tile is for. Only layers that draw random numbers look at it.
struct pass {
    bool training = false;                  ///< false: dropout lets everything through
    std::uint64_t seed = 0;                 ///< of the run
    std::uint32_t epoch = 0;                ///< counts from 0
    const std::uint64_t* samples = nullptr; ///< (R) what names each row's window in the data set
    index rows = 0;                         ///< R, the length of `samples`; in each_step too
    std::uint32_t layer = 0;                ///< position in the model, set by `sequential`
};

/// The parameters of a layer that has none.
template <class T>
struct no_params {
    constexpr explicit no_params(T*) {}
    template <class Visitor>
    constexpr void visit(Visitor&&) const {}
};

/// The tape of a layer whose backward pass needs nothing but x and y.
template <class T>
struct no_tape {
    static constexpr index size(extents) { return 0; }
    constexpr no_tape(T*, extents) {}
};

/// The state of a layer that forgets.
template <class T>
struct no_state {
    static constexpr index size(index) { return 0; }
    constexpr no_state(T*, index) {}
};

template <class L>
inline constexpr index input_features = L::input::features;
template <class L>
inline constexpr index output_features = L::output::features;

/// What a layer takes and gives: `sequence<F>` or `vector<F>`.
template <class L>
concept has_shape = requires(extents tile) {
    { L::input::features } -> std::convertible_to<index>;
    { L::output::features } -> std::convertible_to<index>;
    { L::input::in(tile) } -> std::same_as<extents>;
    { L::output::in(tile) } -> std::same_as<extents>;
};

/// `params<T>(data)` sees a flat run of `parameter_count` numbers and names its parts:
/// `visit(visitor)` calls visitor.tensor(name, map) for each.
template <class L, class T>
concept has_params = requires {
    { L::parameter_count } -> std::convertible_to<index>;
    typename L::template params<T>;
    typename L::template params<const T>;
    requires std::constructible_from<typename L::template params<T>, T*>;
};

/// `tape<T>(data, tile)` lays itself out over `tape<T>::size(tile)` numbers.
template <class L, class T>
concept has_tape = requires(extents tile) {
    { L::template tape<T>::size(tile) } -> std::convertible_to<index>;
    requires std::constructible_from<typename L::template tape<T>, T*, extents>;
};

/// `state<T>(data, R)` lays itself out over `state<T>::size(R)` numbers.
template <class L, class T>
concept has_state = requires(index rows) {
    { L::template state<T>::size(rows) } -> std::convertible_to<index>;
    requires std::constructible_from<typename L::template state<T>, T*, index>;
};

/// The layer's kernels read their own arrangement of the parameters:
/// `pack(params<const T>, T* out)` writes `packed<T>::size` numbers, `packed<T>(out)` reads them.
template <class L, class T>
concept has_packed = has_params<L, T> && requires(const L& l, const T* from, T* to) {
    { L::template packed<T>::size } -> std::convertible_to<index>;
    l.template pack<T>(typename L::template params<const T>(from), to);
};

namespace detail {
template <class L, class T>
struct weights {
    using type = typename L::template params<const T>;
};
template <class L, class T>
    requires has_packed<L, T>
struct weights<L, T> {
    using type = typename L::template packed<T>;
};
template <class L, class T>
struct memory {
    using type = no_state<T>;
};
template <class L, class T>
    requires has_state<L, T>
struct memory<L, T> {
    using type = typename L::template state<T>;
};
} // namespace detail

/// `pack_compact(params<const T>, T* out)` writes `compact<T>::size` numbers' worth of memory.
template <class L, class T>
concept has_compact = has_params<L, T> && requires(const L& l, const T* from, T* to) {
    { L::template compact<T>::size } -> std::convertible_to<index>;
    l.pack_compact(typename L::template params<const T>(from), to);
};

namespace detail {
template <class L, class T>
struct smallest_weights : weights<L, T> {};
template <class L, class T>
    requires has_compact<L, T>
struct smallest_weights<L, T> {
    using type = typename L::template compact<T>;
};
} // namespace detail

/// What `step` reads where memory is what it waits for: `compact<T>` if the layer has it.
template <class L, class T>
using compact_weights_of = typename detail::smallest_weights<L, T>::type;

/// What `forward`, `backward` and `step` read: `packed<T>` if the layer has it, else its params.
template <class L, class T>
using weights_of = typename detail::weights<L, T>::type;

/// The layer's state, or none if it has no such member.
template <class L, class T>
using state_of = typename detail::memory<L, T>::type;

template <class L, class T>
using input_of = view<const T, input_features<L>>;
template <class L, class T>
using output_of = view<T, output_features<L>>;

template <class L, class T>
concept has_forward = requires(const L& l, weights_of<L, T> weights, input_of<L, T> x,
                               output_of<L, T> y, typename L::template tape<T> tape, pass p) {
    l.template forward<T>(weights, x, y, tape, p);
};

template <class L, class T>
concept has_backward = requires(const L& l, weights_of<L, T> weights, input_of<L, T> x,
                                view<const T, output_features<L>> y, view<T, input_features<L>> d_x,
                                typename L::template tape<T> tape,
                                typename L::template params<T> d_params, pass p) {
    l.template backward<T>(weights, x, y, y /* d_y */, d_x, tape, d_params, p);
};

template <class L, class T>
concept has_step = requires(const L& l, weights_of<L, T> weights, input_of<L, T> x,
                            output_of<L, T> y, typename L::template state<T> state) {
    l.template step<T>(weights, x, y, state);
};

/// run(weights, x, y, state, scratch): x (T, R, F) to y (T, R, F'), the state carried in place, as
/// T calls of `step` would have it: to the bit for several rows, and for one up to rounding, whose
/// steps may add in another order.
template <class L, class T>
concept has_run = requires(const L& l, weights_of<L, T> weights, input_of<L, T> x,
                           output_of<L, T> y, typename L::template state<T> state,
                           typename L::template scratch<T> scratch, extents tile) {
    { L::template scratch<T>::size(tile) } -> std::convertible_to<index>;
    l.template run<T>(weights, x, y, state, scratch);
};

template <class L>
concept has_init = requires(const L& l, typename L::template params<float> p,
                            random_stream random) {
    l.template init<float>(p, random);
};

/// No step matters to the next: the layer has no state, or one that is only room to work in and
/// says so by `state<T>::forgets`.
template <class L, class T>
concept forgets = std::same_as<state_of<L, T>, no_state<T>> || requires {
    requires state_of<L, T>::forgets;
};

/// forward(weights, x, y, tape, pass, carry): from that state on, leaving the last step's in it.
template <class L, class T>
concept has_carry = forgets<L, T> ||
    requires(const L& l, weights_of<L, T> weights, input_of<L, T> x, output_of<L, T> y,
             typename L::template tape<T> tape, pass p, state_of<L, T> carry) {
    l.template forward<T>(weights, x, y, tape, p, carry);
};

/// forward(weights, x, y, tape, pass): y from x, whatever backward needs on the tape.
template <class L, class T = float>
concept layer = has_shape<L> && has_params<L, T> && has_tape<L, T> && has_forward<L, T>;

/// backward(weights, x, y, d_y, d_x, tape, d_params, pass): after the forward pass of the same
/// tile, overwrites d_x (unless that view is empty: nobody wants it) and adds to d_params.
template <class L, class T = float>
concept trainable_layer = layer<L, T> && has_backward<L, T>;

/// step(weights, x, y, state): x (R, F) of one time step to y (R, F'), state carried in place.
template <class L, class T = float>
concept streaming_layer = trainable_layer<L, T> && has_state<L, T> && has_step<L, T>;

} // namespace gait::inline GAIT_ARCH
