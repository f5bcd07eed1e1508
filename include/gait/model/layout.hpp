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
    static constexpr index parameter_count = (Layers::parameter_count + ...);

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
    template <class T>
    struct packed {
        /// Where layer I's begin, in numbers.
        template <std::size_t I>
        static constexpr index place = sum_before<I>(packed_sizes<T>);
        static constexpr index size = place<layer_count>;

        const T* data;
        explicit packed(const T* from) : data(from) {}

        template <std::size_t I>
        [[nodiscard]] auto layer() const {
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
                return place<I - 1>(rows) + aligned_count<T>(state_of<at<I - 1>, T>::size(rows));
        }

        T* data_ = nullptr;
        index rows_ = 0;
    };
};

} // namespace gait::inline GAIT_ARCH
