// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Ctrl-C, politely: the first one asks the program to save what it has and stop, the second one
// kills it. SIGTERM asks the same way, so a batch system's time limit loses nothing either.
#pragma once

#include <csignal>
#include <string_view>

#include <unistd.h>

namespace support {
namespace detail {

inline volatile std::sig_atomic_t stop_signal = 0;

/// Runs inside a signal handler: only async-signal-safe calls.
inline void ask_to_stop(int signal) {
    stop_signal = signal;
    constexpr std::string_view text = "\nstopping; Ctrl-C again quits at once\n";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
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

/// Has somebody asked the program to stop?
[[nodiscard]] inline bool interrupted() { return detail::stop_signal != 0; }

/// The exit code by which a shell sees that a signal ended the program: 130 after Ctrl-C.
[[nodiscard]] inline int interrupted_exit_code() { return 128 + detail::stop_signal; }

} // namespace support
