// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// gait_quantize, as a person runs it. What rounding does to numbers is in weights/precision_test.
#include <gait/data/recordings_file.hpp>
#include <gait/model/har.hpp>
#include <gait/weights/load.hpp>
#include <gait/weights/save.hpp>

#include "examples/run.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

using namespace gait_test;

namespace {

using model = gait::har_model<6>;
const std::vector<std::string> names{"jog", "sit", "stairsdown", "stairsup", "stand", "walk"};

/// Weights that haven't learnt anything, and two people who do something.
void prepare(const scratch_folder& folder) {
    gait::buffer<float> parameters(model::parameter_count);
    model{}.init(model::params<float>(parameters.data()), {3, gait::purpose::initialise});
    gait::model_info info;
    info.classes = names;
    info.rate_hz = 50;
    info.window_steps = 40;
    gait::save_weights(folder / "w", model{}, parameters.span(), info);

    gait::recordings r;
    r.rate_hz = 50;
    r.classes = names;
    r.users = {"ann", "bob"};
    r.devices = {"phone"};
    const gait::index half = 600;
    gait::random_stream random(1, gait::purpose::user);
    for (gait::index i = 0; i < 2 * half; ++i) {
        for (int axis = 0; axis < 3; ++axis)
            r.samples.push_back(static_cast<float>(3 * random.normal()));
        r.labels.push_back(static_cast<std::uint8_t>(i / 100 % 6));
    }
    r.runs = {{0, half, 0, 0, 0}, {half, half, 1, 0, 0}};
    gait::save_recordings(folder / "r", r);
}

} // namespace

TEST_CASE("the file is smaller, loads, and is compared on the recordings") {
    const scratch_folder folder;
    prepare(folder);
    for (const std::string to : {"fp16", "int8"}) {
        const auto result =
            run(folder, "gait_quantize", "w -o small --to " + to + " --on r --hop 10");
        REQUIRE_MESSAGE(result.code == 0, result.err);
        CHECK(says(result.out, to == "int8" ? "small: 70488 bytes" : "small: 134412 bytes"));
        CHECK(says(result.out, "stairsdown"));
        CHECK(says(result.out, "changed their class"));
        const auto small = gait::load_weights<model>(folder / "small");
        CHECK(small.info.classes == names);
        CHECK(small.info.window_steps == 40);
    }
}

TEST_CASE("as JSON, of one user: what it says before is what the weights say") {
    const scratch_folder folder;
    prepare(folder);
    const auto both = run(folder, "gait_quantize", "w -o small --on r --hop 10 --json");
    const auto one = run(folder, "gait_quantize", "w -o small --on r --hop 10 --json --users bob");
    REQUIRE(both.code == 0);
    REQUIRE(one.code == 0);
    const auto of_both = nlohmann::json::parse(both.out), of_one = nlohmann::json::parse(one.out);
    CHECK(of_one["windows"].get<int>() == 57); // (600 - 40) / 10 + 1
    CHECK(of_both["windows"].get<int>() == 2 * 57);
    CHECK(of_both["before"]["classes"][4]["name"] == "stand");
    CHECK(of_both["changed"].get<int>() < 20);

    // Twice the same rounding changes nothing any more.
    REQUIRE(run(folder, "gait_quantize", "small -o again --on r --hop 10 --json").code == 0);
    const auto again = nlohmann::json::parse(read_all(folder / "out"));
    CHECK(again["changed"].get<int>() == 0);
    CHECK(again["before"] == of_both["after"]);
    CHECK(read_all(folder / "small") == read_all(folder / "again"));
}

TEST_CASE("what can't be done is one line, and no file") {
    const scratch_folder folder;
    prepare(folder);
    const auto complaint = [&](const std::string& words) {
        const auto result = run(folder, "gait_quantize", words);
        CHECK(result.code == 1);
        CHECK(result.err.starts_with("gait_quantize: "));
        CHECK(std::ranges::count(result.err, '\n') == 1);
        CHECK_FALSE(fs::exists(folder / "small"));
        return result.err;
    };
    const std::string before = read_all(folder / "w");
    CHECK(says(complaint("w -o ./w"), "another file than the weights"));
    CHECK(says(complaint("w -o r --on r"), "another file than the recordings"));
    CHECK(read_all(folder / "w") == before);
    CHECK(says(complaint("none -o small"), "none"));
    CHECK(says(complaint("w -o small --on none"), "none"));
    CHECK(says(complaint("w -o small --on w"), "w"));
    CHECK(says(complaint("w -o small --on r --users zoe"), "'zoe'"));
    auto seven = gait::load_recordings(folder / "r");
    seven.classes.push_back("one more");
    gait::save_recordings(folder / "r7", seven);
    gait::model_info nameless;
    nameless.rate_hz = 50;
    nameless.window_steps = 40;
    const gait::buffer<float> zeros(gait::har_model<6>::parameter_count);
    gait::save_weights(folder / "nameless", gait::har_model<6>{}, zeros.span(), nameless);
    CHECK(says(complaint("nameless -o small --on r7"),
               "r7, classes: expected 6, the outputs of nameless, found 7"));
    CHECK(run(folder, "gait_quantize", "w -o small --users ann").code == 2);
    for (const std::string to : {"int4", "1"}) {
        const auto result = run(folder, "gait_quantize", "w -o small --to " + to);
        CHECK(result.code == 2);
        CHECK(says(result.err, "gait_quantize: --to: expected one of fp16, int8, found '" + to));
    }
}
