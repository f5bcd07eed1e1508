// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What har_prepare says about what it read, what it made of it, and what it left out and why.
#pragma once

#include <gait/data/preparation.hpp>
#include <gait/data/recordings.hpp>

#include <algorithm>
#include <cstdio>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace har {

/// 1234567 -> "1,234,567".
inline std::string grouped(gait::index count) {
    std::string text = std::to_string(count);
    for (auto at = static_cast<int>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), 1, ',');
    return text;
}

/// A number with so many digits behind the point.
inline std::string decimal(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

/// A number with as few digits as say it: 50, 31.25.
inline std::string number(double value) {
    char text[64];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

/// Rows of cells; the first is the head. Columns from `numbers_from` on are flush right.
class text_table {
public:
    text_table(std::size_t numbers_from, std::vector<std::string> head)
        : numbers_from_(numbers_from), rows_{std::move(head)} {}
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    void print() const {
        std::vector<std::size_t> widths(rows_.front().size());
        for (const auto& row : rows_)
            for (std::size_t c = 0; c < row.size(); ++c)
                widths[c] = std::max(widths[c], row[c].size());
        for (const auto& row : rows_) {
            std::string line;
            for (std::size_t c = 0; c < row.size(); ++c) {
                const std::string space(widths[c] - row[c].size(), ' ');
                line += "  " + (c < numbers_from_ ? row[c] + space : space + row[c]);
            }
            std::puts(line.c_str());
        }
    }

private:
    std::size_t numbers_from_;
    std::vector<std::vector<std::string>> rows_;
};

inline void print_tracks(const std::vector<gait::track_report>& tracks) {
    text_table table(2,
                     {"user", "device", "rows", "rate/Hz", "gaps", "runs", "seconds", "samples"});
    for (const auto& t : tracks)
        table.add({t.user, t.device, grouped(t.rows), t.rate_hz > 0 ? decimal(t.rate_hz, 1) : "?",
                   grouped(t.gaps), grouped(t.runs), decimal(t.seconds, 1), grouped(t.samples)});
    table.print();
}

inline void print_classes(const gait::recordings& r) {
    std::vector<gait::index> counts(r.classes.size());
    for (const auto label : r.labels)
        ++counts[label];
    // Samples at many rates don't say how many seconds they are.
    text_table table(1, {"class", "samples", r.native ? "" : "seconds", "share/%"});
    for (std::size_t k = 0; k < counts.size(); ++k)
        table.add(
            {r.classes[k], grouped(counts[k]), r.native ? "" : decimal(r.seconds(counts[k]), 1),
             decimal(100 * static_cast<double>(counts[k]) / static_cast<double>(r.size()), 1)});
    table.print();
}

/// What was left out of `rows` rows and why, and which clock was not to be trusted.
inline void print_dropped(const std::vector<gait::track_report>& tracks) {
    gait::index duplicates = 0, null_rows = 0, lone_rows = 0;
    std::set<std::string> reasons;
    for (const auto& t : tracks) {
        duplicates += t.duplicates;
        null_rows += t.null_rows;
        lone_rows += t.lone_rows;
        if (t.clock.arrival)
            reasons.insert(t.device + ": " + t.clock.reason);
    }
    text_table table(1, {"dropped", "rows"});
    table.add({"exact duplicates", grouped(duplicates)});
    table.add({"labelled null (--drop-null)", grouped(null_rows)});
    table.add({"alone between two gaps", grouped(lone_rows)});
    table.print();
    if (!reasons.empty())
        std::puts("\nTimes are taken from Arrival_Time instead of Creation_Time for");
    for (const std::string& reason : reasons)
        std::printf("  %s\n", reason.c_str());
}

/// "200 samples (4.00 s)"; without the time where each device has its own rate.
inline std::string length_of(const gait::recordings& r, gait::index samples) {
    return grouped(samples) + " samples" +
           (r.native ? "" : " (" + decimal(r.seconds(samples), 2) + " s)");
}

/// The longest run, and whether a window of `steps` samples fits into it.
inline void print_longest(const gait::recordings& r, gait::index steps) {
    gait::index longest = 0;
    for (const gait::run& run : r.runs)
        longest = std::max(longest, run.count);
    std::printf("The longest of %s runs has %s.\n", grouped(std::ssize(r.runs)).c_str(),
                length_of(r, longest).c_str());
    if (longest < steps)
        std::printf("Note: a window of %s is longer than any run.\n", length_of(r, steps).c_str());
}

inline std::string rate_of(const gait::recordings& r) {
    return r.native ? "each device's own rate, " + decimal(r.rate_hz, 1) + " Hz on average"
                    : number(r.rate_hz) + " Hz";
}

inline void print_report(const std::vector<gait::track_report>& tracks, const gait::recordings& r,
                         gait::index window_steps) {
    gait::index rows = 0;
    for (const auto& t : tracks)
        rows += t.rows;
    std::printf("%s rows, users: %s, devices: %s; %s samples at %s\n\n", grouped(rows).c_str(),
                grouped(std::ssize(r.users)).c_str(), grouped(std::ssize(r.devices)).c_str(),
                grouped(r.size()).c_str(), rate_of(r).c_str());
    print_tracks(tracks);
    std::puts("");
    print_classes(r);
    std::puts("");
    print_dropped(tracks);
    std::puts("");
    print_longest(r, window_steps);
}

} // namespace har
