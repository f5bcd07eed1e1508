// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Promises that an honest accuracy rests on, on random recordings in which every sample says of
// which user, device and uninterrupted stretch it is.
#include <gait/core/random.hpp>
#include <gait/data/batches.hpp>
#include <gait/data/preparation.hpp>
#include <gait/data/splits.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <vector>

using namespace gait;

namespace {

struct nowhere {
    [[noreturn]] void fail(std::string_view column, const std::string& expected,
                           const std::string& found) const {
        throw error({"", std::string(column), expected, found});
    }
};

std::string numbered(char kind, int number) {
    std::string name(1, kind);
    return name.append(std::to_string(number));
}

/// Tracks of a few users and devices with gaps at random places: every row is (user, device,
/// stretch), constant within a stretch, so a window that crosses any border holds two different
/// samples.
hhar_tracks random_tracks(random_stream& random, bool with_null) {
    hhar_tracks tracks;
    const int users = 2 + static_cast<int>(random.below(3));
    const int devices = 1 + static_cast<int>(random.below(3));
    for (int u = 0; u < users; ++u)
        for (int d = 0; d < devices; ++d) {
            std::int64_t ns = 1'000'000'000 * static_cast<std::int64_t>(random.below(1000));
            int stretch = 0;
            bool is_null = false, walks = false;
            const int rows = 100 + static_cast<int>(random.below(600));
            const std::string user = numbered('u', u), device = numbered('d', d);
            for (int i = 0; i < rows; ++i) {
                const bool gap = random.below(60) == 0;
                ns += gap ? 500'000'000 : 20'000'000;
                const bool turns = with_null && random.below(80) == 0;
                stretch += gap || turns;
                is_null = is_null != turns;
                hhar_row row;
                row.number = static_cast<std::uint32_t>(i);
                row.creation_ns = ns;
                row.arrival_ms = ns / 1'000'000;
                row.user = user;
                row.device = device;
                walks = random.below(15) == 0 ? !walks : walks;
                row.label = is_null ? "null" : walks ? "walk" : "sit";
                row.xyz = {static_cast<float>(u), static_cast<float>(d),
                           static_cast<float>(is_null ? -1 : stretch)};
                tracks.add(row, nowhere{});
            }
        }
    return tracks;
}

recordings random_recordings(random_stream& random, bool with_null) {
    std::vector<track_report> reports;
    return prepare(random_tracks(random, with_null), {.drop_null = with_null}, "random", reports,
                   [](gait::index) {});
}

using origin = std::tuple<float, float, float>;

origin origin_of(const recordings& r, gait::index sample) {
    const float* at = r.samples.data() + 3 * sample;
    return {at[0], at[1], at[2]};
}

} // namespace

TEST_CASE("no window crosses a border of user, device, gap, or what is left out") {
    random_stream random(21, purpose::user);
    int checked = 0;
    for (int round = 0; round < 60; ++round) {
        const bool with_null = round % 2 == 1;
        const recordings r = random_recordings(random, with_null);
        const auto steps = 2 + static_cast<gait::index>(random.below(20));
        std::vector<window> windows;
        try {
            windows = make_windows(r, steps, 1 + static_cast<gait::index>(random.below(7)));
        } catch (const error&) {
            continue; // every stretch is shorter
        }
        ++checked;
        for (const window& w : windows) {
            const origin first = origin_of(r, w.begin);
            bool same = true;
            for (gait::index t = 1; t < steps; ++t)
                same = same && origin_of(r, w.begin + t) == first;
            CHECK(same);
            CHECK(r.users[static_cast<std::size_t>(w.user)] ==
                  numbered('u', static_cast<int>(std::get<0>(first))));
            CHECK(std::get<2>(first) >= 0); // nothing of what was labelled null
        }
    }
    CHECK(checked > 40);
}

TEST_CASE("what training sees is of no held-out user, and of no sample that validation sees") {
    random_stream random(22, purpose::user);
    int checked_in_time = 0;
    for (int round = 0; round < 40; ++round) {
        recordings r = random_recordings(random, false);
        const auto users = r.users.size();
        // From here on a sample is its own number (exact in float), and its user.
        std::vector<float> user_of(static_cast<std::size_t>(r.size()));
        for (gait::index i = 0; i < r.size(); ++i) {
            user_of[static_cast<std::size_t>(i)] = r.samples[static_cast<std::size_t>(3 * i)];
            r.samples[static_cast<std::size_t>(3 * i)] = static_cast<float>(i);
        }
        const gait::index steps = 5;
        const auto windows = make_windows(r, steps, 2);
        const auto seen_by = [&](const std::vector<gait::index>& chosen) {
            const recorded_windows source(r, windows, steps, chosen);
            std::set<gait::index> samples;
            std::vector<float> x(static_cast<std::size_t>(3 * steps));
            for (gait::index i = 0; i < source.size(); ++i) {
                source.extract(std::span(&i, 1), view<float, 3>(x.data(), {steps, 1}),
                               gait::detail::any_pass{});
                for (gait::index t = 0; t < steps; ++t)
                    samples.insert(static_cast<gait::index>(x[static_cast<std::size_t>(3 * t)]));
            }
            return samples;
        };
        const auto held_out =
            static_cast<std::size_t>(random.below(static_cast<std::uint32_t>(users)));
        const auto by_user = split_by_user(r, windows, {r.users[held_out]});
        const auto name = static_cast<float>(std::stoi(r.users[held_out].substr(1)));
        for (const gait::index i : seen_by(by_user.train))
            CHECK(user_of[static_cast<std::size_t>(i)] != name);
        for (const gait::index i : seen_by(by_user.validation))
            CHECK(user_of[static_cast<std::size_t>(i)] == name);

        const auto by_chance = split_random(windows, steps, 0.3, static_cast<std::uint64_t>(round));
        const auto judged = seen_by(by_chance.validation);
        gait::index shared = 0;
        for (const gait::index i : seen_by(by_chance.train))
            shared += judged.contains(i);
        CHECK(shared == 0);

        // In time: of each activity, validation sees nothing before training's last sample.
        split in_time;
        try {
            in_time = split_in_time(r, windows, 0.2 + 0.6 * random.uniform());
        } catch (const error&) {
            continue; // activities are too short for one of the sides
        }
        ++checked_in_time;
        std::vector<int> activity(static_cast<std::size_t>(r.size()));
        int number = 0;
        for (const gait::run& run : r.runs)
            for (gait::index i = run.begin; i < run.begin + run.count; ++i) {
                const auto at = static_cast<std::size_t>(i);
                number += i == run.begin || r.labels[at] != r.labels[at - 1];
                activity[at] = number;
            }
        std::vector<gait::index> last_trained(static_cast<std::size_t>(number) + 1, -1);
        const auto activity_of = [&](gait::index sample) {
            return static_cast<std::size_t>(activity[static_cast<std::size_t>(sample)]);
        };
        for (const gait::index i : seen_by(in_time.train))
            last_trained[activity_of(i)] = std::max(last_trained[activity_of(i)], i);
        for (const gait::index i : seen_by(in_time.validation))
            CHECK(i > last_trained[activity_of(i)]);
    }
    CHECK(checked_in_time > 20);
}
