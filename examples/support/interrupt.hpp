// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Ctrl-C, politely: the first one asks the program to save what it has and stop, the second one
// kills it. SIGTERM asks the same way, so a batch system's time limit loses nothing either.
#pragma once

#include <array>
#include <atomic>
#include <csignal>
#include <cstring>
#include <string>
#include <utility>

#include <unistd.h>

namespace support {
namespace detail {

inline volatile std::sig_atomic_t stop_signal = 0;
inline std::atomic<const char*> stop_text = "\nstopping; Ctrl-C again quits at once\n";

/// Runs inside a signal handler: only async-signal-safe calls.
inline void ask_to_stop(int signal) {
    stop_signal = signal;
    const char* text = stop_text;
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text, std::strlen(text));
}

} // namespace detail

/// From here on the first Ctrl-C (or SIGTERM) only makes `interrupted()` true.
inline void catch_interrupts() {
    struct sigaction action {};
    action.sa_handler = detail::ask_to_stop;
    action.sa_flags = static_cast<int>(SA_RESETHAND); // the second one meets the default: the end
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

/// What is said in that moment, in place of the usual line. For programs that may be killed before
/// they can say more.
inline void say_when_interrupted(std::string text) {
    static std::array<std::string, 2> kept; // the signal may come while one of them changes
    static std::size_t next = 0;
    kept[next] = std::move(text);
    detail::stop_text = kept[next].c_str();
    next = 1 - next;
}

/// Has somebody asked the program to stop?
[[nodiscard]] inline bool interrupted() { return detail::stop_signal != 0; }

/// The exit code by which a shell sees that a signal ended the program: 130 after Ctrl-C.
[[nodiscard]] inline int interrupted_exit_code() { return 128 + detail::stop_signal; }

} // namespace support
