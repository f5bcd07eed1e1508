// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The small headers of core: extents, buffer, error, threads, float environment.
#include <gait/core.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

TEST_CASE("a view is time-major and its steps are views") {
    std::vector<float> numbers(2 * 3 * 4);
    for (std::size_t i = 0; i < numbers.size(); ++i)
        numbers[i] = static_cast<float>(i);
    const gait::view<float, 4> x(numbers.data(), {2, 3});
    CHECK(x.step(1).data() == numbers.data() + 12);
    CHECK(x.step(1).eigen()(2, 3) == 23.0F);
    CHECK(x.eigen().rows() == 6);
    const gait::view<const float, 4> reading = x;
    CHECK(reading.steps(1, 1).size() == gait::extents{1, 3});
    CHECK_FALSE(static_cast<bool>(gait::view<float, 4>{}));
    CHECK(gait::vector<4>::in({9, 3}) == gait::extents{1, 3});
}

TEST_CASE("a buffer is aligned, zero and moves") {
    gait::buffer<float> a(17);
    CHECK(reinterpret_cast<std::uintptr_t>(a.data()) % gait::alignment == 0);
    for (const float v : a)
        CHECK(v == 0.0F);
    a[16] = 5.0F;
    gait::buffer<float> copy = a.clone();
    gait::buffer<float> b = std::move(a);
    CHECK(b[16] == 5.0F);
    b[16] = 6.0F;
    CHECK(copy[16] == 5.0F);
    a = std::move(b);
    CHECK(a.size() == 17);
}

TEST_CASE("an error reads as a sentence and leaves out what it does not know") {
    const gait::error whole({"a.csv", "line 3, column x", "a number", "'abc'"});
    CHECK(std::string(whole.what()) == "a.csv, line 3, column x: expected a number, found 'abc'");
    CHECK(std::string(gait::error({"a.csv", "", "", "no rows"}).what()) == "a.csv: found no rows");
    CHECK(std::string(gait::error({"", "", "a file", ""}).what()) == "expected a file");
    CHECK(whole.parts().place == "line 3, column x");
}

TEST_CASE("names with control characters, those beyond ASCII included, are not plain") {
    CHECK(gait::is_plain_name("stairs up"));
    CHECK(gait::is_plain_name("\xC3\x9F\xC2\xA0\xE4\xBD\x9B")); // letters end in such bytes, too
    CHECK(!gait::is_plain_name(""));
    for (const char* bad : {"a\n", "\x1B[2J", "\x7F",
                            "\xC2\x9B"
                            "31m"})
        CHECK(!gait::is_plain_name(bad));
}

TEST_CASE("parallel_for does every item once, with threads in range") {
    for (const int threads : {1, 2, 4}) {
        std::vector<std::atomic<int>> done(100);
        std::atomic<bool> in_range{true};
        gait::parallel_for(threads, 100, [&](gait::index item, int thread) {
            ++done[static_cast<std::size_t>(item)];
            if (thread < 0 || thread >= threads)
                in_range = false;
        });
        CHECK(in_range);
        for (const auto& count : done)
            CHECK(count == 1);
    }
    CHECK(gait::available_threads() >= 1);
}

#if defined(__SSE2__) || defined(__aarch64__)
TEST_CASE("denormals are flushed inside the scope and come back after it") {
    volatile float small = std::numeric_limits<float>::min();
    volatile float half = 0.5F;
    CHECK(small * half > 0.0F);
    {
        const gait::flush_denormals flush;
        CHECK(small * half == 0.0F);
    }
    CHECK(small * half > 0.0F);
}
#endif
