// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/model/har.hpp>
#include <gait/weights/save.hpp>

#include "files/scratch.hpp"
#include "weights/tiny_model.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <limits>
#include <string>
#include <vector>

using namespace gait;
using namespace gait_test;

namespace {
const std::vector<float> numbers{1, 2, 3, 4, 5, 6, 7, 8, 9};
}

TEST_CASE("tensors are row-major, the second bias is zeros, metadata is all there") {
    scratch_folder folder;
    save_weights(folder / "x", tiny_model{}, numbers, {});
    CHECK(folder.entries() == 1);
    const safetensors_file file(folder / "x");
    CHECK(file.tensors().size() == 3);
    CHECK(file.read<float>("0.weight", dtype::f32, {3, 2}) == std::vector<float>{1, 4, 2, 5, 3, 6});
    CHECK(file.read<float>("0.bias_ih", dtype::f32, {3}) == std::vector<float>{7, 8, 9});
    CHECK(file.read<float>("0.bias_hh", dtype::f32, {3}) == std::vector<float>{0, 0, 0});
    CHECK(file.metadata().at("format") == "gait");
    CHECK(file.metadata().at("gait_version") == GAIT_VERSION);
    CHECK(file.metadata().at("architecture") == "tiny");
    CHECK(file.metadata().contains("self_test_input"));
    CHECK(file.metadata().contains("self_test_output"));
    // Saved twice is the same file.
    save_weights(folder / "y", tiny_model{}, numbers, {});
    CHECK(read_all(folder / "x") == read_all(folder / "y"));
}

TEST_CASE("the reference model is 269,084 bytes of tensors, every matrix at a multiple of 64") {
    using model = har_model<7>;
    scratch_folder folder;
    buffer<float> parameters(model::parameter_count);
    model{}.init(model::params<float>(parameters.data()), {3, purpose::initialise});
    save_weights(folder / "x", model{}, parameters.span(), {});
    std::uint64_t header = 0;
    std::memcpy(&header, read_all(folder / "x").data(), 8);
    CHECK((8 + header) % 64 == 0);
    CHECK(fs::file_size(folder / "x") == 8 + header + 269'084);
    const safetensors_file file(folder / "x");
    CHECK(file.tensors().size() == 12);
    std::uint64_t before = std::numeric_limits<std::uint64_t>::max();
    for (const tensor_info& t : file.tensors()) {
        CHECK(t.end - t.begin <= before); // large ones first
        before = t.end - t.begin;
        if (t.shape.size() == 2)
            CHECK(t.begin % 64 == 0);
    }
}

TEST_CASE("numbers that are not finite are not saved, and the old file stays") {
    scratch_folder folder;
    save_weights(folder / "x", tiny_model{}, numbers, {});
    const std::string before = read_all(folder / "x");
    for (const float bad :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        auto broken = numbers;
        broken[7] = bad;
        CHECK(says(message_of([&] { save_weights(folder / "x", tiny_model{}, broken, {}); }),
                   R"(x, tensor "0.bias_ih": expected finite numbers to save, found )"));
    }
    const std::vector<float> large(numbers.size(), 3e38F); // and so are the logits
    CHECK(says(message_of([&] { save_weights(folder / "x", tiny_model{}, large, {}); }),
               "x, self-test: expected weights that give finite logits, found "));
    CHECK(read_all(folder / "x") == before);
    CHECK(folder.entries() == 1);
}

TEST_CASE("an info that nobody could load isn't saved, and the old file stays") {
    scratch_folder folder;
    save_weights(folder / "x", tiny_model{}, numbers, {});
    const std::string before = read_all(folder / "x");
    const auto refused = [&](const auto& spoil) {
        model_info info;
        spoil(info);
        CHECK(says(message_of([&] { save_weights(folder / "x", tiny_model{}, numbers, info); }),
                   "x, metadata \""));
    };
    refused([](model_info& info) { info.classes = {"a", "a", "b"}; });
    refused([](model_info& info) { info.mean = {0}; });
    refused([](model_info& info) { info.mean = {0, 0}, info.deviation = {1, 0}; });
    refused([](model_info& info) { info.window_steps = longest_window + 1; });
    refused([](model_info& info) { info.temperature = 0; });
    CHECK(read_all(folder / "x") == before);
    CHECK(folder.entries() == 1);
}

TEST_CASE("places that can't be written are errors that name them") {
    scratch_folder folder;
    const auto saving = [](const fs::path& path) {
        return message_of([&] { save_weights(path, tiny_model{}, numbers, {}); });
    };
    CHECK(saving(folder.path()) ==
          folder.path().string() + ": expected a file that can be written, found a directory");
    CHECK(says(saving(folder / "none/x"), "'No such file or directory'"));
    CHECK(folder.entries() == 0);

    const small_disk disk("size=64k"); // the reference model is four times as large
    if (!disk) {
        MESSAGE("skipped: a small tmpfs needs root and the permission to mount");
        return;
    }
    using model = har_model<7>;
    const buffer<float> zeros(model::parameter_count);
    const auto path = disk.folder() / "x";
    CHECK(message_of([&] { save_weights(path, model{}, zeros.span(), {}); }) ==
          path.string() + ": expected a file that can be written, found 'No space left on device'");
    CHECK(disk.folder().entries() == 0);
}
