// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// har_explore's pictures as scripts for gnuplot. Data stand in the script: nothing is left behind.
#pragma once

#include "row_times.hpp"
#include "spectrum.hpp"
#include "support/gnuplot.hpp"

#include <gait/data/recordings.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace har {

inline std::string plain_number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

/// Bars, one for each name, stacked from one part for each class. `seconds` (names, classes).
inline std::string stacked_bars(const std::vector<std::string>& names,
                                const std::vector<std::string>& classes,
                                const std::vector<std::vector<double>>& seconds) {
    std::string script = "$data << END\n";
    for (std::size_t n = 0; n < names.size(); ++n) {
        script += support::gnuplot_text(names[n]);
        for (const double s : seconds[n])
            script.append(" ").append(plain_number(s / 60));
        script += "\n";
    }
    script += "END\nset style data histograms\nset style histogram rowstacked\n"
              "set style fill solid\nset boxwidth 0.8\nset key outside top center horizontal\n"
              "set ylabel \"minutes\"\nset yrange [0:*]\nunset grid\nset grid y\n";
    std::size_t letters = 0;
    for (const std::string& name : names)
        letters += name.size() + 1;
    if (letters > 70)
        script += "set xtics rotate by -40\n";
    script += "plot ";
    for (std::size_t c = 0; c < classes.size(); ++c)
        script += (c == 0 ? "" : ", ") + std::string("$data using ") + std::to_string(c + 2) +
                  (c == 0 ? ":xtic(1)" : "") + " title " + support::gnuplot_text(classes[c]) +
                  " lc rgb \"" + support::series_colour(c) + "\"";
    return script;
}

/// Bars, one for each class, each in the colour that it has in the other pictures.
inline std::string class_bars(const std::vector<std::string>& classes,
                              const std::vector<double>& seconds) {
    std::string script = "$data << END\n";
    for (std::size_t c = 0; c < classes.size(); ++c)
        script += std::to_string(c) + " " + plain_number(seconds[c] / 60) + " " +
                  support::gnuplot_text(classes[c]) + " 0x" + support::series_colour(c).substr(1) +
                  "\n";
    return script + "END\nset style fill solid\nset boxwidth 0.8\nset ylabel \"minutes\"\n"
                    "set yrange [0:*]\nunset grid\nset grid y\nunset key\n"
                    "plot $data using 1:2:4:xtic(3) with boxes lc rgb variable";
}

/// Samples begin, ..., begin + count - 1: x blue, y green, z red.
inline std::string trace(const gait::recordings& r, gait::index begin, gait::index count,
                         double lowest, double highest) {
    std::string script = "$data << END\n";
    for (gait::index i = 0; i < count; ++i) {
        script += plain_number(r.seconds(i));
        for (gait::index axis = 0; axis < 3; ++axis)
            script.append(" ").append(plain_number(
                static_cast<double>(r.samples[static_cast<std::size_t>(3 * (begin + i) + axis)])));
        script += "\n";
    }
    script +=
        "END\nset xlabel \"seconds\"\nset ylabel " + support::gnuplot_text(r.units) +
        "\nset key outside top center horizontal\nset xrange [0:" + plain_number(r.seconds(count)) +
        "]\nset yrange [" + plain_number(lowest) + ":" + plain_number(highest) + "]\nplot ";
    const char* const axes[][2] = {{"x", "#3f83f8"}, {"y", "#1a9e5c"}, {"z", "#e5484d"}};
    for (int axis = 0; axis < 3; ++axis)
        script += (axis == 0 ? "" : ", ") + std::string("$data using 1:") +
                  std::to_string(axis + 2) + " with lines lw 1.2 lc rgb \"" + axes[axis][1] +
                  "\" title \"" + axes[axis][0] + "\"";
    return script;
}

/// A line of steps for each device. `of` says which histogram of its times, `at` where a bin is.
template <class Of, class At>
std::string step_lines(const std::map<std::string, device_times>& devices, const Of& of,
                       const At& at) {
    std::string data, plot = "plot ";
    std::size_t number = 0;
    for (const auto& [name, times] : devices) {
        const histogram& h = of(times);
        double all = 0;
        for (const gait::index count : h.counts)
            all += static_cast<double>(count);
        const std::string block = "$device" + std::to_string(number);
        std::size_t first = 0;
        while (first < h.counts.size() && h.counts[first] == 0)
            ++first;
        data += block + " << END\n" + plain_number(at(h.middle(first) - h.width)) + " 0\n";
        for (std::size_t b = first; b < h.counts.size(); ++b)
            data += plain_number(at(h.middle(b))) + " " +
                    plain_number(100 * static_cast<double>(h.counts[b]) / all) + "\n";
        data += plain_number(at(h.middle(h.counts.size()))) + " 0\nEND\n";
        plot += (number == 0 ? "" : ", ") + block + " using 1:2 with histeps lw 1.6 lc rgb \"" +
                support::series_colour(number) + "\" title " + support::gnuplot_text(name);
        ++number;
    }
    return data + "set key outside top center horizontal\n" + plot;
}

/// Sampling rates by device.
inline std::string rate_lines(const std::map<std::string, device_times>& devices) {
    return "set xlabel \"Hz\"\nset ylabel \"share / %\"\nset xrange [0:*]\nset yrange [0:*]\n" +
           step_lines(
               devices, [](const device_times& t) -> const histogram& { return t.rates; },
               [](double hertz) { return hertz; });
}

/// Time from a row to the next by device, both axes logarithmic.
inline std::string interval_lines(const std::map<std::string, device_times>& devices,
                                  double max_gap) {
    const std::string gap = plain_number(max_gap);
    return "set logscale xy\nset xlabel \"seconds to the next row\"\nset ylabel \"share / %\"\n"
           "set format x \"%g\"\nset format y \"%g\"\nset arrow from " +
           gap + ", graph 0 to " + gap + ", graph 1 nohead lw 1.2 dt 2 lc rgb \"#888888\"\n" +
           step_lines(
               devices, [](const device_times& t) -> const histogram& { return t.intervals; },
               [](double decades) { return std::pow(10, decades); });
}

/// Spectra by class; those without a piece are left out, and what doesn't move at all, as there is
/// no logarithm of nothing. None if no class is left.
inline std::optional<std::string> spectrum_lines(const std::vector<std::string>& classes,
                                                 const std::vector<spectrum>& spectra,
                                                 double rate_hz, const std::string& units) {
    std::string data, plot;
    for (std::size_t c = 0; c < classes.size(); ++c) {
        const auto& density = spectra[c].density;
        if (density.empty() || std::ranges::all_of(density.begin() + 1, density.end(),
                                                   [](double power) { return power == 0; }))
            continue;
        data += "$class" + std::to_string(c) + " << END\n";
        for (std::size_t k = 1; k < density.size(); ++k)
            data += plain_number(static_cast<double>(k) * rate_hz /
                                 static_cast<double>(2 * (density.size() - 1))) +
                    " " + plain_number(density[k]) + "\n";
        data += "END\n";
        plot += (plot.empty() ? "plot " : ", ") + std::string("$class") + std::to_string(c) +
                " using 1:2 with lines lw 1.6 lc rgb \"" + support::series_colour(c) + "\" title " +
                support::gnuplot_text(classes[c]);
    }
    if (plot.empty())
        return std::nullopt;
    return data + "set logscale y\nset format y \"%g\"\nset xlabel \"Hz\"\nset ylabel " +
           support::gnuplot_text("(" + units + ")^2 / Hz") +
           "\nset key outside top center horizontal\n" + plot;
}

} // namespace har
