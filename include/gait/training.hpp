// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Training: fit(model, train, validation, options) and what it is made of.
#pragma once

#include <gait/training/async_epoch.hpp>
#include <gait/training/async_messages.hpp>
#include <gait/training/async_servers.hpp>
#include <gait/training/async_worker.hpp>
#include <gait/training/batch_cut.hpp>
#include <gait/training/batch_gradient.hpp>
#include <gait/training/bounded_staleness.hpp>
#include <gait/training/calibration.hpp>
#include <gait/training/check_labels.hpp>
#include <gait/training/check_run.hpp>
#include <gait/training/checkpoint.hpp>
#include <gait/training/clipping.hpp>
#include <gait/training/collective.hpp>
#include <gait/training/communicator.hpp>
#include <gait/training/epoch_order.hpp>
#include <gait/training/evaluate.hpp>
#include <gait/training/loss.hpp>
#include <gait/training/metrics.hpp>
#include <gait/training/not_finite.hpp>
#include <gait/training/optimizers.hpp>
#include <gait/training/options.hpp>
#include <gait/training/parameter_slice.hpp>
#include <gait/training/partial_recordings.hpp>
#include <gait/training/run_identity.hpp>
#include <gait/training/schedules.hpp>
#include <gait/training/share_progress.hpp>
#include <gait/training/tile_worker.hpp>
#include <gait/training/tiles.hpp>
#include <gait/training/trainer.hpp>
