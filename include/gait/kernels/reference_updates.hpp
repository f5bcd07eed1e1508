// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The kernels of updates.hpp and softmax.hpp once more, in plain Eigen: what they are tested and
// timed against.
#pragma once

#include <gait/kernels/softmax.hpp>
#include <gait/kernels/updates.hpp>

namespace gait::inline GAIT_ARCH::reference {

template <class T>
using array_map = Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>;
template <class T>
using const_array_map = Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>>;

template <class T>
void sgd_update(index N, T rate, T decay, const T* g, T* p) {
    array_map<T> P(p, N);
    P -= (rate * (const_array_map<T>(g, N) + decay * P)).eval();
}

template <class T>
void momentum_update(index N, T rate, T momentum, T decay, bool nesterov, const T* g, T* v, T* p) {
    array_map<T> P(p, N), V(v, N);
    const Eigen::Array<T, Eigen::Dynamic, 1> slope = const_array_map<T>(g, N) + decay * P;
    V = momentum * V + slope;
    if (nesterov)
        P -= rate * (slope + momentum * V);
    else
        P -= rate * V;
}

template <class T>
void rmsprop_update(index N, T rate, T smoothing, T epsilon, T decay, const T* g, T* v, T* p) {
    array_map<T> P(p, N), V(v, N);
    const Eigen::Array<T, Eigen::Dynamic, 1> slope = const_array_map<T>(g, N) + decay * P;
    V = smoothing * V + (1 - smoothing) * slope.square();
    P -= rate * slope / (V.sqrt() + epsilon);
}

template <class T>
void adam_update(index N, const adam_step<T>& at, const T* g, T* m, T* v, T* p) {
    array_map<T> P(p, N), M(m, N), V(v, N);
    P *= at.shrink;
    const Eigen::Array<T, Eigen::Dynamic, 1> slope = const_array_map<T>(g, N) + at.decay * P;
    M = at.beta1 * M + (1 - at.beta1) * slope;
    V = at.beta2 * V + (1 - at.beta2) * slope.square();
    P -= at.rate * M / (at.root * V.sqrt() + at.epsilon);
}

template <class T>
void scale(index N, T factor, T* x) {
    array_map<T>(x, N) *= factor;
}

template <class T>
void add(index N, const T* x, T* y) {
    array_map<T>(y, N) += const_array_map<T>(x, N);
}

template <class T>
void average_update(index N, T share, const T* p, T* mean) {
    array_map<T> M(mean, N);
    M += share * (const_array_map<T>(p, N) - M);
}

template <class T>
void compensate_delay(index N, T factor, const T* p, const T* old, T* g) {
    array_map<T> G(g, N);
    G += factor * G.square() * (const_array_map<T>(p, N) - const_array_map<T>(old, N));
}

template <class T>
[[nodiscard]] double sum_of_squares(index N, const T* x) {
    return const_array_map<T>(x, N).template cast<double>().square().sum();
}

template <class T>
using row_array = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
void softmax(index R, index K, const T* z, T* p) {
    const row_array<T> Z = Eigen::Map<const row_array<T>>(z, R, K);
    const row_array<T> E = (Z.colwise() - Z.rowwise().maxCoeff()).exp();
    Eigen::Map<row_array<T>>(p, R, K) = E.colwise() / E.rowwise().sum();
}

/// As a product of soft targets (R, K), the weighted label plus the smoothing, with -log softmax.
template <class T>
loss_sums softmax_cross_entropy(index R, index K, const T* z, const int* labels, const T* w,
                                T smoothing, T* d_z) {
    const row_array<T> Z = Eigen::Map<const row_array<T>>(z, R, K);
    row_array<T> weights = row_array<T>::Ones(1, K);
    if (w)
        weights = Eigen::Map<const row_array<T>>(w, 1, K);
    row_array<T> targets = (smoothing / static_cast<T>(K) * weights).replicate(R, 1);
    loss_sums sums;
    for (index r = 0; r < R; ++r) {
        targets(r, labels[r]) += (1 - smoothing) * weights(0, labels[r]);
        sums.weight += static_cast<double>(weights(0, labels[r]));
        index top = 0;
        Z.row(r).maxCoeff(&top);
        sums.correct += top == labels[r];
    }
    const row_array<T> shifted = Z.colwise() - Z.rowwise().maxCoeff();
    const row_array<T> log_p = shifted.colwise() - shifted.exp().rowwise().sum().log();
    sums.loss = -static_cast<double>((targets * log_p).sum());
    sums.count = static_cast<double>(R);
    if (d_z)
        Eigen::Map<row_array<T>>(d_z, R, K) =
            log_p.exp().colwise() * targets.rowwise().sum() - targets;
    return sums;
}

} // namespace gait::inline GAIT_ARCH::reference
