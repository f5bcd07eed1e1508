// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// har_train: prepared recordings to weights. Cuts them into windows, holds some out, scales them by
// what is left, trains the reference model, and says how it does on the windows it has not seen. Or
// does all that once for each fold of the users, and says how it does on everybody.
#include "support/interrupt.hpp"
#include "support/program.hpp"
#include "train_options.hpp"
#include "train_run.hpp"

int main(int argc, char** argv) {
    return support::run_program("har_train", argc, argv, [](int count, char** words) {
        har::train_options o;
        if (!har::read_command_line(count, words, o))
            return 0;
        support::catch_interrupts();
        har::last_checkpoint last;
        return har::train(o, {}, last);
    });
}
