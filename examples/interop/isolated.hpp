// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Work that may not survive its input, done in a process of its own. libhdf5 was written for files
// that people trust: a fuzzer crashes it within a minute. A child process reads them instead, and a
// child that dies is one more thing to report.
#pragma once

#include <gait/core/error.hpp>
#include <gait/files/system.hpp>

#include <cerrno>
#include <exception>
#include <new>
#include <string>
#include <utility>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace interop {

namespace detail {

/// Text to the other process: false when nobody listens.
inline bool send(int to, std::string_view text) {
    while (!text.empty()) {
        const auto sent = ::write(to, text.data(), text.size());
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return false;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

inline std::string receive_all(int from) {
    std::string all;
    char chunk[1 << 16];
    for (;;) {
        const auto got = ::read(from, chunk, sizeof chunk);
        if (got > 0)
            all.append(chunk, static_cast<std::size_t>(got));
        else if (got == 0 || errno != EINTR)
            return all;
    }
}

/// The fields of a report, each behind its length.
inline std::string packed(const gait::error::report& r) {
    std::string text = "E";
    for (const std::string& part : {r.path, r.place, r.expected, r.found})
        text += std::to_string(part.size()) + ":" + part;
    return text;
}
inline gait::error unpacked(std::string_view text) {
    std::string parts[4];
    for (std::string& part : parts) {
        const std::size_t size = std::stoul(std::string(text.substr(0, text.find(':'))));
        text.remove_prefix(text.find(':') + 1);
        part = text.substr(0, size);
        text.remove_prefix(size);
    }
    return gait::error({parts[0], parts[1], parts[2], parts[3]});
}

} // namespace detail

/// What work() returns, a std::string, from a child process; or the gait::error that it throws, or
/// one about `path` if it dies. The child has `seconds` of processor time.
template <class Work>
std::string isolated(const std::string& path, unsigned seconds, const Work& work) {
    int ends[2];
    if (::pipe(ends) != 0)
        throw gait::error({path, "", "a process to read it in", gait::system_reason(errno)});
    const ::pid_t child = ::fork();
    if (child < 0) {
        const int reason = errno;
        ::close(ends[0]), ::close(ends[1]);
        throw gait::error({path, "", "a process to read it in", gait::system_reason(reason)});
    }
    if (child == 0) {
        ::close(ends[0]);
        const ::rlimit time{seconds, seconds}, none{0, 0};
        ::setrlimit(RLIMIT_CPU, &time);
        ::setrlimit(RLIMIT_CORE, &none);
        std::string answer;
        try {
            answer = "A" + work();
        } catch (const gait::error& problem) {
            answer = detail::packed(problem.parts());
        } catch (const std::exception& problem) {
            answer = detail::packed({path, "", "", problem.what()});
        }
        // Not exit: whatever is registered there belongs to the parent.
        ::_exit(detail::send(ends[1], answer) ? 0 : 1);
    }
    ::close(ends[1]);
    const std::string answer = detail::receive_all(ends[0]);
    ::close(ends[0]);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || answer.empty())
        throw gait::error({path, "", "a file that its library survives",
                           WIFSIGNALED(status) ? "the end of the process that read it, by signal " +
                                                     std::to_string(WTERMSIG(status))
                                               : "a process that failed"});
    if (answer.front() == 'E')
        throw detail::unpacked(std::string_view(answer).substr(1));
    return answer.substr(1);
}

} // namespace interop
