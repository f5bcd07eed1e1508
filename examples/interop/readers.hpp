// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// One reader a format, one file a reader. Each takes a file that nobody has to trust and gives a
// network that `check` has passed, or throws gait::error: what gait can't represent is refused by
// its name.
#pragma once

#include "arrays.hpp"
#include "network.hpp"

#include <string>

namespace interop {

/// What a person may add to what the file says.
struct read_options {
    order_option layers; ///< see arrange(); for files that hold arrays only
    std::string output;  ///< the node that gives the logits; for graphs that end in several
};

/// gait's own files, or a PyTorch state.
network read_safetensors(const fs::path& path, const read_options& options);
/// A PyTorch state, saved by numpy.savez.
network read_npz(const fs::path& path, const read_options& options);
/// A frozen graph of TensorFlow 1 with its LSTMs unrolled.
network read_tensorflow(const fs::path& path, const read_options& options);
/// Keras 3: a model, or its weights alone.
network read_keras(const fs::path& path, const read_options& options);
network read_keras_weights(const fs::path& path, const read_options& options);
network read_onnx(const fs::path& path, const read_options& options);

/// By the ending of the file's name.
network read_any(const fs::path& path, const read_options& options);

} // namespace interop
