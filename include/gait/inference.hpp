// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Inference: a classifier of windows and a stream of samples. All but
// inference/trained.hpp build without exceptions and without files.
#pragma once

#include <gait/inference/classifier.hpp>
#include <gait/inference/embedded.hpp>
#include <gait/inference/ready_model.hpp>
#include <gait/inference/stream.hpp>
#include <gait/inference/trained.hpp>
