// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The ways out. Files are written beside their place and renamed; gait::error if the disk refuses.
#pragma once

#include "network.hpp"

#include <string>

namespace interop {

/// gait's own file: PyTorch's names and layouts as safetensors, the architecture, and a self-test
/// whose answer `run` computed, so that whoever loads the file compares gait's kernels with it.
void write_gait(const fs::path& path, const network& net);

/// ONNX, operators of version 14: x (N, T, F) -> logits (N, K), or (N, T, K) where the steps are
/// kept.
void write_onnx(const fs::path& path, const network& net);

/// What torch.load reads: a dict of tensors with the names that gait's own file has.
void write_torch(const fs::path& path, const network& net);
/// Python that puts such a file to use.
std::string torch_snippet(const fs::path& path, const network& net);

} // namespace interop
