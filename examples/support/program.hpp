// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What every program does around its work: whatever goes wrong becomes one line and exit code 1, or
// 2 if it is the command line.
//
//   int main(int argc, char** argv) {
//       return support::run_program("har_train", argc, argv, [](int count, char** words) {
//           CLI::App app{"Trains a model"};
//           app.add_option(...);
//           if (!support::parse(app, count, words)) // command_line.hpp
//               return 0;
//           ...
//           return 0;
//       });
//   }
#pragma once

#include <gait/core/error.hpp>
#include <gait/files/system.hpp>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

namespace support {

/// A command line that can't be meant.
struct usage_error : std::runtime_error {
    using std::runtime_error::runtime_error;
    static constexpr int exit_code = 2;
    [[nodiscard]] std::string text() const { return std::string(what()) + " (see --help)"; }
};

/// Hands everything printed so far to whoever reads it. Throws gait::error if any of it got lost.
inline void flush_output() {
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
        throw gait::error(
            {"standard output", "", "a place that can be written", gait::system_reason(errno)});
}

/// Calls body(argc, argv) and returns what it returns. An exception becomes the line
/// "name: message" on standard error, and exit code 1 or usage_error's.
template <class Body>
int run_program(const std::string& name, int argc, char** argv, const Body& body) {
    const auto fail = [&name](std::string message, int code = 1) {
        for (char& c : message)
            if (c == '\n' || c == '\r')
                c = ' ';
        std::fflush(stdout);
        std::fprintf(stderr, "%s: %s\n", name.c_str(), message.c_str());
        return code;
    };
    try {
        const int code = body(argc, argv);
        if (code == 0)
            flush_output();
        return code;
    } catch (const usage_error& problem) {
        return fail(problem.text(), usage_error::exit_code);
    } catch (const std::bad_alloc&) {
        return fail("out of memory");
    } catch (const std::exception& problem) {
        return fail(problem.what());
    }
}

} // namespace support
