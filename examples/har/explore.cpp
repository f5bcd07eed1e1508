// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// har_explore: CSV files as HHAR has them to pictures of what is in them, and one page that shows
// them all: how much of which class, what the activities look like, how evenly they were sampled,
// and at which frequencies people move.
#include "explore_figures.hpp"
#include "prepare_report.hpp"
#include "read_tables.hpp"
#include "support/command_line.hpp"
#include "support/folder.hpp"
#include "support/page.hpp"
#include "support/program.hpp"
#include "support/separate_files.hpp"

#include <gait/core/threads.hpp>
#include <gait/data/preparation.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace {

struct options {
    std::vector<std::string> files;
    std::string output = "explore";
    gait::preparation_options preparation;
    double seconds = 10; // of a trace
    int threads = 0;     // 0: all there are
};

/// A stretch of one class within a run.
struct passage {
    gait::index begin = 0, count = 0;
    std::size_t run = 0;
};

/// For each class the middle of its longest passage, at most `most` samples; none has count 0.
std::vector<passage> traces_of(const gait::recordings& r, gait::index most) {
    std::vector<passage> longest(r.classes.size());
    for (std::size_t n = 0; n < r.runs.size(); ++n) {
        const gait::run& run = r.runs[n];
        for (gait::index first = run.begin, i = first; i < run.begin + run.count; ++i) {
            const auto label = r.labels[static_cast<std::size_t>(i)];
            if (label != r.labels[static_cast<std::size_t>(first)])
                first = i;
            if (i + 1 - first > longest[label].count)
                longest[label] = {first, i + 1 - first, n};
        }
    }
    for (passage& p : longest)
        if (p.count > most) {
            p.begin += (p.count - most) / 2;
            p.count = most;
        }
    return longest;
}

/// Draws to files in the folder and puts each picture on the page too.
class album {
public:
    album(std::filesystem::path folder, support::page& page)
        : folder_(std::move(folder)), page_(page) {}

    void draw(const std::string& name, int height, const std::string& script,
              const std::string& caption) {
        const auto path = folder_ / (name + ".svg");
        support::gnuplot(path, 600, height, script);
        page_.figure(support::svg_for_page(path), caption);
        ++pictures_;
    }
    [[nodiscard]] int pictures() const { return pictures_; }

private:
    std::filesystem::path folder_;
    support::page& page_;
    int pictures_ = 0;
};

/// Seconds by user or device (rows) and class (columns).
std::vector<std::vector<double>> seconds_by(const gait::recordings& r, int gait::run::*owner,
                                            std::size_t owners) {
    std::vector<std::vector<double>> all(owners, std::vector<double>(r.classes.size()));
    for (const gait::run& run : r.runs)
        for (gait::index i = run.begin; i < run.begin + run.count; ++i)
            all[static_cast<std::size_t>(run.*owner)][r.labels[static_cast<std::size_t>(i)]] +=
                r.seconds(1);
    return all;
}

void show_counts(album& pictures, support::page& page, const gait::recordings& r) {
    const auto users = seconds_by(r, &gait::run::user, r.users.size());
    const auto devices = seconds_by(r, &gait::run::device, r.devices.size());
    std::vector<double> classes(r.classes.size());
    for (const auto& user : users)
        for (std::size_t c = 0; c < classes.size(); ++c)
            classes[c] += user[c];
    page.section("How much of what");
    pictures.draw("classes", 280, har::class_bars(r.classes, classes), "Minutes of each class.");
    std::vector<std::vector<std::string>> rows{{"class", "samples", "minutes", "share / %"}};
    for (std::size_t c = 0; c < classes.size(); ++c)
        rows.push_back({r.classes[c], har::grouped(std::lround(classes[c] * r.rate_hz)),
                        har::decimal(classes[c] / 60, 1),
                        har::decimal(100 * classes[c] / r.seconds(r.size()), 1)});
    page.table(rows);
    pictures.draw("users", 320, har::stacked_bars(r.users, r.classes, users),
                  "Minutes of each class by user.");
    pictures.draw("devices", 320, har::stacked_bars(r.devices, r.classes, devices),
                  "Minutes of each class by device.");
}

void show_traces(album& pictures, support::page& page, const gait::recordings& r, double seconds) {
    const auto traces = traces_of(r, std::max<gait::index>(2, std::lround(seconds * r.rate_hz)));
    double lowest = 0, highest = 0;
    for (const passage& p : traces)
        for (gait::index i = 3 * p.begin; i < 3 * (p.begin + p.count); ++i) {
            lowest = std::fmin(lowest, static_cast<double>(r.samples[static_cast<std::size_t>(i)]));
            highest =
                std::fmax(highest, static_cast<double>(r.samples[static_cast<std::size_t>(i)]));
        }
    if (lowest == highest) // nothing but zeros, and gnuplot wants a range
        lowest = -1, highest = 1;
    page.section("What the activities look like");
    page.paragraph("The middle of the longest passage of each class, resampled but not filtered; "
                   "all at the same scale. x is blue, y green, z red.");
    for (std::size_t c = 0; c < traces.size(); ++c) {
        const passage& p = traces[c];
        if (p.count < 2)
            continue;
        const gait::run& run = r.runs[p.run];
        pictures.draw("trace_" + std::to_string(c + 1), 230,
                      har::trace(r, p.begin, p.count, lowest * 1.05, highest * 1.05),
                      r.classes[c] + ": user " + r.users[static_cast<std::size_t>(run.user)] +
                          ", device " + r.devices[static_cast<std::size_t>(run.device)]);
    }
}

void show_times(album& pictures, support::page& page,
                const std::map<std::string, har::device_times>& devices, double max_gap) {
    page.section("How evenly they were sampled");
    const bool rated = std::ranges::any_of(
        devices, [](const auto& device) { return !device.second.rates.counts.empty(); });
    if (rated)
        pictures.draw("rates", 280, har::rate_lines(devices),
                      "Sampling rate over each " + std::to_string(har::rate_rows) +
                          " rows without a gap.");
    pictures.draw("gaps", 280, har::interval_lines(devices, max_gap),
                  "Time from a row to the next. Recordings are cut to the right of the dashed "
                  "line, at " +
                      har::number(max_gap) + " s.");
    std::vector<std::vector<std::string>> rows{{"device", "gaps", "longest / s"}};
    for (const auto& [name, times] : devices)
        rows.push_back({name, har::grouped(times.gaps), har::decimal(times.longest, 1)});
    page.table(rows);
}

void show_spectra(album& pictures, support::page& page, const gait::recordings& r) {
    std::vector<har::spectrum> spectra;
    for (std::size_t c = 0; c < r.classes.size(); ++c)
        spectra.push_back(har::spectrum_of(r, static_cast<std::uint8_t>(c)));
    page.section("At which frequencies people move");
    const auto script = har::spectrum_lines(r.classes, spectra, r.rate_hz, r.units);
    if (!script)
        return page.paragraph("No class lasts for 256 samples without a gap.");
    pictures.draw(
        "spectra", 360, *script,
        "Power of x, y and z together, without gravity: the mean of up to 1,000 pieces of "
        "256 samples of each class.");
}

int explore(const options& o) {
    const auto index_path = std::filesystem::path(o.output) / "index.html";
    std::vector<support::named_file> inputs;
    for (const std::string& file : o.files)
        inputs.push_back({"the recordings", file});
    support::check_separate(inputs, {{"--output", index_path}});
    gait::hhar_tracks tracks;
    const gait::index rows = har::read_tables(o.files, o.threads, tracks);
    if (support::interrupted())
        return support::interrupted_exit_code();
    const auto times = har::row_times(tracks, o.preparation.max_gap);
    std::vector<gait::track_report> reports;
    const gait::recordings r = gait::prepare(std::move(tracks), o.preparation, o.files.front(),
                                             reports, [](gait::index) {});
    // Recordings that can't be read leave no folder behind.
    support::make_folder(o.output);

    support::page page("Recordings: " + har::grouped(rows) + " rows of " +
                       har::grouped(std::ssize(r.users)) + " users");
    std::string files = "From";
    for (const std::string& file : o.files)
        files += " " + std::filesystem::path(file).filename().string();
    page.paragraph(files + ": " + har::grouped(r.size()) + " samples at " + har::rate_of(r) +
                   "; runs without a gap: " + har::grouped(std::ssize(r.runs)) +
                   ", devices: " + har::grouped(std::ssize(r.devices)) + ".");
    album pictures(o.output, page);
    show_counts(pictures, page, r);
    show_traces(pictures, page, r, o.seconds);
    show_times(pictures, page, times, o.preparation.max_gap);
    show_spectra(pictures, page, r);
    page.write(index_path);

    har::print_tracks(reports);
    std::puts("");
    har::print_classes(r);
    std::printf("\nWrote %s with %d pictures, each also an .svg beside it.\n", index_path.c_str(),
                pictures.pictures());
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    return support::run_program("har_explore", argc, argv, [](int count, char** words) {
        options o;
        CLI::App app{
            "Draws what is in recordings in HHAR's ten CSV columns: pictures as SVG, and a\n"
            "page with all of them, index.html, that needs nothing else. Uses gnuplot."};
        app.option_defaults()->always_capture_default();
        app.add_option(
               "files", o.files,
               "CSV files, plain or compressed (.gz, .bz2, .xz, .zst), or .zip archives; - is\n"
               "standard input, which is no .zip")
            ->required()
            ->default_str("");
        app.add_option("-o,--output", o.output, "folder for the page and the pictures");
        app.add_option("--rate", o.preparation.rate_hz, "rate in Hz for traces and spectra")
            ->check(support::number(0.1, 10000.0));
        app.add_option("--max-gap", o.preparation.max_gap,
                       "seconds between two rows above which a recording is cut")
            ->check(support::number(1e-6, 60.0));
        app.add_flag("--drop-null", o.preparation.drop_null, "leave out rows labelled null");
        app.add_option("--units", o.preparation.units, "units of x, y, z; nothing is converted");
        app.add_option("--seconds", o.seconds, "length of a trace")
            ->check(support::number(0.1, 600.0));
        app.add_option("--threads", o.threads, "0: all there are")->check(support::number(0, 1024));
        if (!support::parse(app, count, words))
            return 0;
        if (o.threads == 0)
            o.threads = gait::available_threads();
        support::catch_interrupts();
        return explore(o);
    });
}
