// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/weights/model_info.hpp>

#include "files/scratch.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

using namespace gait;
using namespace gait_test;

namespace {
using metadata = std::map<std::string, std::string>;

model_info read(const scratch_folder& folder, const metadata& entries) {
    write_safetensors(folder / "x", {}, entries);
    return read_model_info(safetensors_file(folder / "x"), 3, 2);
}
} // namespace

TEST_CASE("everything that is known comes back") {
    scratch_folder folder;
    const model_info info{.classes = {"sit", "stairs up"},
                          .rate_hz = 50.5,
                          .window_steps = 200,
                          .units = "m/s^2",
                          .mean = {0.1F, -2.5F, 9.81F},
                          .deviation = {1, 0.25F, 1e-3F},
                          .temperature = 1.625,
                          .up = {0, -0.6F, 0.8F},
                          .extra = {{"note", "from the attic"}}};
    const metadata entries = to_metadata("f", info);
    CHECK(entries.at("classes") == R"(["sit","stairs up"])");
    CHECK(entries.at("rate_hz") == "50.5");
    CHECK(entries.at("window_steps") == "200");
    CHECK(entries.at("units") == "m/s^2");
    CHECK(entries.at("temperature") == "1.625");
    const model_info found = read(folder, entries);
    CHECK(found.classes == info.classes);
    CHECK(found.rate_hz == info.rate_hz);
    CHECK(found.window_steps == info.window_steps);
    CHECK(found.units == info.units);
    CHECK(found.mean == info.mean);
    CHECK(found.deviation == info.deviation);
    CHECK(found.up == info.up);
    CHECK(found.temperature == info.temperature);
    CHECK(found.extra == info.extra);
}

TEST_CASE("what is not known is not written, and nothing is made of nothing") {
    scratch_folder folder;
    CHECK(to_metadata("f", {}).empty());
    const model_info found = read(folder, {{"format", "pt"}});
    CHECK(found.classes.empty());
    CHECK(found.rate_hz == 0);
    CHECK(found.window_steps == 0);
    CHECK(found.mean.empty());
    CHECK(found.deviation.empty());
    CHECK(found.up.empty());
    CHECK(found.temperature == 1);
    CHECK(found.extra.empty());
}

TEST_CASE("extra entries can't pass for gait's own") {
    model_info info;
    info.units = "g";
    info.extra = {{"units", "m/s^2"}, {"self_test_output", "x"}, {"rate_hz", "1"}};
    CHECK(to_metadata("f", info) == metadata{{"units", "g"}});
}

TEST_CASE("an info that doesn't fit the model or makes no sense is refused by key") {
    scratch_folder folder;
    const std::pair<metadata, std::string> all[] = {
        {{{"classes", R"(["a"])"}}, "classes"},
        {{{"classes", R"(["a","b","c"])"}}, "classes"},
        {{{"classes", "a,b"}}, "classes"},
        {{{"classes", R"(["a","a"])"}}, "classes"},
        {{{"classes", R"(["a",""])"}}, "classes"},
        {{{"classes", R"(["a","\u001b[31m"])"}}, "classes"},
        {{{"rate_hz", "0"}}, "rate_hz"},
        {{{"rate_hz", "-50"}}, "rate_hz"},
        {{{"rate_hz", "fast"}}, "rate_hz"},
        {{{"temperature", "0"}}, "temperature"},
        {{{"temperature", "-1"}}, "temperature"},
        {{{"temperature", "[1]"}}, "temperature"},
        {{{"window_steps", "0"}}, "window_steps"},
        {{{"window_steps", "1000000000000"}}, "window_steps"},
        {{{"window_steps", "2.5"}}, "window_steps"},
        {{{"scaling_mean", "[0,0,0]"}}, "scaling_deviation"},
        {{{"scaling_deviation", "[1,1,1]"}}, "scaling_mean"},
        {{{"scaling_mean", "[0,0]"}, {"scaling_deviation", "[1,1,1]"}}, "scaling_mean"},
        {{{"scaling_mean", "[0,0,0]"}, {"scaling_deviation", "[1,1]"}}, "scaling_deviation"},
        {{{"scaling_mean", "[0,0,0]"}, {"scaling_deviation", "[1,0,1]"}}, "scaling_deviation"},
        {{{"scaling_mean", "[0,0,0]"}, {"scaling_deviation", "[1,1,-1]"}}, "scaling_deviation"},
        {{{"scaling_mean", "[0,0,0]"}, {"scaling_deviation", "[1,1,1e-40]"}}, "scaling_deviation"},
        {{{"scaling_mean", "[0,1e9,0]"}, {"scaling_deviation", "[1,1e-30,1]"}},
         "scaling_deviation"},
        {{{"up", "[0,1]"}}, "up"},
        {{{"up", "[0,0,0]"}}, "up"},
        {{{"up", "[0,1,1]"}}, "up"},
        {{{"up", "[0,1,null]"}}, "up"},
        {{{"input_layout", "features_first"}, {"up", "[0,1,0]"}}, "input_layout"},
        {{{"scaling_mean", "[0,0,null]"}, {"scaling_deviation", "[1,1,1]"}}, "scaling_mean"}};
    for (const auto& bad : all) {
        const std::string text = message_of([&] { return read(folder, bad.first); });
        CHECK_MESSAGE(says(text, "metadata \"" + bad.second + "\": expected "), text, " for ",
                      bad.second);
    }
}

TEST_CASE("how windows lie is written where it isn't the usual way") {
    scratch_folder folder;
    model_info info;
    CHECK(!to_metadata("f", info).contains("input_layout"));
    CHECK(read(folder, {{"format", "gait"}}).layout == input_layout::steps_first);
    info.layout = input_layout::features_first;
    const metadata entries = to_metadata("f", info);
    CHECK(entries.at("input_layout") == "features_first");
    const model_info found = read(folder, entries);
    CHECK(found.layout == input_layout::features_first);
    CHECK(found.extra.empty());

    const auto says_of = [&](const metadata& wrong) {
        return message_of([&] { static_cast<void>(read(folder, wrong)); });
    };
    CHECK(says(says_of({{"input_layout", "sideways"}}),
               "\"input_layout\": expected steps_first or features_first, found \"sideways\""));
    CHECK(says(says_of({{"input_layout", "features_first"},
                        {"scaling_mean", "[0.0,0.0,9.8]"},
                        {"scaling_deviation", "[1.0,1.0,1.0]"}}),
               "as there is a scaling"));
}
