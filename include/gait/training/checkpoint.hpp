// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Where a training run stands at the end of an epoch, and how that is kept on disk. With the same
// model, options and data it is all that the rest of the run depends on, bit for bit.
//
// The file is safetensors; a checkpoint is read by gait alone, so its numbers lie as in memory:
//
//   parameters  F32 (parameter_count)             optimizer  F32 (slots, parameter_count)
//   best        F32 (parameter_count), those of the lowest loss; (0) unless that is asked for
//   history     F64 (epochs, 8), the first members of epoch_report in their order
//   progress    I64 (3): complete epochs, steps, the best epoch
//   best_loss   F64 (1)
//
// with the run's identity (run_identity.hpp) in the metadata, "run." before each name.
#pragma once

#include <gait/core/buffer.hpp>
#include <gait/core/error.hpp>
#include <gait/files/safetensors.hpp>
#include <gait/training/options.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// A run between two epochs.
struct training_progress {
    buffer<float> parameters; ///< (P)
    buffer<float> memory;     ///< of the optimizer (slots, P)
    buffer<float> best;       ///< (P), or (0)
    std::int64_t epoch = 0;   ///< complete epochs
    std::int64_t step = 0;    ///< complete steps
    std::int64_t best_epoch = 0;
    double best_loss = std::numeric_limits<double>::infinity();
    std::vector<epoch_report> history;

    training_progress(index parameter_count, index slots, bool keeps_best)
        : parameters(parameter_count), memory(slots * parameter_count),
          best(keeps_best ? parameter_count : 0) {}
};

namespace detail {

inline constexpr index history_columns = 8;

inline std::vector<double> history_to_numbers(const std::vector<epoch_report>& history) {
    std::vector<double> numbers;
    for (const epoch_report& e : history)
        numbers.insert(numbers.end(), {static_cast<double>(e.epoch), e.train_loss, e.train_accuracy,
                                       e.validation_loss, e.validation_accuracy, e.learning_rate,
                                       e.gradient_norm, e.seconds});
    return numbers;
}

inline std::vector<epoch_report> history_from_numbers(const std::vector<double>& numbers) {
    std::vector<epoch_report> history;
    for (std::size_t i = 0; i + history_columns <= numbers.size(); i += history_columns) {
        const double* row = numbers.data() + i;
        history.push_back({static_cast<int>(history.size()) + 1, row[1], row[2], row[3], row[4],
                           row[5], row[6], row[7]});
    }
    return history;
}

/// Throws an `error` that lists every part of the run that is not as the checkpoint has it.
inline void check_same_run(const safetensors_file& file,
                           const std::map<std::string, std::string>& identity) {
    std::string expected, found;
    const auto note = [](std::string& text, const std::string& name, const std::string& value) {
        text += (text.empty() ? "" : "; ") + name + ": " + value;
    };
    std::set<std::string> names; // of either
    for (const auto& fact : identity)
        names.insert(fact.first);
    for (const auto& entry : file.metadata())
        if (constexpr std::string_view prefix = "run."; entry.first.starts_with(prefix))
            names.insert(entry.first.substr(prefix.size()));
    const auto said = [](const auto& map, const std::string& name) {
        const auto at = map.find(name);
        return at == map.end() ? std::string("(not said)") : at->second;
    };
    for (const std::string& name : names) {
        const std::string before = said(file.metadata(), "run." + name);
        const std::string now = said(identity, name);
        if (before != now) {
            note(expected, name, before);
            note(found, name, now);
        }
    }
    if (!expected.empty())
        throw error(
            {file.path().string(), "resuming", "what the run began with, " + expected, found});
}

} // namespace detail

/// Writes a checkpoint, replacing an older one only when the new one is whole. Throws `error`.
inline void save_checkpoint(const std::filesystem::path& path, const training_progress& run,
                            const std::map<std::string, std::string>& identity) {
    const auto history = detail::history_to_numbers(run.history);
    const std::array<std::int64_t, 3> progress{run.epoch, run.step, run.best_epoch};
    const std::array<double, 1> best_loss{run.best_loss};
    const index P = run.parameters.size();

    std::map<std::string, std::string> metadata{{"format", "gait checkpoint"},
                                                {"gait_version", GAIT_VERSION}};
    for (const auto& [name, value] : identity)
        metadata["run." + name] = value;
    const auto floats = [](const char* name, std::vector<index> shape, const buffer<float>& from) {
        return tensor_out::of<float>(name, std::move(shape), from.span());
    };
    write_safetensors(path,
                      {floats("parameters", {P}, run.parameters),
                       floats("optimizer", {run.memory.size() / P, P}, run.memory),
                       floats("best", {run.best.size()}, run.best),
                       tensor_out::of<double>(
                           "history", {std::ssize(run.history), detail::history_columns}, history),
                       tensor_out::of<std::int64_t>("progress", {3}, progress),
                       tensor_out::of<double>("best_loss", {1}, best_loss)},
                      metadata);
}

/// Reads a checkpoint into `run`, whose buffers have the sizes that this run needs. Throws `error`
/// if the file is no checkpoint, is damaged, or belongs to another run.
inline void load_checkpoint(const std::filesystem::path& path, training_progress& run,
                            const std::map<std::string, std::string>& identity) {
    const safetensors_file file(path);
    const auto format = file.metadata().find("format");
    if (format == file.metadata().end() || format->second != "gait checkpoint")
        throw error(
            {path.string(), "", "a checkpoint written by gait", "another safetensors file"});
    detail::check_same_run(file, identity);

    const index P = run.parameters.size();
    const auto fill = [&](buffer<float>& to, const char* name, const std::vector<index>& shape) {
        std::ranges::copy(file.read<float>(name, dtype::f32, shape), to.begin());
    };
    fill(run.parameters, "parameters", {P});
    fill(run.memory, "optimizer", {run.memory.size() / P, P});
    fill(run.best, "best", {run.best.size()});
    for (const buffer<float>* weights : {&run.parameters, &run.best})
        if (!std::ranges::all_of(*weights, [](float w) { return std::isfinite(w); }))
            throw error({path.string(), weights == &run.best ? "tensor best" : "tensor parameters",
                         "finite numbers", "others"});
    run.history = detail::history_from_numbers(
        file.read<double>("history", dtype::f64, {-1, detail::history_columns}));
    const auto progress = file.read<std::int64_t>("progress", dtype::i64, {3});
    run.epoch = progress[0];
    run.step = progress[1];
    run.best_epoch = progress[2];
    run.best_loss = file.read<double>("best_loss", dtype::f64, {1}).front();
    constexpr std::int64_t most_steps = std::int64_t{1} << 53; // exact as double
    if (run.epoch != std::ssize(run.history) || run.step < 0 || run.step > most_steps ||
        run.best_epoch < 0 || run.best_epoch > (run.best.size() == 0 ? 0 : run.epoch))
        throw error({path.string(), "tensor progress",
                     std::to_string(run.history.size()) + " epochs as in the history",
                     std::to_string(run.epoch) + " epochs in " + std::to_string(run.step) +
                         " steps, the best one " + std::to_string(run.best_epoch)});
}

} // namespace gait::inline GAIT_ARCH
