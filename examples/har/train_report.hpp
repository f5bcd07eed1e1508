// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// har_train --report: a run on one page, with all that it takes to repeat it.
#pragma once

#include "support/line_chart.hpp"
#include "support/memory.hpp"
#include "support/page.hpp"
#include "train_splits.hpp"

#include <gait/core/config.hpp>
#include <gait/training/calibration.hpp>
#include <gait/training/metrics.hpp>
#include <gait/training/options.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace har {

/// What a run was and what came of it. Without validation windows `confusion` is empty.
struct training_story {
    std::string command; ///< for a shell
    std::string data, windows, split, augmentation, loss;
    std::vector<std::string> classes, users;
    std::vector<gait::epoch_report> history;
    gait::confusion_matrix confusion;            ///< of the validation windows
    std::vector<gait::confusion_matrix> by_user; ///< likewise; empty for users without a window
    double temperature = 1, error_before = 0, error_after = 0; ///< of calibration
    std::vector<gait::confidence_bin> confidence;              ///< at that temperature
    std::vector<split_result> splits; ///< this run's and, if there is one, the other's
    gait::index parameters = 0;
    int epoch = 0; ///< that the weights are of
    std::string weights;
};

namespace detail {

inline std::string fixed(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

/// A line of one of the numbers of each epoch.
inline support::chart_line over_epochs(const training_story& s, const std::string& name,
                                       const std::string& colour,
                                       double gait::epoch_report::*number) {
    support::chart_line line{name, colour, {}};
    for (const gait::epoch_report& e : s.history)
        line.values.push_back(e.*number);
    return line;
}

inline void add_curves(support::page& page, const training_story& s) {
    using report = gait::epoch_report;
    const std::string blue = "#3f83f8", orange = "#e3732e", green = "#1a9e5c", violet = "#8d6ae0";
    page.section("How it learned");
    page.figure(
        support::line_chart({over_epochs(s, "training", blue, &report::train_loss),
                             over_epochs(s, "validation", orange, &report::validation_loss)},
                            "epoch"),
        "Loss. In training it is the mean over an epoch in which the weights moved; in "
        "validation it is that of the weights after it, or of their mean if one is kept.");
    page.figure(
        support::line_chart({over_epochs(s, "training", blue, &report::train_accuracy),
                             over_epochs(s, "validation", orange, &report::validation_accuracy)},
                            "epoch"),
        "Accuracy, likewise.");
    page.figure(support::line_chart(
                    {over_epochs(s, "learning rate", green, &report::learning_rate)}, "epoch"),
                "Learning rate of each epoch's last step.");
    page.figure(
        support::line_chart(
            {over_epochs(s, "norm of the gradient", violet, &report::gradient_norm)}, "epoch"),
        "Norm of the gradient before clipping, mean of each epoch.");
}

inline void add_confusion(support::page& page, const training_story& s) {
    const auto& c = s.confusion;
    page.section("What it took for what");
    std::vector<std::string> head{"actual"};
    head.insert(head.end(), s.classes.begin(), s.classes.end());
    std::vector<std::vector<std::string>> counts{head}, shares{head};
    head.insert(head.end(), {"recall", "precision", "F1"});
    counts.front() = head;
    for (int a = 0; a < c.classes(); ++a) {
        counts.push_back({s.classes[static_cast<std::size_t>(a)]});
        shares.push_back(counts.back());
        for (int p = 0; p < c.classes(); ++p) {
            counts.back().push_back(std::to_string(c.count(a, p)));
            shares.back().push_back(c.actual(a) > 0
                                        ? fixed(100 * static_cast<double>(c.count(a, p)) /
                                                    static_cast<double>(c.actual(a)),
                                                1)
                                        : "-");
        }
        for (const double figure : {c.recall(a), c.precision(a), c.f1(a)})
            counts.back().push_back(fixed(figure, 3));
    }
    page.paragraph("Validation windows by their class (rows) and the class that they were taken "
                   "for (columns).");
    page.table(counts);
    page.paragraph("The same as percent of each row.");
    page.table(shares);
}

inline void add_splits(support::page& page, const training_story& s) {
    page.section("Two splits, two questions");
    for (const split_result& one : s.splits)
        page.paragraph(one.name + ": " + one.description + ".");
    page.table(side_by_side(s.splits, s.classes));
    page.paragraph(
        "Each column is a model of its own, trained alike. The rest of this page is about "
        "the one of the split " +
        s.splits.front().name + ".");
}

inline void add_users(support::page& page, const training_story& s) {
    std::vector<std::vector<std::string>> rows{{"user", "windows", "accuracy", "macro-F1"}};
    for (std::size_t u = 0; u < s.by_user.size(); ++u)
        if (const auto& c = s.by_user[u]; c.total() > 0)
            rows.push_back({s.users[u], std::to_string(c.total()), fixed(c.accuracy(), 3),
                            fixed(c.macro_f1(), 3)});
    page.section("For whom");
    page.table(rows);
}

inline void add_calibration(support::page& page, const training_story& s) {
    page.section("Can its probabilities be believed?");
    page.paragraph("Expected calibration error " + fixed(s.error_after, 4) + " at temperature " +
                   fixed(s.temperature, 3) + ", " + fixed(s.error_before, 4) +
                   " without. The temperature was fitted on the same windows.");
    std::vector<std::vector<std::string>> rows{{"it says", "windows", "it is right"}};
    for (const gait::confidence_bin& bin : s.confidence)
        if (bin.windows > 0)
            rows.push_back(
                {fixed(bin.confidence, 3), std::to_string(bin.windows), fixed(bin.accuracy, 3)});
    page.table(rows);
}

inline void add_repeat(support::page& page, const training_story& s) {
    double seconds = 0;
    for (const gait::epoch_report& e : s.history)
        seconds += e.seconds;
    page.section("To repeat it");
    page.verbatim(s.command);
    std::vector<std::vector<std::string>> rows{{"recordings", s.data}};
    rows.push_back({"windows", s.windows});
    rows.push_back({"split", s.split});
    rows.push_back({"loss", s.loss});
    rows.push_back({"augmentation", s.augmentation});
    rows.push_back({"parameters", std::to_string(s.parameters)});
    rows.push_back({"weights", s.weights + ", of epoch " + std::to_string(s.epoch)});
    rows.push_back({"time", fixed(seconds, 1) + " s in all epochs"});
    rows.push_back({"memory", support::peak_memory() + " at most"});
    rows.push_back({"gait", GAIT_VERSION});
    page.facts(rows);
}

} // namespace detail

/// Writes the page. Throws gait::error if it can't be written.
inline void write_report(const std::filesystem::path& path, const training_story& s) {
    support::page page("Training: " + s.weights);
    const bool judged = s.confusion.total() > 0;
    if (judged)
        page.paragraph("On " + std::to_string(s.confusion.total()) +
                       " validation windows: accuracy " + detail::fixed(s.confusion.accuracy(), 4) +
                       ", macro-F1 " + detail::fixed(s.confusion.macro_f1(), 4) + ". Split " +
                       s.split + ".");
    else
        page.paragraph("There are no validation windows, so nothing says how good it is.");
    if (s.splits.size() > 1)
        detail::add_splits(page, s);
    detail::add_curves(page, s);
    if (judged) {
        detail::add_confusion(page, s);
        detail::add_users(page, s);
        detail::add_calibration(page, s);
    }
    detail::add_repeat(page, s);
    page.write(path);
}

} // namespace har
