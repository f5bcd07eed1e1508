// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// har_predict: weights and recordings to what their users were doing: time, class, probability.
//
// Rows may come from a pipe, as they are measured, of several users and devices side by side. All
// windows that one read of the input completes are classified together: one by one when live, in
// full tiles when it is a file.
#include "archive.hpp"
#include "chosen_windows.hpp"
#include "live_track.hpp"
#include "models.hpp"
#include "precision_option.hpp"
#include "print_precision.hpp"
#include "support/command_line.hpp"
#include "support/program.hpp"
#include "support/progress.hpp"

#include <gait/core/threads.hpp>
#include <gait/data/hhar_csv.hpp>
#include <gait/data/preparation.hpp>
#include <gait/inference/trained.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <unistd.h>

namespace {

struct options {
    std::string weights, csv;
    gait::index hop = 20, shortest = 0;
    double max_gap = gait::preparation_options{}.max_gap;
    int threads = 0; // 0: all there are
    gait::product_precision precision = gait::product_precision::fp32;
    double unsure = 0;
    bool json = false;
};

using device_name = std::pair<std::string, std::string>; // user, device

/// The window that ended at that time.
struct moment {
    double seconds = 0;
    device_name name;
};

/// Lines on standard output: CSV with a header, or JSON.
class printer {
public:
    explicit printer(bool json) : json_(json) {}

    void print(const moment& at, const std::string& label, float probability) {
        if (!json_ && !std::exchange(begun_, true)) // an input that can't be read has no header
            std::puts("seconds,user,device,class,probability");
        const auto& [user, device] = at.name;
        if (json_) {
            const nlohmann::ordered_json line{{"seconds", std::round(at.seconds * 1e3) / 1e3},
                                              {"user", user},
                                              {"device", device},
                                              {"class", label},
                                              {"probability", probability}};
            std::puts(line.dump().c_str());
        } else {
            std::printf("%.3f,%s,%s,%s,%.4f\n", at.seconds, field(user).c_str(),
                        field(device).c_str(), field(label).c_str(),
                        static_cast<double>(probability));
        }
    }

private:
    // As in RFC 4180.
    static std::string field(const std::string& text) {
        if (text.find_first_of(",\"\r\n") == text.npos)
            return text;
        std::string quoted = "\"";
        for (const char c : text)
            quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
        return quoted + "\"";
    }

    bool json_, begun_ = false;
};

/// Follows every device in the input and classifies its windows.
template <class Model>
class predictor {
public:
    predictor(const gait::trained_model<Model>& trained, const options& o)
        : options_(o), info_(trained.info),
          classify_(gait::make_classifier(trained, tile_rows, o.threads)), out_(o.json),
          most_due_(tile_rows * o.threads),
          windows_(static_cast<std::size_t>(most_due_ * info_.window_steps * 3)),
          tile_(windows_.size()), probabilities_(static_cast<std::size_t>(most_due_ * classes)) {
        for (auto k = std::ssize(info_.classes); k < classes; ++k)
            info_.classes.push_back(std::to_string(k)); // weights that don't name their classes
    }

    void add(const gait::hhar_row& row) {
        const auto at = tracks_.try_emplace({std::string(row.user), std::string(row.device)},
                                            info_.rate_hz, options_.max_gap, info_.window_steps,
                                            options_.hop, options_.shortest);
        auto& device = *at.first;
        device.second.add(row,
                          [&](double seconds, gait::index steps) { look(device, seconds, steps); });
    }

    /// Classifies the windows that are due and prints what it found.
    void catch_up() { classify_due(info_.window_steps); }

    /// The end of the input, called `name`. Throws gait::error if it held not a single window.
    void finish(const std::string& name) {
        gait::index ignored = 0, longest = 0;
        for (auto& device : tracks_) {
            device.second.finish(
                [&](double seconds, gait::index steps) { look(device, seconds, steps); });
            ignored += device.second.ignored();
            longest = std::max(longest, device.second.longest());
        }
        catch_up();
        if (ignored > 0)
            std::fprintf(stderr,
                         "har_predict: left out %td rows no later than the row before them\n",
                         ignored);
        const gait::index needed = options_.shortest > 0 ? options_.shortest : info_.window_steps;
        if (found_ == 0)
            throw gait::error({name, "",
                               "a window of " + std::to_string(needed) +
                                   " samples without a gap of over " +
                                   support::number_text(options_.max_gap) + " s",
                               "at most " + std::to_string(longest)});
    }

    /// Takes the rows that `read` reads. If it throws, what was found before is told first.
    template <class Read>
    void with_rows(const Read& read) {
        try {
            read();
        } catch (...) {
            catch_up();
            throw;
        }
        catch_up();
    }

private:
    static constexpr gait::index tile_rows = 12;
    static constexpr gait::index classes = gait::classifier<Model>::classes;

    using device_tracks = std::map<device_name, har::live_track>;

    /// Takes the window that a device has just completed.
    void look(const device_tracks::value_type& device, double seconds, gait::index steps) {
        const bool is_short = steps < info_.window_steps;
        if (is_short) // all that are classified together are of one length
            catch_up();
        device.second.copy_window(steps, windows_.data() + std::ssize(due_) * steps * 3);
        due_.push_back({seconds, device.first});
        if (is_short || std::ssize(due_) == most_due_)
            classify_due(steps);
    }

    void classify_due(gait::index steps) {
        const auto rows = std::ssize(due_);
        if (rows == 0)
            return;
        for (gait::index r = 0; r < rows; ++r) // (R, T, 3) to (T, R, 3)
            for (gait::index t = 0; t < steps; ++t)
                std::copy_n(windows_.data() + (r * steps + t) * 3, 3,
                            tile_.data() + (t * rows + r) * 3);
        classify_({tile_.data(), {steps, rows}}, {probabilities_.data(), {1, rows}});
        for (gait::index r = 0; r < rows; ++r) {
            const auto best = gait::most_probable({probabilities_.data() + r * classes, classes},
                                                  static_cast<float>(options_.unsure));
            out_.print(due_[static_cast<std::size_t>(r)],
                       best.label < 0 ? "unsure"
                                      : info_.classes[static_cast<std::size_t>(best.label)],
                       best.probability);
        }
        found_ += rows;
        due_.clear();
        support::flush_output();
    }

    options options_;
    gait::model_info info_;
    gait::classifier<Model> classify_;
    printer out_;
    device_tracks tracks_;
    std::vector<moment> due_;
    gait::index most_due_;              // before they are classified
    std::vector<float> windows_, tile_; // (R, T, 3) as they come, (T, R, 3) as they go
    std::vector<float> probabilities_;  // (R, K)
    gait::index found_ = 0;
};

/// Rows as they arrive on standard input.
template <class Model>
void read_pipe(predictor<Model>& predict) {
    const std::string name = "standard input";
    gait::hhar_csv csv(name, false);
    const auto add = [&](const gait::hhar_row& row) { predict.add(row); };
    std::vector<char> chunk(1 << 16);
    for (;;) {
        const auto count = ::read(STDIN_FILENO, chunk.data(), chunk.size());
        if (count == 0)
            break;
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throw gait::error({name, "", "rows that can be read", gait::system_reason(errno)});
        predict.with_rows([&] { csv.feed({chunk.data(), static_cast<std::size_t>(count)}, add); });
    }
    predict.with_rows([&] { csv.finish(add); });
    predict.finish(name);
}

/// A file. On a terminal the predictions themselves are the progress.
template <class Model>
void read_file(const std::string& path, predictor<Model>& predict) {
    const bool show = ::isatty(STDOUT_FILENO) == 0;
    std::error_code unknown;
    const auto size = std::filesystem::file_size(path, unknown);
    support::progress bar("predicting", unknown ? 0 : static_cast<std::int64_t>(size), "bytes");
    const auto add = [&](const gait::hhar_row& row) { predict.add(row); };
    har::for_each_table(path, [&](har::archive_reader& reader, const std::string& name) {
        gait::hhar_csv csv(name, false);
        std::int64_t before = reader.bytes_read();
        for (auto chunk = reader.read(); !chunk.empty(); chunk = reader.read()) {
            predict.with_rows([&] { csv.feed(chunk, add); });
            const std::int64_t now = std::max(before, reader.bytes_read());
            if (show)
                bar.advance(now - before);
            before = now;
        }
        predict.with_rows([&] { csv.finish(add); });
    });
    if (show)
        bar.finish();
    predict.finish(path);
}

/// Throws gait::error if the weights, which are from anywhere, ask for what no phone measures and
/// no memory holds, or the options for windows that the model can't take.
void check_limits(const options& o, const gait::model_info& info) {
    constexpr double most_hz = 10'000;
    constexpr gait::index most_steps = 100'000;
    const auto fail = [&](const char* key, const std::string& expected, const std::string& found) {
        throw gait::error({o.weights, "metadata " + gait::in_quotes(key), expected, found});
    };
    if (!(info.rate_hz > 0 && info.rate_hz <= most_hz))
        fail("rate_hz", "up to 10000 samples per second",
             info.rate_hz > 0 ? gait::json_text(info.rate_hz) : "nothing");
    if (info.window_steps > most_steps)
        fail("window_steps", "up to " + std::to_string(most_steps) + " samples",
             std::to_string(info.window_steps));
    har::check_shortest(o.shortest, info.window_steps);
    if (o.shortest > 0 && info.layout != gait::input_layout::steps_first)
        fail("input_layout", "steps_first for --short-windows",
             std::string(gait::name_of(info.layout)));
}

int run(const options& o) {
    har::print_precision(o.precision, stderr);
    return har::with_weights(o.weights, [&](auto trained) {
        trained.model.use_products(o.precision);
        check_limits(o, trained.info);
        if (har::keeps_rates(trained.info))
            std::fprintf(stderr,
                         "%s was trained at each device's own rate; here all are resampled to the "
                         "mean of those, %.5g Hz\n",
                         o.weights.c_str(), trained.info.rate_hz);
        predictor predict(trained, o);
        if (o.csv == "-")
            read_pipe(predict);
        else
            read_file(o.csv, predict);
        return 0;
    });
}

} // namespace

int main(int argc, char** argv) {
    return support::run_program("har_predict", argc, argv, [](int count, char** words) {
        options o;
        CLI::App app{"Tells what people are doing from recordings in HHAR's CSV columns: time in\n"
                     "seconds since the device's first row, class, and its probability."};
        app.option_defaults()->always_capture_default();
        app.add_option("weights", o.weights, "the model (safetensors, as har_train saves it)")
            ->required();
        app.add_option("csv", o.csv,
                       "recordings, plain, compressed or .zip; - is standard input, plain, row by "
                       "row as it arrives")
            ->required();
        app.add_option("--hop", o.hop, "samples from one window to the next, at the model's rate")
            ->check(support::number(gait::index{1}, gait::index{1'000'000}));
        app.add_option("--short-windows", o.shortest,
                       "before a gap and at the end, classify what is left if it is of so many\n"
                       "samples or more; 0: whole windows only")
            ->check(support::number(gait::index{0}, gait::index{1'000'000}));
        app.add_option("--max-gap", o.max_gap,
                       "seconds between two rows above which a window isn't continued")
            ->check(support::number(1e-6, 60.0));
        app.add_option("--threads", o.threads, "that classify; 0: all there are")
            ->check(support::number(0, 1024));
        har::add_precision_option(app, o.precision);
        app.add_option("--unsure", o.unsure,
                       "print the class unsure where the best has a probability below this")
            ->check(support::number(0.0, 1.0));
        app.add_flag("--json", o.json, "print JSON lines instead of CSV");
        if (!support::parse(app, count, words))
            return 0;
        if (o.threads == 0)
            o.threads = gait::available_threads();
        return run(o);
    });
}
