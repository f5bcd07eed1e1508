// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/training/schedules.hpp>

#include <doctest/doctest.h>

using gait::schedule;

TEST_CASE("constant") {
    const schedule s;
    for (const int step : {0, 1, 99, 1000})
        CHECK(s.at(step, 10, 10) == 1);
}

TEST_CASE("step decay: PyTorch's StepLR") {
    const schedule s{.form = schedule::shape::step, .every_epochs = 3, .factor = 0.5};
    CHECK(s.at(0, 10, 20) == 1);
    CHECK(s.at(29, 10, 20) == 1);
    CHECK(s.at(30, 10, 20) == 0.5);
    CHECK(s.at(60, 10, 20) == 0.25);
}

TEST_CASE("cosine: from 1 through the middle to the floor") {
    const schedule s{.form = schedule::shape::cosine, .floor = 0.1};
    CHECK(s.at(0, 10, 10) == 1);
    CHECK(s.at(50, 10, 10) == doctest::Approx(0.55));
    CHECK(s.at(100, 10, 10) == doctest::Approx(0.1));
    CHECK(s.at(500, 10, 10) == doctest::Approx(0.1));
    for (int step = 1; step < 100; ++step)
        CHECK(s.at(step, 10, 10) < s.at(step - 1, 10, 10));
}

TEST_CASE("the warm-up rises in a straight line and shifts what follows") {
    for (const auto form :
         {schedule::shape::constant, schedule::shape::step, schedule::shape::cosine}) {
        const schedule s{.form = form, .warmup_epochs = 0.5, .every_epochs = 1, .factor = 0.1};
        CHECK(s.at(0, 20, 3) == doctest::Approx(0.1));
        CHECK(s.at(4, 20, 3) == doctest::Approx(0.5));
        CHECK(s.at(9, 20, 3) == 1);
        CHECK(s.at(10, 20, 3) == 1);
    }
    const schedule s{
        .form = schedule::shape::step, .warmup_epochs = 0.5, .every_epochs = 1, .factor = 0.1};
    CHECK(s.at(29, 20, 3) == 1);
    CHECK(s.at(30, 20, 3) == doctest::Approx(0.1));
}
