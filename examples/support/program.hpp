// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What every program does around its work: whatever goes wrong becomes one line and exit code 1.
//
//   int main(int argc, char** argv) {
//       return support::run_program("har_train", argc, argv, [](int count, char** words) {
//           CLI::App app{"Trains a model"};
//           app.add_option(...);
//           CLI11_PARSE(app, count, words); // usage errors and --help are CLI11's
//           ...
//           return 0;
//       });
//   }
#pragma once

#include <cstdio>
#include <exception>
#include <new>
#include <string>

namespace support {

/// Calls body(argc, argv) and returns what it returns. An exception becomes the line
/// "name: message" on standard error and exit code 1.
template <class Body>
int run_program(const std::string& name, int argc, char** argv, const Body& body) {
    const auto fail = [&name](std::string message) {
        for (char& c : message)
            if (c == '\n' || c == '\r')
                c = ' ';
        std::fflush(stdout);
        std::fprintf(stderr, "%s: %s\n", name.c_str(), message.c_str());
        return 1;
    };
    try {
        return body(argc, argv);
    } catch (const std::bad_alloc&) {
        return fail("out of memory");
    } catch (const std::exception& problem) {
        return fail(problem.what());
    }
}

} // namespace support
