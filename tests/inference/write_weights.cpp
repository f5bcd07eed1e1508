// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// write_weights f32|f16|i8|aligned FILE: the odd model's weights for the test that embeds them;
// aligned: in floats, of windows that are aligned with gravity.
#include <gait/weights/save.hpp>

#include <inference/models.hpp>

#include <string>

int main(int argc, char** argv) {
    if (argc != 3)
        return 2;
    const std::string type = argv[1];
    gait::model_info info{.classes = {"walk", "\"sit\\", "st\xC3\xA4nd0", "?"},
                          .rate_hz = 31.25,
                          .window_steps = 20,
                          .units = "m/s\n2",
                          .mean = gait_test::raw_units().mean,
                          .deviation = gait_test::raw_units().deviation,
                          .temperature = 0.75,
                          .extra = {}};
    if (type == "aligned")
        info.up = {0, -0.6F, 0.8F};
    gait::save_weights(argv[2], gait_test::odd_model{}, gait_test::random_parameters().span(), info,
                       type == "i8"    ? gait::precision::i8
                       : type == "f16" ? gait::precision::f16
                                       : gait::precision::f32);
    return 0;
}
