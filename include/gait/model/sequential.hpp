// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A model: layers one after the other. `sequential` refuses neighbours that don't fit, passes each
// layer's result to the next, and is itself a layer.
//
//     using net = gait::sequential<gait::lstm<3, 64>, gait::last_step<64>, gait::dense<64, 7>>;
//
// Parameters, tape and state are flat runs of numbers that the caller owns; see layers/layer.hpp.
#pragma once

#include <gait/layers/layer.hpp>
#include <gait/model/layout.hpp>

#include <algorithm>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace gait::inline GAIT_ARCH {

/// What Layer gives is what Next takes.
template <class Layer, class Next>
struct neighbours {
    static_assert(std::is_same_v<typename Layer::output, typename Next::input>,
                  "the output of a layer must be the input of the next one");
    static constexpr bool fit = true;
};

/// Layers in a row, each a value: sequential<A, B>{} or sequential(a, b).
template <layer... Layers>
class sequential {
    using places = layout<Layers...>;
    static constexpr std::size_t last = places::last;
    template <std::size_t I>
    using at = typename places::template at<I>;
    using all = std::index_sequence_for<Layers...>;

    static_assert([]<std::size_t... I>(std::index_sequence<I...>) {
        return (neighbours<at<I>, at<I + 1>>::fit && ...);
    }(std::make_index_sequence<last>{}));

    std::tuple<Layers...> layers_;

public:
    using input = typename at<0>::input;
    using output = typename at<last>::output;

    static constexpr index parameter_count = places::parameter_count;

    sequential() = default;
    explicit sequential(Layers... layers) requires(sizeof...(Layers) > 0)
        : layers_(std::move(layers)...) {}

    /// Layer I of the model.
    template <std::size_t I>
    [[nodiscard]] const auto& get() const {
        return std::get<I>(layers_);
    }

    /// How the layers that can choose compute their products from now on. Weights that were packed
    /// before are of no use then.
    void use_products(product_precision products) {
        const auto tell = [&](auto& layer) {
            if constexpr (requires { layer.use_products(products); })
                layer.use_products(products);
            else if constexpr (requires { layer.products = products; })
                layer.products = products;
        };
        std::apply([&](auto&... all_layers) { (tell(all_layers), ...); }, layers_);
    }

    /// Calls visitor(product_precision) for each of those, in order.
    template <class Visitor>
    void visit_products(Visitor&& visitor) const {
        const auto ask = [&](const auto& layer) {
            if constexpr (requires { layer.visit_products(visitor); })
                layer.visit_products(visitor);
            else if constexpr (requires { visitor(layer.products); })
                visitor(layer.products);
        };
        std::apply([&](const auto&... all_layers) { (ask(all_layers), ...); }, layers_);
    }

    /// fp32 if all do, otherwise the first that it isn't.
    [[nodiscard]] product_precision products() const {
        product_precision found = product_precision::fp32;
        visit_products([&](product_precision p) {
            if (found == product_precision::fp32)
                found = p;
        });
        return found;
    }

    /// The layers' descriptions, joined by " | ": the model's architecture as text.
    static std::string description() {
        std::string text;
        ((text += (text.empty() ? "" : " | ") + Layers::description()), ...);
        return text;
    }

    /// The layers' memory; see model/layout.hpp.
    template <class T>
    using params = typename places::template params<T>;
    template <class T>
    using packed = typename places::template packed<T>;
    template <class T>
    using compact = typename places::template packed<T, true>;
    template <class T>
    using tape = typename places::template tape<T>;
    template <class T>
    using state = typename places::template state<T>;
    template <class T>
    using scratch = typename places::template scratch<T>;

    static constexpr std::size_t layer_count = places::layer_count;
    /// Features of layer I's input; of the model's output for layer_count.
    template <std::size_t I>
    static constexpr index features_before = places::template features_before<I>;

    /// The layer that halves the model's work: of the layers that take a sequence, the one with
    /// about as many parameters before it as behind. 0 if there is none.
    static constexpr std::size_t middle = places::middle;

    template <class T>
    void pack(const params<const T>& p, T* to) const {
        each([&]<std::size_t I>() {
            T* part = to + packed<T>::template place<I>;
            if constexpr (has_packed<at<I>, T>)
                get<I>().template pack<T>(p.template layer<I>(), part);
            else
                std::copy_n(p.template begin<I>(), at<I>::parameter_count, part);
        });
    }

    void pack_compact(const params<const float>& p, float* to) const {
        each([&]<std::size_t I>() {
            float* part = to + compact<float>::template place<I>;
            if constexpr (has_compact<at<I>, float>)
                get<I>().pack_compact(p.template layer<I>(), part);
            else if constexpr (has_packed<at<I>, float>)
                get<I>().template pack<float>(p.template layer<I>(), part);
            else
                std::copy_n(p.template begin<I>(), at<I>::parameter_count, part);
        });
    }

    template <class T>
    void init(params<T> p, random_stream random) const {
        each([&]<std::size_t I>() {
            if constexpr (has_init<at<I>>) {
                // Each layer gets a stream of its own, so that adding a layer changes no other.
                get<I>().template init<T>(p.template layer<I>(), random.fork(I));
            }
        });
    }

    /// y from x.
    template <class T>
    void forward(packed<T> w, input_of<sequential, T> x, output_of<sequential, T> y, tape<T> tape_,
                 const pass& p) const {
        each([&]<std::size_t I>() { forward_one<I, T>(w, x, y, tape_, p); });
    }

    /// The same from the state `carry` on, leaving the last step's in it.
    template <class T>
        requires(has_carry<Layers, T>&&...)
    void forward(packed<T> w, input_of<sequential, T> x, output_of<sequential, T> y, tape<T> tape_,
                 const pass& p, state<T> carry) const {
        each([&]<std::size_t I>() {
            if constexpr (forgets<at<I>, T>)
                forward_one<I, T>(w, x, y, tape_, p);
            else
                forward_one<I, T>(w, x, y, tape_, p, carry.template layer<I>());
        });
    }

    template <class T>
    void backward(packed<T> w, input_of<sequential, T> x,
                  view<const T, output_features<sequential>> y,
                  view<const T, output_features<sequential>> d_y,
                  view<T, input_features<sequential>> d_x, tape<T> tape_, params<T> d_params,
                  const pass& p) const {
        const auto one = [&]<std::size_t I>() {
            view<T, input_features<at<I>>> d_from;
            if constexpr (I == 0)
                d_from = d_x;
            else
                d_from = tape_.template gradient<I - 1>();
            view<const T, output_features<at<I>>> d_to;
            if constexpr (I == last)
                d_to = d_y;
            else
                d_to = tape_.template gradient<I>();
            get<I>().template backward<T>(
                w.template layer<I>(), source<I>(x, tape_), target<I>(y, tape_), d_to, d_from,
                tape_.template layer<I>(), d_params.template layer<I>(), within<I>(p));
        };
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (one.template operator()<last - I>(), ...);
        }
        (all{});
    }

    /// One step of a stream. `Form` is packed<T> or compact<T>.
    template <class T, class Form>
        requires(streaming_layer<Layers, T>&&...)
    void step(Form w, input_of<sequential, T> x, output_of<sequential, T> y, state<T> s) const {
        each([&]<std::size_t I>() {
            get<I>().template step<T>(w.template layer<I>(), source<I>(x, s), target<I>(y, s),
                                      s.template layer<I>());
        });
    }

    /// Several steps of a stream through the layers [First, End), as if one by one (see
    /// `has_run`): x (T, R, F) of layer First to y, the output of the last of them. What comes out
    /// of a layer of vectors is the last step's.
    template <class T, std::size_t First = 0, std::size_t End = layer_count>
        requires(streaming_layer<Layers, T>&&...)
    void run(packed<T> w, view<const T, features_before<First>> x, view<T, features_before<End>> y,
             state<T> s, scratch<T> between) const {
        const auto one = [&]<std::size_t I>() {
            view<const T, input_features<at<I>>> from;
            if constexpr (I == First)
                from = x;
            else
                from = as_const(between.template result<I - 1>());
            view<T, output_features<at<I>>> to;
            if constexpr (I + 1 == End)
                to = y;
            else
                to = between.template result<I>();
            if constexpr (has_run<at<I>, T>)
                get<I>().template run<T>(w.template layer<I>(), from, to, s.template layer<I>(),
                                         between.template layer<I>());
            else
                for (index t = 0; t < from.steps(); ++t)
                    get<I>().template step<T>(w.template layer<I>(), from.step(t),
                                              to.step(std::min(t, to.steps() - 1)),
                                              s.template layer<I>());
        };
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (one.template operator()<First + I>(), ...);
        }
        (std::make_index_sequence<End - First>{});
    }

private:
    /// Calls work.operator()<I>() for every layer, in order.
    template <class Work>
    static void each(const Work& work) {
        [&]<std::size_t... I>(std::index_sequence<I...>) { (work.template operator()<I>(), ...); }
        (all{});
    }

    /// Layer I's forward pass, from `carry` on if there is one.
    template <std::size_t I, class T, class... Carry>
    void forward_one(packed<T> w, input_of<sequential, T> x, output_of<sequential, T> y,
                     tape<T> tape_, const pass& p, Carry... carry) const {
        get<I>().template forward<T>(w.template layer<I>(), source<I>(x, tape_),
                                     target<I>(y, tape_), tape_.template layer<I>(), within<I>(p),
                                     carry...);
    }

    /// The pass as layer I sees it.
    template <std::size_t I>
    static pass within(pass p) {
        p.layer = p.layer * 16 + static_cast<std::uint32_t>(I) + 1;
        return p;
    }

    /// Where layer I reads from: the model's input, or the result of the layer before in `memory`.
    template <std::size_t I, class X, class Memory>
    static auto source(X x, const Memory& memory) {
        if constexpr (I == 0)
            return x;
        else
            return as_const(memory.template result<I - 1>());
    }
    /// Where layer I writes to: the model's output, or its place in `memory`.
    template <std::size_t I, class Y, class Memory>
    static auto target(Y y, const Memory& memory) {
        if constexpr (I == last)
            return y;
        else
            return memory.template result<I>();
    }
    template <class T, index F>
    static view<const T, F> as_const(view<T, F> x) {
        return x;
    }
};

} // namespace gait::inline GAIT_ARCH
