// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/data/hhar_endings.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

/// The track found for the first line of `text`, or -1.
int track(gait::hhar_endings& endings, const std::string& text) {
    const auto* found = endings.find(text.data(), text.data() + text.size());
    return found ? found->track : -1;
}

} // namespace

TEST_CASE("an ending is found whole or not at all, in any order") {
    gait::hhar_endings endings;
    CHECK(track(endings, "a,phone,walk\n") == -1);
    endings.add("a,phone,walk\n", 1, 0);
    endings.add("a,phone,walk on\n", 2, 0);
    endings.add("b,watch,sit\n", 3, 1);
    for (const int turn : {0, 1, 2}) {
        CAPTURE(turn);
        CHECK(track(endings, "a,phone,walk\nnext") == 1);
        CHECK(track(endings, "a,phone,walk on\n") == 2);
        CHECK(track(endings, "a,phone,walk on\n") == 2);
        CHECK(track(endings, "b,watch,sit\n1,2") == 3);
        CHECK(track(endings, "b,watch,si\n") == -1);
        CHECK(track(endings, "b,watch,sit \n") == -1);
        CHECK(track(endings, "\n") == -1);
    }
}

TEST_CASE("no more are kept than are worth it") {
    gait::hhar_endings endings;
    for (int i = 0; i < 5000; ++i)
        endings.add(std::to_string(i) + "\n", i, 0);
    CHECK(track(endings, "4095\n") == 4095);
    CHECK(track(endings, "4096\n") == -1);
}
