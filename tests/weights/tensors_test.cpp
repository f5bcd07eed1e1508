// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/layers/dense.hpp>
#include <gait/model/har.hpp>
#include <gait/weights/tensors.hpp>

#include "weights/tiny_model.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

using namespace gait;
using namespace gait_test;

TEST_CASE("column-major in memory is row-major on disk") {
    std::vector<float> flat(9);
    std::iota(flat.begin(), flat.end(), 1.0F);
    const auto tensors = tensors_of<const float>(tiny_model::params<const float>(flat.data()));
    REQUIRE(tensors.size() == 3);
    CHECK(tensors[0].name == "0.weight");
    CHECK(tensors[0].shape() == std::vector<gait::index>{3, 2});
    // In memory the columns (1 2 3) and (4 5 6).
    CHECK(tensors[0].to_disk() == std::vector<float>{1, 4, 2, 5, 3, 6});
    CHECK(tensors[1].is_summand);
    CHECK(tensors[1].shape() == std::vector<gait::index>{3});
    CHECK(tensors[1].to_disk() == std::vector<float>{0, 0, 0});
    CHECK(tensors[2].to_disk() == std::vector<float>{7, 8, 9});
}

TEST_CASE("from disk, a tensor is set and a summand added") {
    std::vector<float> flat(9, 100);
    const auto tensors = tensors_of<float>(tiny_model::params<float>(flat.data()));
    tensors[0].from_disk(std::vector<float>{1, 4, 2, 5, 3, 6});
    tensors[2].from_disk(std::vector<float>{7, -0.0F, 9});
    tensors[1].from_disk(std::vector<float>{0.5F, 0, -1});
    CHECK(flat == std::vector<float>{1, 2, 3, 4, 5, 6, 7.5F, 0, 8});
    CHECK(std::signbit(flat[7])); // adding PyTorch's zeros changes no bit
}

TEST_CASE("the reference model's tensors have PyTorch's names and shapes") {
    std::vector<float> flat(static_cast<std::size_t>(har_model<7>::parameter_count));
    const auto tensors = tensors_of<const float>(har_model<7>::params<const float>(flat.data()));
    const std::vector<std::pair<std::string, std::vector<gait::index>>> expected{
        {"0.weight", {64, 3}},         {"0.bias", {64}},
        {"1.weight_ih_l0", {256, 64}}, {"1.weight_hh_l0", {256, 64}},
        {"1.bias_ih_l0", {256}},       {"1.bias_hh_l0", {256}},
        {"2.weight_ih_l0", {256, 64}}, {"2.weight_hh_l0", {256, 64}},
        {"2.bias_ih_l0", {256}},       {"2.bias_hh_l0", {256}},
        {"3.weight", {7, 64}},         {"3.bias", {7}}};
    REQUIRE(tensors.size() == expected.size());
    gait::index on_disk = 0;
    gait::index in_memory = 0;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        CHECK(tensors[i].name == expected[i].first);
        CHECK(tensors[i].shape() == expected[i].second);
        on_disk += tensors[i].count();
        in_memory += tensors[i].is_summand ? 0 : tensors[i].count();
    }
    CHECK(on_disk == 67'271);
    CHECK(in_memory == 66'759);
}

TEST_CASE("matrices of one column and of one row are still matrices") {
    std::vector<float> flat(12);
    std::iota(flat.begin(), flat.end(), 1.0F);
    const auto column = tensors_of<const float>(dense<1, 4>::params<const float>(flat.data()));
    CHECK(column[0].shape() == std::vector<gait::index>{4, 1});
    CHECK(column[0].to_disk() == std::vector<float>{1, 2, 3, 4});
    CHECK(column[1].shape() == std::vector<gait::index>{4});
    const auto row = tensors_of<const float>(dense<4, 1>::params<const float>(flat.data()));
    CHECK(row[0].shape() == std::vector<gait::index>{1, 4});
    CHECK(row[0].to_disk() == std::vector<float>{1, 2, 3, 4});
    CHECK(row[1].shape() == std::vector<gait::index>{1});
    const auto one = tensors_of<const float>(dense<1, 1>::params<const float>(flat.data()));
    CHECK(one[0].shape() == std::vector<gait::index>{1, 1});
    CHECK(one[1].shape() == std::vector<gait::index>{1});
    const auto lstm1 = tensors_of<const float>(lstm<1, 1>::params<const float>(flat.data()));
    CHECK(lstm1[0].shape() == std::vector<gait::index>{4, 1});
    CHECK(lstm1[1].shape() == std::vector<gait::index>{4, 1});
    CHECK(lstm1[2].shape() == std::vector<gait::index>{4});
}
