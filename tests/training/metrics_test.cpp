// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Metrics of a small table worked out by hand.
#include <gait/training/metrics.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace {

/// Rows: actual.   0: 5 1 0    1: 2 3 0    2: none
gait::confusion_matrix example() {
    gait::confusion_matrix c(3);
    c.add(0, 0, 5);
    c.add(0, 1);
    c.add(1, 0, 2);
    c.add(1, 1, 3);
    return c;
}

} // namespace

TEST_CASE("counts and ratios") {
    const auto c = example();
    CHECK(c.total() == 11);
    CHECK(c.correct() == 8);
    CHECK(c.actual(0) == 6);
    CHECK(c.predicted(0) == 7);
    CHECK(c.accuracy() == doctest::Approx(8.0 / 11));
    CHECK(c.precision(0) == doctest::Approx(5.0 / 7));
    CHECK(c.recall(0) == doctest::Approx(5.0 / 6));
    CHECK(c.f1(0) == doctest::Approx(10.0 / 13));
    CHECK(c.f1(1) == doctest::Approx(6.0 / 9));
}

TEST_CASE("a class that never occurs divides by nothing and does not count") {
    auto c = example();
    CHECK(c.precision(2) == 0);
    CHECK(c.recall(2) == 0);
    CHECK(c.f1(2) == 0);
    CHECK(c.macro_f1() == doctest::Approx((10.0 / 13 + 6.0 / 9) / 2));
    c.add(0, 2);
    CHECK(c.macro_f1() == doctest::Approx((10.0 / 14 + 6.0 / 9) / 3));
    CHECK(gait::confusion_matrix(2).accuracy() == 0);
    CHECK(gait::confusion_matrix(2).macro_f1() == 0);
}

TEST_CASE("matrices add up") {
    auto c = example();
    c += example();
    CHECK(c.count(1, 0) == 4);
    CHECK(c.total() == 22);
}

TEST_CASE("the table names rows and columns") {
    const std::array<std::string, 3> names{"bike", "sit", "climbing stairs"};
    const std::string text = gait::table(example(), names);
    const auto space = [](std::size_t count) { return std::string(count, ' '); };
    CHECK(text.find("bike" + space(19) + "5" + space(8) + "1" + space(16) +
                    "0 |    0.833    0.714    0.769\n") != std::string::npos);
    CHECK(text.find("climbing stairs") < text.find('|'));
}
