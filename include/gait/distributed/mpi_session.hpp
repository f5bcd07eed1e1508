// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// MPI from its start to its end. The headers of this room are the only ones that need MPI; link
// MPI::MPI_CXX beside gait::gait to use them.
#pragma once

#include <gait/core/config.hpp>

// The C++ bindings of MPI-2, which nobody wants, need a library of their own.
#ifndef OMPI_SKIP_MPICXX
#define OMPI_SKIP_MPICXX 1
#endif
#ifndef MPICH_SKIP_MPICXX
#define MPICH_SKIP_MPICXX 1
#endif
#include <mpi.h>

#include <cstdlib>
#include <string_view>

#include <signal.h>
#include <unistd.h>

namespace gait::inline GAIT_ARCH {

/// MPI between construction and destruction: one in a program, at the top of main. MPI's own errors
/// end the program with MPI's message.
class mpi_session {
public:
    /// `patience`: seconds for the other ranks to come to the end too.
    explicit mpi_session(unsigned patience = 60) : patience_(patience) {
        int given = 0;
        MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &given);
    }
    mpi_session(const mpi_session&) = delete;
    mpi_session& operator=(const mpi_session&) = delete;

    /// Waits for the other ranks, though not for ever.
    ~mpi_session() {
        struct sigaction end {};
        end.sa_handler = give_up;
        sigaction(SIGALRM, &end, nullptr);
        ::alarm(patience_ > 0 ? patience_ : 1);
        MPI_Finalize();
        ::alarm(0);
    }

    void patience(unsigned seconds) { patience_ = seconds; }

    /// Ends this rank and all others with an exit code that is not 0.
    [[noreturn]] static void abort(int code) {
        MPI_Abort(MPI_COMM_WORLD, code);
        std::_Exit(code); // where the line above comes back
    }

private:
    /// Runs inside a signal handler: only async-signal-safe calls.
    static void give_up(int) {
        constexpr std::string_view text = "MPI_Finalize: another rank doesn't come to the end\n";
        [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
        ::_exit(1);
    }

    unsigned patience_;
};

} // namespace gait::inline GAIT_ARCH
