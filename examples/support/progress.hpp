// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// How far a program is, on standard error, so that standard output stays data. A terminal gets one
// line that redraws itself; a log file gets a plain line every five seconds.
//
//   support::progress bar("reading", total, "rows");
//   bar.advance(rows);       // as often as you like: it looks at the clock, seldom at the screen
//   bar.note("loss 0.312");  // shown at the end of the line from the next drawing on
//   bar.finish();
//
//   reading  [###########---------]  57 %  7.4 M of 13.1 M rows  2.1 M rows/s  3 s left  loss 0.312
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

namespace support {

/// 950 -> "950", 1234567 -> "1.23 M": three significant digits.
[[nodiscard]] inline std::string short_number(double value) {
    const char* unit = "";
    for (const char* next : {" k", " M", " G"}) {
        if (value < (*unit == '\0' ? 9999.5 : 999.5))
            break;
        value /= 1000;
        unit = next;
    }
    char text[32];
    const bool whole = value >= 99.95 || (*unit == '\0' && value == std::floor(value));
    std::snprintf(text, sizeof text, "%.*f%s", whole ? 0 : (value >= 9.995 ? 1 : 2), value, unit);
    return text;
}

/// 7 -> "7 s", 95 -> "1 min 35 s", 4000 -> "1 h 6 min".
[[nodiscard]] inline std::string short_time(double seconds) {
    const auto s = static_cast<std::int64_t>(std::llround(std::clamp(seconds, 0.0, 1e9)));
    if (s < 60)
        return std::to_string(s) + " s";
    if (s < 3600)
        return std::to_string(s / 60) + " min " + std::to_string(s % 60) + " s";
    return std::to_string(s / 3600) + " h " + std::to_string(s / 60 % 60) + " min";
}

/// A progress bar. Used by one thread at a time.
class progress {
public:
    /// `total` in `unit`s; 0 when nobody knows.
    progress(std::string title, std::int64_t total, std::string unit)
        : title_(std::move(title)), unit_(std::move(unit)), total_(total) {}
    ~progress() { hide(); }
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;

    void advance(std::int64_t count = 1) {
        done_ += count;
        const clock::time_point now = clock::now();
        if (now < next_)
            return;
        next_ = now + (terminal_ ? std::chrono::milliseconds(100) : std::chrono::seconds(5));
        draw(seconds_at(now));
    }

    /// Replaces the words at the end of the line.
    void note(std::string text) { note_ = std::move(text); }

    /// Takes the bar off the terminal, so that other output can be printed. It comes back.
    void hide() {
        if (std::exchange(drawn_, false))
            std::fputs("\r\033[K", stderr);
    }

    /// Takes the bar away; work of over a second leaves a line that says how long it took.
    void finish() {
        hide();
        const double seconds = seconds_at(clock::now());
        if (seconds >= 1)
            std::fprintf(stderr, "%s: %s %s in %s%s%s\n", title_.c_str(),
                         short_number(static_cast<double>(done_)).c_str(), unit_.c_str(),
                         short_time(seconds).c_str(), note_.empty() ? "" : ", ", note_.c_str());
    }

private:
    using clock = std::chrono::steady_clock;

    [[nodiscard]] double seconds_at(clock::time_point now) const {
        return std::chrono::duration<double>(now - start_).count();
    }

    void draw(double seconds) {
        const auto done = static_cast<double>(done_);
        const double part = total_ > 0 ? std::min(1.0, done / static_cast<double>(total_)) : 0.0;
        const double rate = done / std::max(seconds, 1e-9);

        std::string words;
        if (total_ > 0) {
            char percent[16];
            std::snprintf(percent, sizeof percent, "%3.0f %%  ", 100 * part);
            words =
                percent + short_number(done) + " of " + short_number(static_cast<double>(total_));
        } else {
            words = short_number(done);
        }
        words += " " + unit_ + "  " + short_number(rate) + " " + unit_ + "/s";
        if (part > 0 && part < 1)
            words += "  " + short_time(seconds / part - seconds) + " left";
        if (!note_.empty())
            words += "  " + note_;

        if (!terminal_) {
            std::fprintf(stderr, "%s  %s\n", title_.c_str(), words.c_str());
            return;
        }
        std::string line = title_ + "  ";
        if (total_ > 0) {
            const auto used = static_cast<std::ptrdiff_t>(line.size() + words.size()) + 5;
            const auto cells = std::clamp<std::ptrdiff_t>(columns() - used, 0, 24);
            const auto full = static_cast<std::size_t>(part * static_cast<double>(cells));
            if (cells >= 5) // else the words matter more
                line += '[' + std::string(full, '#') +
                        std::string(static_cast<std::size_t>(cells) - full, '-') + "]  ";
        }
        line += words;
        line.resize(std::min(line.size(), static_cast<std::size_t>(
                                              columns() - 1))); // a wrapped line can't be redrawn
        std::fprintf(stderr, "\r%s\033[K", line.c_str());
        std::fflush(stderr);
        drawn_ = true;
    }

    static std::ptrdiff_t columns() {
        winsize size{};
        const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
        return known ? size.ws_col : 80;
    }

    std::string title_, unit_, note_;
    std::int64_t total_;
    std::int64_t done_ = 0;
    bool terminal_ = isatty(STDERR_FILENO) == 1;
    bool drawn_ = false;
    clock::time_point start_ = clock::now();
    // A log need not hear of work that takes less than a few seconds.
    clock::time_point next_ =
        start_ + (terminal_ ? std::chrono::milliseconds(200) : std::chrono::seconds(5));
};

} // namespace support
