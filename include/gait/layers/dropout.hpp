// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Dropout: in training, each number is zero with probability `rate`, and the others are scaled by
// 1 / (1 - rate) so that their expectation stays; otherwise nothing happens.
// Source: Srivastava et al., JMLR 15, 2014, scaled in training ("inverted") as is common today.
#pragma once

#include <gait/layers/layer.hpp>

#include <algorithm>
#include <array>
#include <cassert>

namespace gait::inline GAIT_ARCH {

/// x (R, F) to y (R, F). Wrap it in `each_step` for sequences: every step then draws anew, or all
/// of a window are without the same features, which disturbs an LSTM's memory less (Gal and
/// Ghahramani, "A Theoretically Grounded Application of Dropout in Recurrent Neural Networks",
/// NeurIPS 2016).
///
/// What is dropped depends on the run's seed, the layer's place in the model, the epoch, the window
/// and maybe the step: not on threads, batches or what was drawn before.
template <index F>
struct dropout {
    using input = vector<F>;
    using output = vector<F>;

    static constexpr index parameter_count = 0;

    float rate = 0.5F;              ///< probability of dropping, in [0, 1)
    bool same_in_all_steps = false; ///< of a window; or each draws anew

    static std::string description() { return std::string("dropout(") + std::to_string(F) + ")"; }

    template <class T>
    using params = no_params<T>;
    template <class T>
    using tape = no_tape<T>; // the mask is drawn again: cheaper than keeping it
    template <class T>
    using state = no_state<T>;

    template <class T>
    void forward(params<const T>, view<const T, F> x, view<T, F> y, tape<T>, const pass& p) const {
        apply(x, y, p);
    }

    template <class T>
    void backward(params<const T>, view<const T, F> /*x*/, view<const T, F> /*y*/,
                  view<const T, F> d_y, view<T, F> d_x, tape<T>, params<T>, const pass& p) const {
        if (d_x)
            apply(d_y, d_x, p);
    }

    template <class T>
    void step(params<const T>, view<const T, F> x, view<T, F> y, state<T>) const {
        std::copy_n(x.data(), x.rows() * F, y.data());
    }

private:
    template <class T>
    void apply(view<const T, F> from, view<T, F> to, const pass& p) const {
        const index count = from.size().count();
        if (!p.training || rate <= 0.0F) {
            std::copy_n(from.data(), count * F, to.data());
            return;
        }
        assert(p.samples && p.rows > 0 && rate < 1.0F);
        const auto threshold = static_cast<std::uint32_t>(static_cast<double>(rate) * 0x1p32);
        const T scale = T{1} / (T{1} - static_cast<T>(rate));
        std::array<T, F> factors;
        for (index row = 0; row < p.rows; ++row)
            for (index i = row; i < count; i += p.rows) { // the steps of a window
                if (i == row || !same_in_all_steps) {
                    random_stream random(p.seed + p.layer, purpose::dropout, p.epoch,
                                         (p.samples[row] << 16) +
                                             static_cast<std::uint64_t>(i / p.rows));
                    for (T& factor : factors)
                        factor = random() < threshold ? T{0} : scale;
                }
                for (index f = 0; f < F; ++f)
                    to.data()[i * F + f] =
                        factors[static_cast<std::size_t>(f)] * from.data()[i * F + f];
            }
    }
};

} // namespace gait::inline GAIT_ARCH
