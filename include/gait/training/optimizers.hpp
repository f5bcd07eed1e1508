// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Optimizers: small values that turn a gradient into a step. They own no memory. All parameters of
// a model are one flat run of numbers, so an optimizer is one kernel call over it, and what it
// remembers is `slots` more runs of the same size, one behind the other, zero before the first
// step.
//
// Defaults and formulas are PyTorch's. The learning rate is not theirs: a schedule gives it with
// every step, together with the step's number, which counts steps and not tensors.
#pragma once

#include <gait/core/extents.hpp>
#include <gait/core/in_words.hpp>
#include <gait/kernels/updates.hpp>

#include <cassert>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>

namespace gait::inline GAIT_ARCH {

/// Which step this is.
struct step_position {
    std::int64_t number = 1;  ///< counts from 1
    double learning_rate = 0; ///< of this step
};

/// Changes `parameters` (N) by one step along `gradient` (N); `memory` holds slots() * N numbers.
template <class O>
concept optimizer = std::copyable<O> &&
    requires(const O& o, step_position at, std::span<float> p, std::span<const float> g) {
    { o.slots() } -> std::convertible_to<index>;
    { o.description() } -> std::convertible_to<std::string>;
    o.update(at, p, g, p /* memory */);
};

namespace detail {

template <class O, class... All>
concept one_of = (std::same_as<O, All> || ...);

template <class T>
T* slot(std::span<T> memory, std::span<T> parameters, index which) {
    assert(memory.size() >= parameters.size() * static_cast<std::size_t>(which + 1));
    return memory.data() + static_cast<index>(parameters.size()) * which;
}

} // namespace detail

/// Stochastic gradient descent, with momentum if it is not 0, with Nesterov's look-ahead if asked.
struct sgd {
    double momentum = 0;
    bool nesterov = false;
    double weight_decay = 0; ///< L2: added to the gradient, times the parameter

    [[nodiscard]] index slots() const { return momentum != 0 ? 1 : 0; }
    [[nodiscard]] std::string description() const {
        return detail::in_words("sgd(momentum ", momentum, nesterov ? ", nesterov" : "",
                                ", weight decay ", weight_decay, ")");
    }
    template <class T>
    void update(step_position at, std::span<T> p, std::span<const T> g, std::span<T> memory) const {
        const auto N = static_cast<index>(p.size());
        const auto rate = static_cast<T>(at.learning_rate), decay = static_cast<T>(weight_decay);
        if (momentum == 0)
            sgd_update(N, rate, decay, g.data(), p.data());
        else
            momentum_update(N, rate, static_cast<T>(momentum), decay, nesterov, g.data(),
                            detail::slot(memory, p, 0), p.data());
    }
};

/// Steps divided by the root of a running mean of the squared gradient (Tieleman and Hinton 2012).
struct rmsprop {
    double smoothing = 0.99; ///< PyTorch's alpha
    double epsilon = 1e-8;
    double weight_decay = 0; ///< L2

    [[nodiscard]] index slots() const { return 1; }
    [[nodiscard]] std::string description() const {
        return detail::in_words("rmsprop(smoothing ", smoothing, ", epsilon ", epsilon,
                                ", weight decay ", weight_decay, ")");
    }
    template <class T>
    void update(step_position at, std::span<T> p, std::span<const T> g, std::span<T> memory) const {
        rmsprop_update(static_cast<index>(p.size()), static_cast<T>(at.learning_rate),
                       static_cast<T>(smoothing), static_cast<T>(epsilon),
                       static_cast<T>(weight_decay), g.data(), detail::slot(memory, p, 0),
                       p.data());
    }
};

/// Running mean over root of running mean square, both freed of their bias towards zero.
struct adam {
    double beta1 = 0.9, beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0; ///< L2

    [[nodiscard]] index slots() const { return 2; }
    [[nodiscard]] std::string description() const {
        return detail::in_words("adam(beta ", beta1, " ", beta2, ", epsilon ", epsilon,
                                ", weight decay ", weight_decay, ")");
    }
    /// The constants of a step, in double as in PyTorch.
    template <class T>
    [[nodiscard]] adam_step<T> constants(step_position at) const {
        const auto t = static_cast<double>(at.number);
        return {.rate = static_cast<T>(at.learning_rate / (1 - std::pow(beta1, t))),
                .beta1 = static_cast<T>(beta1),
                .beta2 = static_cast<T>(beta2),
                .root = static_cast<T>(1 / std::sqrt(1 - std::pow(beta2, t))),
                .epsilon = static_cast<T>(epsilon),
                .decay = static_cast<T>(weight_decay)};
    }
    template <class T>
    void update(step_position at, std::span<T> p, std::span<const T> g, std::span<T> memory) const {
        adam_update(static_cast<index>(p.size()), constants<T>(at), g.data(),
                    detail::slot(memory, p, 0), detail::slot(memory, p, 1), p.data());
    }
};

/// Adam with the weight decay taken out of the gradient and applied to the parameters themselves.
struct adamw {
    double beta1 = 0.9, beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0.01; ///< per step, times the learning rate

    [[nodiscard]] index slots() const { return 2; }
    [[nodiscard]] std::string description() const {
        return detail::in_words("adamw(beta ", beta1, " ", beta2, ", epsilon ", epsilon,
                                ", weight decay ", weight_decay, ")");
    }
    template <class T>
    void update(step_position at, std::span<T> p, std::span<const T> g, std::span<T> memory) const {
        adam_step<T> step = adam{beta1, beta2, epsilon, 0}.constants<T>(at);
        step.shrink = static_cast<T>(1 - at.learning_rate * weight_decay);
        adam_update(static_cast<index>(p.size()), step, g.data(), detail::slot(memory, p, 0),
                    detail::slot(memory, p, 1), p.data());
    }
};

/// Any of the four above, chosen while the program runs. Is an optimizer itself. One of your own
/// needs a place in its variant, and in the list of what it can be made from.
///
/// If asked to, it also keeps a mean of the parameters, which wander around what they look for as
/// long as the learning rate is high. Of the steps so far the last ones count, `averaged` being
/// their share: after step t
///   mean += (p - mean) / (averaged (t - 1) + 1)
/// Source: Shamir and Zhang, "Stochastic Gradient Descent for Non-smooth Optimization", ICML 2013,
/// polynomial decay with eta = 1 / averaged - 1.
class any_optimizer {
public:
    /// `averaged` in [0, 1]; 0: no mean is kept. 0.1: about a tenth of the steps.
    template <detail::one_of<adam, adamw, sgd, rmsprop> O>
    any_optimizer(O which, double averaged = 0) // implicit: `options.method = sgd{0.9}`
        : which_(std::move(which)), averaged_(averaged) {
        assert(0 <= averaged && averaged <= 1);
    }
    any_optimizer() = default;

    [[nodiscard]] index slots() const { return own_slots() + (averaged_ > 0 ? 1 : 0); }
    [[nodiscard]] std::string description() const {
        const std::string own = std::visit([](const auto& o) { return o.description(); }, which_);
        return averaged_ > 0 ? detail::in_words(own, ", averaged over ", averaged_) : own;
    }
    template <class T>
    void update(step_position at, std::span<T> p, std::span<const T> g, std::span<T> memory) const {
        std::visit([&](const auto& o) { o.update(at, p, g, memory); }, which_);
        wait(at, p, memory);
    }
    /// Where others take a step and this has no gradient: the mean goes on.
    template <class T>
    void wait(step_position at, std::span<T> p, std::span<T> memory) const {
        if (averaged_ > 0)
            average_update(static_cast<index>(p.size()),
                           static_cast<T>(1 / (averaged_ * static_cast<double>(at.number - 1) + 1)),
                           p.data(), detail::slot(memory, p, own_slots()));
    }
    /// What `steps` steps have led to: the mean, or `p` if none is kept.
    template <class T>
    [[nodiscard]] std::span<T> result(std::int64_t steps, std::span<T> p,
                                      std::span<T> memory) const {
        if (averaged_ == 0 || steps == 0)
            return p;
        return {detail::slot(memory, p, own_slots()), p.size()};
    }

private:
    [[nodiscard]] index own_slots() const {
        return std::visit([](const auto& o) { return o.slots(); }, which_);
    }

    std::variant<adam, adamw, sgd, rmsprop> which_;
    double averaged_ = 0;
};

} // namespace gait::inline GAIT_ARCH
