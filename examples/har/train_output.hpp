// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What har_train shows of a run: a bar within an epoch, a line after it, and a log for programs.
#pragma once

#include "support/progress.hpp"

#include <gait/core/error.hpp>
#include <gait/training/options.hpp>

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

namespace har {

/// One JSON object per epoch and line; there to be read while training goes on.
class metrics_log {
public:
    /// Starts an empty file; no path, no log.
    explicit metrics_log(const std::string& path) : path_(path) {
        if (path.empty())
            return;
        file_.reset(std::fopen(path.c_str(), "w"));
        if (!file_)
            fail();
    }

    void write(const gait::epoch_report& e) {
        if (!file_)
            return;
        // A NaN, where there is no validation, becomes null.
        const nlohmann::ordered_json line{{"epoch", e.epoch},
                                          {"train_loss", e.train_loss},
                                          {"train_accuracy", e.train_accuracy},
                                          {"validation_loss", e.validation_loss},
                                          {"validation_accuracy", e.validation_accuracy},
                                          {"learning_rate", e.learning_rate},
                                          {"gradient_norm", e.gradient_norm},
                                          {"seconds", e.seconds}};
        if (std::fputs((line.dump() + '\n').c_str(), file_.get()) < 0 ||
            std::fflush(file_.get()) != 0)
            fail();
    }

private:
    [[noreturn]] void fail() const {
        throw gait::error({path_, "", "to write to it", std::strerror(errno)});
    }

    struct closer {
        void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
    };
    std::string path_;
    std::unique_ptr<std::FILE, closer> file_;
};

/// The bar and the lines of a run of `epochs` epochs.
class train_display {
public:
    train_display(int epochs, gait::index windows) : epochs_(epochs), windows_(windows) {}

    void show(const gait::batch_report& b) {
        if (b.batch == 1)
            bar_.emplace(title(b.epoch), windows_, "windows");
        char text[64];
        std::snprintf(text, sizeof text, "loss %.4f  accuracy %.3f", b.mean_loss, b.mean_accuracy);
        bar_->note(text);
        bar_->advance(b.windows);
    }

    void show(const gait::epoch_report& e) {
        bar_.reset();
        std::printf("%s  loss %.4f  accuracy %.3f", title(e.epoch).c_str(), e.train_loss,
                    e.train_accuracy);
        if (std::isfinite(e.validation_loss))
            std::printf("  validation loss %.4f  accuracy %.3f", e.validation_loss,
                        e.validation_accuracy);
        std::printf("  %.1f s\n", e.seconds);
        std::fflush(stdout);
    }

    /// Takes the bar away in the middle of an epoch.
    void stop() { bar_.reset(); }

private:
    [[nodiscard]] std::string title(int epoch) const {
        const std::string all = std::to_string(epochs_);
        std::string number = std::to_string(epoch);
        number.insert(0, all.size() - std::min(all.size(), number.size()), ' ');
        return "epoch " + number + "/" + all;
    }

    int epochs_;
    gait::index windows_;
    std::optional<support::progress> bar_;
};

} // namespace har
