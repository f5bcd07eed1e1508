// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Kernels: free functions on pointers and sizes that do the arithmetic, and the same again in plain
// Eigen for comparison.
#pragma once

#include <gait/kernels/activations.hpp>
#include <gait/kernels/bfloat16.hpp>
#include <gait/kernels/gates.hpp>
#include <gait/kernels/lstm.hpp>
#include <gait/kernels/matmul.hpp>
#include <gait/kernels/matmul_bfloat16.hpp>
#include <gait/kernels/matrix_tiles.hpp>
#include <gait/kernels/prefetch.hpp>
#include <gait/kernels/product_precision.hpp>
#include <gait/kernels/reference.hpp>
#include <gait/kernels/reference_updates.hpp>
#include <gait/kernels/register_tile.hpp>
#include <gait/kernels/softmax.hpp>
#include <gait/kernels/updates.hpp>
