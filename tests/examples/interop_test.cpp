// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// gait_import and gait_export as programs. What they make of models is in tests/interop.
#include "run.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace gait_test;

TEST_CASE("a model isn't written over the one that is read") {
    if (!fs::exists(fs::path(GAIT_BIN_DIR) / "gait_import")) {
        MESSAGE("skipped: there is no protobuf or no HDF5");
        return;
    }
    const scratch_folder folder;
    write_all(folder / "x.onnx", "model");
    for (const std::string program : {"gait_import", "gait_export"}) {
        const auto result = run(folder, program, "x.onnx ./x.onnx");
        CHECK(result.code == 1);
        CHECK(says(result.err, program + ": ./x.onnx: expected another file than the "));
        CHECK(read_all(folder / "x.onnx") == "model");
    }
}
