// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Training on many machines, over MPI. Not in gait/gait.hpp: it needs MPI, which gait::gait doesn't
// bring.
#pragma once

#include <gait/distributed/mailbox.hpp>
#include <gait/distributed/mpi_communicator.hpp>
#include <gait/distributed/mpi_session.hpp>
#include <gait/distributed/rank_watch.hpp>
