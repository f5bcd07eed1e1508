// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/inference/classifier.hpp>

#include <inference/models.hpp>
#include <support/bfloat16_units.hpp>

#include <doctest/doctest.h>

using namespace gait_test;

namespace {

std::vector<float> classify(gait::classifier<odd_model>& classifier,
                            const std::vector<float>& windows, gait::extents tile) {
    std::vector<float> p(static_cast<std::size_t>(tile.rows * 4));
    classifier({windows.data(), tile}, {p.data(), {1, tile.rows}});
    return p;
}

/// Row r of windows (T, R, 3).
std::vector<float> window_of(const std::vector<float>& windows, gait::extents tile, gait::index r) {
    std::vector<float> window;
    for (gait::index t = 0; t < tile.steps; ++t)
        for (gait::index f = 0; f < 3; ++f)
            window.push_back(windows[static_cast<std::size_t>((t * tile.rows + r) * 3 + f)]);
    return window;
}

void check_close(const std::vector<float>& found, const std::vector<double>& expected) {
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        CHECK(std::abs(found[i] - expected[i]) < 2e-6);
}

} // namespace

TEST_CASE("a batch of any number of rows gets the forward pass's probabilities") {
    auto parameters = random_parameters();
    gait::classifier<odd_model> classifier(odd_model{}, parameters.span(), raw_units(), 33, 12);
    for (const gait::index rows : {0, 1, 2, 11, 12, 13, 24, 30}) {
        CAPTURE(rows);
        const gait::extents tile{33, rows};
        const auto windows = random_windows(tile);
        check_close(classify(classifier, windows, tile),
                    expected_probabilities(parameters, windows, tile));
    }
}

static_assert(gait::ready_model<odd_model>::runs && gait::ready_model<odd_model>::splits);

TEST_CASE("windows one by one, by one thread or two, get what they get in a batch, to the bit") {
    auto parameters = random_parameters();
    const gait::extents tile{60, 14};
    const auto windows = random_windows(tile);
    gait::classifier<odd_model> classifier(odd_model{}, parameters.span(), raw_units(), 60);
    gait::classifier<odd_model> two(odd_model{}, parameters.span(), raw_units(), 60, 12, 2);
    const auto batch = classify(classifier, windows, tile);
    for (gait::index r = 0; r < 14; ++r) {
        const auto window = window_of(windows, tile, r);
        for (auto* alone : {&classifier, &two}) {
            const auto single = (*alone)(window);
            CHECK(std::equal(single.begin(), single.end(), batch.begin() + r * 4));
        }
    }
}

TEST_CASE("likewise with products in bfloat16, which are not those in fp32") {
    const auto parameters = random_parameters();
    test::on_each_bfloat16_unit([&] {
        for (const auto precision :
             {gait::product_precision::fp32_split, gait::product_precision::bf16})
            for (const gait::index steps : {41, 51}) { // a rest of one step, in a tile or alone
                INFO("in ", std::string(gait::name_of(precision)), ", T = ", steps);
                const gait::extents tile{steps, 4};
                const auto windows = random_windows(tile);
                odd_model model;
                model.use_products(precision);
                gait::classifier<odd_model> one(model, parameters.span(), raw_units(), steps, 3);
                gait::classifier<odd_model> two(model, parameters.span(), raw_units(), steps, 3, 2);
                gait::classifier<odd_model> plain(odd_model{}, parameters.span(), raw_units(),
                                                  steps);
                const auto batch = classify(one, windows, tile); // three, and one that is left
                CHECK(batch == classify(two, windows, tile));
                const auto expected = classify(plain, windows, tile);
                CHECK(batch != expected);
                for (std::size_t i = 0; i < batch.size(); ++i)
                    CHECK(std::abs(batch[i] - expected[i]) <
                          (precision == gait::product_precision::bf16 ? 2e-2F : 3e-6F));
                std::vector<float> window;
                for (gait::index t = 0; t < steps; ++t)
                    for (gait::index f = 0; f < 3; ++f)
                        window.push_back(windows[static_cast<std::size_t>((t * 4 + 1) * 3 + f)]);
                for (auto* alone : {&one, &two}) {
                    const auto single = (*alone)(window);
                    CHECK(std::equal(single.begin(), single.end(), batch.begin() + 4));
                }
            }
    });
}

TEST_CASE("shorter windows get what a classifier of their length says, by one thread or two") {
    auto parameters = random_parameters();
    for (const int threads : {1, 2}) {
        gait::classifier<odd_model> longer(odd_model{}, parameters.span(), raw_units(), 60, 12,
                                           threads);
        for (const gait::index steps : {1, 26, 59})
            for (const gait::index rows : {1, 5}) {
                const gait::extents tile{steps, rows};
                const auto windows = random_windows(tile);
                gait::classifier<odd_model> own(odd_model{}, parameters.span(), raw_units(), steps,
                                                12, threads);
                CHECK(classify(longer, windows, tile) == classify(own, windows, tile));
            }
    }
}

TEST_CASE("threads change no bit") {
    auto parameters = random_parameters();
    const gait::extents tile{9, 40};
    const auto windows = random_windows(tile);
    gait::classifier<odd_model> one(odd_model{}, parameters.span(), raw_units(), 9, 4, 1);
    gait::classifier<odd_model> three(odd_model{}, parameters.span(), raw_units(), 9, 4, 3);
    const auto expected = classify(one, windows, tile);
    for (int repeat = 0; repeat < 5; ++repeat)
        CHECK(classify(three, windows, tile) == expected);
}

TEST_CASE("a call leaves nothing behind for the next") {
    auto parameters = random_parameters();
    const gait::extents tile{15, 5};
    const auto windows = random_windows(tile);
    gait::classifier<odd_model> classifier(odd_model{}, parameters.span(), raw_units(), 15);
    const auto first = classify(classifier, windows, tile);
    classify(classifier, random_windows({15, 12}), {15, 12});
    CHECK(classify(classifier, windows, tile) == first);
}

TEST_CASE("without a scaling the input is taken as it is") {
    auto parameters = random_parameters();
    const gait::extents tile{10, 3};
    const auto windows = random_windows(tile);
    const gait::affine<3> scale(raw_units());
    auto scaled = windows;
    for (std::size_t i = 0; i < scaled.size(); i += 3)
        scale(&scaled[i], &scaled[i]);
    gait::classifier<odd_model> raw(odd_model{}, parameters.span(), raw_units(), 10);
    gait::classifier<odd_model> plain(odd_model{}, parameters.span(), gait::scaling{}, 10);
    CHECK(classify(raw, windows, tile) == classify(plain, scaled, tile));
}

TEST_CASE("logits too large for exp make probabilities") {
    gait::buffer<float> parameters(odd_model::parameter_count);
    parameters[odd_model::parameter_count - 1] = 500; // the last bias
    gait::classifier<odd_model> classifier(odd_model{}, parameters.span(), raw_units(), 3);
    const std::vector<float> window(9);
    const auto p = classifier(window);
    CHECK(std::vector<float>(p.begin(), p.end()) == std::vector<float>{0, 0, 0, 1});
}

TEST_CASE("the most probable class is the first of the largest") {
    const std::array<float, 4> p{0.1F, 0.4F, 0.4F, 0.1F};
    CHECK(gait::most_probable(p).label == 1);
    CHECK(gait::most_probable(p).probability == 0.4F);
}

TEST_CASE("probabilities that are no numbers are no verdict, wherever they stand") {
    for (std::size_t i = 0; i < 3; ++i) {
        std::array<float, 3> p{0.1F, 0.8F, 0.1F};
        p[i] = std::numeric_limits<float>::quiet_NaN();
        CHECK(gait::most_probable(p).label == -1);
        CHECK(gait::most_probable(p, 0.5F).label == -1);
        CHECK(std::isnan(gait::most_probable(p).probability));
    }

    gait::buffer<float> parameters(odd_model::parameter_count);
    gait::classifier<odd_model> classifier(odd_model{}, parameters.span(), raw_units(), 3);
    std::vector<float> window(9);
    CHECK(gait::most_probable(classifier(window)).label == 0);
    window[4] = std::numeric_limits<float>::quiet_NaN();
    CHECK(gait::most_probable(classifier(window)).label == -1);
}

// Numbers laid by hand: row r's run of numbers is x_0 x_1 ... y_0 y_1 ... z_0 z_1 ..., and the
// model takes them three by three.
TEST_CASE("windows are laid features first for a model that has learnt so") {
    auto parameters = random_parameters();
    constexpr gait::index steps = 20, rows = 7;
    const gait::extents tile{steps, rows};
    const auto windows = random_windows(tile);
    std::vector<float> laid(windows.size());
    for (gait::index r = 0; r < rows; ++r) {
        std::vector<float> run;
        for (gait::index f = 0; f < 3; ++f)
            for (gait::index t = 0; t < steps; ++t)
                run.push_back(windows[static_cast<std::size_t>((t * rows + r) * 3 + f)]);
        for (gait::index i = 0; i < 3 * steps; ++i)
            laid[static_cast<std::size_t>((i / 3 * rows + r) * 3 + i % 3)] =
                run[static_cast<std::size_t>(i)];
    }
    gait::classifier<odd_model> plain(odd_model{}, parameters.span(), {}, steps, 12);
    const auto expected = classify(plain, laid, tile);
    REQUIRE(classify(plain, windows, tile) != expected);
    for (const int threads : {1, 2}) {
        CAPTURE(threads);
        gait::classifier<odd_model> classifier(odd_model{}, parameters.span(), {}, steps, 3,
                                               threads, 1, gait::input_layout::features_first);
        CHECK(classify(classifier, windows, tile) == expected);
        for (gait::index r = 0; r < rows; ++r) { // each one alone
            const auto single = classifier(window_of(windows, tile, r));
            CHECK(std::equal(single.begin(), single.end(), expected.begin() + r * 4));
        }
    }
}

TEST_CASE("windows are aligned with gravity before they are scaled, one by one and in batches") {
    auto parameters = random_parameters();
    constexpr gait::index steps = 33, rows = 7;
    const gait::extents tile{steps, rows};
    auto windows = random_windows(tile);
    for (std::size_t i = 0; i < windows.size(); ++i) // gravity, another way in each row
        windows[i] += i % 3 == i / 3 % rows % 3 ? 9.0F : 0.0F;
    const std::array<float, 3> up{0.6F, 0, 0.8F};
    const gait::gravity_alignment align(up);
    std::vector<float> aligned(windows.size());
    align(windows.data(), rows, 0, tile, aligned.data());
    gait::classifier<odd_model> plain(odd_model{}, parameters.span(), raw_units(), steps, 12);
    const auto expected = classify(plain, aligned, tile);
    REQUIRE(classify(plain, windows, tile) != expected);
    for (const int threads : {1, 2}) {
        CAPTURE(threads);
        gait::classifier<odd_model> classifier(odd_model{}, parameters.span(), raw_units(), steps,
                                               3, threads, 1, gait::input_layout::steps_first,
                                               align);
        CHECK(classify(classifier, windows, tile) == expected);
        for (gait::index r = 0; r < rows; ++r) {
            const auto single = classifier(window_of(windows, tile, r));
            CHECK(std::equal(single.begin(), single.end(), expected.begin() + r * 4));
        }
        // Shorter windows are aligned as what they are.
        const gait::extents some{20, rows};
        std::vector<float> turned(static_cast<std::size_t>(some.count() * 3));
        align(windows.data(), rows, 0, some, turned.data());
        CHECK(classify(classifier, windows, some) == classify(plain, turned, some));
    }
}
