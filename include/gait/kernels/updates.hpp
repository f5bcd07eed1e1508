// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What an optimizer does to a flat run of N parameters once it has their gradient. The formulas are
// PyTorch's (torch.optim, version 1.13), in its order of operations.
//
// In every kernel p (N) is updated in place, g (N) is the gradient, and no two buffers overlap. No
// alignment is needed. Each element is computed on its own, with one rounding per operation (fused
// where the processor fuses), so a run may be cut anywhere without changing a bit but for the lanes
// that fall into a rest. An element that is not finite stays not finite.
#pragma once

#include <gait/kernels/simd.hpp>

namespace gait::inline GAIT_ARCH {

/// p -= rate (g + decay p).
template <class T>
void sgd_update(index N, T rate, T decay, const T* g, T* p) noexcept {
    for_each_register<T>(N, [&](index i, index count) {
        const batch<T> old = simd::load(p + i, count);
        const batch<T> slope = simd::fma<T>(old, batch<T>(decay), simd::load(g + i, count));
        simd::store<T>(p + i, simd::fnma<T>(batch<T>(rate), slope, old), count);
    });
}

/// v = momentum v + s, s = g + decay p; p -= rate v, or with Nesterov's look-ahead
/// p -= rate (s + momentum v). v (N) is zero before the first step.
template <class T>
void momentum_update(index N, T rate, T momentum, T decay, bool nesterov, const T* g, T* v,
                     T* p) noexcept {
    for_each_register<T>(N, [&](index i, index count) {
        const batch<T> old = simd::load(p + i, count);
        const batch<T> slope = simd::fma<T>(old, batch<T>(decay), simd::load(g + i, count));
        const batch<T> speed = simd::fma<T>(batch<T>(momentum), simd::load(v + i, count), slope);
        const batch<T> move = nesterov ? simd::fma<T>(batch<T>(momentum), speed, slope) : speed;
        simd::store<T>(v + i, speed, count);
        simd::store<T>(p + i, simd::fnma<T>(batch<T>(rate), move, old), count);
    });
}

/// v = smoothing v + (1 - smoothing) s^2, s = g + decay p; p -= rate s / (sqrt(v) + epsilon).
/// v (N) is zero before the first step.
template <class T>
void rmsprop_update(index N, T rate, T smoothing, T epsilon, T decay, const T* g, T* v,
                    T* p) noexcept {
    for_each_register<T>(N, [&](index i, index count) {
        const batch<T> old = simd::load(p + i, count);
        const batch<T> slope = simd::fma<T>(old, batch<T>(decay), simd::load(g + i, count));
        const batch<T> square = simd::fma<T>(batch<T>(smoothing), simd::load(v + i, count),
                                             batch<T>(1 - smoothing) * slope * slope);
        const batch<T> move = slope / (simd::sqrt(square) + batch<T>(epsilon));
        simd::store<T>(v + i, square, count);
        simd::store<T>(p + i, simd::fnma<T>(batch<T>(rate), move, old), count);
    });
}

/// The constants of one Adam step, the same for all parameters.
template <class T>
struct adam_step {
    T rate;       ///< learning rate / (1 - beta1^t), t = 1 for the first step
    T beta1;      ///< memory of the mean
    T beta2;      ///< memory of the mean square
    T root;       ///< 1 / sqrt(1 - beta2^t)
    T epsilon;    ///< added to the root mean square
    T decay = 0;  ///< Adam's weight decay: part of the gradient
    T shrink = 1; ///< AdamW's: p is multiplied by 1 - learning rate * weight decay
};

/// p *= shrink; m = beta1 m + (1 - beta1) s, v = beta2 v + (1 - beta2) s^2, s = g + decay p;
/// p -= rate m / (root sqrt(v) + epsilon). m (N), v (N) are zero before the first step.
///
/// Adam: Kingma and Ba 2015. AdamW: Loshchilov and Hutter 2019.
template <class T>
void adam_update(index N, const adam_step<T>& at, const T* g, T* m, T* v, T* p) noexcept {
    for_each_register<T>(N, [&](index i, index count) {
        const batch<T> old = simd::load(p + i, count) * batch<T>(at.shrink);
        const batch<T> slope = simd::fma<T>(old, batch<T>(at.decay), simd::load(g + i, count));
        const batch<T> mean = simd::fma<T>(batch<T>(at.beta1), simd::load(m + i, count),
                                           batch<T>(1 - at.beta1) * slope);
        const batch<T> square = simd::fma<T>(batch<T>(at.beta2), simd::load(v + i, count),
                                             batch<T>(1 - at.beta2) * slope * slope);
        const batch<T> size =
            simd::fma<T>(simd::sqrt(square), batch<T>(at.root), batch<T>(at.epsilon));
        simd::store<T>(m + i, mean, count);
        simd::store<T>(v + i, square, count);
        simd::store<T>(p + i, simd::fnma<T>(batch<T>(at.rate), mean / size, old), count);
    });
}

/// mean (N) += share (p - mean): a running mean of parameters, in which these have that share.
template <class T>
void average_update(index N, T share, const T* p, T* mean) noexcept {
    for_each_register<T>(N, [&](index i, index count) {
        const batch<T> old = simd::load(mean + i, count);
        const batch<T> way = simd::load(p + i, count) - old;
        simd::store<T>(mean + i, simd::fma<T>(batch<T>(share), way, old), count);
    });
}

/// x (N) *= factor.
template <class T>
void scale(index N, T factor, T* x) noexcept {
    for_each_register<T>(N, [&](index i, index count) {
        simd::store<T>(x + i, simd::load(x + i, count) * batch<T>(factor), count);
    });
}

/// y (N) += x (N).
template <class T>
void add(index N, const T* x, T* y) noexcept {
    for_each_register<T>(N, [&](index i, index count) {
        simd::store<T>(y + i, simd::load(y + i, count) + simd::load(x + i, count), count);
    });
}

/// g += factor g g (p - old): what the gradient g of weights `old` (N) would be by now, when they
/// are p, with factor g g for the second derivative. S. Zheng and others: "Asynchronous Stochastic
/// Gradient Descent with Delay Compensation", ICML 2017, equation 5. Here g is what changes.
template <class T>
void compensate_delay(index N, T factor, const T* p, const T* old, T* g) noexcept {
    for_each_register<T>(N, [&](index i, index count) {
        const batch<T> slope = simd::load(g + i, count);
        const batch<T> moved = simd::load(p + i, count) - simd::load(old + i, count);
        simd::store<T>(g + i, simd::fma<T>(batch<T>(factor) * slope * slope, moved, slope), count);
    });
}

/// A sum of squares in double that several owners of a run can take turns at. Term i goes to chain
/// i % 16 and the chains are added in order; the square of a float is exact in double, so the bits
/// depend on neither lanes nor processor, nor on where the run is cut, if only its pieces but the
/// last are of a multiple of 16 numbers. A plain loop: compilers turn it into registers of doubles
/// by themselves.
struct square_chains {
    static constexpr index count = 16;
    double sums[count] = {};

    template <class T>
    void add(index N, const T* x) noexcept {
        index i = 0;
        for (; i + count <= N; i += count)
            for (index c = 0; c < count; ++c)
                sums[c] += double{x[i + c]} * double{x[i + c]};
        for (; i < N; ++i)
            sums[i % count] += double{x[i]} * double{x[i]};
    }
    [[nodiscard]] double total() const noexcept {
        double all = 0;
        for (const double sum : sums)
            all += sum;
        return all;
    }
};

/// The sum of x (N) squared, in double.
template <class T>
[[nodiscard]] double sum_of_squares(index N, const T* x) noexcept {
    square_chains chains;
    chains.add(N, x);
    return chains.total();
}

} // namespace gait::inline GAIT_ARCH
