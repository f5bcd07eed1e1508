// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Training for six and for seven classes is compiled in a file each, train_six.cpp and
// train_seven.cpp, at the same time as the program around it.
#pragma once

#include <gait/data/batches.hpp>
#include <gait/model/har.hpp>
#include <gait/training/calibration.hpp>
#include <gait/training/trainer.hpp>
#include <gait/weights/save.hpp>

extern template gait::fit_result gait::fit(const gait::har_model<6>&, const gait::recorded_windows&,
                                           const gait::recorded_windows&, const gait::fit_options&,
                                           const gait::callbacks&, gait::any_communicator);
extern template gait::evaluation gait::evaluate(const gait::har_model<6>&, std::span<const float>,
                                                const gait::recorded_windows&,
                                                const gait::cross_entropy&, int,
                                                gait::any_communicator);
extern template gait::labelled_logits gait::logits_of(const gait::har_model<6>&,
                                                      std::span<const float>,
                                                      const gait::recorded_windows&, int,
                                                      gait::any_communicator);
extern template void gait::save_weights(const std::filesystem::path&, const gait::har_model<6>&,
                                        std::span<const float>, const gait::model_info&,
                                        gait::precision);

extern template gait::fit_result gait::fit(const gait::har_model<7>&, const gait::recorded_windows&,
                                           const gait::recorded_windows&, const gait::fit_options&,
                                           const gait::callbacks&, gait::any_communicator);
extern template gait::evaluation gait::evaluate(const gait::har_model<7>&, std::span<const float>,
                                                const gait::recorded_windows&,
                                                const gait::cross_entropy&, int,
                                                gait::any_communicator);
extern template gait::labelled_logits gait::logits_of(const gait::har_model<7>&,
                                                      std::span<const float>,
                                                      const gait::recorded_windows&, int,
                                                      gait::any_communicator);
extern template void gait::save_weights(const std::filesystem::path&, const gait::har_model<7>&,
                                        std::span<const float>, const gait::model_info&,
                                        gait::precision);
