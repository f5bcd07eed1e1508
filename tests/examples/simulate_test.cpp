// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// har_simulate: is its output HHAR's format, complete, repeatable, and physics?
#include "run.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstdint>
#include <map>
#include <numbers>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace gait_test;

namespace {

struct reading {
    long number;
    std::int64_t arrival_ms, creation_ns;
    std::array<double, 3> force;
    std::string user, model, device, label;
    [[nodiscard]] double size() const { return std::hypot(force[0], force[1], force[2]); }
};

/// Reads it with iostreams: slow, and nothing of what the library reads with.
std::vector<reading> parse(const std::string& csv) {
    std::istringstream lines(csv);
    std::string line;
    std::getline(lines, line);
    CHECK(line == "Index,Arrival_Time,Creation_Time,x,y,z,User,Model,Device,gt");
    std::vector<reading> all;
    while (std::getline(lines, line)) {
        std::istringstream columns(line);
        std::vector<std::string> c;
        for (std::string word; std::getline(columns, word, ',');)
            c.push_back(word);
        REQUIRE(c.size() == 10);
        all.push_back({std::stol(c[0]),
                       std::stoll(c[1]),
                       std::stoll(c[2]),
                       {std::stod(c[3]), std::stod(c[4]), std::stod(c[5])},
                       c[6],
                       c[7],
                       c[8],
                       c[9]});
    }
    return all;
}

/// The readings of each phone of each user, in the order of the file.
std::map<std::string, std::vector<reading>> by_phone(const std::vector<reading>& all) {
    std::map<std::string, std::vector<reading>> phones;
    for (const reading& r : all)
        phones[r.user + ' ' + r.device].push_back(r);
    return phones;
}

/// The strongest frequency in [low, high] Hz of how strong the force is, straight from the
/// definition of the Fourier transform at the very moments of the samples.
double strongest_frequency(const std::vector<reading>& bout, double low, double high) {
    double mean = 0;
    for (const reading& r : bout)
        mean += r.size() / static_cast<double>(bout.size());
    double best = 0, best_power = 0;
    for (double hz = low; hz <= high; hz += 0.02) {
        std::complex<double> sum = 0;
        for (const reading& r : bout) {
            const double t = static_cast<double>(r.creation_ns - bout.front().creation_ns) * 1e-9;
            sum += (r.size() - mean) * std::polar(1.0, -2 * std::numbers::pi * hz * t);
        }
        if (std::norm(sum) > best_power) {
            best_power = std::norm(sum);
            best = hz;
        }
    }
    return best;
}

/// 200,000 rows of all users, simulated once for all tests.
const std::vector<reading>& recording() {
    static const std::vector<reading> all = [] {
        const scratch_folder folder;
        const outcome done = run(folder, "har_simulate", "--rows 200000 --seed 7 --output a.csv");
        REQUIRE_MESSAGE(done.code == 0, done.err);
        CHECK(folder.entries() == 3); // a.csv, out, err: no part of a file
        return parse(read_all(folder / "a.csv"));
    }();
    return all;
}

} // namespace

TEST_CASE("har_simulate writes as many rows as it is asked to") {
    CHECK(recording().size() == 200'000);
    const scratch_folder folder;
    for (const int rows : {1, 2, 7, 1000, 12'345}) {
        const outcome done = run(folder, "har_simulate", "-o - --rows " + std::to_string(rows));
        CHECK(done.code == 0);
        CHECK(std::ranges::count(done.out, '\n') == rows + 1);
    }
}

TEST_CASE("har_simulate writes the same bytes for the same seed and others for another") {
    const scratch_folder folder;
    const auto simulate = [&](const std::string& words) {
        const outcome done = run(folder, "har_simulate", "-o - --rows 20000 " + words);
        CHECK(done.code == 0);
        return done.out;
    };
    const std::string once = simulate("--seed 3");
    CHECK(once == simulate("--seed 3"));
    CHECK(once != simulate("--seed 4"));
    CHECK(simulate("") == simulate("--seed 1 --users 9"));

    CHECK(run(folder, "har_simulate", "--rows 20000 --seed 3 --output a.csv").code == 0);
    CHECK(read_all(folder / "a.csv") == once);
}

TEST_CASE("more rows are more of the same walk") {
    const scratch_folder folder;
    const auto start = [&](const std::string& rows) {
        const outcome done = run(folder, "har_simulate", "-o - --rows " + rows);
        return done.out.substr(0, 50'000);
    };
    CHECK(start("100000") == start("130000"));
}

TEST_CASE("every user, activity, phone and pair of user and activity is there") {
    std::set<std::string> users, labels, devices;
    std::map<std::string, int> pairs;
    for (const reading& r : recording()) {
        users.insert(r.user);
        labels.insert(r.label);
        devices.insert(r.model + '/' + r.device);
        ++pairs[r.user + ' ' + r.label];
    }
    CHECK(users == std::set<std::string>{"a", "b", "c", "d", "e", "f", "g", "h", "i"});
    CHECK(labels ==
          std::set<std::string>{"bike", "sit", "stand", "walk", "stairsup", "stairsdown", "null"});
    CHECK(devices == std::set<std::string>{"nexus4/nexus4_1", "nexus4/nexus4_2", "s3/s3_1",
                                           "s3/s3_2", "s3mini/s3mini_1", "s3mini/s3mini_2",
                                           "samsungold/samsungold_1", "samsungold/samsungold_2"});
    CHECK(pairs.size() == 9 * 7);
    for (const auto& pair : pairs)
        CHECK_MESSAGE(pair.second > 200'000 / (9 * 7) / 3, pair.first);
}

TEST_CASE("clocks go forwards at the phone's rate, not quite evenly, with gaps") {
    const std::map<std::string, double> rates = {
        {"nexus4", 200}, {"s3", 150}, {"s3mini", 100}, {"samsungold", 50}};
    int gaps = 0;
    for (const auto& worn : by_phone(recording())) {
        CAPTURE(worn.first);
        const std::vector<reading>& readings = worn.second;
        std::vector<double> periods;
        bool forwards = true;
        for (std::size_t i = 0; i < readings.size(); ++i) {
            const reading& r = readings[i];
            forwards = forwards && r.number == static_cast<long>(i);
            if (i == 0)
                continue;
            forwards = forwards && r.creation_ns > readings[i - 1].creation_ns &&
                       r.arrival_ms >= readings[i - 1].arrival_ms;
            periods.push_back(static_cast<double>(r.creation_ns - readings[i - 1].creation_ns) *
                              1e-9);
        }
        CHECK(forwards);
        std::ranges::sort(periods);
        const auto at = [&](double part) {
            return periods[static_cast<std::size_t>(part * static_cast<double>(periods.size()))];
        };
        CHECK(1 / at(0.5) == doctest::Approx(rates.at(readings[0].model)).epsilon(0.03));
        CHECK(at(0.9) - at(0.1) > 0.05 * at(0.5)); // jitter
        CHECK(at(0.9) - at(0.1) < 0.30 * at(0.5));
        gaps += static_cast<int>(std::ranges::count_if(periods, [](double p) { return p > 0.25; }));
    }
    CHECK(gaps > 50);
}

TEST_CASE("a body at rest feels gravity, and sitting is another orientation than standing") {
    std::map<std::string, std::array<double, 5>> sums; // x, y, z, size, count
    for (const reading& r : recording())
        if (r.label == "sit" || r.label == "stand") {
            auto& s = sums[r.user + ' ' + r.device + ' ' + r.label];
            for (std::size_t k = 0; k < 3; ++k)
                s[k] += r.force[k];
            s[3] += r.size();
            s[4] += 1;
        }
    CHECK(sums.size() == 9 * 2 * 2);
    for (const auto& entry : sums) {
        const std::string& key = entry.first;
        const std::array<double, 5>& sit = entry.second;
        CAPTURE(key);
        CHECK(sit[3] / sit[4] == doctest::Approx(9.80665).epsilon(0.06));
        if (!key.ends_with("sit"))
            continue;
        const auto& stand = sums.at(key.substr(0, key.size() - 3) + "stand");
        const double cosine =
            (sit[0] * stand[0] + sit[1] * stand[1] + sit[2] * stand[2]) /
            (std::hypot(sit[0], sit[1], sit[2]) * std::hypot(stand[0], stand[1], stand[2]));
        CHECK(std::acos(cosine) > 0.25); // rad
    }
}

TEST_CASE("people walk at 1.4 to 2.4 steps a second and climb stairs more slowly") {
    int slower = 0, compared = 0;
    for (const auto& worn : by_phone(recording())) {
        CAPTURE(worn.first);
        const std::vector<reading>& readings = worn.second;
        std::map<std::string, std::vector<reading>> bouts;
        for (const reading& r : readings) // the first round's
            if (auto& bout = bouts[r.label];
                bout.empty() || r.creation_ns - bout.front().creation_ns < 40'000'000'000)
                bout.push_back(r);
        const double walk = strongest_frequency(bouts.at("walk"), 0.3, 6);
        CHECK(walk >= 1.4);
        CHECK(walk <= 2.4);
        slower += strongest_frequency(bouts.at("stairsup"), 1.0, 6) < walk;
        ++compared;
    }
    CHECK(compared == 18);
    CHECK(slower >= 16);
}

TEST_CASE("activities shake a phone as much as one expects of them") {
    std::map<std::string, std::pair<double, double>> sums; // squared deviation from g, count
    for (const reading& r : recording()) {
        auto& [square, count] = sums[r.label];
        square += (r.size() - 9.80665) * (r.size() - 9.80665);
        ++count;
    }
    const auto shake = [&](const char* label) {
        return std::sqrt(sums.at(label).first / sums.at(label).second); // m/s^2
    };
    CHECK(shake("sit") < 0.5);
    CHECK(shake("stand") < 0.5);
    CHECK(shake("bike") > 2 * shake("stand"));
    CHECK(shake("walk") > shake("bike"));
    CHECK(shake("stairsdown") > shake("stairsup"));
    CHECK(shake("stairsdown") < 6);
}

TEST_CASE("har_simulate says in one line what is wrong") {
    const scratch_folder folder;
    const outcome nowhere = run(folder, "har_simulate", "--rows 10 -o missing/a.csv");
    CHECK(nowhere.code == 1);
    CHECK(says(nowhere.err, "har_simulate: missing/a.csv: "));
    CHECK(std::ranges::count(nowhere.err, '\n') == 1);

    CHECK(run(folder, "har_simulate", "--rows 10").code != 0);           // no output
    CHECK(run(folder, "har_simulate", "--rows 0 -o a.csv").code != 0);   // nothing to do
    CHECK(run(folder, "har_simulate", "--users 27 -o a.csv").code != 0); // no more letters
    CHECK(folder.entries() == 2);                                        // out and err

    // The # hides the redirections that `run` appends.
    const outcome full = run(folder, "har_simulate", "--rows 100000 -o - >/dev/full 2>err #");
    CHECK(full.code == 1);
    CHECK(full.err == "har_simulate: standard output: expected a place that can be written, "
                      "found 'No space left on device'\n");
    const outcome help = run(folder, "har_simulate", "--help");
    CHECK(help.code == 0);
    CHECK(says(help.out, "--seed"));
}
