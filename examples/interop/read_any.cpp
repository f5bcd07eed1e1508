// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include "readers.hpp"

namespace interop {

network read_any(const fs::path& path, const read_options& options) {
    const std::string ending = path.extension().string();
    if (!options.output.empty() && ending != ".pb")
        throw gait::error({path.string(), "", "no --output", "a file that has one output"});
    if (ending == ".safetensors")
        return read_safetensors(path, options);
    if (ending == ".npz")
        return read_npz(path, options);
    if (ending == ".pb")
        return read_tensorflow(path, options);
    if (ending == ".keras")
        return read_keras(path, options);
    if (ending == ".h5" || ending == ".hdf5")
        return read_keras_weights(path, options);
    if (ending == ".onnx")
        return read_onnx(path, options);
    throw gait::error({path.string(), "",
                       "a name that ends in .safetensors, .npz, .pb, .keras, .h5 or .onnx",
                       ending.empty() ? "no ending" : "'" + ending + "'"});
}

} // namespace interop
