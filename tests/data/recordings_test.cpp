// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include "some_recordings.hpp"

#include <gait/data/recordings.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>

namespace {

/// What `validate` says about good recordings after `damage`.
std::string complaint(const std::function<void(gait::recordings&)>& damage) {
    auto r = gait_test::some_recordings({5, 6}, 2, 1);
    damage(r);
    try {
        gait::validate(r);
    } catch (const gait::error& e) {
        return e.what();
    }
    return "";
}

} // namespace

TEST_CASE("good recordings are good") {
    CHECK(complaint([](auto&) {}).empty());
}

TEST_CASE("every kind of damage is found and named") {
    using gait::recordings;
    constexpr auto most = std::numeric_limits<gait::index>::max();
    const auto says = [](const std::string& words, const auto& damage) {
        INFO(words);
        CHECK(complaint(damage).find(words) != std::string::npos);
    };
    says("rate: expected a positive", [](recordings& r) { r.rate_hz = 0; });
    says("rate: expected a positive", [](recordings& r) { r.rate_hz = std::nan(""); });
    says("classes: expected 1 to 255 names, found 0", [](recordings& r) { r.classes.clear(); });
    says("found 256", [](recordings& r) { r.classes.resize(256); });
    says("classes: expected different names, found 'sit' twice",
         [](recordings& r) { r.classes[0] = "sit"; });
    says("users: expected names in plain text, found an empty one",
         [](recordings& r) { r.users[1] = ""; });
    says("users: expected names in plain text, found control characters",
         [](recordings& r) { r.users[1] = "a\x1B[31m"; });
    says("3 numbers for each of 13 labels, found 38", [](recordings& r) { r.samples.pop_back(); });
    says("label 4: expected a class below 3, found 3", [](recordings& r) { r.labels[4] = 3; });
    says("sample 2: expected finite numbers", [](recordings& r) { r.samples[7] = INFINITY; });
    says("run 0: expected samples from 0 on", [](recordings& r) { r.runs[0].begin = -1; });
    says("run 1: expected samples from 5 on", [](recordings& r) { r.runs[1].begin = 4; });
    says("run 1: expected samples from 5 on, below 13", [](recordings& r) { r.runs[1].count = 8; });
    says("run 1", [](recordings& r) { r.runs[1].count = 0; });
    says("run 1", [=](recordings& r) { r.runs[1].count = most; });
    says("run 1", [=](recordings& r) { r.runs[1].begin = most; });
    says("run 0: expected a user below 2, found 2", [](recordings& r) { r.runs[0].user = 2; });
    says("run 0: expected a device below 1, found -1",
         [](recordings& r) { r.runs[0].device = -1; });
    says("run 1: expected a finite start",
         [](recordings& r) { r.runs[1].start_seconds = std::nan(""); });
}
