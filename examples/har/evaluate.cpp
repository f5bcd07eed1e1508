// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// har_evaluate: weights and prepared recordings to how good the one is on the other: accuracy,
// precision, recall and F1 of each class, confusion matrix, accuracy of each user, and whether its
// probabilities can be believed.
#include "by_user.hpp"
#include "chosen_windows.hpp"
#include "models.hpp"
#include "precision_option.hpp"
#include "print_precision.hpp"
#include "support/command_line.hpp"
#include "support/program.hpp"
#include "support/separate_files.hpp"

#include <gait/data/batches.hpp>
#include <gait/data/recordings_file.hpp>
#include <gait/files/atomic_file.hpp>
#include <gait/training/calibration.hpp>
#include <gait/training/evaluate.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

namespace {

struct options {
    std::string weights, prepared, json;
    std::vector<std::string> users;
    gait::index hop = 20, shortest = 0;
    int threads = 0;
    gait::product_precision precision = gait::product_precision::fp32;
};

/// The calibration error with the file's temperature and without.
struct calibration {
    double temperature = 1, error = 0, without = 0;
};

calibration calibration_of(const gait::labelled_logits& said, double temperature) {
    return {temperature, gait::calibration_error(gait::confidence_bins(said, temperature)),
            gait::calibration_error(gait::confidence_bins(said))};
}

void print(const gait::evaluation& seen, const std::vector<gait::confusion_matrix>& users,
           const calibration& c, const gait::recordings& r) {
    std::printf("\naccuracy %.4f  macro-F1 %.4f  loss %.4f\n", seen.accuracy(),
                seen.confusion.macro_f1(), seen.loss);
    std::printf("expected calibration error %.4f", c.error);
    if (c.temperature != 1)
        std::printf(" at temperature %.3f, %.4f without", c.temperature, c.without);
    std::printf("\n\n%s\n", table(seen.confusion, r.classes).c_str());
    std::fputs(har::user_table(users, r.users).c_str(), stdout);
}

nlohmann::ordered_json as_json(const gait::confusion_matrix& c) {
    return {{"windows", c.total()}, {"accuracy", c.accuracy()}, {"macro_f1", c.macro_f1()}};
}

void write_json(const options& o, const gait::evaluation& seen,
                const std::vector<gait::confusion_matrix>& users, const calibration& c,
                const gait::recordings& r) {
    nlohmann::ordered_json all = as_json(seen.confusion);
    all["loss"] = seen.loss;
    all["calibration"] = {{"temperature", c.temperature},
                          {"error", c.error},
                          {"error_without_temperature", c.without}};
    for (int k = 0; k < seen.confusion.classes(); ++k) {
        nlohmann::ordered_json row;
        for (int p = 0; p < seen.confusion.classes(); ++p)
            row.push_back(seen.confusion.count(k, p));
        all["confusion"].push_back(row);
        all["classes"].push_back({{"name", r.classes[static_cast<std::size_t>(k)]},
                                  {"windows", seen.confusion.actual(k)},
                                  {"precision", seen.confusion.precision(k)},
                                  {"recall", seen.confusion.recall(k)},
                                  {"f1", seen.confusion.f1(k)}});
    }
    for (std::size_t u = 0; u < users.size(); ++u)
        if (users[u].total() > 0)
            all["users"][r.users[u]] = as_json(users[u]);
    gait::atomic_file file(o.json);
    file << all.dump(2) << "\n";
    file.commit();
}

template <class Model>
int evaluate(const gait::trained_model<Model>& trained, const options& o) {
    const gait::recordings r = gait::load_recordings(o.prepared);
    har::check_match(o.weights, trained.info, o.prepared, r);
    const gait::index steps = har::steps_of(o.weights, trained.info);
    har::check_shortest(o.shortest, steps);
    const auto windows = gait::make_windows(r, steps, o.hop, o.shortest);
    const auto chosen = har::windows_of(o.users, o.prepared, r, windows);
    const gait::recorded_windows source(r, windows, steps, chosen,
                                        {trained.info.mean, trained.info.deviation}, {},
                                        gait::gravity_alignment(trained.info.up));
    std::printf("%s: %td windows of %td samples, one every %td\n", o.prepared.c_str(),
                source.size(), steps, o.hop);
    if (const auto split = trained.info.extra.find("split");
        split != trained.info.extra.end() && gait::is_plain_name(split->second))
        std::printf("%s was trained with a split %s\n", o.weights.c_str(), split->second.c_str());
    har::print_precision(o.precision);
    std::fflush(stdout);

    Model model = trained.model;
    model.use_products(o.precision);
    const gait::evaluation seen =
        gait::evaluate(model, trained.parameters.span(), source, {}, o.threads);
    const auto users = har::by_user(source, seen, r.users.size());
    const calibration sure =
        calibration_of(gait::logits_of(model, trained.parameters.span(), source, o.threads),
                       trained.info.temperature);
    print(seen, users, sure, r);
    if (!o.json.empty())
        write_json(o, seen, users, sure, r);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    return support::run_program("har_evaluate", argc, argv, [](int count, char** words) {
        options o;
        CLI::App app{"Measures trained weights on prepared recordings."};
        app.option_defaults()->always_capture_default();
        app.add_option("weights", o.weights, "weights, as har_train writes them")
            ->required()
            ->default_str("");
        app.add_option("prepared", o.prepared, "recordings, as har_prepare writes them")
            ->required()
            ->default_str("");
        app.add_option("--hop", o.hop, "samples from the start of a window to that of the next")
            ->check(support::number(gait::index{1}, gait::index{1'000'000'000}));
        app.add_option(
               "--short-windows", o.shortest,
               "let a run end in a window of so many samples or more; 0: in whole ones only")
            ->check(support::number(gait::index{0}, gait::index{1'000'000}));
        app.add_option("--users", o.users, "users to measure, as a,b")
            ->delimiter(',')
            ->allow_extra_args(false)
            ->default_str("all");
        app.add_option("--threads", o.threads, "0: all there are")->check(support::number(0, 1024));
        har::add_precision_option(app, o.precision);
        app.add_option("--json", o.json, "file for the same figures as JSON")->default_str("none");
        if (!support::parse(app, count, words))
            return 0;
        support::check_separate({{"the weights", o.weights}, {"the recordings", o.prepared}},
                                {{"--json", o.json}});
        return har::with_weights(o.weights,
                                 [&](const auto& trained) { return evaluate(trained, o); });
    });
}
