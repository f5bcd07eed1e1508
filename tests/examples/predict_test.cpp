// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// har_predict as a program: what it prints against what the classifier says of the same windows.
#include <gait/inference/trained.hpp>
#include <gait/model/har.hpp>
#include <gait/weights/save.hpp>

#include <examples/run.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace gait_test;

namespace {

constexpr gait::index steps = 40, hop = 8;

const char* const header = "Index,Arrival_Time,Creation_Time,x,y,z,User,Model,Device,gt\n";

/// Saves a model with random weights and names for its classes.
template <gait::index Classes>
std::string save_model(const scratch_folder& folder, double rate_hz = 50,
                       gait::index window_steps = steps,
                       gait::input_layout layout = gait::input_layout::steps_first) {
    using model = gait::har_model<Classes>;
    gait::buffer<float> parameters(model::parameter_count);
    model{}.init(typename model::template params<float>(parameters.data()),
                 {1, gait::purpose::initialise});
    for (float& p : parameters)
        p *= 3; // so that windows differ in class
    gait::model_info info;
    for (gait::index k = 0; k < Classes; ++k)
        info.classes.push_back("class " + std::to_string(k));
    info.rate_hz = rate_hz;
    info.window_steps = window_steps;
    info.layout = layout;
    if (layout == gait::input_layout::steps_first) {
        info.mean = {0.1F, 0.2F, 9.8F};
        info.deviation = {1, 2, 3};
    }
    const std::string path = (folder / "model.safetensors").string();
    gait::save_weights(path, model{}, parameters.span(), info);
    return path;
}

/// Sample i of somebody's device at 50 Hz.
std::array<float, 3> sample(int i, int who) {
    const auto at = static_cast<float>(i);
    const auto pace = static_cast<float>(who + 1);
    return {3 * std::sin(0.07F * at * pace), 5 * std::cos(0.2F * at), 9.8F + std::sin(0.011F * at)};
}

std::string row(int i, int who, const std::string& creation = {}) {
    const auto [x, y, z] = sample(i, who);
    char text[200];
    const long long stamp = 1'000'000'000LL * who + 20'000'000LL * i;
    std::snprintf(text, sizeof text, "%d,%lld,%s,%.9g,%.9g,%.9g,user %d,m,device,walk\n", i,
                  1'424'692'800'000LL + stamp / 1'000'000,
                  creation.empty() ? std::to_string(stamp).c_str() : creation.c_str(),
                  static_cast<double>(x), static_cast<double>(y), static_cast<double>(z), who);
    return text;
}

/// Runs har_predict with these words and an input on its standard input.
outcome predict(const scratch_folder& folder, const std::string& words,
                const std::string& input = {}) {
    write_all(folder / "in", input);
    return run(folder, "har_predict", "--hop " + std::to_string(hop) + " " + words, "in");
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

/// The lines that must be printed for one user's samples first, ..., last - 1, by their seconds.
template <gait::index Classes>
std::map<double, std::string> expected_lines(const std::string& weights, int who, int first,
                                             int last) {
    const auto trained = gait::load_weights<gait::har_model<Classes>>(weights);
    auto classify = gait::make_classifier(trained);
    std::map<double, std::string> lines;
    for (int end = first + steps; end <= last; end += hop) {
        std::vector<float> window;
        for (int i = end - steps; i < end; ++i)
            for (const float number : sample(i, who))
                window.push_back(number);
        const auto best = gait::most_probable(classify(window));
        char text[200];
        std::snprintf(text, sizeof text, "%.3f,user %d,device,class %td,%.4f", 0.02 * (end - 1),
                      who, best.label, static_cast<double>(best.probability));
        lines[0.02 * (end - 1)] = text;
    }
    return lines;
}

/// Are they the same, but for the last digit of the probability?
void check_lines(const std::vector<std::string>& found,
                 const std::map<double, std::string>& expected) {
    REQUIRE(found.size() == expected.size());
    std::size_t i = 0;
    for (const auto& at : expected) {
        const std::string& line = at.second;
        CAPTURE(line);
        CAPTURE(found[i]);
        const auto comma = line.rfind(',') + 1;
        CHECK(found[i].substr(0, comma) == line.substr(0, comma));
        CHECK(std::abs(std::stod(found[i].substr(comma)) - std::stod(line.substr(comma))) < 2e-4);
        ++i;
    }
}

std::vector<std::string> about(const std::vector<std::string>& lines, int who) {
    std::vector<std::string> some;
    for (const auto& line : lines)
        if (says(line, ",user " + std::to_string(who) + ","))
            some.push_back(line);
    return some;
}

} // namespace

TEST_CASE("what is left before a gap and at the end is classified if it is long enough") {
    const scratch_folder folder;
    const auto weights = save_model<7>(folder);
    std::string csv = header;
    // Runs of 43 samples, two of them whole windows' ends plus 3; of 21; and of 9.
    const std::vector<std::pair<int, int>> runs{{0, 43}, {100, 121}, {200, 209}};
    for (const auto& [first, last] : runs)
        for (int i = first; i < last; ++i)
            csv += row(i, 0);
    const auto done = predict(folder, "model.safetensors - --short-windows 10", csv);
    REQUIRE_MESSAGE(done.code == 0, done.err);
    auto expected = expected_lines<7>(weights, 0, 0, 43);
    CHECK(expected.size() == 1);
    const auto trained = gait::load_weights<gait::har_model<7>>(weights);
    auto classify = gait::make_classifier(trained);
    for (const auto& [first, last] : {std::pair{hop, gait::index{43}}, {100, 121}}) {
        std::vector<float> window;
        for (gait::index i = first; i < last; ++i)
            for (const float number : sample(static_cast<int>(i), 0))
                window.push_back(number);
        const auto best = gait::most_probable(classify(window));
        const double seconds = 0.02 * static_cast<double>(last - 1);
        char text[200];
        std::snprintf(text, sizeof text, "%.3f,user 0,device,class %td,%.4f", seconds, best.label,
                      static_cast<double>(best.probability));
        expected[seconds] = text;
    }
    const auto lines = lines_of(done.out);
    check_lines({lines.begin() + 1, lines.end()}, expected);
    CHECK(expected.size() == 3);

    // From a file, and without the option.
    write_all(folder / "some.csv", csv);
    CHECK(predict(folder, "model.safetensors some.csv --short-windows 10").out == done.out);
    CHECK(lines_of(predict(folder, "model.safetensors some.csv").out).size() == 2);
}

TEST_CASE("a file of two interleaved users") {
    const scratch_folder folder;
    const auto weights = save_model<7>(folder);
    std::string csv = header;
    for (int i = 0; i < 300; ++i)
        csv += row(i, 0) + row(i, 1);
    write_all(folder / "a.csv", csv);
    const auto result = predict(folder, weights + " " + (folder / "a.csv").string());
    CHECK(result.code == 0);
    const auto lines = lines_of(result.out);
    REQUIRE(!lines.empty());
    CHECK(lines.front() == "seconds,user,device,class,probability");
    check_lines(about(lines, 0), expected_lines<7>(weights, 0, 0, 300));
    check_lines(about(lines, 1), expected_lines<7>(weights, 1, 0, 300));

    SUBCASE("is the same on standard input, without a header, with any number of threads") {
        const auto piped = predict(folder, "--threads 3 " + weights + " -",
                                   csv.substr(std::string(header).size()));
        CHECK(piped.out == result.out);
    }
    SUBCASE("as JSON lines") {
        const auto json = lines_of(predict(folder, "--json " + weights + " -", csv).out);
        REQUIRE(json.size() + 1 == lines.size());
        for (std::size_t i = 0; i < json.size(); ++i) {
            const auto line = nlohmann::json::parse(json[i]);
            char text[200];
            std::snprintf(
                text, sizeof text, "%.3f,%s,%s,%s,%.4f", line["seconds"].get<double>(),
                line["user"].get<std::string>().c_str(), line["device"].get<std::string>().c_str(),
                line["class"].get<std::string>().c_str(), line["probability"].get<double>());
            CHECK(text == lines[i + 1]);
        }
    }
}

TEST_CASE("six classes") {
    const scratch_folder folder;
    const auto weights = save_model<6>(folder);
    std::string csv = header;
    for (int i = 0; i < 100; ++i)
        csv += row(i, 0);
    const auto lines = lines_of(predict(folder, weights + " -", csv).out);
    check_lines(about(lines, 0), expected_lines<6>(weights, 0, 0, 100));
}

TEST_CASE("no window crosses a gap") {
    const scratch_folder folder;
    const auto weights = save_model<7>(folder);
    std::string csv = header;
    for (int i = 0; i < 200; ++i)
        if (i < 70 || i >= 100)
            csv += row(i, 0);
    auto expected = expected_lines<7>(weights, 0, 0, 70);
    expected.merge(expected_lines<7>(weights, 0, 100, 200));
    check_lines(about(lines_of(predict(folder, weights + " -", csv).out), 0), expected);
}

TEST_CASE("times ruined by a spreadsheet: the rows' arrival counts") {
    const scratch_folder folder;
    const auto weights = save_model<7>(folder);
    std::string csv = header;
    for (int i = 0; i < 120; ++i)
        csv += row(i, 0, "1.42E+018");
    check_lines(about(lines_of(predict(folder, weights + " -", csv).out), 0),
                expected_lines<7>(weights, 0, 0, 120));
}

TEST_CASE("a device that was restarted begins a new window, and its time goes on") {
    const scratch_folder folder;
    const auto weights = save_model<7>(folder);
    std::string csv = header;
    for (int i = 0; i < 130; ++i) // its clock falls back by 1000 s
        csv += row(i, 0, std::to_string((i < 60 ? 1000 : 0) * 1'000'000'000LL + i * 20'000'000LL));
    auto expected = expected_lines<7>(weights, 0, 0, 60);
    expected.merge(expected_lines<7>(weights, 0, 60, 130));
    check_lines(about(lines_of(predict(folder, weights + " -", csv).out), 0), expected);
}

TEST_CASE("late rows are left out, and it says how many") {
    const scratch_folder folder;
    const auto weights = save_model<7>(folder);
    std::string csv = header;
    for (int i = 0; i < 60; ++i)
        csv += row(i, 0) + (i == 30 ? row(7, 0) : "");
    const auto result = predict(folder, weights + " -", csv);
    check_lines(about(lines_of(result.out), 0), expected_lines<7>(weights, 0, 0, 60));
    CHECK(says(result.err, "left out 1 rows"));
}

TEST_CASE("it answers as soon as a window is full, before the input ends") {
    const scratch_folder folder;
    const auto weights = save_model<7>(folder);
    int to_program[2], from_program[2];
    REQUIRE((::pipe(to_program) == 0 && ::pipe(from_program) == 0));
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(to_program[0], 0);
        ::dup2(from_program[1], 1);
        for (const int end : {to_program[0], to_program[1], from_program[0], from_program[1]})
            ::close(end);
        const std::string program = std::string(GAIT_BIN_DIR) + "/har_predict";
        ::execl(program.c_str(), "har_predict", weights.c_str(), "-", nullptr);
        ::_exit(127);
    }
    ::close(to_program[0]);
    ::close(from_program[1]);
    std::string csv = header;
    for (int i = 0; i < steps; ++i)
        csv += row(i, 0);
    REQUIRE(::write(to_program[1], csv.data(), csv.size()) == std::ssize(csv));

    std::string answer;
    pollfd waiting{from_program[0], POLLIN, 0};
    while (!says(answer, "user 0") && ::poll(&waiting, 1, 120'000) == 1) {
        char some[256];
        const auto count = ::read(from_program[0], some, sizeof some);
        if (count <= 0)
            break;
        answer.append(some, static_cast<std::size_t>(count));
    }
    CHECK(says(answer, "0.780,user 0,device,class"));
    ::close(to_program[1]);
    ::close(from_program[0]);
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
}

TEST_CASE("the largest numbers that are read have probabilities too") {
    const scratch_folder folder;
    const std::string model = save_model<7>(folder);
    std::string csv = header;
    for (int i = 0; i < 2 * steps; ++i) { // halfway between two samples of 50 Hz
        const std::string x = i % 2 == 0 ? "1e15" : "-1e15", ms = std::to_string(1000 + 15 * i);
        csv += std::to_string(i) + "," + ms + "," + ms + "000000," + x + "," + x + "," + x +
               ",a,phone,phone_1,walk\n";
    }
    write_all(folder / "large.csv", csv);
    const auto result = run(folder, "har_predict", model + " large.csv");
    CHECK(result.code == 0);
    CHECK(says(result.out, ",class "));
    CHECK(!says(result.out, "nan"));
}

TEST_CASE("what was found before a bad row is told, however the text is cut") {
    const scratch_folder folder;
    const auto weights = save_model<7>(folder);
    std::string csv = header;
    for (int i = 0; i < 100; ++i)
        csv += row(i, 0);
    const auto good = predict(folder, weights + " -", csv);
    CHECK(good.code == 0);
    for (const char* threads : {"1", "64"}) {
        CAPTURE(threads);
        const auto bad =
            predict(folder, weights + " - --threads " + threads, csv + "no,row,at,all\n");
        CHECK(bad.code == 1);
        CHECK(bad.out == good.out);
    }
}

TEST_CASE("what can't be done is one line and exit code 1") {
    const scratch_folder folder;
    const auto weights = save_model<7>(folder);
    std::string csv = header;
    for (int i = 0; i < steps - 1; ++i)
        csv += row(i, 0);
    const auto complaint = [&](const std::string& words, const std::string& input) {
        const auto result = predict(folder, words, input);
        CHECK(result.code == 1);
        CHECK(result.out.empty());
        CHECK(result.err.starts_with("har_predict: "));
        CHECK(lines_of(result.err).size() == 1);
        return result.err;
    };
    CHECK(
        says(complaint(weights + " -", csv), "a window of 40 samples without a gap of over 0.2 s"));
    CHECK(says(complaint(weights + " - --threads 0", csv), "a window of 40 samples"));
    CHECK(says(complaint(weights + " -", csv), "found at most 39"));
    CHECK(says(complaint(weights + " - --short-windows 41", csv),
               "--short-windows: expected at most 40, a whole window, found 41"));
    CHECK(says(complaint(weights + " -", ""), "empty file"));
    CHECK(says(complaint(weights + " -", std::string(header) + "0,1,2,x,0,0,a,m,d,walk\n"),
               "expected a number, found 'x'"));
    CHECK(says(complaint(weights + " -", "x,y,z\n"), "Creation_Time"));
    CHECK(says(complaint(weights + " no_such_file", ""), "no_such_file"));
    CHECK(says(complaint("no_such_file -", csv), "no_such_file"));
    CHECK(says(complaint(save_model<7>(folder, 0) + " -", csv), "rate_hz"));
    CHECK(says(complaint(save_model<7>(folder, 1e6) + " -", csv),
               "\"rate_hz\": expected up to 10000 samples per second, found 1000000"));
    CHECK(says(complaint(save_model<7>(folder, 50, 100'001) + " -", csv),
               "\"window_steps\": expected up to 100000 samples, found 100001"));
    // It can't lay a part of a window features first.
    CHECK(says(complaint(save_model<7>(folder, 50, steps, gait::input_layout::features_first) +
                             " - --short-windows 20",
                         csv),
               "expected steps_first for --short-windows, found features_first"));
    const std::string golden = GAIT_SOURCE_DIR "/tests/golden/small_weights.safetensors";
    CHECK(says(complaint(golden + " -", csv), "\"0.weight\""));
}
