// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Files as other programs saved them, imported, loaded and run: the logits are those programs' own.
#include <interop/models.hpp>

#include <onnx.pb.h>

#include <algorithm>
#include <variant>

using namespace gait_test;

namespace {

/// Every tensor of two files of gait's, to the bit.
void check_same_tensors(const fs::path& a, const fs::path& b, float allowed = 0) {
    const gait::safetensors_file found(a), expected(b);
    REQUIRE(found.tensors().size() == expected.tensors().size());
    for (const auto& t : expected.tensors()) {
        CAPTURE(t.name);
        const auto theirs = expected.read<float>(t.name, gait::dtype::f32, t.shape);
        const auto ours = found.read<float>(t.name, gait::dtype::f32, t.shape);
        for (std::size_t i = 0; i < ours.size(); ++i)
            CHECK(std::abs(ours[i] - theirs[i]) <= allowed);
    }
}

void check_stacked(const fs::path& from, const interop::read_options& options) {
    CAPTURE(from);
    const scratch_folder folder;
    const golden_array windows(saved("stacked_golden.safetensors"), "windows");
    const golden_array logits(saved("stacked_golden.safetensors"), "logits");
    CHECK(largest_difference(logits_of<stacked_model>(imported(folder, from, options), windows),
                             logits.numbers) < tolerance);
    CHECK(folder.entries() == 1);
}

} // namespace

TEST_CASE("a PyTorch state with an nn.LSTM of two layers and both biases") {
    check_stacked(saved("stacked.safetensors"), stacked_layers);
}

TEST_CASE("the same state by numpy.savez") { check_stacked(saved("stacked.npz"), stacked_layers); }

TEST_CASE("the same model as PyTorch exports it to ONNX") {
    check_stacked(saved("stacked.onnx"), {});
}

TEST_CASE("an ONNX model that goes on from the LSTM's last hidden state, h_n[-1]") {
    interop::onnx::Model model;
    REQUIRE(model.ParseFromString(read_all(saved("stacked.onnx"))));
    auto& graph = *model.mutable_graph();
    int lstm = 0;
    for (int i = 0; i < graph.node_size(); ++i)
        lstm = graph.node(i).op_type() == "LSTM" ? i : lstm;
    auto& index = *graph.add_initializer();
    index.set_name("minus_one");
    index.set_data_type(7); // int64
    index.add_int64_data(-1);
    auto& gather = *graph.add_node();
    gather.set_op_type("Gather");
    gather.add_input(graph.node(lstm).output(1));
    gather.add_input("minus_one");
    gather.add_output("last");
    int behind = lstm + 1;
    while (graph.node(behind).op_type() != "Gemm")
        ++behind;
    graph.mutable_node(behind)->set_input(0, "last");
    graph.mutable_node()->DeleteSubrange(lstm + 1, behind - lstm - 1);
    const scratch_folder folder;
    write_all(folder / "changed.onnx", model.SerializeAsString());
    check_stacked(folder / "changed.onnx", {});
}

TEST_CASE("a Keras 3 model") {
    const scratch_folder folder;
    const fs::path ours = imported(folder, saved("small.keras"));
    check_same_tensors(ours, golden("small_weights.safetensors"));
    const golden_array windows(golden("small_golden.safetensors"), "windows");
    const golden_array logits(golden("small_golden.safetensors"), "logits");
    CHECK(largest_difference(logits_of<small_model>(ours, windows), logits.numbers) < tolerance);
}

TEST_CASE("a frozen TensorFlow graph: gates in order, the forget bias added") {
    const scratch_folder folder;
    const fs::path ours = imported(folder, saved("small.pb"));
    check_same_tensors(ours, golden("small_weights.safetensors"), 1e-7F);
    const golden_array windows(saved("small_pb_golden.safetensors"), "windows");
    const golden_array logits(saved("small_pb_golden.safetensors"), "logits");
    CHECK(largest_difference(logits_of<small_model>(ours, windows), logits.numbers) < tolerance);
    CHECK(gait::load_weights<small_model>(ours).info.window_steps == 4);
}

TEST_CASE("gait's own file comes through as it is") {
    const scratch_folder folder;
    const fs::path first = folder / "first.safetensors", second = folder / "second.safetensors";
    interop::network net = interop::read_any(saved("small.keras"), {});
    net.metadata["classes"] = R"(["a","b","c","d"])";
    net.metadata["note"] = "kept";
    interop::write_gait(first, net);
    interop::write_gait(second, interop::read_any(first, {}));
    CHECK(read_all(first) == read_all(second));
    CHECK(gait::load_weights<small_model>(second).info.extra.at("note") == "kept");
}

TEST_CASE("layers run in the order of their names when nobody says otherwise") {
    const scratch_folder folder;
    const interop::read_options told{{"0:tanh", "1", "2", "3"}, ""};
    const fs::path ours = imported(folder, golden("small_weights.safetensors"), told);
    check_same_tensors(ours, golden("small_weights.safetensors"));

    const std::string message = message_of(
        [] { static_cast<void>(interop::read_any(golden("small_weights.safetensors"), {})); });
    CHECK(says(message, "layer \"0\": expected its activation"));
    CHECK(says(message, "\"1\" lstm(7, 5)"));
}

TEST_CASE("metadata that gait could not read again is not put in place") {
    const scratch_folder folder;
    interop::network net = interop::read_any(saved("small.keras"), {});
    net.metadata["classes"] = R"(["one class for four outputs"])";
    CHECK_THROWS_AS(interop::write_gait(folder / "out.safetensors", net), gait::error);
    net.metadata.erase("classes");
    for (auto& one : net.layers)
        if (auto* l = std::get_if<interop::lstm>(&one))
            std::ranges::fill(l->bias, 50.0F); // all that it says is near 1
    std::ranges::fill(std::get<interop::dense>(net.layers.back()).weight.numbers, 3e38F);
    CHECK(says(message_of([&] { interop::write_gait(folder / "out.safetensors", net); }),
               "out.safetensors, self-test: expected weights that give finite logits"));
    CHECK(folder.entries() == 0);
}

TEST_CASE("a link to weights stays one, and what it leads to is replaced") {
    const scratch_folder folder;
    write_all(folder / "real.safetensors", "old");
    fs::create_symlink("real.safetensors", folder / "link.safetensors");
    interop::write_gait(folder / "link.safetensors", interop::read_any(saved("small.keras"), {}));
    CHECK(fs::is_symlink(folder / "link.safetensors"));
    CHECK(gait::load_weights<small_model>(folder / "real.safetensors").info.classes.empty());
    CHECK(folder.entries() == 2);
}
