// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Pictures by gnuplot: a script in, an SVG file out.
#pragma once

#include <gait/core/error.hpp>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace support {

/// A text as gnuplot reads it between double quotes. Control characters become spaces, and a
/// backquote, between two of which gnuplot would run a command, a single quote.
[[nodiscard]] inline std::string gnuplot_text(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        quoted += static_cast<unsigned char>(c) < ' ' ? ' ' : c == '`' ? '\'' : c;
    }
    return quoted + "\"";
}

/// The colours of lines and areas: told apart on white and on black.
[[nodiscard]] inline std::string series_colour(std::size_t i) {
    static constexpr const char* colours[] = {"#3f83f8", "#e3732e", "#1a9e5c", "#d64a6f",
                                              "#8d6ae0", "#b58a00", "#17a2b0", "#8a8f98"};
    return colours[i % std::size(colours)];
}

/// Runs `script`, which plots, to the file `svg` of `width` by `height` points. Throws gait::error
/// if there is no gnuplot, or it doesn't like the script.
inline void gnuplot(const std::filesystem::path& svg, int width, int height,
                    const std::string& script) {
    std::string all = "set encoding utf8\nset terminal svg noenhanced dynamic size " +
                      std::to_string(width) + "," + std::to_string(height) + " name " +
                      gnuplot_text(svg.stem().string()) + " font \"DejaVu Sans,14\"\nset output " +
                      gnuplot_text(svg.string()) +
                      "\nset tics nomirror\nset border 3\nset grid lc rgb \"#a0a0a0\" lw 0.5\n" +
                      script + "\nset output\n";
    // -d: whatever the user's own settings are. A gnuplot that isn't there would end this program
    // by a signal as it is written to.
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    std::FILE* pipe = ::popen("exec gnuplot -d >/dev/null", "w");
    int status = -1;
    if (pipe != nullptr) {
        std::fputs(all.c_str(), pipe);
        status = ::pclose(pipe);
    }
    std::signal(SIGPIPE, before);
    std::error_code unknown;
    if (status != 0 || std::filesystem::file_size(svg, unknown) == 0 || unknown)
        throw gait::error({svg.string(), "", "a picture by gnuplot (Debian: gnuplot-nox)",
                           "none; what it said is above"});
}

/// A picture's SVG element as it goes into a page, where many share their names and their colour of
/// text: black takes the page's, and gnuplot's definitions of points, which are the same in all,
/// go. Throws gait::error if there is no picture.
inline std::string svg_for_page(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto start = text.find("<svg");
    if (start == text.npos)
        throw gait::error({path.string(), "", "an SVG picture", "none"});
    text.erase(0, start);
    const auto replace = [&text](std::string_view from, const std::string& to) {
        for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
            text.replace(at, from.size(), to);
    };
    replace("\"black\"", "\"currentColor\"");
    replace("'black'", "'currentColor'");
    replace("rgb(  0,   0,   0)", "currentColor");
    replace("gnuplot_canvas", path.stem().string());
    if (const auto from = text.find("<defs>"), to = text.find("</defs>");
        from != text.npos && to != text.npos)
        text.erase(from, to + std::string_view("</defs>").size() - from);
    return text;
}

} // namespace support
