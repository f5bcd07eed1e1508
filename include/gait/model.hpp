// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Models: layers joined, checked, and the reference model of the job gait is built around.
#pragma once

#include <gait/model/gradient_check.hpp>
#include <gait/model/har.hpp>
#include <gait/model/layout.hpp>
#include <gait/model/sequential.hpp>
