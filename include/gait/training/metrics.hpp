// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// How good a classifier is, all from one table: how often class a was taken for class p.
#pragma once

#include <gait/core/extents.hpp>

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// Counts by actual class (rows) and predicted class (columns). A ratio with nothing below its line
/// is 0, as in scikit-learn.
class confusion_matrix {
public:
    explicit confusion_matrix(int classes = 0)
        : classes_(classes), counts_(static_cast<std::size_t>(classes * classes)) {}

    [[nodiscard]] int classes() const { return classes_; }

    void add(int actual, int predicted, std::int64_t count = 1) {
        counts_[place(actual, predicted)] += count;
    }
    [[nodiscard]] std::int64_t count(int actual, int predicted) const {
        return counts_[place(actual, predicted)];
    }
    confusion_matrix& operator+=(const confusion_matrix& other) {
        assert(other.classes_ == classes_);
        for (std::size_t i = 0; i < counts_.size(); ++i)
            counts_[i] += other.counts_[i];
        return *this;
    }

    [[nodiscard]] std::int64_t total() const {
        std::int64_t sum = 0;
        for (const std::int64_t count : counts_)
            sum += count;
        return sum;
    }
    [[nodiscard]] std::int64_t correct() const {
        std::int64_t sum = 0;
        for (int c = 0; c < classes_; ++c)
            sum += count(c, c);
        return sum;
    }
    /// How many windows are of class c.
    [[nodiscard]] std::int64_t actual(int c) const {
        std::int64_t sum = 0;
        for (int p = 0; p < classes_; ++p)
            sum += count(c, p);
        return sum;
    }
    /// How many windows were taken for class c.
    [[nodiscard]] std::int64_t predicted(int c) const {
        std::int64_t sum = 0;
        for (int a = 0; a < classes_; ++a)
            sum += count(a, c);
        return sum;
    }

    [[nodiscard]] double accuracy() const { return ratio(correct(), total()); }
    /// Of the windows taken for c, the share that are.
    [[nodiscard]] double precision(int c) const { return ratio(count(c, c), predicted(c)); }
    /// Of the windows of c, the share that were found.
    [[nodiscard]] double recall(int c) const { return ratio(count(c, c), actual(c)); }
    /// Harmonic mean of precision and recall: 2 TP / (actual + predicted).
    [[nodiscard]] double f1(int c) const {
        return ratio(2 * count(c, c), actual(c) + predicted(c));
    }
    /// Mean F1 of the classes that occur, among the actual or the predicted.
    [[nodiscard]] double macro_f1() const {
        double sum = 0;
        int occurring = 0;
        for (int c = 0; c < classes_; ++c)
            if (actual(c) + predicted(c) > 0) {
                sum += f1(c);
                ++occurring;
            }
        return occurring > 0 ? sum / occurring : 0;
    }

private:
    [[nodiscard]] static double ratio(std::int64_t part, std::int64_t whole) {
        return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
    }
    [[nodiscard]] std::size_t place(int actual, int predicted) const {
        assert(actual >= 0 && actual < classes_ && predicted >= 0 && predicted < classes_);
        return static_cast<std::size_t>(actual * classes_ + predicted);
    }

    int classes_;
    std::vector<std::int64_t> counts_;
};

/// The matrix for a person: a row for each actual class, with its recall, precision and F1 beside
/// it. `names` (K) name the classes. Ends with a newline.
[[nodiscard]] inline std::string table(const confusion_matrix& confusion,
                                       std::span<const std::string> names) {
    const auto name = [&](int c) { return names[static_cast<std::size_t>(c)]; };
    const auto padded = [](const std::string& text, std::size_t width, bool left = false) {
        const std::string space(width - std::min(width, text.size()), ' ');
        return left ? text + space : space + text;
    };
    const auto decimal = [](double share) {
        char text[32];
        std::snprintf(text, sizeof text, "%9.3f", share);
        return std::string(text);
    };
    std::size_t width = 6;
    for (int c = 0; c < confusion.classes(); ++c)
        width = std::max(width, name(c).size());

    std::string text = padded("actual", width, true) + "  predicted\n" + padded("", width);
    for (int c = 0; c < confusion.classes(); ++c)
        text += padded(name(c), std::max<std::size_t>(9, name(c).size() + 2));
    text += " |   recall  precis.       F1\n";
    for (int a = 0; a < confusion.classes(); ++a) {
        text += padded(name(a), width, true);
        for (int p = 0; p < confusion.classes(); ++p)
            text += padded(std::to_string(confusion.count(a, p)),
                           std::max<std::size_t>(9, name(p).size() + 2));
        text += " |" + decimal(confusion.recall(a)) + decimal(confusion.precision(a)) +
                decimal(confusion.f1(a)) + '\n';
    }
    return text;
}

} // namespace gait::inline GAIT_ARCH
