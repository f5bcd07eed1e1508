// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A model's parameters as a file sees them: a list of named tensors in PyTorch's names and shapes,
// row-major. In memory they are the column-major maps that `params` names.
#pragma once

#include <gait/core/extents.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// One tensor of a model. T is float, or const float when nobody writes to it.
template <class T>
struct model_tensor {
    std::string name;
    index rows = 0;
    index columns = 0;
    index row_stride = 0;
    index column_stride = 0;
    T* data = nullptr;
    bool is_vector = false; ///< shape (rows) on disk, else (rows, columns)
    /// Lives on disk only, like PyTorch's second bias vector: written as zeros, and added to the
    /// numbers at `data` when it is loaded, so that a file from PyTorch means the same here.
    bool is_summand = false;

    [[nodiscard]] std::vector<index> shape() const {
        return is_vector ? std::vector<index>{rows} : std::vector<index>{rows, columns};
    }
    [[nodiscard]] index count() const { return rows * columns; }
    [[nodiscard]] T& at(index row, index column) const {
        return data[row * row_stride + column * column_stride];
    }

    /// The numbers as the file has them: row-major; zeros for a summand.
    [[nodiscard]] std::vector<float> to_disk() const {
        std::vector<float> numbers(static_cast<std::size_t>(count()));
        if (is_summand)
            return numbers;
        std::size_t next = 0;
        for (index row = 0; row < rows; ++row)
            for (index column = 0; column < columns; ++column)
                numbers[next++] = at(row, column);
        return numbers;
    }

    /// The other way round. Summands come after the tensors they are added to.
    void from_disk(std::span<const float> numbers) const requires(!std::is_const_v<T>) {
        std::size_t next = 0;
        for (index row = 0; row < rows; ++row)
            for (index column = 0; column < columns; ++column) {
                const float number = numbers[next++];
                if (!is_summand)
                    at(row, column) = number;
                else if (number != 0) // -0 + 0 would be +0, and what was saved would not come back
                    at(row, column) += number;
            }
    }
};

namespace detail {
template <class T>
struct tensor_collector {
    std::vector<model_tensor<T>> found;

    template <class Map>
    void tensor(std::string_view name, Map map) {
        add(name, map, false);
    }
    template <class Map>
    void summand(std::string_view name, Map map) {
        add(name, map, true);
    }

    template <class Map>
    void add(std::string_view name, Map map, bool is_summand) {
        // A matrix of one column has the type of a vector, unless it says what it is.
        constexpr bool is_vector = Map::ColsAtCompileTime == 1 && !requires { Map::is_matrix; };
        found.push_back({std::string(name), map.rows(), map.cols(), map.rowStride(),
                         map.colStride(), map.data(), is_vector, is_summand});
    }
};
} // namespace detail

/// The tensors of `params<T>`, in its order.
template <class T, class Params>
std::vector<model_tensor<T>> tensors_of(Params params) {
    detail::tensor_collector<T> collector;
    params.visit(collector);
    return std::move(collector.found);
}

} // namespace gait::inline GAIT_ARCH
