// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// All of gait that needs no more than Eigen, xsimd and nlohmann/json. The rooms, in the order in
// which data flows through them:
//
//     data -> model -> training -> weights -> inference
//
// and beneath them core, kernels, layers and files. Not in here: data/hhar_csv.hpp and
// data/hhar_blocks.hpp, which need fast_float, and distributed.hpp, which needs MPI.
#pragma once

#include <gait/core.hpp>
#include <gait/data.hpp>
#include <gait/files.hpp>
#include <gait/inference.hpp>
#include <gait/kernels.hpp>
#include <gait/layers.hpp>
#include <gait/model.hpp>
#include <gait/training.hpp>
#include <gait/weights.hpp>
