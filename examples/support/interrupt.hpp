// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Ctrl-C, politely: the first one asks the program to save what it has and stop, the second one
// kills it. SIGTERM asks the same way, so a batch system's time limit loses nothing either.
#pragma once

#include <csignal>
#include <cstring>

#include <unistd.h>

namespace support {
namespace detail {

inline volatile std::sig_atomic_t stop_signal = 0;
inline void (*then)() = nullptr;
inline const char* stop_text = "\nstopping; Ctrl-C again quits at once\n";

/// Runs inside a signal handler: only async-signal-safe calls.
inline void ask_to_stop(int signal) {
    stop_signal = signal;
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, stop_text, std::strlen(stop_text));
    if (then)
        then();
}

} // namespace detail

/// From here on the first Ctrl-C (or SIGTERM) only makes `interrupted()` true, and says so unless
/// another process does. Then `then` is called, inside the signal's handler.
inline void catch_interrupts(bool silently = false, void (*then)() = nullptr) {
    if (silently)
        detail::stop_text = "";
    detail::then = then;
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
