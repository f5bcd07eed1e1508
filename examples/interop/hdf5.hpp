// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#pragma once

#include "arrays.hpp"

#include <string>

namespace interop {

/// Every dataset in an HDF5 file given as `bytes`, by its path in the file: "layers/dense/vars/0".
/// Plain ones only: numbers in float or double, stored in one piece, unpacked. Links to elsewhere
/// are refused, above all to other files. `path` is for messages. Throws gait::error.
named_arrays read_hdf5(const fs::path& path, const std::string& bytes);

} // namespace interop
