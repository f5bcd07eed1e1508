// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Windows in, probabilities out. A window's steps are run one after the other with a carried state,
// a tile of windows side by side: no tape, no intermediate sequence, and a working set of a few
// kilobytes beside the weights however long the windows are.
#pragma once

#include <gait/core/float_environment.hpp>
#include <gait/core/threads.hpp>
#include <gait/inference/ready_model.hpp>

#include <array>
#include <cassert>
#include <span>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// Tells the class of windows of one length. Allocates in its constructor only (OpenMP starts its
/// threads at the first call that uses more than one). A call writes to the classifier's own
/// scratch: two threads need two classifiers, or one that is given threads of its own.
template <streaming_layer<float> Model>
class classifier {
public:
    static constexpr index features = ready_model<Model>::features;
    static constexpr index classes = ready_model<Model>::classes;

    /// For windows of `window_steps` steps, `max_rows` of them side by side on each of `threads`.
    /// `parameters` (parameter_count) are copied; `scale` is applied to what comes in.
    classifier(const Model& model, std::span<const float> parameters, const scaling& scale,
               index window_steps, index max_rows = 12, int threads = 1)
        : model_(model, parameters, scale), window_steps_(window_steps), max_rows_(max_rows) {
        assert(window_steps >= 1 && max_rows >= 1 && threads >= 1);
        workspaces_.reserve(static_cast<std::size_t>(threads));
        for (int t = 0; t < threads; ++t)
            workspaces_.emplace_back(max_rows);
    }

    [[nodiscard]] index window_steps() const { return window_steps_; }

    /// windows (T, R, F) in raw units, any R; probabilities (1, R, K). They must not overlap.
    /// A window's probabilities don't depend on the number of threads.
    void operator()(view<const float, features> windows, view<float, classes> probabilities) {
        assert(windows.steps() == window_steps_);
        assert(probabilities.size() == (extents{1, windows.rows()}));
        const index tiles = (windows.rows() + max_rows_ - 1) / max_rows_;
        parallel_for(static_cast<int>(workspaces_.size()), tiles, [&](index tile, int thread) {
            const flush_denormals guard;
            const index first = tile * max_rows_;
            const index rows = std::min(max_rows_, windows.rows() - first);
            auto& work = workspaces_[static_cast<std::size_t>(thread)];
            work.reset();
            for (index t = 0; t < window_steps_; ++t)
                model_.step({windows.step(t).data() + first * features, {1, rows}}, work);
            model_.probabilities(work, rows, probabilities.data() + first * classes);
        });
    }

    /// One window (T, F) in raw units; its probabilities (K) stay valid until the next call.
    std::span<const float, classes> operator()(std::span<const float> window) {
        assert(static_cast<index>(window.size()) == window_steps_ * features);
        (*this)({window.data(), {window_steps_, 1}}, {probabilities_.data(), {1, 1}});
        return probabilities_;
    }

private:
    ready_model<Model> model_;
    index window_steps_, max_rows_;
    std::vector<typename ready_model<Model>::workspace> workspaces_;
    std::array<float, classes> probabilities_{};
};

} // namespace gait::inline GAIT_ARCH
