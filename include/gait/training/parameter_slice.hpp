// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The numbers of one parameter server: its slice of the weights and of the optimizer's memory, and
// the gradients that workers have sent for it. Knows nothing of messages.
#pragma once

#include <gait/core/buffer.hpp>
#include <gait/core/float_environment.hpp>
#include <gait/kernels/updates.hpp>
#include <gait/training/optimizers.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// Where slice `which` of `count` begins in a run of N numbers: at a multiple of 16, so that
/// registers and chains of squares are those of the whole run.
[[nodiscard]] constexpr index slice_begin(index N, int which, int count) {
    constexpr index piece = square_chains::count;
    return which == count ? N : N / piece * which / count * piece;
}

class parameter_slice {
public:
    /// Slice `which` of `count` of P parameters. Gradients come with `tail` numbers more, which are
    /// only summed.
    parameter_slice(index P, int which, int count, index slots, index tail, int workers,
                    double delay_compensation)
        : whole_(P), begin_(slice_begin(P, which, count)),
          size_(slice_begin(P, which + 1, count) - begin_), slots_(slots), tail_(tail),
          compensation_(delay_compensation), parameters_(size_), memory_(slots * size_) {
        for (int w = 0; w < workers; ++w) {
            gradients_.emplace_back(size_ + tail);
            given_.emplace_back(compensation_ != 0 ? size_ : 0);
        }
    }

    [[nodiscard]] index begin() const { return begin_; }
    [[nodiscard]] index size() const { return size_; }

    /// Takes its slice of all parameters (P) and of the optimizer's memory (slots, P).
    void take(std::span<const float> parameters, std::span<const float> memory) {
        for (index run = 0; run <= slots_; ++run)
            std::ranges::copy(of_whole(run, parameters, memory), own(run).begin());
    }
    /// Puts them back.
    void put(std::span<float> parameters, std::span<float> memory) {
        for (index run = 0; run <= slots_; ++run)
            std::ranges::copy(own(run), of_whole(run, parameters, memory).begin());
    }

    /// The weights as they are now, for a worker.
    [[nodiscard]] std::span<const float> give(int worker) {
        if (compensation_ != 0)
            std::ranges::copy(parameters_, given_[static_cast<std::size_t>(worker)].begin());
        return parameters_.span();
    }
    /// Where the gradient of a worker goes (size + tail).
    [[nodiscard]] std::span<float> gradient(int worker) {
        return gradients_[static_cast<std::size_t>(worker)].span();
    }

    /// Sums gradients along a binary tree in this order, tail included, into the first of them. A
    /// gradient that is `ages` > 0 steps stale is compensated for what the weights have moved since
    /// they were given; `weights` are those of the windows each gradient is a sum over.
    void add_up(std::span<const int> workers, std::span<const std::int64_t> ages,
                std::span<const double> weights) {
        const flush_denormals flush;
        for (std::size_t i = 0; i < workers.size(); ++i)
            if (const auto w = static_cast<std::size_t>(workers[i]);
                compensation_ != 0 && ages[i] > 0 && weights[i] > 0)
                // The formula is of means: (G + c G G d / weight) is weight times that of G /
                // weight.
                compensate_delay(size_, static_cast<float>(compensation_ / weights[i]),
                                 parameters_.data(), given_[w].data(), gradients_[w].data());
        for (std::size_t apart = 1; apart < workers.size(); apart *= 2)
            for (std::size_t i = 0; i + apart < workers.size(); i += 2 * apart)
                add(size_ + tail_, gradient(workers[i + apart]).data(),
                    gradient(workers[i]).data());
        sum_ = gradient(workers.front());
    }
    /// The tail of the sum.
    [[nodiscard]] std::span<const float> tail() const {
        return sum_.last(static_cast<std::size_t>(tail_));
    }
    /// Adds the squares of the sum's gradient.
    void add_squares(square_chains& squares) const { squares.add(size_, sum_.data()); }

    /// A step along the sum times `factor`.
    void step(const any_optimizer& method, step_position at, double factor) {
        const flush_denormals flush;
        scale(size_, static_cast<float>(factor), sum_.data());
        method.update(at, parameters_.span(),
                      std::span<const float>(sum_.first(static_cast<std::size_t>(size_))),
                      memory_.span());
    }

private:
    /// Run 0 are parameters, the others the optimizer's memory of them.
    template <class T>
    std::span<T> of_whole(index run, std::span<T> parameters, std::span<T> memory) const {
        const auto from = run == 0 ? parameters : memory;
        return from.subspan(static_cast<std::size_t>(std::max(run - 1, index{0}) * whole_ + begin_),
                            static_cast<std::size_t>(size_));
    }
    std::span<float> own(index run) {
        return run == 0 ? parameters_.span()
                        : memory_.span().subspan(static_cast<std::size_t>((run - 1) * size_),
                                                 static_cast<std::size_t>(size_));
    }

    index whole_, begin_, size_, slots_, tail_;
    double compensation_;
    buffer<float> parameters_;             // (size)
    buffer<float> memory_;                 // (slots, size)
    std::vector<buffer<float>> gradients_; // of each worker (size + tail)
    std::vector<buffer<float>> given_;     // weights that each worker has, if they matter (size)
    std::span<float> sum_;
};

} // namespace gait::inline GAIT_ARCH
