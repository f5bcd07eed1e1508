// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Folds of users: who is held out in which, and what several models say, put together, of users
// whom they have not met. One split by users can be lucky, all of them together can't.
#pragma once

#include "by_user.hpp"
#include "train_options.hpp"

#include <gait/data/recordings.hpp>
#include <gait/training/metrics.hpp>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace har {

/// Gives one of several runs files of its own, NAME-`part` for every NAME, and a folder for its
/// report.
inline void name_files_of(const std::string& part, train_options& o) {
    const auto own = [&](const std::filesystem::path& file) {
        const std::string name = file.stem().string() + "-" + part + file.extension().string();
        return file.parent_path() / name;
    };
    const auto own_folder = [&](const std::filesystem::path& folder) {
        const auto named = folder.has_filename() ? folder : folder.parent_path(); // pages/
        return std::filesystem::path(named.string() + "-" + part);
    };
    o.weights = own(o.weights);
    if (!o.log.empty())
        o.log = own(o.log);
    if (!o.log_steps.empty())
        o.log_steps = own(o.log_steps);
    if (!o.report.empty())
        o.report = own_folder(o.report).string();
    if (!o.fit.checkpoint.empty())
        o.fit.checkpoint = own(o.fit.checkpoint);
}

/// The checkpoint: where it is wanted, or beside the weights. No two names of weights share one but
/// NAME and NAME.safetensors.
inline std::filesystem::path checkpoint_of(const train_options& o) {
    if (!o.fit.checkpoint.empty())
        return o.fit.checkpoint;
    std::filesystem::path file = o.weights;
    if (file.extension() == ".safetensors")
        file.replace_extension();
    return file += ".checkpoint";
}

/// Whether one of several runs resumes: one that was not begun has no checkpoint.
inline void resume_if_begun(train_options& o) {
    o.fit.resume = o.fit.resume && std::filesystem::exists(checkpoint_of(o));
}

/// The options of fold `k` of `folds`, with files of its own. User i is held out in fold
/// i mod folds + 1.
inline train_options options_of_fold(const train_options& all, const gait::recordings& r, int k,
                                     int folds) {
    train_options o = all;
    for (auto i = static_cast<std::size_t>(k - 1); i < r.users.size();
         i += static_cast<std::size_t>(folds))
        o.validation_users.push_back(r.users[i]);
    name_files_of("fold" + std::to_string(k), o);
    resume_if_begun(o);
    return o;
}

/// Mean and, of two or more, standard deviation (over n - 1).
struct mean_and_spread {
    double mean = 0, spread = 0;
    explicit mean_and_spread(const std::vector<double>& values) {
        const auto n = static_cast<double>(values.size());
        for (const double v : values)
            mean += v / n;
        for (const double v : values)
            spread += n > 1 ? (v - mean) * (v - mean) / (n - 1) : 0;
        spread = std::sqrt(spread);
    }
};

/// Gathers folds and tells about them.
class fold_summary {
public:
    fold_summary(std::vector<std::string> classes, std::vector<std::string> users)
        : classes_(std::move(classes)), users_(std::move(users)),
          confusion_(static_cast<int>(classes_.size())),
          by_user_(users_.size(), gait::confusion_matrix(static_cast<int>(classes_.size()))) {}

    /// What fold `number` made of its validation windows, and of those of each user.
    void add(int number, const gait::confusion_matrix& confusion,
             const std::vector<gait::confusion_matrix>& by_user) {
        numbers_.push_back(number);
        accuracy_.push_back(confusion.accuracy());
        macro_f1_.push_back(confusion.macro_f1());
        confusion_ += confusion;
        for (std::size_t u = 0; u < by_user.size(); ++u)
            by_user_[u] += by_user[u];
    }
    [[nodiscard]] std::size_t folds() const { return numbers_.size(); }

    /// Each fold, their mean and spread, the classes and the users; ends with a newline.
    [[nodiscard]] std::string text() const {
        std::string all = "\nfold    accuracy  macro-F1\n";
        for (std::size_t i = 0; i < numbers_.size(); ++i)
            all += line(std::to_string(numbers_[i]), accuracy_[i], macro_f1_[i]);
        const mean_and_spread accuracy(accuracy_), macro_f1(macro_f1_);
        all += line("mean", accuracy.mean, macro_f1.mean);
        all += line("spread", accuracy.spread, macro_f1.spread);
        return all + "\nAll held-out windows together:\n" + table(confusion_, classes_) + "\n" +
               user_table(by_user_, users_);
    }

private:
    static std::string line(const std::string& name, double accuracy, double macro_f1) {
        char text[64];
        std::snprintf(text, sizeof text, "%-6s  %8.4f  %8.4f\n", name.c_str(), accuracy, macro_f1);
        return text;
    }

    std::vector<std::string> classes_, users_;
    std::vector<int> numbers_;
    std::vector<double> accuracy_, macro_f1_;
    gait::confusion_matrix confusion_;
    std::vector<gait::confusion_matrix> by_user_;
};

} // namespace har
