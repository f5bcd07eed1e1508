// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/weights/self_test.hpp>

#include "files/scratch.hpp"
#include "weights/tiny_model.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <map>
#include <string>
#include <vector>

using namespace gait;
using namespace gait_test;

namespace {
// W is (1 4; 2 5; 3 6), b is (7, 8, 9).
const std::vector<float> parameters{1, 2, 3, 4, 5, 6, 7, 8, 9};
using metadata = std::map<std::string, std::string>;

std::string check(const metadata& entries, const std::vector<float>& numbers = parameters) {
    scratch_folder folder;
    write_safetensors(folder / "x", {}, entries);
    return message_of(
        [&] { check_self_test(safetensors_file(folder / "x"), tiny_model{}, numbers); });
}

/// A question of one step, (1, 10), with this answer; right is (48, 60, 72).
metadata asking(const std::vector<float>& answer, const std::vector<float>& x = {1, 10}) {
    return {{"self_test_input", detail::base64_floats(x)},
            {"self_test_output", detail::base64_floats(answer)}};
}
} // namespace

TEST_CASE("the model is run as it is") {
    CHECK(run_once(tiny_model{}, parameters, std::vector<float>{1, 10}, 1) ==
          std::vector<float>{48, 60, 72});
    CHECK(run_once(tiny_model{}, parameters, std::vector<float>{1, 10, 0, 1}, 2) ==
          std::vector<float>{52, 65, 78});
}

TEST_CASE("a self-test is in fp32, whatever the model multiplies in") {
    // As a layer without `step` would be in bfloat16: roughly right.
    struct rough_model : tiny_model {
        product_precision products = product_precision::bf16;
        void forward(params<const float> w, view<const float, 2> x, view<float, 3> y,
                     tape<float> none, pass p) const {
            tiny_model::forward<float>(w, x, y, none, p);
            if (products != product_precision::fp32)
                y.eigen() *= 1.01F;
        }
    };
    CHECK(run_once(rough_model{}, parameters, std::vector<float>{1, 10}, 1) ==
          std::vector<float>{48, 60, 72});
}

TEST_CASE("a self-test passes, is repeatable, and has the window's length, within reason") {
    for (const auto& [window, floats] :
         {std::pair{200, 400}, {1, 2}, {0, 128}, {1'000'000, 2048}}) {
        metadata entries;
        add_self_test("w", entries, tiny_model{}, parameters, window);
        CHECK(check(entries).empty());
        const auto bytes = base64_decode(entries.at("self_test_input"));
        REQUIRE(bytes.has_value());
        CHECK(bytes->size() == static_cast<std::size_t>(floats) * 4);
        metadata again;
        add_self_test("w", again, tiny_model{}, parameters, window);
        CHECK(again == entries);
    }
}

TEST_CASE("an answer that differs by more than 1e-4 of itself fails, and says where") {
    CHECK(check({}).empty());
    CHECK(check(asking({48, 60, 72})).empty());
    CHECK(check(asking({48.003F, 60, 72})).empty());
    CHECK(says(check(asking({48, 60.5F, 72})), "self-test, output 1: expected 60.5"));
    CHECK(says(check(asking({48, 60, 72}), {1, 2, 3, 4, 5, 6, 7, 8, 9.1F}),
               "self-test, output 2: expected 72"));
    CHECK(says(check(asking({48, 60, std::numeric_limits<float>::quiet_NaN()})), "output 2"));
    CHECK(says(check(asking({48, 60, std::numeric_limits<float>::infinity()})), "output 2"));
}

TEST_CASE("a self-test that is no question with an answer is refused") {
    const auto one_of = [](std::string key, std::string value) {
        metadata entries = asking({48, 60, 72});
        entries[key] = std::move(value);
        return check(entries);
    };
    CHECK(says(one_of("self_test_input", "*"), R"("self_test_input": expected floats in base64)"));
    CHECK(says(one_of("self_test_input", "AAA="), "expected floats in base64")); // two bytes
    CHECK(says(one_of("self_test_input", ""), "expected 1 to 1024 steps of 2"));
    CHECK(says(check(asking({48, 60, 72}, {1, 2, 3})), "expected 1 to 1024 steps of 2"));
    CHECK(says(check(asking({48, 60, 72}, std::vector<float>(2050))), "steps of 2"));
    CHECK(says(check(asking({48, 60})), R"("self_test_output": expected 3 floats)"));
    metadata half = asking({48, 60, 72});
    half.erase("self_test_output");
    CHECK(says(check(half), R"("self_test_output": expected an entry)"));
    half = asking({48, 60, 72});
    half.erase("self_test_input");
    CHECK(says(check(half), R"("self_test_input": expected an entry)"));
}
