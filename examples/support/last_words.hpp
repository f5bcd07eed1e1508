// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What is told of a process that is killed, by a child of it that isn't.
//
// mpirun and mpiexec kill all processes of a job when one is killed, some of them at once and for
// good. The one that went first is to be told of, and no other: on each machine the first to speak
// takes a name that the others then can't have.
// What the child says has to come within the second between Open MPI's noticing and its end
// (odls_base_sigkill_timeout): without that second, 30 ms were too late.
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace support {

class last_words {
public:
    /// Forks: make it first of all in main, before there are threads or MPI. Where that can't be,
    /// nothing will be told.
    last_words() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            return;
        const pid_t child = ::fork();
        if (child == 0)
            watch(ends); // doesn't come back
        // The end to read from stays open here too, and nobody waits for room to write: if somebody
        // kills the child alone, what is sent gets lost, and that is all.
        ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
        to_child_ = child > 0 ? ends[1] : -1;
    }
    last_words(const last_words&) = delete;
    last_words& operator=(const last_words&) = delete;
    /// This process ends by itself: there is nothing to tell.
    ~last_words() { ::close(to_child_); }

    /// The line to tell from now on, and `job`, a name that the job's processes on this machine
    /// share. Short ones: what doesn't fit is cut off.
    void are(std::string_view job, std::string_view line) { send({job, line}); }

    /// From now on nothing is told of this job on this machine, since this process tells it itself.
    void spoken(std::string_view job) {
        static_cast<void>(take(job)); // until this process ends, and then its child has it
        send({job, ""});
    }
    /// Nothing is told of this process any more, whatever is said later: it ends by itself, or was
    /// asked to end, as launchers ask before they kill. May be called in a signal's handler.
    static void none() { send({"", ""}); }

private:
    /// A pipe keeps messages of this size whole (PIPE_BUF).
    struct message {
        std::array<char, 64> job{};
        std::array<char, 960> line{};

        message() = default;
        message(std::string_view j, std::string_view l) {
            std::copy_n(j.data(), std::min(j.size(), job.size() - 1), job.data());
            std::copy_n(l.data(), std::min(l.size(), line.size() - 1), line.data());
        }
    };

    static void send(const message& m) {
        if (to_child_ >= 0)
            static_cast<void>(!::write(to_child_, &m, sizeof m));
    }

    /// Takes the name of a job on this machine until this process ends. Has nobody had it? It is an
    /// address of Linux that no file belongs to, so nothing is left behind.
    static bool take(std::string_view job) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string name = "gait " + std::string(job);
        const std::size_t length = std::min(name.size(), sizeof address.sun_path - 1);
        std::copy_n(name.data(), length, address.sun_path + 1); // after a zero
        const int socket = ::socket(AF_UNIX, SOCK_DGRAM, 0);
        return ::bind(socket, reinterpret_cast<const sockaddr*>(&address),
                      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length)) == 0;
    }

    /// The child: no signal of the job reaches it, and it ends soon after its parent.
    [[noreturn]] static void watch(const std::array<int, 2>& ends) {
        ::setsid();
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, nullptr);
        ::dup2(ends[0], STDIN_FILENO);
        ::close(STDOUT_FILENO);
        ::closefrom(STDERR_FILENO + 1); // the launcher waits until its lines to the job are closed
        message last, next;
        ssize_t got = 0;
        while ((got = ::read(STDIN_FILENO, &next, sizeof next)) == sizeof next ||
               (got < 0 && errno == EINTR))
            if (got > 0) {
                last = next;
                if (last.job.front() == '\0')
                    break; // nothing from now on, whatever comes
            }
        if (last.job.front() != '\0') {
            const bool first = take(last.job.data());
            if (first && last.line.front() != '\0')
                static_cast<void>(
                    !::write(STDERR_FILENO, last.line.data(), std::strlen(last.line.data())));
            ::close(STDERR_FILENO);
            ::sleep(2); // while the others are killed
        }
        ::_exit(0);
    }

    static inline int to_child_ = -1; // one in a program
};

} // namespace support
