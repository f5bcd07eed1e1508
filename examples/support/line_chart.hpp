// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A chart of a few lines as SVG markup for a page, drawn here: a report of training needs no other
// program. Text and axes have the page's colour.
#pragma once

#include "support/page.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

namespace support {

/// Numbers over 1, 2, 3, ...; what isn't finite is left out.
struct chart_line {
    std::string name, colour;
    std::vector<double> values;
};

namespace detail {

inline std::string chart_number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

/// 1, 2 or 5 times a power of ten: the distance of at most `most` ticks over `range` > 0.
inline double tick_distance(double range, int most) {
    const double raw = range / most, power = std::pow(10, std::floor(std::log10(raw)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= raw * (1 - 1e-9))
            return factor * power;
    return 10 * power;
}

/// From numbers to points of the picture.
struct chart_scale {
    static constexpr double left = 62, right = 590, top = 30, bottom = 208;
    double first = 1, last = 2, lowest = 0, highest = 1;

    explicit chart_scale(const std::vector<chart_line>& lines) {
        double low = std::numeric_limits<double>::infinity(), high = -low;
        for (const chart_line& line : lines) {
            last = std::max(last, static_cast<double>(line.values.size()));
            for (const double value : line.values)
                if (std::isfinite(value)) {
                    low = std::min(low, value);
                    high = std::max(high, value);
                }
        }
        if (!(low <= high))
            return;
        const double margin = high > low ? 0.05 * (high - low) : std::max(std::abs(high), 1e-9);
        lowest = low >= 0 ? std::max(0.0, low - margin) : low - margin;
        highest = high + margin;
    }
    [[nodiscard]] double x(double value) const {
        return left + (right - left) * (value - first) / (last - first);
    }
    [[nodiscard]] double y(double value) const {
        return bottom - (bottom - top) * (value - lowest) / (highest - lowest);
    }
};

inline std::string chart_text(double x, double y, const char* anchor, const std::string& text) {
    return "<text x=\"" + chart_number(x) + "\" y=\"" + chart_number(y) + "\" text-anchor=\"" +
           anchor + "\" fill=\"currentColor\">" + html(text) + "</text>\n";
}

inline std::string chart_axes(const chart_scale& at, const std::string& below) {
    std::string svg;
    const auto rule = [&](double x1, double y1, double x2, double y2, const char* opacity) {
        svg += "<path d=\"M" + chart_number(x1) + " " + chart_number(y1) + "L" + chart_number(x2) +
               " " + chart_number(y2) + "\" stroke=\"currentColor\" stroke-opacity=\"" + opacity +
               "\"/>\n";
    };
    const double dy = tick_distance(at.highest - at.lowest, 5);
    for (double v = std::ceil(at.lowest / dy) * dy; v <= at.highest; v += dy) {
        rule(at.left, at.y(v), at.right, at.y(v), "0.15");
        // A sum of steps that should be 0 may be 1e-17.
        svg += chart_text(at.left - 6, at.y(v) + 5, "end",
                          chart_number(std::abs(v) < dy * 1e-6 ? 0 : v));
    }
    const double dx = std::max(1.0, tick_distance(at.last, 10));
    for (double v = dx; v <= at.last; v += dx) {
        rule(at.x(v), at.bottom, at.x(v), at.bottom + 5, "0.6");
        svg += chart_text(at.x(v), at.bottom + 20, "middle", chart_number(v));
    }
    rule(at.left, at.top, at.left, at.bottom, "0.6");
    rule(at.left, at.bottom, at.right, at.bottom, "0.6");
    return svg + chart_text((at.left + at.right) / 2, at.bottom + 40, "middle", below);
}

} // namespace detail

/// The lines over their number, with a legend; `below` says what the numbers are. Lines without a
/// finite number are left out.
[[nodiscard]] inline std::string line_chart(std::vector<chart_line> lines,
                                            const std::string& below) {
    std::erase_if(lines, [](const chart_line& line) {
        return std::ranges::none_of(line.values, [](double v) { return std::isfinite(v); });
    });
    const detail::chart_scale at(lines);
    std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 600 256\" "
                      "role=\"img\" font-family=\"DejaVu Sans, sans-serif\" font-size=\"14\" "
                      "fill=\"none\">\n" +
                      detail::chart_axes(at, below);
    double legend = at.left;
    for (const chart_line& line : lines) {
        std::string path, points;
        for (std::size_t i = 0; i < line.values.size(); ++i) {
            if (!std::isfinite(line.values[i]))
                continue;
            const std::string x = detail::chart_number(at.x(static_cast<double>(i + 1)));
            const std::string y = detail::chart_number(at.y(line.values[i]));
            path += (path.empty() ? "M" : "L") + x + " " + y;
            if (line.values.size() <= 60)
                points += "<circle cx=\"" + x + "\" cy=\"" + y + "\" r=\"2.5\" fill=\"" +
                          line.colour + "\"/>\n";
        }
        svg += "<path d=\"" + path + "\" stroke=\"" + line.colour + "\" stroke-width=\"2\"/>\n";
        svg += points;
        svg += "<path d=\"M" + detail::chart_number(legend) + " 14h24\" stroke=\"" + line.colour +
               "\" stroke-width=\"3\"/>\n" +
               detail::chart_text(legend + 30, 19, "start", line.name);
        legend += 60 + 8.5 * static_cast<double>(line.name.size());
    }
    return svg + "</svg>\n";
}

} // namespace support
