// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Where the layers of a model find their numbers. The parameters, packed weights, tapes and states
// of all layers lie one behind the other in runs that the caller owns; this file knows the offsets.
// The layers themselves are joined in model/sequential.hpp.
#pragma once

#include <gait/layers/layer.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace gait::inline GAIT_ARCH {

/// The memory of layers in a row.
template <class... Layers>
class layout {
public:
    static constexpr std::size_t layer_count = sizeof...(Layers);
    static constexpr std::size_t last = layer_count - 1;

    /// Layer I's type.
    template <std::size_t I>
    using at = std::tuple_element_t<I, std::tuple<Layers...>>;

private:
    /// Where part I begins among parts of the given sizes.
    template <std::size_t I>
    static constexpr index sum_before(const std::array<index, layer_count>& sizes) {
        index sum = 0;
        for (std::size_t i = 0; i < I; ++i)
            sum += sizes[i];
        return sum;
    }

    static constexpr std::array<index, layer_count> parameter_counts = {Layers::parameter_count...};

    template <class L, class T, bool Compact>
    static constexpr index weights_size() {
        if constexpr (Compact && has_compact<L, T>)
            return aligned_count<T>(L::template compact<T>::size);
        else if constexpr (has_packed<L, T>)
            return aligned_count<T>(L::template packed<T>::size);
        else
            return aligned_count<T>(L::parameter_count);
    }

    static constexpr index widest =
        std::max({input_features<Layers>..., output_features<Layers>...});

    /// Numbers in layer I's output for a tile.
    template <std::size_t I>
    static constexpr index output_size(extents tile) {
        return at<I>::output::in(tile).count() * output_features<at<I>>;
    }

    static constexpr std::array<index, layer_count + 1> features_at = [] {
        std::array<index, layer_count + 1> all{input_features<at<0>>};
        index i = 0;
        ((all[static_cast<std::size_t>(++i)] = output_features<Layers>), ...);
        return all;
    }();

public:
    static constexpr index parameter_count = (Layers::parameter_count + ...);
    /// Features of layer I's input; of the last layer's output for layer_count.
    template <std::size_t I>
    static constexpr index features_before = features_at[I];

    /// Of the layers that take a sequence, but for the first, the one with about as many parameters
    /// before it as behind.
    static constexpr std::size_t middle = [] {
        constexpr std::array<bool, layer_count> takes_sequence = {Layers::input::has_steps...};
        std::size_t best = 0;
        index best_difference = parameter_count, before = 0;
        for (std::size_t i = 1; i < layer_count; ++i) {
            before += parameter_counts[i - 1];
            const index difference =
                std::max(2 * before - parameter_count, parameter_count - 2 * before);
            if (takes_sequence[i] && difference < best_difference)
                best = i, best_difference = difference;
        }
        return best;
    }();

    /// The layers' parameters, one behind the other.
    template <class T>
    class params {
    public:
        explicit params(T* data) : data_(data) {}

        [[nodiscard]] T* data() const { return data_; }

        /// Where layer I's begin.
        template <std::size_t I>
        [[nodiscard]] T* begin() const {
            return data_ + sum_before<I>(parameter_counts);
        }
        /// Layer I's.
        template <std::size_t I>
        [[nodiscard]] auto layer() const {
            return typename at<I>::template params<T>(begin<I>());
        }

        /// visitor.tensor(name, map) and visitor.summand(name, map) for all, in order, as
        /// "{index}.{name}"; the index counts the layers that have parameters.
        template <class Visitor>
        void visit(Visitor&& visitor) const {
            int number = 0;
            [&]<std::size_t... I>(std::index_sequence<I...>) {
                (visit_layer<I>(visitor, number), ...);
            }
            (std::index_sequence_for<Layers...>{});
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
    template <class T, bool Compact = false>
    struct packed {
        static constexpr std::array<index, layer_count> sizes = {
            weights_size<Layers, T, Compact>()...};
        /// Where layer I's begin, in numbers.
        template <std::size_t I>
        static constexpr index place = sum_before<I>(sizes);
        static constexpr index size = place<layer_count>;

        const T* data;
        explicit packed(const T* from) : data(from) {}

        template <std::size_t I>
        [[nodiscard]] auto layer() const {
            if constexpr (Compact)
                return compact_weights_of<at<I>, T>(data + place<I>);
            else
                return weights_of<at<I>, T>(data + place<I>);
        }
    };

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
        state(T* data, index rows) : data_(data), rows_(rows) {}

        static constexpr bool forgets = (gait::forgets<Layers, T> && ...);

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
                return place<I - 1>(rows) + aligned_count<T>(state_of<at<I - 1>, T>::size(rows));
        }

        T* data_;
        index rows_;
    };

    /// What several steps at once need beside the state: room for what passes between layers, and
    /// the scratch of the layer at work.
    template <class T>
    class scratch {
    public:
        static index size(extents tile) {
            return 2 * between(tile) + std::max({own_size<Layers>(tile)...});
        }
        scratch(T* data, extents tile) : data_(data), tile_(tile) {}

        template <std::size_t I>
        [[nodiscard]] auto layer() const {
            return typename at<I>::template scratch<T>(data_ + 2 * between(tile_), tile_);
        }
        template <std::size_t I>
        [[nodiscard]] view<T, output_features<at<I>>> result() const {
            return {data_ + static_cast<index>(I % 2) * between(tile_), at<I>::output::in(tile_)};
        }

    private:
        static index between(extents tile) { return aligned_count<T>(tile.count() * widest); }
        template <class L>
        static index own_size(extents tile) {
            if constexpr (has_run<L, T>)
                return aligned_count<T>(L::template scratch<T>::size(tile));
            else
                return 0;
        }

        T* data_;
        extents tile_;
    };
};

} // namespace gait::inline GAIT_ARCH
