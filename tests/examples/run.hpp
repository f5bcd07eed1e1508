// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Runs a program the way a person does: a command line in, exit code and texts out.
#pragma once

#include <files/scratch.hpp>

#include <cstdlib>
#include <string>

#include <sys/wait.h>

namespace gait_test {

struct outcome {
    int code;        ///< exit code; -1 if a signal ended it
    std::string out; ///< what it wrote to standard output
    std::string err; ///< and to standard error
};

/// Runs `program` from the build's bin with `words` for the shell, inside `folder`, which may hold
/// its standard input. The texts are also left there as files "out" and "err".
inline outcome run(const scratch_folder& folder, const std::string& program,
                   const std::string& words = {}, const std::string& input = "/dev/null") {
    const std::string command = "cd '" + folder.path().string() + "' && '" GAIT_BIN_DIR "/" +
                                program + "' " + words + " >out 2>err <" + input;
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_all(folder / "out"),
            read_all(folder / "err")};
}

} // namespace gait_test
