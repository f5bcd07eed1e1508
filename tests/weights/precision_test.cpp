// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/model/har.hpp>
#include <gait/weights/load.hpp>
#include <gait/weights/save.hpp>

#include "files/scratch.hpp"
#include "support/largest.hpp"
#include "weights/tiny_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

using namespace gait;
using namespace gait_test;

namespace {

using model = har_model<7>;

buffer<float> random_weights() {
    buffer<float> parameters(model::parameter_count);
    random_stream random(5, purpose::user);
    for (float& w : parameters)
        w = static_cast<float>(0.3 * random.normal());
    return parameters;
}

std::uint64_t tensor_bytes(const fs::path& path) {
    return safetensors_file(path).tensors().back().end;
}

// W = (1, 4; -2, 0; 3, 6) in bytes: rows of the scales 0.5, 0.25 and 2.
const std::vector<std::int8_t> bytes{2, 8, -8, 0, 1, 3};
const std::vector<std::uint16_t> scales{0x3800, 0x3400, 0x4000};
const std::vector<std::uint16_t> bias{0x3C00, 0xC000, 0x0001}; // 1, -2, 2^-24
const std::vector<float> second{0, 0, 0};

template <class T>
tensor_out halves_of(const std::string& name, std::vector<gait::index> shape,
                     const std::vector<T>& n) {
    return {name, dtype::f16, std::move(shape), std::as_bytes(std::span(n))};
}

std::vector<tensor_out> good_tensors() {
    return {tensor_out::of<std::int8_t>("0.weight", {3, 2}, bytes),
            halves_of("0.weight.scale", {3}, scales), halves_of("0.bias_ih", {3}, bias),
            tensor_out::of<float>("0.bias_hh", {3}, second)};
}

std::string loading(std::vector<tensor_out> tensors) {
    scratch_folder folder;
    write_safetensors(folder / "x", std::move(tensors), {});
    return message_of([&] { return load_weights<tiny_model>(folder / "x"); });
}

} // namespace

TEST_CASE(
    "a file by hand, bytes with scales and halves and floats side by side, means these numbers") {
    scratch_folder folder;
    write_safetensors(folder / "x", good_tensors(), {});
    const auto loaded = load_weights<tiny_model>(folder / "x");
    const std::vector<float> expected{1, -2, 2, 4, 0, 6, 1, -2, 0x1p-24F};
    CHECK(std::ranges::equal(loaded.parameters.span(), expected));
}

TEST_CASE("the reference model takes 134,542 bytes in halves and 70,556 in bytes") {
    scratch_folder folder;
    const auto weights = random_weights();
    save_weights(folder / "f16", model{}, weights.span(), {}, precision::f16);
    save_weights(folder / "i8", model{}, weights.span(), {}, precision::i8);
    CHECK(tensor_bytes(folder / "f16") == 2 * 67'271);
    CHECK(tensor_bytes(folder / "i8") == 66'176 + 2 * 1'095 + 2 * 1'095);
}

TEST_CASE("what comes back is as near as the precision allows") {
    scratch_folder folder;
    auto weights = random_weights();
    const model::params<float> params(weights.data());
    // One large weight coarsens its own row and no other; a row of zeros stays one.
    params.layer<1>().weight_hh(17, 3) = 50;
    params.layer<1>().weight_hh.row(18).setZero();

    save_weights(folder / "f16", model{}, weights.span(), {}, precision::f16);
    const auto halves = load_weights<model>(folder / "f16");
    for (gait::index i = 0; i < weights.size(); ++i) {
        const float w = weights[i], half = halves.parameters[i];
        CHECK(std::abs(half - w) <= std::max(std::abs(w) * 0x1p-11F, 0x1p-25F));
    }

    save_weights(folder / "i8", model{}, weights.span(), {}, precision::i8);
    const auto loaded = load_weights<model>(folder / "i8");
    const model::params<const float> found(loaded.parameters.data());
    const auto check_rows = [](const auto& wanted, const auto& got) {
        for (gait::index row = 0; row < wanted.rows(); ++row) {
            const float most = largest(wanted.row(row));
            const float worst = largest(wanted.row(row) - got.row(row));
            CHECK(worst <= 0.501F * most / 127);
            CHECK((most == 0 || worst > 0)); // or nothing was rounded
        }
    };
    check_rows(params.layer<0>().weight, found.layer<0>().weight);
    check_rows(params.layer<1>().weight_hh, found.layer<1>().weight_hh);
    check_rows(params.layer<2>().weight_ih, found.layer<2>().weight_ih);
    check_rows(params.layer<4>().weight, found.layer<4>().weight);
}

TEST_CASE("what was rounded once is not rounded again") {
    scratch_folder folder;
    const auto weights = random_weights();
    for (const precision p : {precision::f16, precision::i8}) {
        save_weights(folder / "once", model{}, weights.span(), {}, p);
        const auto once = load_weights<model>(folder / "once");
        save_weights(folder / "twice", model{}, once.parameters.span(), once.info, p);
        CHECK(read_all(folder / "once") == read_all(folder / "twice"));
    }
}

TEST_CASE("the self-test is of the rounded weights") {
    scratch_folder folder;
    auto weights = random_weights();
    save_weights(folder / "x", model{}, weights.span(), {}, precision::i8);
    std::string file = read_all(folder / "x");
    file.back() = static_cast<char>(file.back() ^ 0x40); // a weight of the last matrix
    write_all(folder / "x", file);
    CHECK(says(message_of([&] { return load_weights<model>(folder / "x"); }), "self-test"));
}

TEST_CASE("types, scales and shapes that don't go together are refused") {
    CHECK(loading(good_tensors()).empty());
    auto tensors = good_tensors();
    tensors.erase(tensors.begin() + 1);
    CHECK(says(loading(tensors), R"("0.weight.scale" F16 (3) is missing)"));
    tensors = good_tensors();
    tensors[1].shape = {1, 3};
    CHECK(says(loading(tensors), R"("0.weight.scale" is F16 (1, 3), not F16 (3))"));
    const std::vector<float> floats{1, 2, 3, 4, 5, 6};
    tensors = good_tensors();
    tensors[1] = tensor_out::of<float>("0.weight.scale", {3}, std::span(floats).first<3>());
    CHECK(says(loading(tensors), R"("0.weight.scale" is F32 (3), not F16 (3))"));
    tensors = good_tensors();
    tensors[0] = tensor_out::of<float>("0.weight", {3, 2}, floats);
    CHECK(says(loading(tensors), R"("0.weight.scale" F16 (3) is not in the model)"));
    tensors = good_tensors(); // no row of which a bias could have the scale
    tensors[2] = tensor_out::of<std::int8_t>("0.bias_ih", {3}, std::span(bytes).first<3>());
    CHECK(says(loading(tensors), R"("0.bias_ih" is I8 (3), not F32 (3))"));

    for (const auto bad : std::vector<std::uint16_t>{0x0000, 0x8000, 0xBC00, 0x7C00, 0x7E00}) {
        auto broken = scales;
        broken[1] = bad;
        tensors = good_tensors();
        tensors[1] = halves_of("0.weight.scale", {3}, broken);
        CHECK(says(loading(tensors), R"(tensor "0.weight.scale": expected finite scales above)"));
    }
    auto broken = bias;
    broken[1] = 0x7C00;
    tensors = good_tensors();
    tensors[2] = halves_of("0.bias_ih", {3}, broken);
    CHECK(says(loading(tensors), R"(tensor "0.bias_ih": expected finite numbers, found inf)"));
}

TEST_CASE("a number too large for a half is not saved") {
    scratch_folder folder;
    std::vector<float> numbers{1, 2, 3, 4, 5, 7e4F, 7, 8, 9};
    const auto saving = [&](precision p) {
        return message_of([&] { save_weights(folder / "x", tiny_model{}, numbers, {}, p); });
    };
    CHECK(says(saving(precision::f16), R"(tensor "0.weight": expected numbers up to 65504)"));
    CHECK(saving(precision::i8).empty()); // a scale of 551 and a byte of 127
    CHECK(load_weights<tiny_model>(folder / "x").parameters[5] ==
          doctest::Approx(7e4).epsilon(1e-3));
    numbers[8] = 7e4F;
    CHECK(says(saving(precision::i8), R"(tensor "0.bias_ih": expected numbers up to 65504)"));
    numbers = {1, 2, 3, 4, 5, 9e6F, 7, 8, 9};
    CHECK(says(saving(precision::i8), R"(tensor "0.weight": expected numbers up to 8319008)"));
}
