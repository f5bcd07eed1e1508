// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include "files/scratch.hpp"
#include "some_recordings.hpp"

#include <gait/data/recordings_file.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>

using gait_test::message_of;
using gait_test::says;
using gait_test::some_recordings;

namespace {

using metadata = std::map<std::string, std::string>;

/// A file with good tensors and the metadata of `some_recordings`, after `change`.
template <class Change>
std::string complaint_about(const Change& change) {
    const gait_test::scratch_folder folder;
    gait::save_recordings(folder / "good", some_recordings({5, 6}));
    const gait::safetensors_file good(folder / "good");
    metadata values = good.metadata();
    auto samples = good.read<float>("samples", gait::dtype::f32, {-1, 3});
    auto labels = good.read<std::uint8_t>("labels", gait::dtype::u8, {-1});
    auto runs = good.read<std::int64_t>("runs", gait::dtype::i64, {-1, 4});
    auto starts = good.read<double>("starts", gait::dtype::f64, {-1});
    change(values, samples, labels, runs, starts);
    const auto rows = [](const auto& v, std::size_t width) {
        return static_cast<gait::index>(v.size() / width);
    };
    using gait::tensor_out;
    gait::write_safetensors(folder / "bad",
                            {tensor_out::of<float>("samples", {rows(samples, 3), 3}, samples),
                             tensor_out::of<std::uint8_t>("labels", {rows(labels, 1)}, labels),
                             tensor_out::of<std::int64_t>("runs", {rows(runs, 4), 4}, runs),
                             tensor_out::of<double>("starts", {rows(starts, 1)}, starts)},
                            values);
    return message_of([&] { static_cast<void>(gait::load_recordings(folder / "bad")); });
}

} // namespace

TEST_CASE("that each device kept its own rate is kept") {
    const gait_test::scratch_folder folder;
    auto r = some_recordings({30});
    r.native = true;
    gait::save_recordings(folder / "native", r);
    CHECK(gait::load_recordings(folder / "native").native);
    CHECK(says(complaint_about([](metadata& values, auto&...) { values["rate"] = "fast"; }),
               R"(metadata "rate": expected "native", found "fast")"));
}

TEST_CASE("recordings come back as they were") {
    const gait_test::scratch_folder folder;
    auto r = some_recordings({30, 7, 12}, 3, 2);
    r.rate_hz = 49.9;
    r.classes = {"gehen", "stehen", "\xC3\xA4ndern, \"x\""};
    r.runs[1].start_seconds = 1424696633.908;
    const auto path = folder / "prepared.safetensors";
    gait::save_recordings(path, r);
    CHECK(folder.entries() == 1);
    const auto back = gait::load_recordings(path);
    CHECK(back.rate_hz == 49.9);
    CHECK(!back.native);
    CHECK(back.units == r.units);
    CHECK(back.classes == r.classes);
    CHECK(back.users == r.users);
    CHECK(back.devices == r.devices);
    CHECK(back.samples == r.samples);
    CHECK(back.labels == r.labels);
    CHECK(back.source == path.string());
    REQUIRE(back.runs.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(back.runs[i].begin == r.runs[i].begin);
        CHECK(back.runs[i].count == r.runs[i].count);
        CHECK(back.runs[i].user == r.runs[i].user);
        CHECK(back.runs[i].start_seconds == r.runs[i].start_seconds);
    }
}

TEST_CASE("a file is not trusted") {
    CHECK(complaint_about([](auto&&...) {}).empty());
    CHECK(says(complaint_about([](metadata& m, auto&&...) { m["format"] = "gait"; }),
               R"(metadata "format": expected "gait recordings", found "gait")"));
    CHECK(says(complaint_about([](metadata& m, auto&&...) { m.erase("format"); }),
               R"(metadata "format": expected an entry, found none)"));
    CHECK(says(complaint_about([](metadata& m, auto&&...) { m["rate_hz"] = "\"fast\""; }),
               R"(metadata "rate_hz": expected a number)"));
    CHECK(says(complaint_about([](metadata& m, auto&&...) { m["rate_hz"] = "-50"; }),
               R"(metadata "rate_hz": expected a number from 0)"));
    CHECK(says(complaint_about([](metadata& m, auto&&...) { m["classes"] = "[\"sit\", 3]"; }),
               R"(metadata "classes": expected a list of texts)"));
    CHECK(says(complaint_about([](metadata& m, auto&&...) { m["users"] = "[[["; }),
               R"(metadata "users": expected a number or a plain list)"));
    CHECK(says(complaint_about([](metadata& m, auto&&...) { m["devices"] = "[]"; }),
               "run 0: expected a device below 0, found 0"));
    CHECK(says(complaint_about([](auto&, auto&, auto& labels, auto&&...) { labels[3] = 9; }),
               "label 3: expected a class below 3, found 9"));
    CHECK(says(complaint_about([](auto&, auto& samples, auto&&...) { samples[4] = NAN; }),
               "sample 1: expected finite numbers"));
    CHECK(says(complaint_about([](auto&, auto& samples, auto&&...) { samples.resize(30); }),
               "3 numbers for each of 11 labels, found 30"));
    CHECK(says(complaint_about(
                   [](auto&, auto&, auto&, auto& runs, auto&) { runs[1] = std::int64_t{1} << 62; }),
               "run 0: expected samples from 0 on, below 11"));
    CHECK(says(complaint_about([](auto&, auto&, auto&, auto& runs, auto&) {
                   runs[2] = std::int64_t{1} << 32; // as an int it would be user 0
               }),
               "run 0: expected a user below 2"));
    CHECK(says(complaint_about([](auto&, auto&, auto&, auto&, auto& starts) { starts.pop_back(); }),
               "runs"));
}

TEST_CASE("a directory, no file, a file that is something else") {
    const gait_test::scratch_folder folder;
    const auto load = [&](const auto& path) {
        return message_of([&] { static_cast<void>(gait::load_recordings(path)); });
    };
    CHECK(says(load(folder.path()), "found a directory"));
    CHECK(says(load(folder / "none"), "none: expected a file that can be read"));
    gait_test::write_all(folder / "text", "Index,Arrival_Time\n1,2\n");
    CHECK(!load(folder / "text").empty());
}
