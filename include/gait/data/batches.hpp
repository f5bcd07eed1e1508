// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What training reads from: a source of numbered windows that can put any of them side by side in a
// tile. The windows stay where they are until then.
#pragma once

#include <gait/core/random.hpp>
#include <gait/data/augmentation.hpp>
#include <gait/data/gravity_alignment.hpp>
#include <gait/data/scaling.hpp>
#include <gait/data/windows.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <concepts>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

namespace detail {
/// The part of a layer's `pass` that a source may look at, to draw its augmentation from.
struct any_pass {
    bool training = false;
    std::uint64_t seed = 0;
    std::uint32_t epoch = 0;
};
} // namespace detail

/// A source of windows of T steps with F features.
///
/// size() windows of steps() steps, label(i) in [0, class_count()), and extract(ids, x, pass),
/// which writes windows ids[0], ..., ids[R - 1], scaled, to x (T, R, F). `pass` says what for:
/// training or not, seed, epoch. Many threads extract at once; extract neither throws nor
/// allocates. A source with shorter windows among them also has steps(i), at most steps(), and is
/// asked for windows of T = steps(i) together.
template <class S, index F>
concept window_source = requires(const S& s, std::span<const index> ids, view<float, F> x,
                                 detail::any_pass pass) {
    { s.size() } -> std::convertible_to<index>;
    { s.steps() } -> std::convertible_to<index>;
    { s.label(index{}) } -> std::convertible_to<int>;
    { s.class_count() } -> std::convertible_to<int>;
    { s.extract(ids, x, pass) }
    noexcept;
};

/// The steps of window i.
template <class Source>
[[nodiscard]] index steps_of(const Source& source, index i) {
    if constexpr (requires { source.steps(i); })
        return source.steps(i);
    else
        return source.steps();
}

/// Chosen windows of recordings. Looks at the recordings, so they must stay where they are.
class recorded_windows {
public:
    /// `chosen` of `windows`, which are of at most `steps` samples of `r`. They are aligned, then
    /// augmented in training passes, then scaled.
    recorded_windows(const recordings& r, std::span<const window> windows, index steps,
                     std::span<const index> chosen, const scaling& scale = {},
                     const augmentation& augment = {}, const gravity_alignment& align = {})
        : samples_(r.samples.data()), steps_(steps), classes_(static_cast<int>(r.classes.size())),
          scale_(scale), align_(align), augment_(augment), augments_(augment.any()) {
        windows_.reserve(chosen.size());
        for (const index i : chosen) {
            windows_.push_back(windows[static_cast<std::size_t>(i)]);
            const window& w = windows_.back();
            assert(0 < w.steps && w.steps <= steps && w.begin + w.steps <= r.size());
            static_cast<void>(w);
        }
    }

    [[nodiscard]] index size() const { return std::ssize(windows_); }
    [[nodiscard]] index steps() const { return steps_; }
    [[nodiscard]] index steps(index i) const { return at(i).steps; }
    [[nodiscard]] int label(index i) const { return at(i).label; }
    [[nodiscard]] int class_count() const { return classes_; }
    /// Where window i comes from.
    [[nodiscard]] const window& at(index i) const { return windows_[static_cast<std::size_t>(i)]; }

    void extract(std::span<const index> ids, view<float, recordings::axes> x,
                 const auto& pass) const noexcept {
        assert(x.rows() == std::ssize(ids));
        // Row by row: a window's samples are read once, in order. What is written with a stride is
        // the tile, which is small enough to stay in cache.
        const index stride = x.rows() * recordings::axes;
        for (index r = 0; r < x.rows(); ++r) {
            const index id = ids[static_cast<std::size_t>(r)];
            assert(at(id).begin >= 0); // else it wasn't read: partial_recordings.hpp
            assert(at(id).steps == x.steps());
            const float* from = samples_ + at(id).begin * recordings::axes;
            float* to = x.data() + r * recordings::axes;
            if (augments_ && pass.training) {
                window_augmentation change(
                    augment_, from, x.steps(),
                    {pass.seed, purpose::augment, pass.epoch, static_cast<std::uint64_t>(id)},
                    align_);
                for (index t = 0; t < x.steps(); ++t, to += stride)
                    scale_(change(t).data(), to);
            } else if (align_.any()) {
                const axes_matrix turn = align_.turn(posture_of(from, x.steps()));
                for (index t = 0; t < x.steps(); ++t, from += recordings::axes, to += stride)
                    scale_((turn * std::array{from[0], from[1], from[2]}).data(), to);
            } else {
                for (index t = 0; t < x.steps(); ++t, from += recordings::axes, to += stride)
                    scale_(from, to);
            }
        }
    }

private:
    const float* samples_; // (N, 3)
    index steps_;
    int classes_;
    affine<recordings::axes> scale_;
    gravity_alignment align_;
    augmentation augment_;
    bool augments_;
    std::vector<window> windows_;
};

/// Windows that are arrays of their own: toy tasks, and data that comes already cut.
template <index F>
class array_windows {
public:
    array_windows(index steps, int classes) : steps_(steps), classes_(classes) {
        assert(steps > 0 && classes > 0);
    }

    /// `window` (T, F), `label` in [0, classes).
    void add(std::span<const float> window, int label) {
        assert(std::ssize(window) == steps_ * F && 0 <= label && label < classes_);
        values_.insert(values_.end(), window.begin(), window.end());
        labels_.push_back(label);
    }

    [[nodiscard]] index size() const { return std::ssize(labels_); }
    [[nodiscard]] index steps() const { return steps_; }
    [[nodiscard]] int label(index i) const { return labels_[static_cast<std::size_t>(i)]; }
    [[nodiscard]] int class_count() const { return classes_; }
    /// Window i (T, F).
    [[nodiscard]] std::span<const float> operator[](index i) const {
        return std::span(values_).subspan(static_cast<std::size_t>(i * steps_ * F),
                                          static_cast<std::size_t>(steps_ * F));
    }

    void extract(std::span<const index> ids, view<float, F> x,
                 const auto& /*pass*/) const noexcept {
        assert(x.rows() == std::ssize(ids) && x.steps() == steps_);
        for (index r = 0; r < x.rows(); ++r) {
            const float* from = values_.data() + ids[static_cast<std::size_t>(r)] * steps_ * F;
            for (index t = 0; t < steps_; ++t)
                std::copy_n(from + t * F, F, x.data() + (t * x.rows() + r) * F);
        }
    }

private:
    index steps_;
    int classes_;
    std::vector<float> values_; // (N, T, F)
    std::vector<int> labels_;   // (N)
};

} // namespace gait::inline GAIT_ARCH
