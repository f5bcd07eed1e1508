// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The pages that har_explore and har_train write, as text and in a real browser, if there is one;
// and folds of users, which make several of them.
#include <gait/data/recordings_file.hpp>

#include "har/row_times.hpp" // of the examples
#include "har/spectrum.hpp"
#include "support/line_chart.hpp"

#include <examples/recordings.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <numbers>
#include <string>
#include <string_view>

using namespace gait_test;

namespace {

int count(std::string_view text, std::string_view part) {
    int found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size()))
        ++found;
    return found;
}

bool has_program(const std::string& name) {
    return std::system(("command -v " + name + " >/dev/null 2>&1").c_str()) == 0;
}

/// Opens a copy of the page in chromium, `dark` or not, as wide as a large phone, and lets it say
/// what it sees: pictures that have a size, errors, images that are missing, names
/// that are there twice, whether it is wider than the window, and its colour.
std::string verdict_of(const scratch_folder& folder, std::string text, bool dark) {
    const std::string_view head = "<head>", end = "</body>";
    text.insert(
        text.find(head) + head.size(),
        "<script>var errors = 0; addEventListener('error', () => ++errors, true);</script>");
    text.insert(text.find(end), R"(<script>addEventListener('load', () => {
  const seen = [...document.querySelectorAll('figure > svg')].filter(svg => {
    const box = svg.getBoundingClientRect();
    return box.width > 300 && box.height > 80 && svg.querySelectorAll('text').length > 3 &&
           svg.querySelectorAll('path').length > 3; });
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  const lost = [...document.images].filter(i => !i.naturalWidth);
  document.documentElement.dataset.verdict = 'pictures ' + seen.length + ', errors ' + errors +
    ', lost ' + lost.length + ', twice ' + (ids.length - new Set(ids).size) + ', too wide ' +
    (document.documentElement.scrollWidth > innerWidth) + ', ground ' +
    getComputedStyle(document.body).backgroundColor; });</script>)");
    write_all(folder / "probe.html", text);
    const std::string command =
        "cd '" + folder.path().string() +
        "' && timeout 120 chromium --headless --no-sandbox --disable-gpu --window-size=500,900 "
        "--user-data-dir=browser --blink-settings=preferredColorScheme=" +
        (dark ? "0" : "1") + " --dump-dom \"file://$PWD/probe.html\" >dom 2>browser_err";
    CHECK_MESSAGE(std::system(command.c_str()) == 0, read_all(folder / "browser_err"));
    const std::string dom = read_all(folder / "dom"), start = "data-verdict=\"";
    const auto at = dom.find(start);
    REQUIRE(at != dom.npos);
    return dom.substr(at + start.size(), dom.find('"', at + start.size()) - at - start.size());
}

/// Is there a browser? If not, says so.
bool has_browser() {
    const bool there = has_program("chromium");
    if (!there)
        MESSAGE("skipped: chromium is not here, so no browser has seen the page");
    return there;
}

void look_at(const scratch_folder& folder, const fs::path& page, int pictures) {
    const std::string text = read_all(page);
    CHECK(count(text, "<figure><svg") == pictures);
    for (const char* fetching : {"src=", "url(", "@import", "<link rel=\"style"})
        CHECK(count(text, fetching) == 0);
    if (!has_browser())
        return;
    const std::string good = "pictures " + std::to_string(pictures) +
                             ", errors 0, lost 0, twice 0, too wide false, ground ";
    CHECK(verdict_of(folder, text, false) == good + "rgb(255, 255, 255)");
    CHECK(verdict_of(folder, text, true) == good + "rgb(20, 23, 27)");
}

} // namespace

TEST_CASE("the browser's check notices a picture that is missing, a script that fails, and more") {
    if (!has_browser())
        return;
    const scratch_folder folder;
    support::page page("A page");
    page.figure(support::line_chart({{"some", "#123456", {1, 2, 3}}}, "epoch"), "Some.");
    const std::string text = page.text();
    const auto with = [&](const std::string& markup) {
        std::string broken = text;
        return verdict_of(folder, broken.insert(broken.find("</main>"), markup), false);
    };
    const std::string white = "ground rgb(255, 255, 255)";
    CHECK(verdict_of(folder, text, false) ==
          "pictures 1, errors 0, lost 0, twice 0, too wide false, " + white);
    CHECK(with("<img src=\"missing.png\" alt=\"\">") ==
          "pictures 1, errors 1, lost 1, twice 0, too wide false, " + white);
    CHECK(with("<script>no_such_function();</script>") ==
          "pictures 1, errors 1, lost 0, twice 0, too wide false, " + white);
    CHECK(with("<p id=\"a\"></p><p id=\"a\"></p>") ==
          "pictures 1, errors 0, lost 0, twice 1, too wide false, " + white);
    CHECK(with("<p style=\"width:4000px\">far</p>") ==
          "pictures 1, errors 0, lost 0, twice 0, too wide true, " + white);
    CHECK(with("<style>body { background: red; }</style>") ==
          "pictures 1, errors 0, lost 0, twice 0, too wide false, ground rgb(255, 0, 0)");
    std::string empty = text;
    const auto begin = empty.find("<svg"), end = empty.find("</svg>");
    empty.erase(empty.find('>', begin) + 1, end - empty.find('>', begin) - 1);
    CHECK(verdict_of(folder, empty, false) ==
          "pictures 0, errors 0, lost 0, twice 0, too wide false, " + white);
}

TEST_CASE("har_explore draws classes, users, devices, traces, rates, gaps and spectra") {
    const scratch_folder folder;
    simulate(folder, 60'000, 3);
    if (!has_program("gnuplot")) {
        const auto without = run(folder, "har_explore", "recordings.csv -o page");
        CHECK(without.code == 1);
        CHECK(says(without.err, "gnuplot-nox"));
        MESSAGE("skipped: gnuplot is not here");
        return;
    }
    const auto done = run(folder, "har_explore", "recordings.csv -o a/page");
    REQUIRE_MESSAGE(done.code == 0, done.err);
    const int pictures = 3 + 7 + 2 + 1; // seven classes have a trace
    CHECK(says(done.out, "with " + std::to_string(pictures) + " pictures"));
    for (const char* name :
         {"classes", "users", "devices", "trace_1", "trace_7", "rates", "gaps", "spectra"})
        CHECK(says(read_all(folder / "a/page" / (std::string(name) + ".svg")), "<svg"));
    look_at(folder, folder / "a/page/index.html", pictures);

    // A name that gnuplot would run, and a phone that doesn't move.
    std::string still = "Index,Arrival_Time,Creation_Time,x,y,z,User,Model,Device,gt\n";
    for (int i = 0; i < 600; ++i)
        still += std::to_string(i) + ',' + std::to_string(1000 + 20 * i) + ',' +
                 std::to_string(20'000'000LL * i) + ",0,0,9.81,a,m,`touch ran`,`touch run`\n";
    write_all(folder / "still.csv", still);
    const auto strange = run(folder, "har_explore", "still.csv -o still");
    CHECK_MESSAGE(strange.code == 0, strange.err);
    CHECK_FALSE(fs::exists(folder / "ran"));
    CHECK_FALSE(fs::exists(folder / "run"));
    CHECK(says(read_all(folder / "still/rates.svg"), "touch ran"));

    const auto bad = run(folder, "har_explore", "recordings.csv -o recordings.csv");
    CHECK(bad.code == 1);
    CHECK(says(bad.err, "har_explore: recordings.csv: expected a folder"));
    write_all(folder / "bad.csv", "no table");
    CHECK(run(folder, "har_explore", "bad.csv -o bad").code == 1);
    CHECK_FALSE(fs::exists(folder / "bad"));
}

TEST_CASE("the spectrum of a sine is its power at its frequency, whatever its direction") {
    gait::recordings r;
    r.rate_hz = 50;
    r.classes = {"turn", "none"};
    const double amplitude = 3, hertz = 50.0 * 20 / 256;
    for (int i = 0; i < 2000; ++i) {
        const double s = amplitude * std::sin(2 * std::numbers::pi * hertz * i / r.rate_hz + 0.3);
        r.samples.insert(r.samples.end(),
                         {static_cast<float>(0.6 * s), static_cast<float>(0.8 * s), 9.81F});
        r.labels.push_back(0);
    }
    r.runs = {{0, 2000, 0, 0, 0}};
    const auto s = har::spectrum_of(r, 0);
    CHECK(s.pieces == 14); // (2000 - 256) / 128 + 1
    REQUIRE(s.density.size() == 129);
    double power = 0;
    std::size_t peak = 0;
    for (std::size_t k = 0; k < s.density.size(); ++k) {
        power += s.density[k] * r.rate_hz / 256;
        if (s.density[k] > s.density[peak])
            peak = k;
    }
    CHECK(peak == 20);
    CHECK(power == doctest::Approx(amplitude * amplitude / 2).epsilon(1e-3));
    CHECK(har::spectrum_of(r, 1).density.empty());
}

TEST_CASE("row times: rates and gaps of each device") {
    struct nowhere {
        [[noreturn]] void fail(std::string_view, const std::string&, const std::string&) const {
            std::abort();
        }
    };
    gait::hhar_tracks tracks;
    for (int i = 0; i < 1001; ++i) { // 100 Hz, and two seconds of nothing
        gait::hhar_row row;
        row.number = static_cast<std::uint32_t>(i);
        row.creation_ns = 10'000'000LL * i + (i > 500 ? 1'990'000'000 : 0);
        row.arrival_ms = row.creation_ns / 1'000'000;
        row.user = "a";
        row.device = "phone";
        row.label = "walk";
        tracks.add(row, nowhere{});
    }
    har::histogram outside{0, 2, {}};
    outside.add(-std::numeric_limits<double>::infinity());
    outside.add(std::numeric_limits<double>::infinity());
    CHECK(outside.counts.size() == 500);
    CHECK(outside.counts.front() + outside.counts.back() == 2);

    const auto all = har::row_times(tracks, 0.2);
    REQUIRE(all.size() == 1);
    const auto& phone = all.at("phone");
    CHECK(phone.gaps == 1);
    CHECK(phone.longest == doctest::Approx(2));
    gait::index rated = 0, intervals = 0;
    for (std::size_t b = 0; b < phone.rates.counts.size(); ++b)
        if (phone.rates.counts[b] > 0) {
            CHECK(std::abs(phone.rates.middle(b) - 100) <= phone.rates.width);
            rated += phone.rates.counts[b];
        }
    CHECK(rated == 9); // 501 and 500 rows
    for (const auto n : phone.intervals.counts)
        intervals += n;
    CHECK(intervals == 1000);
}

TEST_CASE("a chart leaves out what isn't a number, and a page escapes") {
    const double none = std::numeric_limits<double>::quiet_NaN();
    const auto svg = support::line_chart(
        {{"some", "#123456", {1, none, 3}}, {"nothing", "#654321", {none, none, none}}}, "epoch");
    CHECK(count(svg, "<circle") == 2);
    CHECK(!says(svg, "nothing"));
    CHECK(!says(svg, "nan"));
    support::page page("a < b & \"c\"");
    page.table({{"<i>"}});
    CHECK(count(page.text(), "a &lt; b &amp; &quot;c&quot;") == 2);
    CHECK(says(page.text(), "<th>&lt;i&gt;</th>"));
}

TEST_CASE("har_train holds each user out once, sums up, and reports each fold on a page") {
    const scratch_folder folder;
    make_recordings(folder, 30'000, 3);
    const std::string words =
        "prepared.safetensors --window 40 --hop 40 --batch 64 --epochs 2 "
        "--class-weights balanced --folds users --report 'a page' --log-steps steps ";
    const auto done = run(folder, "har_train", words);
    REQUIRE_MESSAGE(done.code == 0, done.err);
    for (const char* user : {"a", "b", "c"})
        CHECK(count(done.out, std::string("held out: ") + user + ";") == 1);
    CHECK(says(done.out, "Fold 3 of 3"));
    CHECK(says(done.out, "Loss: cross-entropy, class weights balanced: bike "));
    CHECK(says(done.out, "\nspread "));
    // Every window is in the summary once.
    const auto r = gait::load_recordings(folder / "prepared.safetensors");
    gait::index windows = 0;
    for (const gait::run& run : r.runs)
        windows += run.count >= 40 ? (run.count - 40) / 40 + 1 : 0;
    const auto users = done.out.substr(done.out.rfind("user  windows"));
    int a = 0, b = 0, c = 0;
    REQUIRE(std::sscanf(users.c_str(), "%*[^\n] a %d %*f %*f b %d %*f %*f c %d", &a, &b, &c) == 3);
    CHECK(a + b + c == windows);

    const auto page = folder / "a page-fold2/index.html";
    const std::string text = read_all(page);
    CHECK(says(text, "--folds users --report 'a page'"));
    for (const char* steps : {"steps-fold1", "steps-fold2", "steps-fold3"})
        CHECK(says(read_all(folder / steps), "{\"epoch\":2,\"batch\":1,"));
    CHECK(says(text, "<th>stairsdown</th>"));
    CHECK(count(text, "<tr><th>b</th>") == 1); // the one user held out
    CHECK(says(text, "Expected calibration error"));
    look_at(folder, page, 4);

    const auto one = run(folder, "har_train", words + "--fold 2 -o one.safetensors");
    CHECK(one.code == 0);
    CHECK(read_all(folder / "one-fold2.safetensors") ==
          read_all(folder / "weights-fold2.safetensors"));
    const auto many = run(folder, "har_train", "prepared.safetensors --folds 4");
    CHECK(many.code == 1);
    CHECK(says(many.err, "har_train: prepared.safetensors, users: expected 2, and as many as"));

    const auto random = run(folder, "har_train", words + "--split random");
    CHECK(says(random.err, "--folds: expected --split user, found --split random"));

    // Both splits side by side: the models are those of a run with each.
    const std::string both = "prepared.safetensors --window 40 --hop 40 --batch 64 --epochs 2 "
                             "--class-weights balanced ";
    const auto two =
        run(folder, "har_train", both + "--split both -o two.safetensors --report two");
    REQUIRE_MESSAGE(two.code == 0, two.err);
    CHECK(run(folder, "har_train", both + "--split random -o chance.safetensors").code == 0);
    CHECK(read_all(folder / "two-random.safetensors") == read_all(folder / "chance.safetensors"));
    const auto people = run(folder, "har_train", both + "--split user -o people.safetensors");
    CHECK(read_all(folder / "two.safetensors") == read_all(folder / "people.safetensors"));
    double by_user = 0, by_chance = 0, alone = 0;
    const auto row = two.out.rfind("\naccuracy ");
    REQUIRE(row != two.out.npos);
    REQUIRE(std::sscanf(two.out.c_str() + row, "\naccuracy %lf %lf", &by_user, &by_chance) == 2);
    const auto said = people.out.find("validation windows: accuracy");
    REQUIRE(said != people.out.npos);
    REQUIRE(std::sscanf(people.out.c_str() + said, "validation windows: accuracy %lf", &alone) ==
            1);
    CHECK(by_user == alone);
    CHECK(by_chance > 0);
    const std::string side = read_all(folder / "two/index.html");
    CHECK(says(side, "<tr><th>split</th><th>user</th><th>random</th></tr>"));
    CHECK(says(side, "user: by user, held out: c;"));
    CHECK(says(side, "random: random blocks, seed 1;"));
    CHECK(!says(read_all(folder / "two-random/index.html"), "Two splits"));
    look_at(folder, folder / "two/index.html", 4);

    // The temperature goes where probabilities are shown.
    const auto judged = run(folder, "har_evaluate",
                            "weights-fold2.safetensors prepared.safetensors "
                            "--hop 40 --users b");
    CHECK(says(judged.out, " at temperature "));
    const auto unsure =
        run(folder, "har_predict", "weights-fold2.safetensors recordings.csv --unsure 1");
    CHECK(unsure.code == 0);
    CHECK(count(unsure.out, ",unsure,") + 1 == count(unsure.out, "\n"));
}
