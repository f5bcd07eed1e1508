// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include "support/last_words.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

namespace {

struct ended {
    int status;       // as waitpid tells it
    std::string told; // on the error stream, by the process and its child
};

// Does `what` in a process of its own, and waits until all have closed their error stream.
ended in_a_process(const std::function<void(support::last_words&)>& what) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const pid_t process = ::fork();
    REQUIRE(process >= 0);
    if (process == 0) {
        ::dup2(ends[1], STDERR_FILENO);
        ::closefrom(STDERR_FILENO + 1);
        support::last_words words;
        what(words);
        ::_exit(0);
    }
    ::close(ends[1]);
    ended result{};
    std::array<char, 256> part{};
    for (ssize_t got = 0; (got = ::read(ends[0], part.data(), part.size())) > 0;)
        result.told.append(part.data(), static_cast<std::size_t>(got));
    ::close(ends[0]);
    REQUIRE(::waitpid(process, &result.status, 0) == process);
    return result;
}

// Takes a job's name, when whoever has it has ended.
int hold(const std::string& job) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string taken = "gait " + job;
    std::copy(taken.begin(), taken.end(), address.sun_path + 1);
    const int holder = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    while (::bind(holder, reinterpret_cast<const sockaddr*>(&address),
                  static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + taken.size())) != 0)
        REQUIRE((errno == EADDRINUSE && ::usleep(10'000) == 0));
    return holder;
}

// Of this test's processes alone.
std::string job(const char* name) { return name + std::to_string(::getpid()); }

} // namespace

TEST_CASE("of a process that is killed its last words are told, and of no second one of its job") {
    const std::string name = job("killed ");
    const auto die = [&](support::last_words& words) {
        words.are(name, "early\n");
        words.are(name, "late\n");
        ::raise(SIGKILL);
    };
    const ended first = in_a_process(die);
    CHECK(WIFSIGNALED(first.status));
    CHECK(first.told == "late\n");
    // The first one's child has the job's name for two seconds; this is who has it for longer.
    const int holder = hold(name);
    CHECK(in_a_process(die).told.empty());
    ::close(holder);
}

TEST_CASE("nothing is told of a process that ends by itself or has spoken") {
    const std::string name = job("quiet ");
    CHECK(in_a_process([&](support::last_words& words) {
              words.are(name, "words\n");
              support::last_words::none();
              words.are(name, "more words\n");
              ::raise(SIGKILL);
          }).told.empty());
    CHECK(in_a_process([&](support::last_words& words) {
              words.are(name, "words\n");
              words.spoken(name);
              ::raise(SIGKILL);
          }).told.empty());
}

TEST_CASE("a process goes on when the child that would tell of it is killed") {
    const ended result = in_a_process([](support::last_words& words) {
        pid_t child = 0;
        const std::string self = std::to_string(::getpid());
        std::ifstream("/proc/" + self + "/task/" + self + "/children") >> child;
        if (child <= 0 || ::kill(child, SIGKILL) != 0 || ::waitpid(child, nullptr, 0) != child)
            ::_exit(2);
        for (int i = 0; i < 200; ++i) // more than a pipe holds
            words.are("nobody", "listens\n");
    });
    REQUIRE(WIFEXITED(result.status));
    CHECK(WEXITSTATUS(result.status) == 0);
}
