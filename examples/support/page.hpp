// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// An HTML page in one file, without a script and without anything to fetch: it opens offline, today
// and in ten years. Light or dark as the reader's system is, one column on a phone; tables that are
// wider than that scroll by themselves.
#pragma once

#include <gait/files/atomic_file.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace support {

/// Text fit for HTML, between tags and in quotes.
[[nodiscard]] inline std::string html(std::string_view text) {
    std::string safe;
    for (const char c : text)
        switch (c) {
        case '&':
            safe += "&amp;";
            break;
        case '<':
            safe += "&lt;";
            break;
        case '>':
            safe += "&gt;";
            break;
        case '"':
            safe += "&quot;";
            break;
        default:
            safe += c;
        }
    return safe;
}

/// A page that grows from top to bottom. What it is given as text is escaped, as markup is not.
class page {
public:
    explicit page(std::string title) : title_(std::move(title)) {}

    void section(std::string_view name) { body_ += "<h2>" + html(name) + "</h2>\n"; }
    void paragraph(std::string_view text) { body_ += "<p>" + html(text) + "</p>\n"; }
    /// Text whose line breaks and spaces count, such as a command.
    void verbatim(std::string_view text) { body_ += "<pre>" + html(text) + "</pre>\n"; }
    /// A picture as SVG markup, with what it shows.
    void figure(std::string_view svg, std::string_view caption) {
        body_.append("<figure>").append(svg);
        body_ += "<figcaption>" + html(caption) + "</figcaption></figure>\n";
    }
    /// Rows of texts; the first is the head, and the first column names the rows.
    void table(const std::vector<std::vector<std::string>>& rows) {
        body_ += "<div class=\"wide\"><table>\n";
        for (std::size_t r = 0; r < rows.size(); ++r) {
            body_ += "<tr>";
            for (std::size_t c = 0; c < rows[r].size(); ++c) {
                const std::string tag = r == 0 || c == 0 ? "th" : "td";
                body_ += "<" + tag + ">" + html(rows[r][c]) + "</" + tag + ">";
            }
            body_ += "</tr>\n";
        }
        body_ += "</table></div>\n";
    }
    /// Names and what they stand for, which may be long.
    void facts(const std::vector<std::vector<std::string>>& rows) {
        body_ += "<table class=\"facts\">\n";
        for (const auto& row : rows)
            body_ += "<tr><th>" + html(row[0]) + "</th><td>" + html(row[1]) + "</td></tr>\n";
        body_ += "</table>\n";
    }

    [[nodiscard]] std::string text() const {
        return std::string(head) + "<title>" + html(title_) + "</title>\n<style>" +
               std::string(style) + "</style>\n</head>\n<body>\n<main>\n<h1>" + html(title_) +
               "</h1>\n" + body_ + "</main>\n</body>\n</html>\n";
    }
    /// Throws gait::error if the file can't be written.
    void write(const std::filesystem::path& path) const {
        gait::atomic_file file(path);
        file << text();
        file.commit();
    }

private:
    static constexpr std::string_view head =
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        // An empty icon, so that no browser asks a server for one.
        "<link rel=\"icon\" href=\"data:,\">\n";
    static constexpr std::string_view style = R"(
:root { color-scheme: light dark; --ground: #fff; --ink: #1b1f24; --faint: #d5d9de;
        --soft: #f3f5f7; --quiet: #57606a; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171b; --ink: #e4e7eb; --faint: #3a4149; --soft: #1f242a; --quiet: #9aa4af; }
}
body { margin: 0; background: var(--ground); color: var(--ink);
       font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }
main { max-width: 50rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
figure { margin: 1rem 0; } figcaption { color: var(--quiet); font-size: .875rem; }
svg { display: block; width: 100%; height: auto; color: var(--ink); }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .875rem; }
th, td { padding: .25rem .6rem; text-align: right; white-space: nowrap;
         border-bottom: 1px solid var(--faint); font-variant-numeric: tabular-nums; }
th { font-weight: 600; } tr > :first-child { text-align: left; }
.facts td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
pre { background: var(--soft); padding: .75rem; overflow-x: auto; font-size: .8125rem;
      white-space: pre-wrap; overflow-wrap: anywhere; }
)";

    std::string title_, body_;
};

} // namespace support
