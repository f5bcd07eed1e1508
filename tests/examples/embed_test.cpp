// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// gait_embed on files that it refuses. What it makes of good ones is compiled and run in
// tests/inference/embedded.cpp.
#include <gait/files/safetensors.hpp>
#include <gait/layers.hpp>
#include <gait/model/sequential.hpp>
#include <gait/weights/save.hpp>

#include "examples/run.hpp"

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

using namespace gait_test;

namespace {

using model = gait::sequential<gait::lstm<3, 2>, gait::last_step<2>, gait::dense<2, 2>>;

void save(const scratch_folder& folder, const gait::model_info& info = {}) {
    const std::vector<float> numbers(model::parameter_count, 0.25F);
    gait::save_weights(folder / "good.safetensors", model{}, numbers, info);
}

/// A file without tensors that says it has this architecture.
outcome embed_only(const std::string& text) {
    const scratch_folder folder;
    gait::write_safetensors(folder / "bad.safetensors", {}, {{"architecture", text}});
    auto result = run(folder, "gait_embed", "bad.safetensors");
    CHECK(folder.entries() == 3); // the file and the two outputs: no header
    return result;
}

} // namespace

TEST_CASE("it writes the same header every time, named after the file or as told") {
    const scratch_folder folder;
    save(folder);
    CHECK(run(folder, "gait_embed", "good.safetensors").code == 0);
    const std::string header = read_all(folder / "good.hpp");
    CHECK(says(header, "namespace good {"));
    CHECK(
        says(header, "gait::sequential<gait::lstm<3, 2>, gait::last_step<2>, gait::dense<2, 2>>"));
    CHECK(run(folder, "gait_embed", "good.safetensors --name other -o x.h").code == 0);
    CHECK(says(read_all(folder / "x.h"), "namespace other {"));
    fs::rename(folder / "good.hpp", folder / "before");
    CHECK(run(folder, "gait_embed", "good.safetensors").code == 0);
    CHECK(read_all(folder / "before") == read_all(folder / "good.hpp"));
    CHECK(says(run(folder, "gait_embed", "--help").out, "--architecture"));
}

TEST_CASE("a file that doesn't say its layers needs to be told") {
    const scratch_folder folder;
    const std::vector<float> w{1, 2, 3, 4}, b{5, 6};
    gait::write_safetensors(folder / "plain.safetensors",
                            {gait::tensor_out::of<float>("0.weight", {2, 2}, w),
                             gait::tensor_out::of<float>("0.bias", {2}, b)},
                            {});
    const auto untold = run(folder, "gait_embed", "plain.safetensors");
    CHECK(untold.code == 1);
    CHECK(says(untold.err, "the model's layers, there or as --architecture"));
    const auto told =
        run(folder, "gait_embed", "plain.safetensors --architecture 'dense(2, 2, relu)'");
    CHECK(told.code == 0);
    // Rows in the file, columns in memory.
    CHECK(says(read_all(folder / "plain.hpp"), "{\n    1.0F, 3.0F, 2.0F, 4.0F, 5.0F, 6.0F,\n}"));
    const auto wrong =
        run(folder, "gait_embed", "plain.safetensors --architecture 'dense(2, 3, relu)'");
    CHECK(wrong.code == 1);
    CHECK(says(wrong.err, R"("0.weight" is F32 (2, 2), not F32 (3, 2); "0.bias" is F32 (2))"));
}

TEST_CASE("an architecture that isn't one is refused, however large or deep") {
    CHECK(says(embed_only("gru(3, 4)").err, R"(one of the layers dense, lstm)"));
    CHECK(says(embed_only("lstm(3, 4) | dense(5, 2, relu)").err, "a layer of 4 inputs"));
    CHECK(says(embed_only("dense(3, 4, swish)").err, "one of the activations"));
    CHECK(says(embed_only("lstm(3)").err, "','"));
    CHECK(says(embed_only("lstm(3, 4) and more").err, "the end, or | and a layer"));
    CHECK(says(embed_only("lstm(3, 4) |").err, "one of the layers"));
    CHECK(says(embed_only("lstm(3, -4)").err, "sizes from 1"));
    CHECK(says(embed_only("lstm(3, 99999999999999999999)").err, "sizes from 1"));
    std::string deep;
    for (int i = 0; i < 100'000; ++i)
        deep += "each_step(";
    CHECK(says(embed_only(deep).err, "one of the layers"));
    // Sizes that would be terabytes are asked of the file before they are of the machine.
    const auto huge = embed_only("lstm(1000000, 1000000)");
    CHECK(huge.code == 1);
    CHECK(says(huge.err, R"("0.weight_ih_l0" F32 (4000000, 1000000) is missing)"));
}

TEST_CASE("bad command lines and bad files are one line") {
    const scratch_folder folder;
    save(folder);
    CHECK(run(folder, "gait_embed", "").code == 2);
    CHECK(run(folder, "gait_embed", "good.safetensors --name").code == 2);
    CHECK(run(folder, "gait_embed", "good.safetensors good.safetensors").code == 2);
    CHECK(says(run(folder, "gait_embed", "good.safetensors --name 'a b'").err, "letters, digits"));
    CHECK(says(run(folder, "gait_embed", "good.safetensors --name int").err,
               "and no keyword, found 'int'"));
    fs::copy(folder / "good.safetensors", folder / "new.safetensors");
    CHECK(run(folder, "gait_embed", "new.safetensors").code == 0);
    CHECK(says(read_all(folder / "new_.hpp"), "namespace new_ {"));
    CHECK(says(run(folder, "gait_embed", "none.safetensors").err, "none.safetensors"));
    const std::string before = read_all(folder / "good.safetensors");
    CHECK(says(run(folder, "gait_embed", "good.safetensors -o ./good.safetensors").err,
               "another file than the weights"));
    CHECK(read_all(folder / "good.safetensors") == before);
    CHECK(says(run(folder, "gait_embed", "good.safetensors -o no/such/folder.hpp").err,
               "no/such/folder.hpp"));
    const std::array answer{0.0F, std::numeric_limits<float>::quiet_NaN()};
    std::map<std::string, std::string> metadata(
        gait::safetensors_file(folder / "good.safetensors").metadata());
    metadata["self_test_output"] = gait::detail::base64_floats(answer);
    std::vector<float> numbers(24, 0.25F);
    gait::write_safetensors(
        folder / "nan.safetensors",
        {gait::tensor_out::of<float>("0.weight_ih_l0", {8, 3}, numbers),
         gait::tensor_out::of<float>("0.weight_hh_l0", {8, 2}, std::span(numbers).first(16)),
         gait::tensor_out::of<float>("0.bias_ih_l0", {8}, std::span(numbers).first(8)),
         gait::tensor_out::of<float>("0.bias_hh_l0", {8}, std::span(numbers).first(8)),
         gait::tensor_out::of<float>("1.weight", {2, 2}, std::span(numbers).first(4)),
         gait::tensor_out::of<float>("1.bias", {2}, std::span(numbers).first(2))},
        metadata);
    CHECK(says(run(folder, "gait_embed", "nan.safetensors").err,
               "nan.safetensors, metadata \"self_test_output\": expected finite numbers"));
    CHECK_FALSE(fs::exists(folder / "nan.hpp"));
    write_all(folder / "good.safetensors", read_all(folder / "good.safetensors").substr(0, 900));
    const auto cut = run(folder, "gait_embed", "good.safetensors");
    CHECK(cut.code == 1);
    CHECK(cut.err.starts_with("gait_embed: good.safetensors"));
}
