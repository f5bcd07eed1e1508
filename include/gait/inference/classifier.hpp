// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Windows in, probabilities out: no tape, and a working set of a few kilobytes beside the weights
// however long the windows are. Only what aligns windows or lays them out otherwise keeps copies of
// them, and two threads that share one window keep what the first tells the second.
//
// Many windows go side by side in tiles, one step at a time: each weight that is read serves a
// whole tile. A single window has nobody to share its weights with; it goes forward by
// `steps_at_once` steps, so that at least its input's weights are read once for all of them. With
// two threads, one takes the first half of the model and the other follows with the second.
#pragma once

#include <gait/core/float_environment.hpp>
#include <gait/core/input_layout.hpp>
#include <gait/core/threads.hpp>
#include <gait/data/gravity_alignment.hpp>
#include <gait/inference/ready_model.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <span>
#include <thread>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// Tells the class of windows of up to a length. Allocates in its constructor only (OpenMP starts
/// its threads at the first call that uses more than one). A call writes to the classifier's own
/// scratch: two threads need two classifiers, or one that is given threads of its own.
template <streaming_layer<float> Model>
class classifier {
public:
    static constexpr index features = ready_model<Model>::features;
    static constexpr index classes = ready_model<Model>::classes;

    /// For windows of up to `window_steps` steps, `max_rows` of them side by side on each of
    /// `threads`. `parameters` (parameter_count) are copied; `scale` is applied to what comes in,
    /// and logits are divided by `temperature`. Windows come in steps first, whatever `layout` they
    /// have to be laid in for the model; features_first goes with an `scale` that changes nothing,
    /// and with windows of all `window_steps`. Windows of three features are aligned first, if
    /// `align` says where to.
    classifier(const Model& model, std::span<const float> parameters, const affine<features>& scale,
               index window_steps, index max_rows = 12, int threads = 1, double temperature = 1,
               input_layout layout = input_layout::steps_first, const gravity_alignment& align = {})
        : model_(model, parameters, scale, temperature), window_steps_(window_steps),
          max_rows_(max_rows), layout_(layout), align_(align),
          between_(splits && threads > 1 ? window_steps * middle_features : 0),
          laid_(lays() ? threads * laid_size() : 0) {
        assert(window_steps >= 1 && max_rows >= 1 && threads >= 1);
        assert(layout == input_layout::steps_first || scale.changes_nothing());
        assert(!align.any() || (features == 3 && layout == input_layout::steps_first));
        workspaces_.reserve(static_cast<std::size_t>(threads));
        for (int t = 0; t < threads; ++t) {
            workspaces_.emplace_back(extents{steps_of_tile, max_rows});
            singles_.emplace_back(extents{steps_at_once, 1});
        }
    }

    [[nodiscard]] index window_steps() const { return window_steps_; }

    /// windows (T, R, F) in raw units, 1 <= T <= window_steps, any R; probabilities (1, R, K). They
    /// must not overlap.
    /// A window's probabilities don't depend on the number of threads, nor on its neighbours.
    void operator()(view<const float, features> windows, view<float, classes> probabilities) {
        assert(1 <= windows.steps() && windows.steps() <= window_steps_);
        assert(layout_ == input_layout::steps_first || windows.steps() == window_steps_);
        assert(probabilities.size() == (extents{1, windows.rows()}));
        if (windows.rows() == 0)
            return;
        const auto threads = static_cast<index>(workspaces_.size());
        if constexpr (splits)
            if (windows.rows() == 1 && threads > 1) {
                by_two_threads(as_trained(windows, 0, 1, 0), windows.steps(), probabilities.data());
                return;
            }
        // Fewer windows than the threads' tiles would hold are dealt out evenly.
        const index most = std::min(max_rows_, (windows.rows() + threads - 1) / threads);
        const index tiles = (windows.rows() + most - 1) / most;
        parallel_for(static_cast<int>(threads), tiles, [&](index tile, int thread) {
            const flush_denormals guard;
            const index first = tile * most;
            const index rows = std::min(most, windows.rows() - first);
            const index steps = rows == 1 ? steps_at_once : steps_of_tile;
            auto& work = (rows == 1 ? singles_ : workspaces_)[static_cast<std::size_t>(thread)];
            work.reset();
            const float* raw = as_trained(windows, first, rows, thread);
            const index raw_step = (lays() ? rows : windows.rows()) * features;
            for (index t = 0; t < windows.steps(); t += steps)
                model_.advance(raw + t * raw_step, raw_step,
                               {std::min(steps, windows.steps() - t), rows}, work);
            model_.probabilities(work, rows, probabilities.data() + first * classes);
        });
    }

    /// One window (T, F) in raw units; its probabilities (K) stay valid until the next call.
    std::span<const float, classes> operator()(std::span<const float> window) {
        assert(static_cast<index>(window.size()) % features == 0);
        (*this)({window.data(), {static_cast<index>(window.size()) / features, 1}},
                {probabilities_.data(), {1, 1}});
        return probabilities_;
    }

private:
    using ready = ready_model<Model>;
    static constexpr bool splits = has_threads && ready::splits;
    static constexpr index middle_features = [] {
        if constexpr (splits)
            return Model::template features_before<Model::middle>;
        else
            return index{1};
    }();
    /// So few that two threads are soon both at work, so many that handing over does not count.
    static constexpr index steps_at_once = 25;
    /// Layer by layer for some steps: one by one, the last layers' work at every step and the
    /// copying of states took 2.5 % of the time.
    static constexpr index steps_of_tile = 20;

    /// Whether windows are copied before the model sees them.
    [[nodiscard]] bool lays() const {
        return layout_ == input_layout::features_first || align_.any();
    }
    [[nodiscard]] index laid_size() const { return window_steps_ * max_rows_ * features; }

    /// Step 0 of `rows` windows from `first` on, laid as the model has learnt to see them.
    const float* as_trained(view<const float, features> windows, index first, index rows,
                            int thread) {
        if (!lays())
            return windows.data() + first * features;
        float* laid = laid_.data() + thread * laid_size();
        if constexpr (features == 3)
            if (align_.any()) {
                align_(windows.data(), windows.rows(), first, {windows.steps(), rows}, laid);
                return laid;
            }
        lay_features_first(windows.data(), windows.rows(), first, {window_steps_, rows}, features,
                           laid);
        return laid;
    }

    /// `raw` (T, 1, F). The first thread never waits: there is room for the whole window between
    /// the halves, so nothing hangs where there is only one thread after all.
    void by_two_threads(const float* raw, index steps, float* probabilities) {
        std::atomic<index> ready_steps = 0;
        const auto chunk = [&](index t) { return std::min(steps_at_once, steps - t); };
        const auto between = [&](index t) {
            return view<float, middle_features>(between_.data() + t * middle_features,
                                                {chunk(t), 1});
        };
        parallel_for(2, 2, [&](index half, int) {
            const flush_denormals guard;
            auto& work = singles_[static_cast<std::size_t>(half)];
            work.reset();
            for (index t = 0; t < steps; t += steps_at_once) {
                if (half == 0) {
                    model_.advance_first(raw + t * features, features, {chunk(t), 1}, work,
                                         between(t));
                    ready_steps.store(t + chunk(t), std::memory_order_release);
                } else {
                    for (int turn = 0; ready_steps.load(std::memory_order_acquire) <= t; ++turn)
                        if (turn > 1000)
                            std::this_thread::yield();
                    model_.advance_second(view<const float, middle_features>(between(t)), work);
                }
            }
            if (half == 1)
                model_.probabilities(work, 1, probabilities);
        });
    }

    ready model_;
    index window_steps_, max_rows_;
    input_layout layout_;
    gravity_alignment align_;
    std::vector<typename ready::workspace> workspaces_; // of many windows, per thread
    std::vector<typename ready::workspace> singles_;    // of one window
    buffer<float> between_;                             // (T, middle_features)
    buffer<float> laid_;                                // (T, max_rows, F), per thread
    std::array<float, classes> probabilities_{};
};

} // namespace gait::inline GAIT_ARCH
