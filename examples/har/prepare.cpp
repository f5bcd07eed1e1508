// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// har_prepare: CSV files as HHAR has them to one prepared file. The rows are sorted by user and
// device, cut at gaps, and resampled to one uniform rate.
#include "prepare_report.hpp"
#include "read_tables.hpp"
#include "support/command_line.hpp"
#include "support/interrupt.hpp"
#include "support/memory.hpp"
#include "support/program.hpp"
#include "support/progress.hpp"
#include "support/separate_files.hpp"

#include <gait/core/threads.hpp>
#include <gait/data/preparation.hpp>
#include <gait/data/recordings_file.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

struct options {
    std::vector<std::string> files;
    std::string output = "prepared.safetensors";
    std::vector<std::string> classes; // empty: as the labels are
    std::string rate = "50";
    gait::preparation_options preparation;
    gait::index window = 200;
    int threads = 0; // 0: all there are
};

/// "a,b,c" as a list. Throws support::usage_error if it isn't one of different names.
std::vector<std::string> names_in(const std::string& text) {
    std::vector<std::string_view> fields;
    gait::split_fields(text, fields);
    auto sorted = fields;
    std::ranges::sort(sorted);
    if (sorted.front().empty() || std::ranges::adjacent_find(sorted) != sorted.end())
        throw support::usage_error("--classes: expected different names as a,b,c, found '" + text +
                                   "'");
    return {fields.begin(), fields.end()};
}

int prepare(const options& o) {
    std::vector<support::named_file> inputs;
    for (const std::string& file : o.files)
        inputs.push_back({"the recordings", file});
    support::check_separate(inputs, {{"--output", o.output}});
    // A place that can't be written to is better known before the work than after it.
    static_cast<void>(gait::atomic_file(o.output));

    gait::hhar_tracks tracks(o.classes);
    const gait::index rows = har::read_tables(o.files, o.threads, tracks);
    if (support::interrupted())
        return support::interrupted_exit_code();

    support::progress preparing("preparing", rows, "rows");
    std::vector<gait::track_report> reports;
    const auto recordings =
        gait::prepare(std::move(tracks), o.preparation, o.files.front(), reports,
                      [&](gait::index done) { preparing.advance(done); });
    preparing.finish();
    if (support::interrupted())
        return support::interrupted_exit_code();

    gait::save_recordings(o.output, recordings);
    har::print_report(reports, recordings, o.window);
    std::printf("Wrote %s, %s bytes. Peak memory: %s.\n", o.output.c_str(),
                har::grouped(har::bytes_of({o.output})).c_str(), support::peak_memory().c_str());
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    return support::run_program("har_prepare", argc, argv, [](int count, char** words) {
        options o;
        CLI::App app{
            "Prepares recordings in HHAR's ten CSV columns for training: sorts them by user\n"
            "and device, cuts them at gaps, resamples them, and reports what it did."};
        app.option_defaults()->always_capture_default();
        app.add_option(
               "files", o.files,
               "CSV files, plain or compressed (.gz, .bz2, .xz, .zst), or .zip archives; - is\n"
               "standard input, which is no .zip")
            ->required()
            ->default_str("");
        app.add_option("-o,--output", o.output, "the prepared file (safetensors)");
        app.add_option("--rate", o.rate,
                       "uniform sampling rate in Hz, or native: each device keeps its own")
            ->check(support::number(0.1, 10000.0, "native"));
        app.add_option("--max-gap", o.preparation.max_gap,
                       "seconds between two rows above which a recording is cut")
            ->check(support::number(1e-6, 60.0));
        app.add_flag("--drop-null", o.preparation.drop_null,
                     "leave out rows labelled null instead of keeping them as a class");
        std::string classes;
        app.add_option(
               "--classes", classes,
               "classes in the order wanted, as a,b,c; a label that isn't one of them is an\n"
               "error (default: HHAR's seven if the files have no other labels; else the\n"
               "files' labels by the alphabet)")
            ->always_capture_default(false);
        app.add_option("--units", o.preparation.units,
                       "units of x, y, z, kept for the record; nothing is converted");
        app.add_option("--window", o.window,
                       "samples in the windows to come; it is reported if none fits")
            ->check(support::number(gait::index{1}, gait::index{1'000'000}));
        app.add_option("--threads", o.threads, "0: all there are; changes no byte of the result")
            ->check(support::number(0, 1024));
        if (!support::parse(app, count, words))
            return 0;
        o.preparation.native = o.rate == "native";
        if (!o.preparation.native)
            o.preparation.rate_hz = std::stod(o.rate);
        if (app.count("--classes") > 0)
            o.classes = names_in(classes);
        if (o.threads == 0)
            o.threads = gait::available_threads();
        support::catch_interrupts();
        return prepare(o);
    });
}
