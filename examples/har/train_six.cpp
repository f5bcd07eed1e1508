// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The trainer of the model of six classes; see train_models.hpp.
#include "train_models.hpp"

template gait::fit_result gait::fit(const har::model_in_training<6>&, const gait::recorded_windows&,
                                    const gait::recorded_windows&, const gait::fit_options&,
                                    const gait::callbacks&, gait::any_communicator);
template gait::evaluation gait::evaluate(const har::model_in_training<6>&, std::span<const float>,
                                         const gait::recorded_windows&, const gait::cross_entropy&,
                                         int, gait::any_communicator, gait::index);
template gait::labelled_logits gait::logits_of(const har::model_in_training<6>&,
                                               std::span<const float>,
                                               const gait::recorded_windows&, int,
                                               gait::any_communicator, gait::index);
