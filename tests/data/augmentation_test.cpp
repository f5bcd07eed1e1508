// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include "some_recordings.hpp"

#include <gait/core/threads.hpp>
#include <gait/data/augmentation.hpp>
#include <gait/data/batches.hpp>
#include <gait/layers/layer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <span>
#include <vector>

namespace {

constexpr gait::index T = 60;

/// 20 windows of a recording that is smooth enough to be interpolated.
struct some_windows {
    gait::recordings r = gait_test::some_recordings({1300});
    std::vector<gait::window> windows;
    std::vector<gait::index> chosen;

    some_windows() {
        for (std::size_t i = 0; i < 1300; ++i)
            for (std::size_t f = 0; f < 3; ++f)
                r.samples[3 * i + f] = static_cast<float>(
                    12 + 10 * std::sin(0.1 * static_cast<double>(i) + static_cast<double>(f)));
        windows = gait::make_windows(r, T, T);
        chosen.resize(windows.size());
        std::iota(chosen.begin(), chosen.end(), gait::index{0});
    }
    [[nodiscard]] gait::recorded_windows source(const gait::augmentation& a) const {
        return {r, windows, T, chosen, {}, a};
    }
    /// Window `id` alone (T, 3).
    [[nodiscard]] std::vector<float> window(const gait::augmentation& a, gait::index id,
                                            const gait::pass& pass) const {
        std::vector<float> x(T * 3);
        source(a).extract(std::span(&id, 1), gait::view<float, 3>(x.data(), {T, 1}), pass);
        return x;
    }
    [[nodiscard]] std::vector<float> plain(gait::index id) const {
        return window({}, id, gait::pass{});
    }
};

const gait::augmentation everything{.yaw = 90,
                                    .rotation = 30,
                                    .tilt = 20,
                                    .mirror = 0.5,
                                    .scale = 0.1,
                                    .jitter = 0.2,
                                    .warp = 0.1,
                                    .rate = 0.5,
                                    .rounding = 0.1};
const gait::pass training{.training = true, .seed = 7, .epoch = 3};

double norm(const float* x) {
    return std::sqrt(static_cast<double>(x[0]) * x[0] + static_cast<double>(x[1]) * x[1] +
                     static_cast<double>(x[2]) * x[2]);
}

std::array<double, 3> mean_of(const std::vector<float>& window) {
    std::array<double, 3> mean{};
    for (std::size_t i = 0; i < window.size(); ++i)
        mean[i % 3] += static_cast<double>(window[i]) / T;
    return mean;
}

} // namespace

TEST_CASE("evaluation sees windows as they are, and so does training without augmentation") {
    const some_windows some;
    CHECK(some.window(everything, 4, gait::pass{}) == some.plain(4));
    CHECK(some.window({}, 4, training) == some.plain(4));
    CHECK(some.window(everything, 4, training) != some.plain(4));
    CHECK(!gait::augmentation{}.any());
}

TEST_CASE("seed, epoch and window decide, and nothing else") {
    const some_windows some;
    const auto once = some.window(everything, 4, training);
    CHECK(some.window(everything, 4, training) == once);
    gait::pass other = training;
    other.epoch = 4;
    CHECK(some.window(everything, 4, other) != once);
    other = training;
    other.seed = 8;
    CHECK(some.window(everything, 4, other) != once);

    // In tiles of any size and order, by any number of threads.
    const auto source = some.source(everything);
    for (const int threads : {1, 4}) {
        std::vector<std::vector<float>> tiles(10, std::vector<float>(T * 2 * 3));
        gait::parallel_for(threads, 10, [&](gait::index item, int) {
            const std::vector<gait::index> ids{19 - item, item};
            auto& tile = tiles[static_cast<std::size_t>(item)];
            source.extract(ids, gait::view<float, 3>(tile.data(), {T, 2}), training);
        });
        for (gait::index t = 0; t < T; ++t)
            for (gait::index f = 0; f < 3; ++f)
                CHECK(tiles[4][static_cast<std::size_t>((t * 2 + 1) * 3 + f)] ==
                      once[static_cast<std::size_t>(t * 3 + f)]);
    }
}

TEST_CASE("rotation keeps norms and angles, and turns every window another way") {
    const some_windows some;
    const gait::augmentation a{.rotation = 180};
    double turned = 0;
    for (gait::index id = 0; id < 20; ++id) {
        const auto x = some.plain(id), y = some.window(a, id, training);
        for (std::size_t i = 0; i < x.size(); i += 3) {
            CHECK(norm(&y[i]) == doctest::Approx(norm(&x[i])).epsilon(1e-5));
            const auto dot = [&](const std::vector<float>& v) {
                return static_cast<double>(v[i]) * v[0] + static_cast<double>(v[i + 1]) * v[1] +
                       static_cast<double>(v[i + 2]) * v[2];
            };
            CHECK(dot(y) == doctest::Approx(dot(x)).epsilon(1e-4).scale(100));
        }
        turned += std::abs(y[0] - x[0]) > 0.1F;
    }
    CHECK(turned > 15);

    // By no more than it may: the angle between x and y is at most that of the rotation.
    for (gait::index id = 0; id < 20; ++id) {
        const auto x = some.plain(id), y = some.window({.rotation = 10}, id, training);
        const double cosine = (static_cast<double>(x[0]) * y[0] + static_cast<double>(x[1]) * y[1] +
                               static_cast<double>(x[2]) * y[2]) /
                              (norm(&x[0]) * norm(&y[0]));
        CHECK(cosine > std::cos(10.01 / 180 * std::numbers::pi));
    }
}

TEST_CASE("tilt turns windows that move, and leaves those that are still") {
    some_windows some;
    const auto is_same = [&](gait::index id) {
        return some.window({.tilt = 30}, id, training) == some.plain(id);
    };
    int turned = 0;
    for (gait::index id = 0; id < 20; ++id) {
        const auto x = some.plain(id), y = some.window({.tilt = 30}, id, training);
        for (std::size_t i = 0; i < x.size(); i += 3)
            CHECK(norm(&y[i]) == doctest::Approx(norm(&x[i])).epsilon(1e-5));
        const double cosine = (static_cast<double>(x[0]) * y[0] + static_cast<double>(x[1]) * y[1] +
                               static_cast<double>(x[2]) * y[2]) /
                              (norm(&x[0]) * norm(&y[0]));
        CHECK(cosine > std::cos(30.01 / 180 * std::numbers::pi));
        turned += !is_same(id);
    }
    CHECK(turned == 20);

    // The same movement about a mean that is longer. Of its length the deviation is 0.6, then a
    // third, then a seventh.
    const auto samples = some.r.samples;
    const auto from = [&](float offset) {
        std::ranges::transform(samples, some.r.samples.begin(),
                               [&](float x) { return x + offset; });
        int same = 0;
        for (gait::index id = 0; id < 20; ++id)
            same += is_same(id);
        return same;
    };
    CHECK(from(10) == 0);
    CHECK(from(40) == 20);
}

TEST_CASE("yaw turns about the mean, which stays") {
    const some_windows some;
    std::vector<double> angles;
    for (gait::index id = 0; id < 20; ++id) {
        const auto x = some.plain(id), y = some.window({.yaw = 90}, id, training);
        const auto up = mean_of(x), still_up = mean_of(y);
        const double length = std::hypot(up[0], up[1], up[2]);
        for (std::size_t f = 0; f < 3; ++f)
            CHECK(still_up[f] == doctest::Approx(up[f]).epsilon(1e-4));
        // The angle between what is horizontal of the first sample before and after.
        double cosine = 0, square = 0, high = 0, high_after = 0;
        for (std::size_t f = 0; f < 3; ++f) {
            high += static_cast<double>(x[f]) * up[f] / length;
            high_after += static_cast<double>(y[f]) * up[f] / length;
        }
        for (std::size_t f = 0; f < 3; ++f) {
            const double a = static_cast<double>(x[f]) - high * up[f] / length;
            const double b = static_cast<double>(y[f]) - high_after * up[f] / length;
            cosine += a * b;
            square += a * a;
        }
        CHECK(high_after == doctest::Approx(high).epsilon(1e-4).scale(1));
        angles.push_back(std::acos(std::clamp(cosine / square, -1.0, 1.0)) * 180 /
                         std::numbers::pi);
    }
    const auto [least, most] = std::ranges::minmax(angles);
    CHECK(least < 20);
    CHECK(most > 70);
    CHECK(most < 90.5);
}

TEST_CASE("a mirror keeps what is up, and makes a left-handed movement right-handed") {
    const some_windows some;
    const auto handedness = [](const std::vector<float>& x) { // of the first three samples
        const auto at = [&](std::size_t i) { return static_cast<double>(x[i]); };
        return at(0) * (at(4) * at(8) - at(5) * at(7)) + at(1) * (at(5) * at(6) - at(3) * at(8)) +
               at(2) * (at(3) * at(7) - at(4) * at(6));
    };
    for (const double yaw : {0.0, 180.0}) {
        int mirrored = 0;
        for (gait::index id = 0; id < 20; ++id) {
            const auto x = some.plain(id);
            const auto y = some.window({.yaw = yaw, .mirror = 0.5}, id, training);
            const auto all = some.window({.yaw = yaw, .mirror = 1}, id, training);
            const auto up = mean_of(x);
            for (const auto* other : {&y, &all})
                for (std::size_t f = 0; f < 3; ++f)
                    CHECK(mean_of(*other)[f] == doctest::Approx(up[f]).epsilon(1e-4).scale(1));
            for (std::size_t i = 0; i < x.size(); i += 3)
                CHECK(norm(&y[i]) == doctest::Approx(norm(&x[i])).epsilon(1e-4));
            const double before = handedness(x), after = handedness(y);
            CHECK(std::abs(after) == doctest::Approx(std::abs(before)).epsilon(1e-2).scale(1));
            CHECK(handedness(all) == doctest::Approx(-before).epsilon(1e-2).scale(1));
            mirrored += after * before < 0;
        }
        CHECK(mirrored > 3);
        CHECK(mirrored < 17);
    }
}

TEST_CASE("scaling is one factor for a window") {
    const some_windows some;
    float least = 2, most = 0;
    for (gait::index id = 0; id < 20; ++id) {
        const auto x = some.plain(id), y = some.window({.scale = 0.2}, id, training);
        const float factor = y[0] / x[0];
        least = std::min(least, factor);
        most = std::max(most, factor);
        for (std::size_t i = 0; i < x.size(); ++i)
            CHECK(y[i] == doctest::Approx(factor * x[i]).epsilon(1e-4));
    }
    CHECK(least >= 0.8F);
    CHECK(least < 0.9F);
    CHECK(most > 1.1F);
    CHECK(most <= 1.2F);
}

TEST_CASE("jitter has mean 0, the deviation asked for, and the shape of a bell") {
    const some_windows some;
    double sum = 0, square = 0, inside = 0, count = 0;
    for (std::uint32_t epoch = 0; epoch < 10; ++epoch)
        for (gait::index id = 0; id < 20; ++id) {
            gait::pass pass = training;
            pass.epoch = epoch;
            const auto x = some.plain(id), y = some.window({.jitter = 0.5}, id, pass);
            for (std::size_t i = 0; i < x.size(); ++i, ++count) {
                const double d = static_cast<double>(y[i]) - x[i];
                sum += d;
                square += d * d;
                inside += std::abs(d) < 0.5;
            }
        }
    CHECK(sum / count == doctest::Approx(0).scale(1).epsilon(0.01)); // 36,000 numbers
    CHECK(std::sqrt(square / count) == doctest::Approx(0.5).epsilon(0.01));
    CHECK(inside / count == doctest::Approx(0.683).epsilon(0.03));
}

TEST_CASE("a warped window begins and ends where it did, and runs forward") {
    const gait::recordings r = gait_test::some_recordings({T}); // x is the time
    for (std::uint64_t sample = 0; sample < 50; ++sample) {
        gait::window_augmentation warp({.warp = 0.3}, r.samples.data(), T,
                                       {1, gait::purpose::augment, 0, sample});
        float before = -1, farthest = 0;
        for (gait::index t = 0; t < T; ++t) {
            const float time = warp(t)[0];
            if (t == 0 || t == T - 1)
                CHECK(time == doctest::Approx(static_cast<float>(t)).epsilon(1e-5).scale(1));
            else
                CHECK(time - before == doctest::Approx(1).epsilon(0.31));
            farthest = std::max(farthest, std::abs(time - static_cast<float>(t)));
            before = time;
        }
        CHECK(farthest < 0.3F * T / 3.14159F);
    }
}

TEST_CASE("a slower sensor keeps the time and loses what is fast") {
    gait::recordings r =
        gait_test::some_recordings({T}); // x is the time: a straight line stays one
    for (std::uint64_t sample = 0; sample < 50; ++sample) {
        gait::window_augmentation thin({.rate = 0.8}, r.samples.data(), T,
                                       {1, gait::purpose::augment, 0, sample});
        for (gait::index t = 0; t < T; ++t)
            CHECK(thin(t)[0] == doctest::Approx(static_cast<float>(t)).epsilon(1e-4));
    }
    for (std::size_t i = 0; i < T; ++i) // as fast as can be
        r.samples[3 * i] = i % 2 ? 1.0F : -1.0F;
    double smallest = 1e9;
    for (std::uint64_t sample = 0; sample < 50; ++sample) {
        gait::window_augmentation thin({.rate = 0.8}, r.samples.data(), T,
                                       {1, gait::purpose::augment, 0, sample});
        double power = 0;
        for (gait::index t = 0; t < T; ++t) {
            const double x = thin(t)[0];
            CHECK(std::abs(x) <= 1.00001);
            power += x * x / T;
        }
        smallest = std::min(smallest, power);
    }
    CHECK(smallest < 0.4);
}

TEST_CASE("values are rounded last, in raw units") {
    const some_windows some;
    const gait::scaling scale{{1, 1, 1}, {2, 2, 2}};
    const gait::recorded_windows source(some.r, some.windows, T, some.chosen, scale,
                                        {.scale = 0.1, .jitter = 0.3, .rounding = 0.1});
    std::vector<float> x(T * 3);
    const gait::index id = 3;
    source.extract(std::span(&id, 1), gait::view<float, 3>(x.data(), {T, 1}), training);
    for (const float value : x) {
        const double tenths = 10 * (2 * static_cast<double>(value) + 1);
        CHECK(tenths == doctest::Approx(std::rint(tenths)).epsilon(1e-4).scale(1));
    }
}

TEST_CASE("a window of one step, and none of its neighbours") {
    const std::vector<float> one{1, 2, 3};
    gait::augmentation a = everything;
    a.jitter = a.yaw = a.rotation = a.tilt = a.mirror = a.scale = a.rounding = 0;
    gait::window_augmentation change(a, one.data(), 1, {1, gait::purpose::augment});
    CHECK(change(0) == gait::window_augmentation::sample{1, 2, 3});

    // Everything around the window is NaN: it would show.
    std::vector<float> padded(3 * (T + 2), std::nanf(""));
    std::fill(padded.begin() + 3, padded.end() - 3, 1.0F);
    for (std::uint64_t sample = 0; sample < 500; ++sample) {
        gait::window_augmentation all(everything, padded.data() + 3, T,
                                      {1, gait::purpose::augment, 0, sample});
        for (gait::index t = 0; t < T; ++t)
            for (const float value : all(t))
                CHECK(std::isfinite(value));
    }
}

TEST_CASE("windows are aligned before they are augmented, scaled and shown, in training or not") {
    const some_windows some;
    const gait::scaling scale{{1, 2, 3}, {2, 3, 4}};
    const std::array<float, 3> up{0, 0.6F, -0.8F};
    const gait::gravity_alignment align(up);
    const auto shown = [&](const gait::augmentation& a, const gait::pass& pass, gait::index id) {
        const gait::recorded_windows source(some.r, some.windows, T, some.chosen, scale, a, align);
        std::vector<float> x(T * 3);
        source.extract(std::span(&id, 1), gait::view<float, 3>(x.data(), {T, 1}), pass);
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = x[i] * scale.deviation[i % 3] + scale.mean[i % 3];
        return x;
    };
    for (const gait::index id : {0, 7, 19}) {
        CAPTURE(id);
        const auto raw = some.plain(id);
        REQUIRE(gait::posture_of(raw.data(), T).moves);
        std::vector<float> aligned(raw.size());
        align(raw.data(), 1, 0, {T, 1}, aligned.data());
        const auto judged = shown(everything, {}, id), plain = shown({}, training, id);
        // Turning about the vertical keeps what is up and the length of every sample.
        const auto yawed = shown({.yaw = 180}, training, id);
        const auto mean = mean_of(yawed);
        const double length = std::sqrt(mean[0] * mean[0] + mean[1] * mean[1] + mean[2] * mean[2]);
        for (std::size_t i = 0; i < 3; ++i)
            CHECK(mean[i] / length ==
                  doctest::Approx(static_cast<double>(up[i])).epsilon(1e-4).scale(1));
        double moved = 0;
        for (std::size_t i = 0; i < raw.size(); ++i) {
            CHECK(judged[i] == doctest::Approx(aligned[i]).epsilon(1e-4).scale(10));
            CHECK(plain[i] == doctest::Approx(aligned[i]).epsilon(1e-4).scale(10));
            moved = std::max(moved, static_cast<double>(std::abs(aligned[i] - raw[i])));
            if (i % 3 == 0)
                CHECK(norm(yawed.data() + i) ==
                      doctest::Approx(norm(raw.data() + i)).epsilon(1e-4));
        }
        CHECK(moved > 1);
    }
}
