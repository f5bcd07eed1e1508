// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A model: layers one after the other. `sequential` refuses neighbours that don't fit, lays out the
// memory of all layers one behind the other, and is itself a layer.
//
//     using net = gait::sequential<gait::lstm<3, 64>, gait::last_step<64>, gait::dense<64, 7>>;
//
// Parameters, tape and state are flat runs of numbers that the caller owns; see layers/layer.hpp.
#pragma once

#include <gait/layers/layer.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <tuple>
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
    static constexpr std::size_t layer_count = sizeof...(Layers);
    static_assert(layer_count > 0);
    using tuple = std::tuple<Layers...>;
    template <std::size_t I>
    using at = std::tuple_element_t<I, tuple>;
    using all = std::make_index_sequence<layer_count>;
    static constexpr std::size_t last = layer_count - 1;

    static_assert([]<std::size_t... I>(std::index_sequence<I...>) {
        return (neighbours<at<I>, at<I + 1>>::fit && ...);
    }(std::make_index_sequence<last>{}));

    tuple layers_;

    /// The first of `count` parts of the given sizes, one behind the other.
    template <std::size_t I>
    static constexpr index sum_before(const std::array<index, layer_count>& sizes) {
        index sum = 0;
        for (std::size_t i = 0; i < I; ++i)
            sum += sizes[i];
        return sum;
    }

    static constexpr std::array<index, layer_count> parameter_counts = {Layers::parameter_count...};

    template <class L, class T>
    static constexpr index packed_size() {
        if constexpr (has_packed<L, T>)
            return aligned_count<T>(L::template packed<T>::size);
        else
            return aligned_count<T>(L::parameter_count);
    }
    template <class T>
    static constexpr std::array<index, layer_count> packed_sizes = {packed_size<Layers, T>()...};

    static constexpr index widest =
        std::max({input_features<Layers>..., output_features<Layers>...});

    /// Numbers in layer I's output for a tile.
    template <std::size_t I>
    static constexpr index output_size(extents tile) {
        return at<I>::output::in(tile).count() * output_features<at<I>>;
    }

public:
    using input = typename at<0>::input;
    using output = typename at<last>::output;

    static constexpr index parameter_count = (Layers::parameter_count + ...);

    sequential() = default;
    explicit sequential(Layers... layers) requires(layer_count > 0)
        : layers_(std::move(layers)...) {}

    /// Layer I of the model.
    template <std::size_t I>
    [[nodiscard]] const auto& get() const {
        return std::get<I>(layers_);
    }

    /// The layers' descriptions, joined by " | ": the model's architecture as text.
    static std::string description() {
        std::string text;
        ((text += (text.empty() ? "" : " | ") + Layers::description()), ...);
        return text;
    }

    /// The layers' parameters, one behind the other.
    template <class T>
    class params {
    public:
        explicit params(T* data) : data_(data) {}

        [[nodiscard]] T* data() const { return data_; }

        /// Layer I's.
        template <std::size_t I>
        [[nodiscard]] auto layer() const {
            return typename at<I>::template params<T>(data_ + sum_before<I>(parameter_counts));
        }

        /// visitor.tensor(name, map) and visitor.summand(name, map) for all, in order, as
        /// "{index}.{name}"; the index counts the layers that have parameters.
        template <class Visitor>
        void visit(Visitor&& visitor) const {
            int number = 0;
            [&]<std::size_t... I>(std::index_sequence<I...>) {
                (visit_layer<I>(visitor, number), ...);
            }
            (all{});
        }

    private:
        template <class Visitor>
        struct numbered {
            Visitor& visitor;
            std::string prefix;
            template <class Map>
            void tensor(std::string_view name, Map& map) {
                visitor.tensor(prefix + std::string(name), map);
            }
            template <class Map>
            void summand(std::string_view name, Map& map) {
                visitor.summand(prefix + std::string(name), map);
            }
        };

        template <std::size_t I, class Visitor>
        void visit_layer(Visitor& visitor, int& number) const {
            if constexpr (at<I>::parameter_count > 0)
                layer<I>().visit(numbered<Visitor>{visitor, std::to_string(number++) + "."});
        }

        T* data_;
    };

    /// All layers' parameters as their kernels read them.
    template <class T>
    struct packed {
        static constexpr index size = sum_before<layer_count>(packed_sizes<T>);

        const T* data;
        explicit packed(const T* from) : data(from) {}

        template <std::size_t I>
        [[nodiscard]] auto layer() const {
            return weights_of<at<I>, T>(data + sum_before<I>(packed_sizes<T>));
        }
    };

    template <class T>
    void pack(const params<const T>& p, T* to) const {
        each([&]<std::size_t I>() {
            T* part = to + sum_before<I>(packed_sizes<T>);
            if constexpr (has_packed<at<I>, T>)
                get<I>().template pack<T>(p.template layer<I>(), part);
            else
                std::copy_n(p.data() + sum_before<I>(parameter_counts), at<I>::parameter_count,
                            part);
        });
    }

    /// The layers' tapes, the outputs between them, and two buffers for the gradients of those.
    template <class T>
    class tape {
    public:
        static index size(extents tile) {
            return place<layer_count>(tile) + 2 * gradient_size(tile);
        }
        tape(T* data, extents tile) : data_(data), tile_(tile) {}

        template <std::size_t I>
        [[nodiscard]] auto layer() const {
            return typename at<I>::template tape<T>(data_ + place<I>(tile_), tile_);
        }
        /// Layer I's output.
        template <std::size_t I>
        [[nodiscard]] view<T, output_features<at<I>>> result() const {
            return {data_ + place<I>(tile_) + tape_size<I>(tile_), at<I>::output::in(tile_)};
        }
        /// Room for the gradient of layer I's output; layers I and I + 2 share it.
        template <std::size_t I>
        [[nodiscard]] view<T, output_features<at<I>>> gradient() const {
            return {data_ + place<layer_count>(tile_) +
                        static_cast<index>(I % 2) * gradient_size(tile_),
                    at<I>::output::in(tile_)};
        }

    private:
        template <std::size_t I>
        static index tape_size(extents tile) {
            return aligned_count<T>(at<I>::template tape<T>::size(at<I>::input::in(tile)));
        }
        template <std::size_t I>
        static index place(extents tile) {
            if constexpr (I == 0)
                return 0;
            else
                return place<I - 1>(tile) + tape_size<I - 1>(tile) +
                       (I - 1 < last ? aligned_count<T>(output_size<I - 1>(tile)) : 0);
        }
        static index gradient_size(extents tile) {
            return layer_count > 1 ? aligned_count<T>(tile.count() * widest) : 0;
        }

        T* data_;
        extents tile_;
    };

    /// The layers' states, one behind the other, then room for what passes between layers.
    template <class T>
    class state {
    public:
        static index size(index rows) {
            return place<layer_count>(rows) + 2 * aligned_count<T>(rows * widest);
        }
        state() = default;
        state(T* data, index rows) : data_(data), rows_(rows) {}

        explicit operator bool() const { return data_ != nullptr; }

        template <std::size_t I>
        [[nodiscard]] auto layer() const {
            return state_of<at<I>, T>(data_ + place<I>(rows_), rows_);
        }
        template <std::size_t I>
        [[nodiscard]] view<T, output_features<at<I>>> result() const {
            return {data_ + place<layer_count>(rows_) +
                        static_cast<index>(I % 2) * aligned_count<T>(rows_ * widest),
                    {1, rows_}};
        }

    private:
        template <std::size_t I>
        static index place(index rows) {
            if constexpr (I == 0)
                return 0;
            else
                return place<I - 1>(rows) +
                       aligned_count<T>(state_of<at<I - 1>, T>::size(rows));
        }

        T* data_ = nullptr;
        index rows_ = 0;
    };

    template <class T>
    void init(params<T> p, random_stream random) const {
        each([&]<std::size_t I>() {
            if constexpr (has_init<at<I>>) {
                // Each layer gets a stream of its own, so that adding a layer changes no other.
                get<I>().template init<T>(p.template layer<I>(), random.fork(I));
            }
        });
    }

    /// y from x. With a `carry`, the layers that have a state start from it and leave their last
    /// one in it.
    template <class T>
    void forward(packed<T> w, input_of<sequential, T> x, output_of<sequential, T> y, tape<T> tape_,
                 pass p, state<T> carry = {}) const {
        p.rows = x.rows();
        each([&]<std::size_t I>() {
            pass here = p;
            here.layer = p.layer * 16 + static_cast<std::uint32_t>(I) + 1;
            const auto weights = w.template layer<I>();
            const auto from = source<I>(x, tape_);
            const auto to = target<I>(y, tape_);
            const auto own = tape_.template layer<I>();
            constexpr bool carries = requires {
                get<I>().template forward<T>(weights, from, to, own, here,
                                             carry.template layer<I>());
            };
            if constexpr (carries) {
                if (carry) {
                    get<I>().template forward<T>(weights, from, to, own, here,
                                                 carry.template layer<I>());
                    return;
                }
            }
            get<I>().template forward<T>(weights, from, to, own, here);
        });
    }

    template <class T>
    void backward(packed<T> w, input_of<sequential, T> x,
                  view<const T, output_features<sequential>> y,
                  view<const T, output_features<sequential>> d_y,
                  view<T, input_features<sequential>> d_x, tape<T> tape_, params<T> d_params,
                  pass p) const {
        p.rows = x.rows();
        const auto one = [&]<std::size_t I>() {
            pass here = p;
            here.layer = p.layer * 16 + static_cast<std::uint32_t>(I) + 1;
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
                tape_.template layer<I>(), d_params.template layer<I>(), here);
        };
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (one.template operator()<last - I>(), ...);
        }
        (all{});
    }

    template <class T>
        requires(streaming_layer<Layers, T>&&...)
    void step(packed<T> w, input_of<sequential, T> x, output_of<sequential, T> y,
              state<T> s) const {
        each([&]<std::size_t I>() {
            get<I>().template step<T>(w.template layer<I>(), source<I>(x, s), target<I>(y, s),
                                      s.template layer<I>());
        });
    }

private:
    /// Calls work.operator()<I>() for every layer, in order.
    template <class Work>
    static void each(const Work& work) {
        [&]<std::size_t... I>(std::index_sequence<I...>) { (work.template operator()<I>(), ...); }
        (all{});
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
