// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Softmax, and softmax cross-entropy with class weights and label smoothing.
//
// A tile has a few rows of a handful of classes, where its LSTM layers do ten million operations:
// plain loops, each row shifted by its largest logit so that no exponential overflows.
#pragma once

#include <gait/core/extents.hpp>

#include <algorithm>
#include <cmath>

namespace gait::inline GAIT_ARCH {

/// p (R, K): softmax of each row of z (R, K). p may be z. A row with a NaN becomes all NaN.
///
/// Relative error: a few roundings more than exp's. Any finite logits, K >= 1.
template <class T>
void softmax(index R, index K, const T* z, T* p) noexcept {
    for (index r = 0; r < R; ++r, z += K, p += K) {
        const T largest = *std::max_element(z, z + K);
        T sum = 0;
        for (index k = 0; k < K; ++k)
            sum += p[k] = std::exp(z[k] - largest);
        for (index k = 0; k < K; ++k)
            p[k] /= sum;
    }
}

/// Sums over the rows that a loss was computed for. The loss is loss / weight, and its gradient the
/// sum of d_z over the same number: a mean over a batch needs no second pass over its tiles.
struct loss_sums {
    double loss = 0;
    double weight = 0;  ///< of the rows' classes; the number of rows without class weights
    double correct = 0; ///< rows whose largest logit (the first of them) is the label's
    double count = 0;   ///< rows

    /// As a run of so many numbers, for those who add them up elsewhere.
    static constexpr index numbers = 4;
    template <class T>
    void write(T* to) const {
        for (const double number : {loss, weight, correct, count})
            *to++ = static_cast<T>(number);
    }
    template <class T>
    [[nodiscard]] static loss_sums read(const T* from) {
        return {from[0], from[1], from[2], from[3]};
    }

    /// There is nothing to be learnt: no rows, or all of classes of weight 0.
    [[nodiscard]] bool weightless() const { return weight == 0; }
    /// Mean loss; 0 of rows that weigh nothing.
    [[nodiscard]] double mean() const { return weightless() ? 0 : loss / weight; }
    /// Share of the rows that are right; 0 of none.
    [[nodiscard]] double accuracy() const { return count > 0 ? correct / count : 0; }

    loss_sums& operator+=(const loss_sums& other) {
        loss += other.loss;
        weight += other.weight;
        correct += other.correct;
        count += other.count;
        return *this;
    }
};

/// Cross-entropy of softmax(z), z (R, K), with labels (R) in [0, K), summed over the rows:
///
///     sum_r (1 - s) w[label_r] l[label_r] + s / K sum_k w[k] l[k],   l = -log softmax(z_r)
///
/// w (K): class weights, or null for ones; s: label smoothing in [0, 1]. This is the numerator of
/// torch.nn.CrossEntropyLoss(weight, label_smoothing) with reduction "mean"; `weight` is its
/// denominator, sum_r w[label_r]. d_z (R, K), if not null, is overwritten with the sum's gradient;
/// it may be z.
template <class T>
loss_sums softmax_cross_entropy(index R, index K, const T* z, const int* labels, const T* w,
                                T smoothing, T* d_z) noexcept {
    loss_sums sums;
    sums.count = static_cast<double>(R);
    T all_weights = 0;
    for (index k = 0; k < K; ++k)
        all_weights += w ? w[k] : T{1};
    const T share = smoothing / static_cast<T>(K);

    for (index r = 0; r < R; ++r, z += K, d_z += d_z ? K : 0) {
        const index label = labels[r];
        const T* top = std::max_element(z, z + K);
        const T largest = *top;
        T sum = 0;
        for (index k = 0; k < K; ++k)
            sum += std::exp(z[k] - largest);
        const T log_sum = largest + std::log(sum);

        const T weight = w ? w[label] : T{1};
        const T hard = (1 - smoothing) * weight;
        T loss = hard * (log_sum - z[label]);
        if (share != 0)
            for (index k = 0; k < K; ++k)
                loss += share * (w ? w[k] : T{1}) * (log_sum - z[k]);
        sums.loss += static_cast<double>(loss);
        sums.weight += static_cast<double>(weight);
        sums.correct += top - z == label ? 1 : 0;

        if (d_z) { // dl[j]/dz[k] = p[k] - (j == k), each l[j] with its factor
            const T total = hard + share * all_weights;
            for (index k = 0; k < K; ++k)
                d_z[k] = total * std::exp(z[k] - log_sum) - share * (w ? w[k] : T{1}) -
                         (k == label ? hard : T{0});
        }
    }
    return sums;
}

} // namespace gait::inline GAIT_ARCH
