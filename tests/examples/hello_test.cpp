// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The two programs that the documents quote: they run, learn what they say, and stay short.
#include "run.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

using namespace gait_test;

namespace {
/// The number that follows the last `words` in `text`.
double number_after(const std::string& text, std::string_view words) {
    const auto at = text.rfind(words);
    REQUIRE_MESSAGE(at != text.npos, text);
    return std::stod(text.substr(at + words.size()));
}
} // namespace

TEST_CASE("hello learns and saves its weights") {
    const scratch_folder folder;
    const outcome done = run(folder, "hello");
    CHECK_MESSAGE(done.code == 0, done.err);
    CHECK(number_after(done.out, "right on new windows: ") > 90);

    // lstm(1, 16): 4 * 16 * (1 + 16 + 2) with both biases, dense(16, 2): 34; 4 bytes each.
    const std::string file = read_all(folder / "hello.safetensors");
    CHECK(file.size() > 4 * (64 * 19 + 34));
    CHECK(says(file, "0.weight_ih_l0"));
    CHECK(says(file, "1.bias"));
}

TEST_CASE("hello's main is 15 lines or fewer") {
    const std::string text = read_all(GAIT_SOURCE_DIR "/examples/hello/hello.cpp");
    const auto from = text.find("int main()");
    REQUIRE(from != text.npos);
    CHECK(std::count(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), '\n') <= 15);
}

TEST_CASE("custom_layer's gradient is right and its filter learns to look back") {
    const scratch_folder folder;
    const outcome done = run(folder, "custom_layer");
    CHECK_MESSAGE(done.code == 0, done.err);
    CHECK(number_after(done.out, "worst relative error ") < 1e-6);
    CHECK(number_after(done.out, "right on new windows: ") < 85); // after one epoch
    CHECK(number_after(done.out, "% after epoch 1, ") > 95);
    CHECK(number_after(done.out, "to look back ") > 10);
}
