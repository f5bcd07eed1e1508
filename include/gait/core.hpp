// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What everything else stands on: sizes, buffers, errors, random numbers, threads.
#pragma once

#include <gait/core/bits_as.hpp>
#include <gait/core/buffer.hpp>
#include <gait/core/config.hpp>
#include <gait/core/error.hpp>
#include <gait/core/extents.hpp>
#include <gait/core/float_environment.hpp>
#include <gait/core/half.hpp>
#include <gait/core/in_words.hpp>
#include <gait/core/input_layout.hpp>
#include <gait/core/random.hpp>
#include <gait/core/threads.hpp>
