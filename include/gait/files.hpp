// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Files: safetensors, the one container for weights, checkpoints and prepared recordings, and
// writing a file so that it is there whole or not at all.
#pragma once

#include <gait/files/atomic_file.hpp>
#include <gait/files/base64.hpp>
#include <gait/files/input_file.hpp>
#include <gait/files/json.hpp>
#include <gait/files/metadata.hpp>
#include <gait/files/safetensors.hpp>
#include <gait/files/safetensors_header.hpp>
#include <gait/files/system.hpp>
#include <gait/files/tensor_info.hpp>
