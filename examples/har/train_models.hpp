// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Training for six and for seven classes is compiled in a file each, train_six.cpp and
// train_seven.cpp, and what reads and writes weights in train_weights.cpp, at the same time as the
// program around them.
#pragma once

#include <gait/data/batches.hpp>
#include <gait/layers/dropout.hpp>
#include <gait/model/har.hpp>
#include <gait/training/calibration.hpp>
#include <gait/training/trainer.hpp>
#include <gait/weights/load.hpp>
#include <gait/weights/save.hpp>

namespace har {

/// The reference model while it is trained: a part of the last hidden state may be dropped, and of
/// what the first LSTM tells the second. It has the reference model's parameters, begins with those
/// that it would begin with, and is saved as that.
template <gait::index Classes>
struct model_in_training
    : gait::sequential<gait::each_step<gait::dense<3, 64, gait::relu>>, gait::lstm<64, 64>,
                       gait::each_step<gait::dropout<64>>, gait::lstm<64, 64>, gait::last_step<64>,
                       gait::dropout<64>, gait::dense<64, Classes>> {
    using reference = gait::har_model<Classes>;
    using model_in_training::sequential::sequential;

    template <class T>
    void init(typename model_in_training::sequential::template params<T> p,
              gait::random_stream random) const {
        reference{}.init(typename reference::template params<T>(p.template begin<0>()), random);
    }
};

template <gait::index Classes>
model_in_training<Classes> in_training(const gait::har_model<Classes>&, double dropped,
                                       double between, gait::product_precision products) {
    return model_in_training<Classes>({}, {products}, {{static_cast<float>(between), true}},
                                      {products}, {}, {static_cast<float>(dropped)}, {});
}

} // namespace har

extern template gait::fit_result gait::fit(const har::model_in_training<6>&,
                                           const gait::recorded_windows&,
                                           const gait::recorded_windows&, const gait::fit_options&,
                                           const gait::callbacks&, gait::any_communicator);
extern template gait::evaluation gait::evaluate(const har::model_in_training<6>&,
                                                std::span<const float>,
                                                const gait::recorded_windows&,
                                                const gait::cross_entropy&, int,
                                                gait::any_communicator, gait::index);
extern template gait::labelled_logits gait::logits_of(const har::model_in_training<6>&,
                                                      std::span<const float>,
                                                      const gait::recorded_windows&, int,
                                                      gait::any_communicator, gait::index);
extern template void gait::save_weights(const std::filesystem::path&, const gait::har_model<6>&,
                                        std::span<const float>, const gait::model_info&,
                                        gait::precision);
extern template gait::trained_model<gait::har_model<6>>
gait::load_weights(const std::filesystem::path&, const gait::har_model<6>&);

extern template gait::fit_result gait::fit(const har::model_in_training<7>&,
                                           const gait::recorded_windows&,
                                           const gait::recorded_windows&, const gait::fit_options&,
                                           const gait::callbacks&, gait::any_communicator);
extern template gait::evaluation gait::evaluate(const har::model_in_training<7>&,
                                                std::span<const float>,
                                                const gait::recorded_windows&,
                                                const gait::cross_entropy&, int,
                                                gait::any_communicator, gait::index);
extern template gait::labelled_logits gait::logits_of(const har::model_in_training<7>&,
                                                      std::span<const float>,
                                                      const gait::recorded_windows&, int,
                                                      gait::any_communicator, gait::index);
extern template void gait::save_weights(const std::filesystem::path&, const gait::har_model<7>&,
                                        std::span<const float>, const gait::model_info&,
                                        gait::precision);
extern template gait::trained_model<gait::har_model<7>>
gait::load_weights(const std::filesystem::path&, const gait::har_model<7>&);
