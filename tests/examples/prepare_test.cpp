// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// har_prepare, run as a person runs it: what it makes of good files, and what it says about bad
// ones.
#include "data/some_csv.hpp"
#include "run.hpp"
#include "support/shared_data.hpp"
#include "zip_bytes.hpp"

#include <gait/data/recordings_file.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include <unistd.h>

using namespace gait_test;

namespace {

/// 30 s of user a with a gap after 10 s, as CSV.
std::string walk() {
    auto rows = some_rows(500, 50);
    const auto later = some_rows(1000, 50, 20, {.label = "sit"});
    rows.insert(rows.end(), later.begin(), later.end());
    return csv_text(rows);
}

/// What is said about a file with this content; nothing may be left behind.
std::string complaint(const std::string& bytes, const std::string& words = {}) {
    const scratch_folder folder;
    write_all(folder / "in.csv", bytes);
    const auto result = run(folder, "har_prepare", "in.csv -o out.safetensors " + words);
    CHECK(result.code == 1);
    CHECK(result.out.empty());
    CHECK(std::ranges::count(result.err, '\n') == 1);
    CHECK(folder.entries() == 3); // in.csv, out, err
    return result.err;
}

void shell(const scratch_folder& folder, const std::string& command) {
    REQUIRE(std::system(("cd '" + folder.path().string() + "' && " + command).c_str()) == 0);
}

} // namespace

TEST_CASE("CSV in, prepared recordings and a report out") {
    const scratch_folder folder;
    write_all(folder / "walk.csv", walk());
    const auto result = run(folder, "har_prepare", "walk.csv -o walk.safetensors");
    CHECK(result.code == 0);
    CHECK(says(result.out, "1,500 rows, users: 1, devices: 1; 1,500 samples at 50 Hz"));
    CHECK(says(result.out, "a     nexus4_1  1,500     50.0     1     2"));
    CHECK(says(result.out, "walk            500     10.0     33.3"));
    CHECK(says(result.out, "The longest of 2 runs has 1,000 samples (20.00 s)."));
    CHECK(!says(result.out, "Arrival_Time"));
    const auto r = gait::load_recordings(folder / "walk.safetensors");
    CHECK(r.size() == 1500);
    CHECK(r.runs.size() == 2);
    CHECK(r.classes.size() == 7);
    CHECK(r.samples[3 * 700] == doctest::Approx(20 + 200 / 50.0));
}

TEST_CASE("options do what they say") {
    const scratch_folder folder;
    auto rows = some_rows(500, 100);
    for (std::size_t i = 200; i < 300; ++i)
        rows[i].label = "null";
    write_all(folder / "walk.csv", csv_text(rows));
    auto result =
        run(folder, "har_prepare",
            "--rate 25 --drop-null --classes walk,null --units g walk.csv -o o --window 75");
    CHECK(result.code == 0);
    CHECK(says(result.out, "labelled null (--drop-null)   100"));
    CHECK(says(result.out, "Note: a window of 75 samples (3.00 s) is longer than any run."));
    const auto r = gait::load_recordings(folder / "o");
    CHECK(r.rate_hz == 25);
    CHECK(r.units == "g");
    CHECK(r.classes == std::vector<std::string>{"walk"});
    CHECK(r.runs.size() == 2);

    result = run(folder, "har_prepare", "walk.csv -o p --max-gap 0.005");
    CHECK(result.code == 1);
    CHECK(says(result.err, "har_prepare: walk.csv: expected rows that make a run"));
    CHECK(run(folder, "har_prepare", "walk.csv --rate 0").code == 2);
    CHECK(says(run(folder, "har_prepare", "--help").out, "sampling rate in Hz"));
    for (const char* classes : {"walk,walk", "walk,,null", "''"}) {
        result = run(folder, "har_prepare", std::string("walk.csv -o q --classes ") + classes);
        CHECK(result.code == 2);
        CHECK(says(result.err, "--classes: expected different names as a,b,c, found '"));
    }
}

TEST_CASE("plain, .gz and .zip give the same recordings") {
    const scratch_folder folder;
    const std::string junk = "no table at all";
    write_all(folder / "walk.csv", walk());
    shell(folder, "gzip -k walk.csv");
    const std::string inner =
        zip_bytes({{"Activity recognition exp/Phones_gyroscope.csv", junk},
                   {"Activity recognition exp/Phones_accelerometer.csv", walk()},
                   {"__MACOSX/._Phones_accelerometer.csv", junk}});
    write_all(folder / "phones.zip", inner);
    write_all(folder / "any.zip", zip_bytes({{"readme.txt", junk}, {"a/walk.csv", walk()}}));
    write_all(folder / "uci.zip", zip_bytes({{"readme.txt", junk},
                                             {"Activity recognition exp.zip", inner},
                                             {"Still exp.zip", junk}}));
    REQUIRE(run(folder, "har_prepare", "walk.csv -o plain").code == 0);
    for (const std::string name : {"walk.csv.gz", "phones.zip", "any.zip", "uci.zip"}) {
        const auto result = run(folder, "har_prepare", name + " -o packed");
        INFO(name << ": " << result.err);
        CHECK(result.code == 0);
        CHECK(read_all(folder / "packed") == read_all(folder / "plain"));
    }
    for (const std::string name : {"walk.csv", "walk.csv.gz"}) {
        CHECK(run(folder, "har_prepare", "- -o piped", name).code == 0);
        CHECK(read_all(folder / "piped") == read_all(folder / "plain"));
    }
    CHECK(run(folder, "har_prepare", "- -o zipped", "any.zip").err ==
          "har_prepare: standard input: expected a table, plain or compressed, found a .zip\n");
    // All of them once more: each row of the second file is a duplicate.
    const auto twice = run(folder, "har_prepare", "walk.csv any.zip -o twice");
    CHECK(says(twice.out, "exact duplicates             1,500"));
    CHECK(read_all(folder / "twice") == read_all(folder / "plain"));
}

TEST_CASE("any number of threads gives the same bytes, packed or not") {
    const scratch_folder folder;
    REQUIRE(run(folder, "har_simulate", "--rows 60000 --users 3 -o walk.csv").code == 0);
    REQUIRE(std::filesystem::file_size(folder / "walk.csv") >
            5'000'000); // more than is read at once
    shell(folder, "gzip -k walk.csv");
    REQUIRE(run(folder, "har_prepare", "walk.csv -o one --threads 1").code == 0);
    for (const std::string words :
         {"walk.csv --threads 2", "walk.csv --threads 5", "walk.csv.gz --threads 2",
          "walk.csv.gz --threads 1", "walk.csv"}) {
        CAPTURE(words);
        CHECK(run(folder, "har_prepare", words + " -o other").code == 0);
        CHECK(read_all(folder / "other") == read_all(folder / "one"));
    }
    // Far from the start, where line numbers are sums over many pieces.
    shell(folder, "sed '59000s/,a,/,,/; 59000s/,b,/,,/; 59000s/,c,/,,/' walk.csv > bad.csv");
    for (const std::string threads : {"1", "2", "5"}) {
        const auto result = run(folder, "har_prepare", "bad.csv -o bad --threads " + threads);
        CHECK(result.code == 1);
        CHECK(result.err ==
              "har_prepare: bad.csv, line 59000, column User: expected a name of 1 to "
              "256 bytes, found nothing\n");
    }
}

TEST_CASE("--rate native keeps every row at its device's own rate") {
    const scratch_folder folder;
    auto rows = some_rows(500, 200);
    const auto slow = some_rows(300, 50, 0, {.device = "s3_1", .label = "sit"});
    rows.insert(rows.end(), slow.begin(), slow.end());
    write_all(folder / "walk.csv", csv_text(rows));
    const auto result = run(folder, "har_prepare", "walk.csv -o native --rate native");
    CHECK(result.code == 0);
    CHECK(says(result.out, "800 rows, users: 1, devices: 2; 800 samples at each device's own rate, "
                           "94.2 Hz on average"));
    CHECK(says(result.out, "a     nexus4_1   500    200.0     0     1      2.5      500"));
    CHECK(says(result.out, "a     s3_1       300     50.0     0     1      6.0      300"));
    CHECK(says(result.out, "The longest of 2 runs has 500 samples.\n"));
    const auto r = gait::load_recordings(folder / "native");
    CHECK(r.native);
    CHECK(r.size() == 800);
    CHECK(says(run(folder, "har_prepare", "walk.csv --rate fast").err,
               "--rate: expected a number from 0.1 to 10000, or native, found 'fast'"));
    CHECK(says(run(folder, "har_prepare", "walk.csv --max-gap nan").err, "found 'nan'"));
}

TEST_CASE("bad files: one line each") {
    CHECK(complaint("") == "har_prepare: in.csv, line 1: expected a row of accelerometer data, "
                           "found an empty file\n");
    CHECK(says(complaint(hhar_header), "in.csv, line 2: expected a row of accelerometer data"));
    CHECK(says(complaint("Index,x,y\n1,2,3\n"),
               "in.csv, line 1: expected a header with the columns"
               " Arrival_Time, Creation_Time, z, User, Device, gt"));
    CHECK(says(complaint(walk() + "1,2,3,four,5,6,a,b,c,walk\n"),
               "in.csv, line 1502, column x: expected a number, found 'four'"));
    CHECK(says(complaint(walk() + "1,2,3,4,nan,6,a,b,c,walk\n"),
               "in.csv, line 1502, column y: expected a finite number, found 'nan'"));
    CHECK(says(complaint(walk() + "1,2,3,4,5,inf,a,b,c,walk\n"),
               "in.csv, line 1502, column z: expected a finite number, found 'inf'"));
    CHECK(says(complaint(walk() + std::string(10'000'000, '7')),
               "in.csv, line 1502: expected at most 65536 bytes in a line, found more"));
    CHECK(says(complaint(walk() + "1,2,3,4,5,6,a,b,c,w\xE4lk\n"),
               "in.csv, line 1502, column gt: expected text in UTF-8, found 'w\\xe4lk'"));
    CHECK(says(complaint(walk(), "--classes walk,stand"),
               "in.csv, line 502, column gt: expected one of walk, stand, found 'sit'"));
}

TEST_CASE("bad archives: one line each") {
    const scratch_folder folder;
    write_all(folder / "walk.csv", walk());
    shell(folder, "gzip -c walk.csv > walk.gz");
    const std::string whole = read_all(folder / "walk.gz");
    for (const std::size_t size : {whole.size() - 9, whole.size() / 2, std::size_t{30}})
        CHECK(says(complaint(whole.substr(0, size)), "in.csv: expected a file that can be read, "
                                                     "found 'truncated gzip input'"));
    CHECK(says(complaint(whole.substr(0, whole.size() - 1)), // in the checksums at the end
               "in.csv: expected a file that can be read, found 'damaged or cut short'"));
    const std::string zip = zip_bytes({{"walk.csv", walk()}});
    CHECK(says(complaint(zip.substr(0, zip.size() / 2)), "in.csv"));
    CHECK(says(complaint(zip_bytes({{"readme.txt", "hello"}})),
               "expected a .csv file in the archive, found 'readme.txt'"));
    CHECK(says(complaint(zip_bytes({{"a.csv", hhar_header + "1,2\n"}})),
               "in.csv: a.csv, line 2: expected 10 columns, found 2"));
    CHECK(says(complaint(zip_bytes({{"a.zip", "junk"}})), "in.csv: a.zip"));
}

TEST_CASE("bad places: one line each") {
    const scratch_folder folder;
    write_all(folder / "walk.csv", walk());
    auto result = run(folder, "har_prepare", ". -o o");
    CHECK(result.code == 1);
    CHECK(result.err == "har_prepare: .: expected a file, found a directory\n");
    result = run(folder, "har_prepare", "none.csv -o o");
    CHECK(result.code == 1);
    CHECK(result.err == "har_prepare: none.csv: expected a file that can be read, "
                        "found 'No such file or directory'\n");
    result = run(folder, "har_prepare", "walk.csv -o no/such/folder/o");
    CHECK(result.code == 1);
    CHECK(says(result.err, "no/such/folder/o: expected a file that can be written"));
    CHECK(says(run(folder, "har_prepare", "walk.csv -o .").err, "found a directory"));
    // The # hides the redirections that `run` appends.
    for (const std::string words : {"walk.csv -o o", "--help"}) {
        result = run(folder, "har_prepare", words + " >/dev/full 2>err #");
        CHECK(result.code == 1);
        CHECK(result.err == "har_prepare: standard output: expected a place that can be written, "
                            "found 'No space left on device'\n");
    }
    CHECK(run(folder, "har_prepare", "walk.csv -o ./walk.csv").err ==
          "har_prepare: ./walk.csv, --output: expected another file than the recordings, found the "
          "same\n");
    CHECK(read_all(folder / "walk.csv") == walk());
    if (::geteuid() == 0) {
        MESSAGE("skipped: nothing is unreadable to root");
        return;
    }
    std::filesystem::permissions(folder / "walk.csv", std::filesystem::perms::none);
    result = run(folder, "har_prepare", "walk.csv -o o");
    CHECK(result.code == 1);
    CHECK(
        says(result.err, "walk.csv: expected a file that can be read, found 'Permission denied'"));
}

TEST_CASE("a full disk is an error and leaves no half file") {
    const small_disk disk("size=16k");
    if (!disk) {
        MESSAGE("skipped: this user may not mount a small disk");
        return;
    }
    const scratch_folder folder;
    write_all(folder / "walk.csv", walk());
    const std::string place = disk.folder().path().string();
    const auto result = run(folder, "har_prepare", "walk.csv -o " + place + "/o");
    CHECK(result.code == 1);
    CHECK(says(result.err, "No space left on device"));
    CHECK(disk.folder().entries() == 0);
}

TEST_CASE("interrupted or killed, it leaves the file of before, and no half one") {
    const scratch_folder folder;
    write_all(folder / "walk.csv", walk());
    write_all(folder / "o", "from before");
    // A pipe that has no end before the signal, so that it comes while rows are read.
    const std::string prepare =
        "mkfifo pipe.csv; { cat walk.csv; touch begun; while ! [ -e sent ]; do tail -n +2 "
        "walk.csv; "
        "done; } >pipe.csv 2>/dev/null & '" GAIT_BIN_DIR "/har_prepare' pipe.csv -o o >out 2>err & "
        "pid=$!; while ! [ -e begun ] && kill -0 $pid; do sleep 0.02; done; ";
    for (const auto& end : {std::pair{"INT", 130}, {"TERM", 143}, {"KILL", 137}}) {
        const std::string signal = end.first;
        CAPTURE(signal);
        const std::string command = "cd '" + folder.path().string() + "' && { " + prepare +
                                    "kill -" + signal +
                                    " $pid; touch sent; wait $pid; code=$?; wait; "
                                    "rm begun sent pipe.csv; exit $code; }";
        const int status = std::system(command.c_str());
        CHECK(WEXITSTATUS(status) == end.second);
        CHECK(read_all(folder / "o") == "from before");
        CHECK(folder.entries() == 4); // walk.csv, o, out, err
    }
}

TEST_CASE("real HHAR: it says that it fell back to Arrival_Time") {
    const auto path = shared_data("hhar_phone_slice.csv");
    if (!path) {
        MESSAGE("skipped: there is no hhar_phone_slice.csv");
        return;
    }
    const scratch_folder folder;
    const auto result = run(folder, "har_prepare", "'" + path->string() + "' -o o");
    CHECK(result.code == 0);
    CHECK(says(result.out, "7,008 rows, users: 1, devices: 1"));
    CHECK(says(result.out, "Times are taken from Arrival_Time instead of Creation_Time for\n"
                           "  nexus4_1: Creation_Time is damaged"));
    CHECK(gait::load_recordings(folder / "o").runs.size() == 9);
}
