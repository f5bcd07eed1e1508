// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include "files/scratch.hpp"
#include "some_csv.hpp"
#include "support/shared_data.hpp"

#include <gait/core/random.hpp>
#include <gait/data/hhar_csv.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

using gait_test::hhar_header;
using gait_test::message_of;

namespace {

struct kept {
    gait::hhar_row row;
    std::string user, device, label;
};

std::vector<kept> read(std::string_view text, bool labels_needed = true, std::size_t size = 7) {
    std::vector<kept> rows;
    gait::hhar_csv csv("walk.csv", labels_needed);
    const auto keep = [&](const gait::hhar_row& row) {
        rows.push_back(
            {row, std::string(row.user), std::string(row.device), std::string(row.label)});
    };
    for (std::size_t i = 0; i < text.size(); i += size)
        csv.feed(std::span(text).subspan(i, std::min(size, text.size() - i)), keep);
    csv.finish(keep);
    return rows;
}

std::string complaint(std::string_view text) {
    return message_of([&] { static_cast<void>(read(text)); });
}

const std::string good_row = "0,1424696633908,1424696631913248572,-5.9,0.6,8.1,a,nexus4,nexus4_1,"
                             "stand\n";

} // namespace

TEST_CASE("rows with and without a header") {
    for (const std::string& text : {hhar_header + good_row, good_row, good_row.substr(0, 80)}) {
        const auto rows = read(text);
        REQUIRE(rows.size() == 1);
        CHECK(rows[0].row.number == 0);
        CHECK(rows[0].row.arrival_ms == 1424696633908);
        CHECK(rows[0].row.creation_ns == 1424696631913248572);
        CHECK(!rows[0].row.creation_damaged);
        CHECK(rows[0].row.xyz == std::array<float, 3>{-5.9F, 0.6F, 8.1F});
        CHECK(rows[0].user == "a");
        CHECK(rows[0].device == "nexus4_1");
    }
    CHECK(read(hhar_header + good_row)[0].label == "stand");
}

TEST_CASE("columns are found by name, in any order, others between them") {
    const auto rows = read("gt,z,y,x,comment,Device,User,Creation_Time,Arrival_Time\r\n"
                           "walk,3,2,1,\"hm\",d,\"u\",27920678471000,1424696638740\r\n\r\n"
                           "sit,6,5,4,,e,v,27920678471001,1424696638741");
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].label == "walk");
    CHECK(rows[0].user == "u");
    CHECK(rows[1].device == "e");
    CHECK(rows[1].row.xyz == std::array<float, 3>{4, 5, 6});
    CHECK(rows[1].row.creation_ns == 27920678471001);
    CHECK(rows[1].row.number == 1); // there is no Index: the place in the file
}

TEST_CASE("a time that a spreadsheet damaged is read and marked") {
    std::string row = good_row;
    row.replace(row.find("1424696631913248572"), 19, "1.42469663191325E+018");
    const auto rows = read(row);
    CHECK(rows[0].row.creation_damaged);
    CHECK(std::abs(rows[0].row.creation_ns - 1424696631913250000) < 1000);
}

TEST_CASE("labels may be missing where nobody needs them") {
    const std::string text = "Arrival_Time,Creation_Time,x,y,z,User,Device\n1,2,3,4,5,a,b\n";
    CHECK(read(text, false)[0].label.empty());
    CHECK(complaint(text) == "walk.csv, line 1: expected a header with the columns gt, found "
                             "'Arrival_Time,Creation_Time,x,y,z,User,De...'");
}

TEST_CASE("bad files: one clear error each") {
    CHECK(complaint("") ==
          "walk.csv, line 1: expected a row of accelerometer data, found an empty file");
    CHECK(complaint(hhar_header) == "walk.csv, line 2: expected a row of accelerometer data, found "
                                    "the end of the file after the header");
    CHECK(complaint("\n \n") ==
          "walk.csv, line 3: expected a row of accelerometer data, found blank lines alone");
    CHECK(complaint("Index,Arrival_Time,Creation_Time,x,y,User,Model,Device\n") ==
          "walk.csv, line 1: expected a header with the columns z, gt, found "
          "'Index,Arrival_Time,Creation_Time,x,y,Use...'");
    CHECK(complaint("x,y,z,x\n") == "walk.csv, line 1, column x: expected one column of this name, "
                                    "found two");
    CHECK(complaint("1,2,3\n") == "walk.csv, line 1: expected 10 columns, found 3");
    CHECK(complaint(hhar_header + good_row + "1,2,3\n") ==
          "walk.csv, line 3: expected 10 columns, found 3");
}

TEST_CASE("bad values: one clear error each") {
    const auto with = [](const std::string& from, const std::string& to) {
        std::string row = good_row;
        row.replace(row.find(from), from.size(), to);
        return complaint(hhar_header + good_row + row);
    };
    const std::string at = "walk.csv, line 3, column ";
    CHECK(with("0.6", "wet") == at + "y: expected a number, found 'wet'");
    CHECK(with("0.6", "0.6m") == at + "y: expected a number, found '0.6m'");
    CHECK(with("0.6", "") == at + "y: expected a number, found ''");
    CHECK(with("-5.9", "nan") == at + "x: expected a finite number, found 'nan'");
    CHECK(with("8.1", "-inf") == at + "z: expected a finite number, found '-inf'");
    CHECK(with("8.1", "1e39") == at + "z: expected a finite number, found '1e39'");
    CHECK(with("8.1", "-3e38") == at + "z: expected a number from -1e15 to 1e15, found '-3e38'");
    CHECK(with("8.1", "2000000000000000") ==
          at + "z: expected a number from -1e15 to 1e15, found '2000000000000000'");
    CHECK(with("0,", "-1,") == at + "Index: expected a whole number from 0 to 4294967295, "
                                    "found '-1'");
    CHECK(with("1424696633908", "soon") ==
          at + "Arrival_Time: expected a whole number from -4000000000000 to 4000000000000, "
               "found 'soon'");
    CHECK(with("1424696631913248572", "noon") ==
          at + "Creation_Time: expected a time in nanoseconds, found 'noon'");
    CHECK(with("1424696631913248572", "1e300") ==
          at + "Creation_Time: expected a time in nanoseconds, found '1e300'");
    CHECK(with("1424696631913248572", "9223372036854775807") ==
          at + "Creation_Time: expected a time in nanoseconds below 4e18, found "
               "'9223372036854775807'");
    CHECK(with("stand", "") == at + "gt: expected a name of 1 to 256 bytes, found nothing");
    CHECK(with(",a,", ",,") == at + "User: expected a name of 1 to 256 bytes, found nothing");
    CHECK(with("stand", "st\x01nd") == at + "gt: expected a name that can be printed, found "
                                            "'st\\x01nd'");
    CHECK(with("stand", "st\xE4nd") == at + "gt: expected text in UTF-8, found 'st\\xe4nd'");
    CHECK(with("nexus4,", "n\xFF,") == at + "Model: expected text in UTF-8, found 'n\\xff'");
    CHECK(with("0.6", "\xFF") == at + "y: expected text in UTF-8, found '\\xff'");
}

TEST_CASE("any bytes at all give rows or an error, never anything else") {
    gait::random_stream random(1, gait::purpose::user);
    const std::string text = hhar_header + good_row + good_row + good_row;
    for (int trial = 0; trial < 3000; ++trial) {
        std::string damaged = text;
        for (std::uint32_t hits = 1 + random.below(3); hits > 0; --hits)
            damaged[random.below(static_cast<std::uint32_t>(damaged.size()))] =
                static_cast<char>(random.below(256));
        damaged.erase(damaged.size() - random.below(20));
        CHECK_NOTHROW(static_cast<void>(complaint(damaged)));
    }
}

TEST_CASE("real HHAR: the phone's file with a header, the watch's without") {
    const std::map<std::string, gait::index> files{{"hhar_phone_slice.csv", 7008},
                                                   {"hhar_watch_slice.csv", 10000}};
    for (const auto& [name, count] : files) {
        const auto path = gait_test::shared_data(name);
        if (!path) {
            MESSAGE("skipped: there is no ", std::string(name));
            continue;
        }
        const auto rows = read(gait_test::read_all(*path), true, 4096);
        CHECK(std::ssize(rows) == count);
        const bool phone = name.find("phone") != name.npos;
        for (const auto& [row, user, device, label] : rows) {
            CHECK(row.creation_damaged == phone);
            CHECK(user == "a");
            CHECK(device == (phone ? "nexus4_1" : "gear_1"));
        }
    }
}
