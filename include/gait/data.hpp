// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Data: recordings, windows into them, splits, scaling, and the batches that training reads. Not in
// here: the readers of HHAR's CSV, data/hhar_csv.hpp and data/hhar_blocks.hpp, which need
// fast_float.
#pragma once

#include <gait/data/augmentation.hpp>
#include <gait/data/batches.hpp>
#include <gait/data/csv_lines.hpp>
#include <gait/data/gravity_alignment.hpp>
#include <gait/data/hhar_endings.hpp>
#include <gait/data/hhar_tracks.hpp>
#include <gait/data/preparation.hpp>
#include <gait/data/recordings.hpp>
#include <gait/data/recordings_file.hpp>
#include <gait/data/resampling.hpp>
#include <gait/data/scaling.hpp>
#include <gait/data/splits.hpp>
#include <gait/data/timeline.hpp>
#include <gait/data/windows.hpp>
