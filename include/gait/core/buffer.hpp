// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Memory for numbers: 64-byte aligned (a cache line, and the widest register), of fixed size.
#pragma once

#include <gait/core/extents.hpp>

#include <algorithm>
#include <new>
#include <span>
#include <utility>

namespace gait::inline GAIT_ARCH {

/// Alignment of every buffer and of every part of a workspace, in bytes.
inline constexpr index alignment = 64;

/// `count` numbers of type T rounded up so that what follows them is aligned again.
template <class T>
constexpr index aligned_count(index count) {
    return round_up(count, alignment / static_cast<index>(sizeof(T)));
}

/// An aligned array of trivial numbers, zero at first. Moves; copies only when told (`clone`).
template <class T>
class buffer {
public:
    buffer() = default;
    explicit buffer(index count)
        : data_(static_cast<T*>(::operator new (static_cast<std::size_t>(count) * sizeof(T),
                                                std::align_val_t{alignment}))),
          size_(count) {
        std::fill_n(data_, count, T{});
    }
    buffer(buffer&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    buffer& operator=(buffer&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~buffer() { ::operator delete (data_, std::align_val_t{alignment}); }

    [[nodiscard]] buffer clone() const {
        buffer copy(size_);
        std::copy_n(data_, size_, copy.data_);
        return copy;
    }

    [[nodiscard]] T* data() { return data_; }
    [[nodiscard]] const T* data() const { return data_; }
    [[nodiscard]] index size() const { return size_; }
    [[nodiscard]] T* begin() { return data_; }
    [[nodiscard]] T* end() { return data_ + size_; }
    [[nodiscard]] const T* begin() const { return data_; }
    [[nodiscard]] const T* end() const { return data_ + size_; }
    [[nodiscard]] T& operator[](index i) { return data_[i]; }
    [[nodiscard]] const T& operator[](index i) const { return data_[i]; }
    [[nodiscard]] std::span<T> span() { return {data_, static_cast<std::size_t>(size_)}; }
    [[nodiscard]] std::span<const T> span() const {
        return {data_, static_cast<std::size_t>(size_)};
    }
    void fill(T value) { std::fill_n(data_, size_, value); }

private:
    T* data_ = nullptr;
    index size_ = 0;
};

} // namespace gait::inline GAIT_ARCH
