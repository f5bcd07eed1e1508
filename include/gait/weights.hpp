// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Weights: a model's parameters and what is known about them, as a file.
#pragma once

#include <gait/weights/load.hpp>
#include <gait/weights/model_info.hpp>
#include <gait/weights/precision.hpp>
#include <gait/weights/save.hpp>
#include <gait/weights/self_test.hpp>
#include <gait/weights/tensors.hpp>
