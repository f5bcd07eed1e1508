// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Two splits side by side. Whole users held out ask how good a model is for somebody new, random
// blocks how good it is for somebody it knows. The second answer is the higher one, and a figure
// that doesn't say which of them it is says little.
#pragma once

#include <gait/training/metrics.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

namespace har {

/// How a model does on what one split held out.
struct split_result {
    std::string name;        ///< as on the command line
    std::string description; ///< in words
    gait::confusion_matrix confusion;
};

/// What a split of that name asks.
inline std::string question_of(const std::string& split) {
    return split == "user"   ? "for somebody new?"
           : split == "time" ? "later, for somebody it knows?"
                             : "for somebody it knows?";
}

/// A column for each split: accuracy, macro-F1 and the F1 of each class. The first row is the head.
inline std::vector<std::vector<std::string>> side_by_side(const std::vector<split_result>& results,
                                                          const std::vector<std::string>& classes) {
    const auto fixed = [](double value) {
        char text[32];
        std::snprintf(text, sizeof text, "%.4f", value);
        return std::string(text);
    };
    std::vector<std::vector<std::string>> rows{
        {"split"}, {"how good is it"}, {"windows judged"}, {"accuracy"}, {"macro-F1"}};
    for (const std::string& name : classes)
        rows.push_back({"F1 of " + name});
    for (const split_result& one : results) {
        rows[0].push_back(one.name);
        rows[1].push_back(question_of(one.name));
        rows[2].push_back(std::to_string(one.confusion.total()));
        rows[3].push_back(fixed(one.confusion.accuracy()));
        rows[4].push_back(fixed(one.confusion.macro_f1()));
        for (int c = 0; c < one.confusion.classes(); ++c)
            rows[5 + static_cast<std::size_t>(c)].push_back(fixed(one.confusion.f1(c)));
    }
    return rows;
}

/// Such rows for a terminal; ends with a newline.
inline std::string aligned(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths(rows.front().size());
    for (const auto& row : rows)
        for (std::size_t c = 0; c < row.size(); ++c)
            widths[c] = std::max(widths[c], row[c].size());
    std::string text;
    for (const auto& row : rows) {
        text += row[0] + std::string(widths[0] - row[0].size(), ' ');
        for (std::size_t c = 1; c < row.size(); ++c)
            text += "  " + std::string(widths[c] - row[c].size(), ' ') + row[c];
        text += "\n";
    }
    return text;
}

} // namespace har
