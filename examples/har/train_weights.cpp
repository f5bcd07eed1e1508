// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Weights before training and after it, of either number of classes; see train_models.hpp.
#include "train_models.hpp"

template void gait::save_weights(const std::filesystem::path&, const gait::har_model<6>&,
                                 std::span<const float>, const gait::model_info&, gait::precision);
template gait::trained_model<gait::har_model<6>> gait::load_weights(const std::filesystem::path&,
                                                                    const gait::har_model<6>&);

template void gait::save_weights(const std::filesystem::path&, const gait::har_model<7>&,
                                 std::span<const float>, const gait::model_info&, gait::precision);
template gait::trained_model<gait::har_model<7>> gait::load_weights(const std::filesystem::path&,
                                                                    const gait::har_model<7>&);
