// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Layers. Read layers/layer.hpp first.
#pragma once

#include <gait/layers/dense.hpp>
#include <gait/layers/dropout.hpp>
#include <gait/layers/each_step.hpp>
#include <gait/layers/initialise.hpp>
#include <gait/layers/last_step.hpp>
#include <gait/layers/layer.hpp>
#include <gait/layers/lstm.hpp>
#include <gait/layers/lstm_bfloat16_weights.hpp>
#include <gait/layers/lstm_products.hpp>
#include <gait/layers/lstm_weights.hpp>
