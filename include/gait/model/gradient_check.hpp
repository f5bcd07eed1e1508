// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Is a backward pass the derivative of its forward pass? In double, against central differences
//
//     dL/dp = (8 (L(p + h) - L(p - h)) - (L(p + 2h) - L(p - 2h))) / 12 h        error O(h^4)
//
// of L = sum of c y, with random c. Works on every layer and on a whole model, which is one too.
#pragma once

#include <gait/layers/layer.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace gait::inline GAIT_ARCH {

/// The worst disagreement found, and where.
struct gradient_report {
    double worst = 0;  ///< |analytic - numeric| / max(|either|, 1e-3 of the largest gradient)
    std::string where; ///< "parameter 17" or "input 3"
    double analytic = 0, numeric = 0;
};

/// Checks d_params and d_x of `l` on a tile of the given extents, at random inputs and, where the
/// layer has no `init`, random parameters. `every`: check each so many-th parameter and input.
template <trainable_layer<double> Layer>
[[nodiscard]] gradient_report gradient_check(const Layer& l, extents tile, std::uint64_t seed = 1,
                                             index every = 1, pass p = {}) {
    const extents in = Layer::input::in(tile), out = Layer::output::in(tile);
    random_stream random(seed, purpose::user);
    const auto randomise = [&](buffer<double>& b) {
        for (double& v : b)
            v = random.normal();
    };

    buffer<double> parameters(Layer::parameter_count), d_parameters(Layer::parameter_count);
    buffer<double> x(in.count() * input_features<Layer>), d_x(x.size());
    buffer<double> y(out.count() * output_features<Layer>), c(y.size());
    buffer<double> tape(Layer::template tape<double>::size(tile));
    randomise(parameters), randomise(x), randomise(c);
    if constexpr (has_init<Layer>)
        l.template init<double>(typename Layer::template params<double>(parameters.data()),
                                random_stream(seed, purpose::initialise));

    buffer<double> packed;
    if constexpr (has_packed<Layer, double>)
        packed = buffer<double>(Layer::template packed<double>::size);
    const auto weights = [&] {
        if constexpr (has_packed<Layer, double>) {
            using constants = typename Layer::template params<const double>;
            l.template pack<double>(constants(parameters.data()), packed.data());
            return weights_of<Layer, double>(packed.data());
        } else {
            return weights_of<Layer, double>(parameters.data());
        }
    };
    const input_of<Layer, double> x_view(x.data(), in);
    const output_of<Layer, double> y_view(y.data(), out);
    const typename Layer::template tape<double> tape_view(tape.data(), tile);
    p.rows = tile.rows;

    const auto loss = [&] {
        l.template forward<double>(weights(), x_view, y_view, tape_view, p);
        double sum = 0;
        for (index i = 0; i < y.size(); ++i)
            sum += c[i] * y[i];
        return sum;
    };

    loss();
    l.template backward<double>(weights(), x_view, y_view, {c.data(), out}, {d_x.data(), in},
                                tape_view,
                                typename Layer::template params<double>(d_parameters.data()), p);

    gradient_report report;
    const auto check = [&](buffer<double>& at, const buffer<double>& d_at, const char* what) {
        double largest = 0;
        for (const double d : d_at)
            largest = std::max(largest, std::abs(d));
        for (index i = 0; i < at.size(); i += every) {
            const double here = at[i];
            const auto loss_at = [&](double offset) {
                at[i] = here + offset;
                const double value = loss();
                at[i] = here;
                return value;
            };
            // A small h as well: within the large one, a relu may have its kink.
            double wrong = INFINITY, numeric = 0;
            for (const double h : {1e-4, 1e-6}) {
                const double slope =
                    (8 * (loss_at(h) - loss_at(-h)) - (loss_at(2 * h) - loss_at(-2 * h))) /
                    (12 * h);
                const double scale =
                    std::max({std::abs(d_at[i]), std::abs(slope), 1e-3 * largest, 1e-12});
                const double off = std::abs(d_at[i] - slope) / scale;
                if (off < wrong)
                    wrong = off, numeric = slope;
                if (wrong < 1e-7)
                    break;
            }
            if (!(wrong <= report.worst)) // also when it is not a number
                report = {wrong, std::string(what) + " " + std::to_string(i), d_at[i], numeric};
        }
    };
    check(parameters, d_parameters, "parameter");
    check(x, d_x, "input");
    return report;
}

} // namespace gait::inline GAIT_ARCH
