// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// gait_quantize: weights in two bytes or one a number, and what that costs: class by class, on
// recordings. Every program that loads weights takes the file as it is.
#include "har/chosen_windows.hpp"
#include "har/models.hpp"
#include "support/command_line.hpp"
#include "support/program.hpp"
#include "support/separate_files.hpp"

#include <gait/data/batches.hpp>
#include <gait/data/recordings_file.hpp>
#include <gait/training/evaluate.hpp>
#include <gait/weights/save.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

namespace {

struct options {
    std::string weights, output, recordings;
    gait::precision to = gait::precision::i8;
    std::vector<std::string> users;
    gait::index hop = 20;
    int threads = 0;
    bool json = false;
};

/// The bytes of a file's tensors, and of all of it.
void print_sizes(const std::string& path) {
    const gait::safetensors_file file(path);
    std::printf("%s: %ju bytes of tensors, %ju with their names and what is known about them\n",
                path.c_str(), static_cast<std::uintmax_t>(file.tensors().back().end),
                static_cast<std::uintmax_t>(std::filesystem::file_size(path)));
}

/// The windows to compare on.
struct test_windows {
    gait::recordings r;
    gait::index steps = 0;
    std::vector<gait::window> all;
    std::vector<gait::index> chosen; // of all
};

/// Throws gait::error if the recordings have none for these weights.
test_windows read_windows(const options& o, const gait::model_info& info, gait::index outputs) {
    test_windows test;
    test.r = gait::load_recordings(o.recordings);
    har::check_match(o.weights, info, o.recordings, test.r);
    if (std::ssize(test.r.classes) != outputs)
        throw gait::error({o.recordings, "classes",
                           std::to_string(outputs) + ", the outputs of " + o.weights,
                           std::to_string(test.r.classes.size())});
    test.steps = har::steps_of(o.weights, info);
    test.all = gait::make_windows(test.r, test.steps, o.hop);
    test.chosen = har::windows_of(o.users, o.recordings, test.r, test.all);
    return test;
}

/// What two versions of a model say of the same windows.
struct comparison {
    gait::evaluation before, after;
    gait::index windows = 0, changed = 0; ///< the class that is thought most probable
};

void print(const comparison& c, const std::vector<std::string>& classes) {
    std::size_t width = 8;
    for (const std::string& name : classes)
        width = std::max(width, name.size());
    const int padding = static_cast<int>(width);
    std::printf("\n%-*s           before          after\n"
                "%-*s  windows  recall  F1      recall  F1      change of F1\n",
                padding, "", padding, "class");
    const auto line = [&](const char* name, std::int64_t windows, double recall, double f1,
                          double recall_after, double f1_after) {
        std::printf("%-*s  %7jd  %.4f  %.4f  %.4f  %.4f  %+.4f\n", padding, name,
                    static_cast<std::intmax_t>(windows), recall, f1, recall_after, f1_after,
                    f1_after - f1);
    };
    const auto &before = c.before.confusion, &after = c.after.confusion;
    for (int k = 0; k < before.classes(); ++k)
        line(classes[static_cast<std::size_t>(k)].c_str(), before.actual(k), before.recall(k),
             before.f1(k), after.recall(k), after.f1(k));
    line("all", before.total(), before.accuracy(), before.macro_f1(), after.accuracy(),
         after.macro_f1());
    std::printf(
        "(of all: accuracy and macro-F1)\n%td windows of %td, %.2f %%, changed their class\n",
        c.changed, c.windows,
        100 * static_cast<double>(c.changed) / static_cast<double>(c.windows));
}

void print_json(const comparison& c, const std::vector<std::string>& classes) {
    const auto side = [&](const gait::confusion_matrix& m) {
        nlohmann::ordered_json all{{"accuracy", m.accuracy()}, {"macro_f1", m.macro_f1()}};
        for (int k = 0; k < m.classes(); ++k)
            all["classes"].push_back({{"name", classes[static_cast<std::size_t>(k)]},
                                      {"windows", m.actual(k)},
                                      {"recall", m.recall(k)},
                                      {"f1", m.f1(k)}});
        return all;
    };
    const nlohmann::ordered_json line{{"windows", c.windows},
                                      {"changed", c.changed},
                                      {"before", side(c.before.confusion)},
                                      {"after", side(c.after.confusion)}};
    std::puts(line.dump().c_str());
}

template <class Model>
comparison compare(const options& o, const gait::trained_model<Model>& before,
                   const gait::trained_model<Model>& after, const test_windows& test) {
    const gait::recorded_windows source(test.r, test.all, test.steps, test.chosen,
                                        {before.info.mean, before.info.deviation}, {},
                                        gait::gravity_alignment(before.info.up));
    comparison c;
    c.windows = source.size();
    c.before = gait::evaluate(before.model, before.parameters.span(), source, {}, o.threads);
    c.after = gait::evaluate(after.model, after.parameters.span(), source, {}, o.threads);
    for (std::size_t i = 0; i < c.before.predictions.size(); ++i)
        c.changed += c.before.predictions[i] == c.after.predictions[i] ? 0 : 1;
    return c;
}

template <class Model>
int quantize(const gait::trained_model<Model>& trained, const options& o) {
    // All that can be wrong with the recordings is said before anything is written.
    test_windows test;
    if (!o.recordings.empty())
        test = read_windows(o, trained.info, gait::output_features<Model>);
    gait::save_weights(o.output, trained.model, trained.parameters.span(), trained.info, o.to);
    if (!o.json) {
        print_sizes(o.weights);
        print_sizes(o.output);
    }
    if (o.recordings.empty())
        return 0;
    // Not what was meant to be written, but what a reader gets.
    const auto c = compare(o, trained, gait::load_weights(o.output, trained.model), test);
    o.json ? print_json(c, test.r.classes) : print(c, test.r.classes);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    return support::run_program("gait_quantize", argc, argv, [](int count, char** words) {
        options o;
        CLI::App app{
            "Writes weights in fewer bytes: fp16, two bytes a number, or int8, one byte a\n"
            "weight with a scale for each output. With --on, says what the model loses."};
        app.option_defaults()->always_capture_default();
        app.add_option("weights", o.weights,
                       "weights of the reference model, as har_train writes them")
            ->required()
            ->default_str("");
        app.add_option("-o,--output", o.output, "the smaller file")->required()->default_str("");
        support::add_choice(app, "--to", o.to,
                            {{"fp16", gait::precision::f16}, {"int8", gait::precision::i8}},
                            "bytes of a weight: two or one");
        app.add_option("--on", o.recordings,
                       "recordings, as har_prepare writes them, to compare both files on")
            ->default_str("none");
        app.add_option("--users", o.users, "users to compare on, as a,b")
            ->delimiter(',')
            ->allow_extra_args(false)
            ->needs("--on")
            ->default_str("all");
        app.add_option("--hop", o.hop, "samples from the start of a window to that of the next")
            ->check(support::number(gait::index{1}, gait::index{1'000'000'000}));
        app.add_option("--threads", o.threads, "0: all there are")->check(support::number(0, 1024));
        app.add_flag("--json", o.json, "print the comparison as a line of JSON");
        if (!support::parse(app, count, words))
            return 0;
        support::check_separate({{"the weights", o.weights}, {"the recordings", o.recordings}},
                                {{"--output", o.output}});
        return har::with_weights(o.weights,
                                 [&](const auto& trained) { return quantize(trained, o); });
    });
}
