// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include "state.hpp"
#include "writers.hpp"

#include <gait/core/random.hpp>
#include <gait/files/base64.hpp>
#include <gait/files/safetensors.hpp>
#include <gait/weights/model_info.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>

namespace interop {

namespace {

/// Steps of the self-test's window: those of the model, within reason.
index test_steps(const network& net) {
    const auto told = net.metadata.find("window_steps");
    const long steps = told == net.metadata.end() ? 64 : std::atol(told->second.c_str());
    return std::clamp<index>(steps, 1, 1024);
}

std::string base64(const std::vector<float>& numbers) {
    return gait::base64_encode(std::as_bytes(std::span(numbers)));
}

} // namespace

void write_gait(const fs::path& path, const network& net) {
    std::vector<float> x(static_cast<std::size_t>(test_steps(net) * inputs_of(net)));
    gait::random_stream random(0, gait::purpose::user);
    for (float& number : x)
        number = static_cast<float>(random.normal());

    auto metadata = net.metadata;
    metadata["format"] = "gait";
    metadata["gait_version"] = GAIT_VERSION;
    metadata["architecture"] = description(net);
    const auto answer = run(net, x);
    for (const float y : answer)
        if (!std::isfinite(y))
            throw gait::error(
                {path.string(), "self-test", "weights that give finite logits", std::to_string(y)});
    metadata["self_test_input"] = base64(x);
    metadata["self_test_output"] = base64(answer);
    // Metadata may come from the foreign file; only what gait can read again is written.
    static_cast<void>(gait::read_model_info(gait::metadata_reader(path, metadata), inputs_of(net),
                                            outputs_of(net)));

    const auto arrays = state_of(net);
    std::vector<gait::tensor_out> tensors;
    for (const auto& [name, a] : arrays)
        tensors.push_back(
            gait::tensor_out::of<float>(name, a.shape, std::span<const float>(a.numbers)));

    gait::write_safetensors(path, std::move(tensors), metadata);
}

} // namespace interop
