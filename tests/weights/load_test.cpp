// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/model/har.hpp>
#include <gait/weights/load.hpp>
#include <gait/weights/save.hpp>

#include "files/scratch.hpp"
#include "weights/tiny_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <string>
#include <vector>

using namespace gait;
using namespace gait_test;

namespace {
const std::vector<float> weight{1, 4, 2, 5, 3, 6}; // row-major
const std::vector<float> bias{7, 8, 9};
const std::vector<float> second{0.5F, 0, -1};

std::vector<tensor_out> good_tensors() {
    return {tensor_out::of<float>("0.weight", {3, 2}, weight),
            tensor_out::of<float>("0.bias_ih", {3}, bias),
            tensor_out::of<float>("0.bias_hh", {3}, second)};
}

std::string message(const fs::path& path) {
    return message_of([&] { return load_weights<tiny_model>(path); });
}

std::string loading(std::vector<tensor_out> tensors,
                    const std::map<std::string, std::string>& metadata = {}) {
    scratch_folder folder;
    write_safetensors(folder / "x", std::move(tensors), metadata);
    return message(folder / "x");
}
} // namespace

TEST_CASE("what was saved comes back to the bit, with what goes with it") {
    using model = har_model<7>;
    scratch_folder folder;
    buffer<float> parameters(model::parameter_count);
    model{}.init(model::params<float>(parameters.data()), {3, purpose::initialise});
    parameters[5] = -0.0F;
    const model_info info{.classes = {"a", "b", "c", "d", "e", "f", "g"},
                          .rate_hz = 50,
                          .window_steps = 200,
                          .units = "m/s^2",
                          .mean = {0.1F, 0, 9.8F},
                          .deviation = {1, 2, 3},
                          .extra = {{"trained_on", "a toy"}}};
    save_weights(folder / "x", model{}, parameters.span(), info);
    const auto loaded = load_weights<model>(folder / "x");
    REQUIRE(loaded.parameters.size() == model::parameter_count);
    CHECK(std::memcmp(loaded.parameters.data(), parameters.data(),
                      static_cast<std::size_t>(model::parameter_count) * sizeof(float)) == 0);
    CHECK(loaded.info.classes == info.classes);
    CHECK(loaded.info.window_steps == 200);
    CHECK(loaded.info.mean == info.mean);
    CHECK(loaded.info.extra == info.extra);
}

TEST_CASE("a plain file of PyTorch's loads: both biases count, the info is empty") {
    scratch_folder folder;
    write_safetensors(folder / "x", good_tensors(), {{"format", "pt"}});
    const auto loaded = load_weights<tiny_model>(folder / "x");
    const std::vector<float> expected{1, 2, 3, 4, 5, 6, 7.5F, 8, 8};
    CHECK(std::ranges::equal(loaded.parameters.span(), expected));
    CHECK(loaded.info.classes.empty());
    CHECK(loaded.info.extra.empty());
}

TEST_CASE("all that doesn't match is said in one error") {
    const std::vector<double> wide(6);
    const auto text = loading({tensor_out::of<double>("0.weight", {3, 2}, wide),
                               tensor_out::of<float>("0.bias_ih", {3, 1}, bias),
                               tensor_out::of<float>("1.bias", {3}, bias),
                               tensor_out::of<float>("strange\n", {1, 3}, bias)},
                              {{"architecture", "other"}});
    CHECK(says(text, "/x: expected the weights of tiny, found the architecture is \"other\"; "
                     "\"0.weight\" is F64 (3, 2), not F32 (3, 2); "
                     "\"0.bias_hh\" F32 (3) is missing; "
                     "\"0.bias_ih\" is F32 (3, 1), not F32 (3); "
                     "\"1.bias\" F32 (3) is not in the model; "
                     "\"strange\\n\" F32 (1, 3) is not in the model"));
    std::vector<tensor_out> many;
    for (int i = 0; i < 1000; ++i)
        many.push_back(tensor_out::of<float>(std::to_string(i), {3}, bias));
    const auto short_text = loading(many);
    CHECK(short_text.size() < 1500);
    CHECK(short_text.ends_with("; and 983 more"));
    CHECK(loading(good_tensors()).empty());
    CHECK(loading(good_tensors(), {{"architecture", "tiny"}}).empty());
    auto transposed = good_tensors();
    transposed[0].shape = {2, 3};
    CHECK(says(loading(transposed), R"("0.weight" is F32 (2, 3), not F32 (3, 2))"));
}

TEST_CASE("numbers that are not finite, a wrong self-test and a bad info are refused") {
    const std::vector<float> broken{7, std::numeric_limits<float>::quiet_NaN(), 9};
    auto tensors = good_tensors();
    tensors[1].bytes = std::as_bytes(std::span(broken));
    CHECK(says(loading(tensors), R"(tensor "0.bias_ih": expected finite numbers, found nan)"));

    const std::vector<float> large(3, 3e38F);
    tensors[1].bytes = tensors[2].bytes = std::as_bytes(std::span(large));
    CHECK(says(loading(tensors),
               R"(tensor "0.bias_hh": expected finite sums with what it is added )"
               "to, found inf"));

    std::map<std::string, std::string> metadata;
    add_self_test("w", metadata, tiny_model{}, std::vector<float>{1, 2, 3, 4, 5, 6, 7.5F, 8, 8},
                  10);
    CHECK(loading(good_tensors(), metadata).empty());
    add_self_test("w", metadata, tiny_model{}, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9}, 10);
    CHECK(says(loading(good_tensors(), metadata), "self-test, output 0"));

    CHECK(says(loading(good_tensors(), {{"classes", "[]"}}), R"(metadata "classes": expected)"));
}

TEST_CASE("weights cut at any byte of the header, and anywhere in the data, are refused") {
    scratch_folder folder;
    const auto path = folder / "x";
    save_weights(path, tiny_model{}, std::vector<float>(9, 1.5F), {});
    const auto size = fs::file_size(path);
    CHECK(message(path).empty());
    for (auto length = size; length-- > 0;) {
        fs::resize_file(path, length);
        CHECK_MESSAGE(says(message(path), ": expected "), "cut at ", length);
    }

    using model = har_model<7>;
    const buffer<float> zeros(model::parameter_count);
    save_weights(path, model{}, zeros.span(), {});
    const auto whole = fs::file_size(path);
    for (const unsigned less : {1U, 2U, 3U, 4U, 28U, 29U, 1000U, 100'000U, 269'083U, 269'084U}) {
        fs::resize_file(path, whole - less);
        CHECK(says(message_of([&] { return load_weights<model>(path); }), "bytes of data"));
    }
    fs::resize_file(path, whole); // zeros again: what is cut off stays off, but zeros it was
    CHECK(message_of([&] { return load_weights<model>(path); }).empty());
}

TEST_CASE("any flipped byte of the header is refused or harmless, never more") {
    scratch_folder folder;
    const auto path = folder / "x";
    model_info info;
    info.window_steps = 2;
    save_weights(path, tiny_model{}, std::vector<float>(9, 1.5F), info);
    const std::string whole = read_all(path);
    const std::size_t data = whole.size() - 48;
    for (std::size_t at = 0; at < data; ++at)
        for (const char flip : {'\x01', '\x20', '\x80'}) {
            std::string bytes = whole;
            bytes[at] = static_cast<char>(bytes[at] ^ flip);
            write_all(path, bytes);
            CHECK_NOTHROW(message(path)); // gait::error or nothing
        }
}

TEST_CASE("what is no file of weights is refused with the reason") {
    scratch_folder folder;
    CHECK(says(message(folder.path()), "expected a file, found a directory"));
    CHECK(says(message(folder / "none"), "'No such file or directory'"));
    write_all(folder / "x", "");
    CHECK(says(message(folder / "x"), "found an empty file"));
    write_all(folder / "x", std::string("\0\0\0\0\0\0\0\x10{}", 10)); // 2^60
    CHECK(message(folder / "x") == (folder / "x").string() +
                                       ": expected a header of 1152921504606846976 bytes, "
                                       "found a file of 10 bytes");
    write_all(folder / "x", "not a file of weights at all, but long enough to look like one");
    CHECK(says(message(folder / "x"), "expected a header of"));
}
