// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// gait's half of check_with_torch.py, which trades weights files with PyTorch:
//
//   torch_exchange save WEIGHTS                   a model with random weights, saved
//   torch_exchange logits WEIGHTS WINDOWS LOGITS  what the model in WEIGHTS says of WINDOWS
//
// WINDOWS holds "windows" (T, R, 3), LOGITS "logits" (R, 7), F32 safetensors.
#include <gait/files/safetensors.hpp>
#include <gait/model/har.hpp>
#include <gait/weights/load.hpp>
#include <gait/weights/save.hpp>

#include <cstdio>
#include <exception>
#include <string_view>

namespace {

using model = gait::har_model<7>;
using gait::index;

void save(const char* path) {
    gait::buffer<float> parameters(model::parameter_count);
    model{}.init(model::params<float>(parameters.data()), {20170401, gait::purpose::initialise});
    const gait::model_info info{.classes = {"a", "b", "c", "d", "e", "f", "g"},
                                .rate_hz = 50,
                                .window_steps = 200,
                                .units = "m/s^2",
                                .mean = {0, 0, 9.8F},
                                .deviation = {1, 2, 3},
                                .extra = {}};
    gait::save_weights(path, model{}, parameters.span(), info);
}

void logits(const char* weights, const char* windows, const char* out) {
    const auto trained = gait::load_weights<model>(weights);
    gait::buffer<float> packed(model::packed<float>::size);
    trained.model.pack(model::params<const float>(trained.parameters.data()), packed.data());

    const gait::safetensors_file file(windows);
    const auto x = file.read<float>("windows", gait::dtype::f32, {-1, -1, 3});
    const auto& shape = file.find("windows")->shape;
    const gait::extents tile{shape[0], shape[1]};
    gait::buffer<float> tape(model::tape<float>::size(tile));
    gait::buffer<float> y(tile.rows * 7);
    trained.model.forward(model::packed<float>(packed.data()), {x.data(), tile},
                          {y.data(), {1, tile.rows}}, model::tape<float>(tape.data(), tile), {});
    gait::write_safetensors(
        out, {{"logits", gait::dtype::f32, {tile.rows, 7}, std::as_bytes(y.span())}}, {});
}

} // namespace

int main(int argc, char** argv) {
    try {
        const std::string_view what = argc > 1 ? argv[1] : "";
        if (what == "save" && argc == 3)
            save(argv[2]);
        else if (what == "logits" && argc == 5)
            logits(argv[2], argv[3], argv[4]);
        else
            return std::fputs("torch_exchange save WEIGHTS | logits WEIGHTS WINDOWS LOGITS\n",
                              stderr),
                   2;
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "torch_exchange: %s\n", problem.what());
        return 1;
    }
}
