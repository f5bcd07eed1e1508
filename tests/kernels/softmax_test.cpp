// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Softmax and cross-entropy against plain Eigen, and the gradient against differences.
#include <gait/core/random.hpp>
#include <gait/kernels/reference_updates.hpp>
#include <gait/kernels/softmax.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <vector>

namespace {

struct sample {
    std::vector<double> z, w;
    std::vector<int> labels;
};

sample draw(gait::index R, gait::index K) {
    gait::random_stream random(5, gait::purpose::user);
    sample s;
    for (gait::index i = 0; i < R * K; ++i)
        s.z.push_back(3 * random.normal());
    for (gait::index k = 0; k < K; ++k)
        s.w.push_back(0.5 + random.uniform());
    for (gait::index r = 0; r < R; ++r)
        s.labels.push_back(static_cast<int>(random.below(static_cast<std::uint32_t>(K))));
    return s;
}

} // namespace

TEST_CASE("softmax and softmax_cross_entropy are what Eigen computes") {
    for (const gait::index R : {1, 5, 12})
        for (const gait::index K : {1, 2, 7, 17})
            for (const double smoothing : {0.0, 0.1})
                for (const bool weighted : {false, true}) {
                    CAPTURE(R);
                    CAPTURE(K);
                    const sample s = draw(R, K);
                    std::vector<double> p(s.z.size()), q(s.z.size());
                    gait::softmax(R, K, s.z.data(), p.data());
                    gait::reference::softmax(R, K, s.z.data(), q.data());
                    for (std::size_t i = 0; i < p.size(); ++i)
                        CHECK(p[i] == doctest::Approx(q[i]).epsilon(1e-13));

                    const double* w = weighted ? s.w.data() : nullptr;
                    const auto a = gait::softmax_cross_entropy(R, K, s.z.data(), s.labels.data(), w,
                                                               smoothing, p.data());
                    const auto b = gait::reference::softmax_cross_entropy(
                        R, K, s.z.data(), s.labels.data(), w, smoothing, q.data());
                    CHECK(a.loss == doctest::Approx(b.loss).epsilon(1e-12));
                    CHECK(a.weight == doctest::Approx(b.weight).epsilon(1e-14));
                    CHECK(a.correct == b.correct);
                    CHECK(a.count == b.count);
                    for (std::size_t i = 0; i < p.size(); ++i)
                        CHECK(p[i] == doctest::Approx(q[i]).epsilon(1e-12));
                }
}

TEST_CASE("the gradient is the slope of the loss") {
    const gait::index R = 3, K = 4;
    sample s = draw(R, K);
    std::vector<double> d(s.z.size());
    gait::softmax_cross_entropy(R, K, s.z.data(), s.labels.data(), s.w.data(), 0.2, d.data());
    const auto loss = [&] {
        return gait::softmax_cross_entropy<double>(R, K, s.z.data(), s.labels.data(), s.w.data(),
                                                   0.2, nullptr)
            .loss;
    };
    for (std::size_t i = 0; i < d.size(); ++i) {
        const double step = 1e-5, before = s.z[i];
        s.z[i] = before + step;
        const double above = loss();
        s.z[i] = before - step;
        const double below = loss();
        s.z[i] = before;
        CHECK(d[i] == doctest::Approx((above - below) / (2 * step)).epsilon(1e-7));
    }
    // In place, as the trainer may do.
    gait::softmax_cross_entropy(R, K, s.z.data(), s.labels.data(), s.w.data(), 0.2, s.z.data());
    CHECK(s.z == d);
}

TEST_CASE("large logits overflow nothing, and a NaN shows") {
    std::vector<float> z{1000, 0, -1000};
    std::vector<float> p(3);
    gait::softmax<float>(1, 3, z.data(), p.data());
    CHECK(p == std::vector<float>{1, 0, 0});
    const int label = 2;
    CHECK(gait::softmax_cross_entropy<float>(1, 3, z.data(), &label, nullptr, 0, p.data()).loss ==
          doctest::Approx(2000));
    CHECK(p == std::vector<float>{1, 0, -1});
    z[1] = std::numeric_limits<float>::quiet_NaN();
    CHECK(std::isnan(
        gait::softmax_cross_entropy<float>(1, 3, z.data(), &label, nullptr, 0, p.data()).loss));
    gait::softmax<float>(1, 3, z.data(), p.data());
    CHECK(std::isnan(p[0]));
}

TEST_CASE("sums of a loss go through a run of numbers, and nothing is divided by no weight") {
    const gait::loss_sums sums{.loss = 6, .weight = 4, .correct = 2, .count = 8};
    float numbers[gait::loss_sums::numbers];
    sums.write(numbers);
    const auto again = gait::loss_sums::read(numbers);
    CHECK(again.mean() == 1.5);
    CHECK(again.accuracy() == 0.25);
    CHECK_FALSE(again.weightless());
    CHECK(gait::loss_sums{}.weightless());
    CHECK(gait::loss_sums{}.mean() == 0);
    CHECK(gait::loss_sums{}.accuracy() == 0);
}
