// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Who waits, and what a step is made of, by hand.
#include <gait/training/bounded_staleness.hpp>

#include <gait/core/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using gait::bounded_staleness;
using workers = std::vector<int>;
using ages = std::vector<std::int64_t>;

namespace {

void give_all(bounded_staleness& plan, int count) {
    for (int w = 0; w < count; ++w)
        static_cast<void>(plan.give(w));
}

} // namespace

TEST_CASE("tasks are dealt in their order, one a worker") {
    bounded_staleness plan(2, bounded_staleness::unbounded);
    plan.begin(3);
    CHECK(plan.give(1) == 0);
    CHECK(plan.give(1) == std::nullopt);
    CHECK(plan.give(0) == 1);
    plan.arrived(0);
    CHECK(plan.give(0) == std::nullopt); // its gradient waits
    CHECK(plan.next_step()->workers == workers{0});
    CHECK(plan.give(0) == 2);
    CHECK(plan.computes(0));
    plan.arrived(0);
    plan.arrived(1);
    const auto last = plan.next_step();
    CHECK(last->workers == workers{1, 0}); // as their tasks were, not as they are numbered
    CHECK(last->tasks == std::vector<gait::index>{0, 2});
    CHECK(last->before == 1);
    CHECK(plan.give(1) == std::nullopt);
    CHECK(plan.done());
}

TEST_CASE("without staleness a step waits for all, and is a whole batch at the whole rate") {
    bounded_staleness plan(4, 0);
    plan.begin(8);
    for (int batch = 0; batch < 2; ++batch) {
        give_all(plan, 4);
        for (const int w : {2, 0, 3}) {
            plan.arrived(w);
            CHECK(!plan.next_step());
        }
        plan.arrived(1);
        const auto step = plan.next_step();
        CHECK(step->workers == workers{0, 1, 2, 3});
        CHECK(step->ages == ages{0, 0, 0, 0});
        CHECK(step->before == 4 * batch);
        CHECK(step->factor == 1.0);
    }
    CHECK(plan.done());
}

TEST_CASE("with a bound of one, what would be too stale on its own goes into one step") {
    bounded_staleness plan(4, 1);
    plan.begin(100);
    give_all(plan, 4);
    plan.arrived(0);
    CHECK(plan.next_step()->workers == workers{0});
    CHECK(plan.give(0) == 4);
    plan.arrived(1); // a step would make 2 and 3 two steps stale
    CHECK(!plan.next_step());
    plan.arrived(2);
    CHECK(!plan.next_step());
    plan.arrived(3);
    const auto step = plan.next_step();
    CHECK(step->workers == workers{1, 2, 3});
    CHECK(step->ages == ages{1, 1, 1});
    CHECK(step->factor == 1.0);
}

TEST_CASE("a rate is divided by the staleness where that is more than there are workers") {
    bounded_staleness plan(2, bounded_staleness::unbounded);
    plan.begin(100);
    give_all(plan, 2);
    for (int i = 0; i < 7; ++i) {
        plan.arrived(0);
        CHECK(plan.next_step()->factor == 1.0);
        CHECK(plan.give(0));
    }
    plan.arrived(1);
    const auto late = plan.next_step();
    CHECK(late->ages == ages{7});
    CHECK(late->factor == doctest::Approx(2.0 / 7));
    CHECK(plan.histogram(1)[7] == 1);
    CHECK(plan.histogram(0)[0] == 7);
    CHECK(plan.steps() == 8);
}

TEST_CASE("nothing is ever staler than the bound, nothing is lost, nobody waits for ever") {
    gait::random_stream random(1, gait::purpose::user);
    for (const std::int64_t bound : {0, 1, 2, 3, 7, 20})
        for (const int count : {1, 2, 5, 8}) {
            CAPTURE(bound);
            CAPTURE(count);
            bounded_staleness plan(count, bound);
            plan.begin(300);
            std::vector<int> taken(300);
            gait::index before = 0;
            std::int64_t oldest = 0;
            give_all(plan, count);
            while (!plan.done()) {
                std::vector<int> busy;
                for (int w = 0; w < count; ++w)
                    if (plan.computes(w))
                        busy.push_back(w);
                REQUIRE(!busy.empty());
                // The first of them is slow.
                const auto which = random.below(static_cast<std::uint32_t>(busy.size()));
                plan.arrived(busy[which == 0 && random.uniform() < 0.8 ? busy.size() - 1 : which]);
                while (const auto step = plan.next_step()) {
                    CHECK(step->before == before);
                    CHECK(std::ranges::is_sorted(step->tasks));
                    for (const gait::index task : step->tasks)
                        ++taken[static_cast<std::size_t>(task)];
                    oldest = std::max(oldest, *std::ranges::max_element(step->ages));
                    before += std::ssize(step->tasks);
                }
                give_all(plan, count);
            }
            CHECK(taken == std::vector<int>(300, 1));
            CHECK(oldest <= bound);
            if (count == 8 && bound <= 20)
                CHECK(oldest == bound); // it is made use of
        }
}

TEST_CASE("after a stop, what is computed is still taken in") {
    bounded_staleness plan(3, bounded_staleness::unbounded);
    plan.begin(100);
    give_all(plan, 3);
    plan.arrived(1);
    CHECK(plan.next_step());
    plan.stop();
    CHECK(plan.give(1) == std::nullopt);
    CHECK(!plan.done());
    plan.arrived(0);
    plan.arrived(2);
    CHECK(plan.next_step()->workers == workers{0, 2});
    CHECK(plan.done());
}
