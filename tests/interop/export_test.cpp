// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The ways out. What other programs make of the files is checked by check_exports.py, which has to
// have those programs; here is what needs none.
#include <interop/models.hpp>
#include <interop/whole_file.hpp>

using namespace gait_test;

TEST_CASE("to ONNX and back: the same bytes") {
    const scratch_folder folder;
    for (const char* name : {"small.keras", "stacked.onnx"}) {
        CAPTURE(name);
        interop::network net = interop::read_any(saved(name), {});
        net.metadata["classes"] = R"(["a","b","c","d"])";
        net.metadata["scaling_mean"] = "[0.1,0.2,9.8]";
        net.metadata["scaling_deviation"] = "[1.0,2.0,3.0]";
        const fs::path before = folder / "before.safetensors", after = folder / "after.safetensors";
        interop::write_gait(before, net);
        interop::write_onnx(folder / "out.onnx", interop::read_any(before, {}));
        interop::write_gait(after, interop::read_any(folder / "out.onnx", {}));
        CHECK(read_all(before) == read_all(after));
    }
}

TEST_CASE("a model that keeps its steps, and one with every activation, come back from ONNX") {
    const scratch_folder folder;
    interop::network net = interop::read_any(saved("small.keras"), {});
    std::erase_if(net.layers, [](const interop::layer& one) {
        return std::holds_alternative<interop::last_step>(one);
    });
    std::get<interop::dense>(net.layers.front()).after = interop::activation::sigmoid;
    std::get<interop::dense>(net.layers.back()).after = interop::activation::relu;
    const std::string told = interop::description(net);
    CHECK(told == "each_step(dense(3, 7, sigmoid)) | lstm(7, 5) | lstm(5, 9) | "
                  "each_step(dense(9, 4, relu))");
    interop::write_onnx(folder / "out.onnx", net);
    const auto again = interop::read_any(folder / "out.onnx", {});
    CHECK(interop::description(again) == told);
    const std::vector<float> x(30, 0.5F);
    CHECK(interop::run(again, x) == interop::run(net, x));
    CHECK(interop::run(net, x).size() == 40);
}

TEST_CASE("PyTorch's file holds every number as it is") {
    const scratch_folder folder;
    const auto net = interop::read_any(saved("small.keras"), {});
    interop::write_torch(folder / "out.pt", net);
    const auto members = interop::read_zip(folder / "out.pt");
    CHECK(members.size() == 2 + 12); // data.pkl, version, and a member for each tensor
    const auto& first = std::get<interop::dense>(net.layers.front());
    CHECK(members.at("gait/data/0") ==
          std::string(reinterpret_cast<const char*>(first.weight.numbers.data()), 21 * 4));
    CHECK(says(members.at("gait/data.pkl"), "2.bias_hh_l0"));
}

TEST_CASE("the lines for PyTorch name every layer") {
    const std::string lines =
        interop::torch_snippet("a/out.pt", interop::read_any(saved("small.keras"), {}));
    CHECK(says(lines, "torch.tanh(self[0](x))"));
    CHECK(says(lines, "torch.nn.LSTM(5, 9)"));
    CHECK(says(lines, "torch.load(\"out.pt\")"));
}
