// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What har_train shows of a run: a bar within an epoch, a line after it, what it takes in time and
// memory, and a log for programs.
#pragma once

#include "support/progress.hpp"
#include "train_options.hpp"

#include <gait/core/error.hpp>
#include <gait/data/recordings.hpp>
#include <gait/data/windows.hpp>
#include <gait/training/options.hpp>

#include <nlohmann/json.hpp>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace har {

/// One JSON object per epoch, or per step, and line; there to be read while training goes on.
class metrics_log {
public:
    /// What is in the file stays until the first line, since a run may still be refused. No path,
    /// no log.
    explicit metrics_log(const std::string& path) : path_(path) {
        if (path.empty())
            return;
        file_.reset(std::fopen(path.c_str(), "a"));
        if (!file_)
            fail();
    }

    /// Goes on behind the lines of so many epochs.
    void keep(int epochs) {
        begun_ = true;
        if (std::error_code unknown; !std::filesystem::is_regular_file(path_, unknown))
            return; // a pipe has nothing to cut
        std::ifstream before(path_);
        std::size_t size = 0;
        for (std::string text; std::getline(before, text) && !before.eof();) {
            const json line = json::parse(text, nullptr, false);
            const auto epoch = line.find("epoch");
            if (epoch == line.end() || !epoch->is_number() || epoch->get<int>() > epochs)
                break;
            size += text.size() + 1;
        }
        cut(size);
    }

    /// With what all ranks have sent and waited in this epoch, if there are several.
    void write(const gait::epoch_report& e, const std::optional<traffic>& ranks) {
        json line{{"epoch", e.epoch},
                  {"train_loss", e.train_loss},
                  {"train_accuracy", e.train_accuracy},
                  {"validation_loss", e.validation_loss},
                  {"validation_accuracy", e.validation_accuracy},
                  {"learning_rate", e.learning_rate},
                  {"gradient_norm", e.gradient_norm},
                  {"seconds", e.seconds}};
        if (ranks)
            line.update({{"bytes_sent", ranks->bytes}, {"seconds_waited", ranks->seconds}});
        if (!e.staleness.empty())
            line.update({{"steps", e.steps},
                         {"steps_per_second", static_cast<double>(e.steps) / e.seconds_of_steps},
                         {"staleness", e.staleness}});
        write(line);
    }
    /// `seconds`: since the step before it.
    void write(const gait::batch_report& b, double seconds) {
        write(json{{"epoch", b.epoch},
                   {"batch", b.batch},
                   {"windows", b.windows},
                   {"loss", b.loss},
                   {"learning_rate", b.learning_rate},
                   {"gradient_norm", b.gradient_norm},
                   {"seconds", seconds}});
    }

private:
    using json = nlohmann::ordered_json; // which makes a NaN, where there is no validation, null

    void write(const json& line) {
        if (file_ && !std::exchange(begun_, true))
            cut(0);
        if (file_ && (std::fputs((line.dump() + "\n").c_str(), file_.get()) < 0 ||
                      std::fflush(file_.get()) != 0))
            fail();
    }

    void cut(std::size_t size) const {
        const bool done = ::ftruncate(::fileno(file_.get()), static_cast<::off_t>(size)) == 0;
        if (!done && errno != EINVAL) // as a pipe or a device says
            fail();
    }

    [[noreturn]] void fail() const {
        throw gait::error({path_, "", "to write to it", std::strerror(errno)});
    }

    struct closer {
        void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
    };
    std::string path_;
    std::unique_ptr<std::FILE, closer> file_;
    bool begun_ = false;
};

/// How stale each worker's gradients were in an asynchronous epoch, a line a worker; else nothing.
inline std::string staleness_table(const gait::epoch_report& e) {
    if (e.staleness.empty())
        return {};
    char text[120];
    std::snprintf(text, sizeof text, "  %jd steps, %.1f a second; gradients by their staleness:\n",
                  static_cast<std::intmax_t>(e.steps),
                  static_cast<double>(e.steps) / e.seconds_of_steps);
    std::string table = text;
    for (std::size_t w = 0; w < e.staleness.size(); ++w) {
        std::snprintf(text, sizeof text, "    worker %zu ", w + 1);
        table += text;
        for (std::size_t s = 0; s < e.staleness[w].size(); ++s)
            if (const auto count = static_cast<std::intmax_t>(e.staleness[w][s]); count > 0) {
                std::snprintf(text, sizeof text, " %zu: %jd", s, count);
                table += text;
            }
        table += '\n';
    }
    return table;
}

/// What `count` windows of `steps` samples of `r` take as views, and what copies of them would.
inline std::string window_memory(const gait::recordings& r, gait::index count, gait::index steps) {
    const auto bytes = [](double size) { return support::short_number(size) + "B"; };
    const double numbers = static_cast<double>(count * steps * gait::recordings::axes);
    const double views = static_cast<double>(r.samples.size() * sizeof(float) + r.labels.size()) +
                         static_cast<double>(count) * sizeof(gait::window);
    // As numpy.savetxt writes them: -9.810000000000000497e+00 and something between two of them.
    constexpr double characters = 25;
    return support::short_number(static_cast<double>(count)) + " windows take " + bytes(views) +
           " as views; as copies " + bytes(sizeof(float) * numbers) + " in fp32, " +
           bytes(characters * numbers) + " as text";
}

/// What is trained on, in words.
inline std::string data_in_words(const train_options& o, const gait::recordings& r) {
    char text[160];
    std::snprintf(text, sizeof text, ": %td samples at %s%g Hz, %zu users, %zu classes", r.size(),
                  r.native ? "each device's own rate, on average " : "", r.rate_hz, r.users.size(),
                  r.classes.size());
    return o.prepared + text;
}

/// The windows, after "Windows".
inline std::string windows_in_words(const train_options& o, const gait::recordings& r) {
    char text[160];
    std::snprintf(text, sizeof text, "of %td samples (%.1f s), one every %td", o.window,
                  r.seconds(o.window), o.hop);
    return o.shortest > 0 ? std::string(text) + ", and of at least " + std::to_string(o.shortest) +
                                " at the end of a run"
                          : text;
}

/// The loss, with the weight of each class where they differ.
inline std::string loss_in_words(const train_options& o, const gait::recordings& r) {
    std::string text = "cross-entropy, class weights " + o.class_weights;
    for (std::size_t c = 0; c < o.fit.loss.class_weights.size(); ++c) {
        char weight[32];
        std::snprintf(weight, sizeof weight, " %.3g",
                      static_cast<double>(o.fit.loss.class_weights[c]));
        text += (c == 0 ? ": " : ", ") + r.classes[c] + weight;
    }
    return text;
}

/// The bar and the lines of a run of `epochs` epochs, with how long an epoch takes, validation left
/// out, and how long the reference run would at this speed: 50 epochs of 510 batches of 1,000
/// windows of 200 steps.
class train_display {
public:
    train_display(int epochs, gait::index windows, gait::index steps)
        : epochs_(epochs), windows_(windows), steps_(steps) {}

    void show(const gait::batch_report& b) {
        if (!bar_) {
            bar_.emplace(title(b.epoch), windows_, "windows");
            done_ = 0;
        }
        done_ += b.windows;
        seconds_per_window_ = std::chrono::duration<double>(clock::now() - start_).count() /
                              static_cast<double>(done_);
        char text[64];
        std::snprintf(text, sizeof text, "loss %.4f  accuracy %.3f  ", b.mean_loss,
                      b.mean_accuracy);
        bar_->note(text + speed());
        bar_->advance(b.windows);
    }

    void show(const gait::epoch_report& e) {
        bar_.reset();
        std::printf("%s  loss %.4f  accuracy %.3f", title(e.epoch).c_str(), e.train_loss,
                    e.train_accuracy);
        if (std::isfinite(e.validation_loss))
            std::printf("  validation loss %.4f  accuracy %.3f", e.validation_loss,
                        e.validation_accuracy);
        std::printf("  %.1f s  (%s)\n%s", e.seconds, speed().c_str(), staleness_table(e).c_str());
        std::fflush(stdout);
        start_ = clock::now();
    }

    /// Takes the bar away in the middle of an epoch.
    void stop() { bar_.reset(); }

private:
    using clock = std::chrono::steady_clock;

    [[nodiscard]] std::string speed() const {
        constexpr double reference_steps = 50.0 * 510 * 1000 * 200;
        const double epoch = seconds_per_window_ * static_cast<double>(windows_);
        const double reference =
            seconds_per_window_ / static_cast<double>(steps_) * reference_steps;
        char text[32];
        std::snprintf(text, sizeof text, "%.1f s", epoch);
        return (epoch < 60 ? text : support::short_time(epoch)) +
               std::string("/epoch, reference run ") + support::short_time(reference);
    }

    [[nodiscard]] std::string title(int epoch) const {
        const std::string all = std::to_string(epochs_);
        std::string number = std::to_string(epoch);
        number.insert(0, all.size() - std::min(all.size(), number.size()), ' ');
        return "epoch " + number + "/" + all;
    }

    int epochs_;
    gait::index windows_, steps_;
    gait::index done_ = 0; // of this epoch's windows
    double seconds_per_window_ = 0;
    clock::time_point start_ = clock::now(); // of the epoch
    std::optional<support::progress> bar_;
};

} // namespace har
