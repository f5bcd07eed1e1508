// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Random numbers without a state: Philox4x32-10. A number is a function of a key and a counter, so
// what an epoch draws for a sample depends on nothing that was drawn before, on no thread and on no
// rank, and a resumed run draws the same.
//
// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#pragma once

#include <gait/core/config.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>

namespace gait::inline GAIT_ARCH {

/// What a stream of random numbers is for. Part of the key, so that two uses never share numbers.
enum class purpose : std::uint32_t { initialise, shuffle, split, dropout, augment, simulate, user };

/// Ten rounds of Philox over a counter of four words and a key of two.
[[nodiscard]] constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                                            std::array<std::uint32_t, 2> key) {
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t p0 = std::uint64_t{0xD2511F53} * counter[0];
        const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * counter[2];
        counter = {static_cast<std::uint32_t>(p1 >> 32) ^ counter[1] ^ key[0],
                   static_cast<std::uint32_t>(p1),
                   static_cast<std::uint32_t>(p0 >> 32) ^ counter[3] ^ key[1],
                   static_cast<std::uint32_t>(p0)};
        key[0] += 0x9E3779B9; // the golden ratio
        key[1] += 0xBB67AE85; // sqrt(3) - 1
    }
    return counter;
}

/// A stream of random numbers: seed and purpose name it, `epoch` and `sample` choose a place in it.
///
/// Copies are independent. Satisfies std::uniform_random_bit_generator.
class random_stream {
public:
    using result_type = std::uint32_t;

    constexpr random_stream(std::uint64_t seed, purpose use, std::uint32_t epoch = 0,
                            std::uint64_t sample = 0)
        : key_{static_cast<std::uint32_t>(seed),
               static_cast<std::uint32_t>(seed >> 32) ^ (static_cast<std::uint32_t>(use) << 24)},
          counter_{0, epoch, static_cast<std::uint32_t>(sample),
                   static_cast<std::uint32_t>(sample >> 32)} {}

    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return 0xFFFFFFFF; }

    constexpr result_type operator()() {
        if (used_ == 4) {
            block_ = philox(counter_, key_);
            ++counter_[0];
            used_ = 0;
        }
        return block_[used_++];
    }

    /// Uniform in [0, 1), a multiple of 2^-24: exact in float.
    constexpr float uniform() { return static_cast<float>((*this)() >> 8) * 0x1p-24F; }

    /// Uniform in {0, ..., count - 1}; count > 0. Without modulo bias (Lemire 2019, with
    /// rejection).
    constexpr std::uint32_t below(std::uint32_t count) {
        std::uint64_t product = std::uint64_t{(*this)()} * count;
        if (static_cast<std::uint32_t>(product) < count) {
            const std::uint32_t threshold = (0U - count) % count;
            while (static_cast<std::uint32_t>(product) < threshold)
                product = std::uint64_t{(*this)()} * count;
        }
        return static_cast<std::uint32_t>(product >> 32);
    }

    /// Normal, mean 0, standard deviation 1 (Box and Muller 1958).
    double normal() {
        // 1 - u lies in (0, 1], so the logarithm is finite.
        const double u = 1.0 - ((*this)() + 0.5) * 0x1p-32;
        const double v = (*this)() * 0x1p-32;
        return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
    }

    /// A stream of its own for part `part` of whatever this one is for.
    [[nodiscard]] constexpr random_stream fork(std::uint64_t part) const {
        random_stream other = *this;
        const auto mixed = philox({static_cast<std::uint32_t>(part),
                                   static_cast<std::uint32_t>(part >> 32), 0xF0F0F0F0, 0},
                                  key_);
        other.key_ = {mixed[0], mixed[1]};
        other.used_ = 4;
        return other;
    }

private:
    std::array<std::uint32_t, 2> key_;
    std::array<std::uint32_t, 4> counter_;
    std::array<std::uint32_t, 4> block_{};
    std::uint32_t used_ = 4;
};

/// Puts `items` in an order drawn from `random` (Fisher and Yates).
template <class Range>
constexpr void shuffle(Range& items, random_stream random) {
    for (auto left = static_cast<std::uint32_t>(items.size()); left > 1; --left)
        std::swap(items[left - 1], items[random.below(left)]);
}

} // namespace gait::inline GAIT_ARCH
