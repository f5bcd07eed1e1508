// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Is a model that says 0.9 right nine times in ten? C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger:
// "On Calibration of Modern Neural Networks", ICML 2017. Networks that fit their training data well
// are too sure of themselves; one number, by which all logits are divided, makes up for most of it
// and changes no prediction. It is fitted on windows that were not trained on.
#pragma once

#include <gait/training/check_labels.hpp>
#include <gait/training/communicator.hpp>
#include <gait/training/evaluate.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// What a model said of N windows, before it was made probabilities, and what they are.
struct labelled_logits {
    index classes = 0;         ///< K
    std::vector<float> logits; ///< (N, K)
    std::vector<int> labels;   ///< (N), in [0, K)

    [[nodiscard]] index size() const { return std::ssize(labels); }
    [[nodiscard]] std::span<const float> row(index i) const {
        return std::span(logits).subspan(static_cast<std::size_t>(i * classes),
                                         static_cast<std::size_t>(classes));
    }
};

/// Shows every window of `source` to the model once. `threads` 0: all; changes no bit. Every rank
/// of `ranks` calls this and gets the result. `tile` and errors as for `evaluate`.
template <classifying_model Model, window_source<input_features<Model>> Source,
          communicator Communicator = single_process>
[[nodiscard]] labelled_logits logits_of(const Model& model, std::span<const float> parameters,
                                        const Source& source, int threads = 0,
                                        Communicator ranks = {}, index tile = 0) {
    constexpr index K = output_features<Model>;
    detail::check_labels<K>(source, "windows");
    kernel_weights<Model> weights;
    weights.pack(model, parameters);
    std::vector<tile_worker<Model>> workers;
    for (int t = 0; t < (threads > 0 ? threads : available_threads()); ++t)
        workers.emplace_back(source.steps(), 0, tile > 0 ? tile : windows_per_tile_of(model));
    const index windows = source.size();
    labelled_logits all{K, std::vector<float>(static_cast<std::size_t>(windows * K)), {}};
    for (index i = 0; i < windows; ++i)
        all.labels.push_back(static_cast<int>(source.label(i)));
    const tiles cut = detail::all_tiles(source, workers.front().tile());
    const tiles_of_rank own(cut.size(), ranks.rank(), ranks.size());
    parallel_for(
        static_cast<int>(workers.size()), own.last - own.first, [&](index item, int thread) {
            const flush_denormals flush;
            const auto ids = cut[own.first + item];
            auto& worker = workers[static_cast<std::size_t>(thread)];
            worker.evaluate(model, weights, source, ids, cross_entropy{});
            for (index r = 0; r < std::ssize(ids); ++r)
                std::ranges::copy(worker.logits(r),
                                  all.logits.begin() + ids[static_cast<std::size_t>(r)] * K);
        });
    ranks.sum(std::span<float>(all.logits));
    return all;
}

namespace detail {
/// Logarithm of the sum of exp(z_k / t), and the largest z_k.
struct log_sum {
    double value, largest;
    log_sum(std::span<const float> z, double t)
        : largest(static_cast<double>(*std::max_element(z.begin(), z.end()))) {
        double sum = 0;
        for (const float logit : z)
            sum += std::exp((static_cast<double>(logit) - largest) / t);
        value = largest / t + std::log(sum);
    }
};
} // namespace detail

/// Mean of -log p(label) with logits divided by `temperature` > 0; 0 without windows.
[[nodiscard]] inline double mean_surprise(const labelled_logits& said, double temperature) {
    double sum = 0;
    for (index i = 0; i < said.size(); ++i) {
        const auto z = said.row(i);
        const auto label = static_cast<std::size_t>(said.labels[static_cast<std::size_t>(i)]);
        sum += detail::log_sum(z, temperature).value - static_cast<double>(z[label]) / temperature;
    }
    return said.size() > 0 ? sum / static_cast<double>(said.size()) : 0;
}

/// The temperature in [0.05, 20] at which these labels are the least surprising; 1 without windows.
[[nodiscard]] inline double fit_temperature(const labelled_logits& said) {
    if (said.size() == 0)
        return 1;
    // The surprise is convex in 1/t, so it has one valley in log t: golden section.
    const double golden = (std::sqrt(5.0) - 1) / 2;
    double low = std::log(0.05), high = std::log(20.0);
    double a = high - golden * (high - low), b = low + golden * (high - low);
    double at_a = mean_surprise(said, std::exp(a)), at_b = mean_surprise(said, std::exp(b));
    while (high - low > 1e-4) {
        if (at_a < at_b) {
            high = std::exchange(b, a);
            at_b = at_a;
            a = high - golden * (high - low);
            at_a = mean_surprise(said, std::exp(a));
        } else {
            low = std::exchange(a, b);
            at_a = at_b;
            b = low + golden * (high - low);
            at_b = mean_surprise(said, std::exp(b));
        }
    }
    return std::exp((low + high) / 2);
}

/// Windows of which the model was about equally sure.
struct confidence_bin {
    index windows = 0;
    double confidence = 0; ///< mean probability of the predicted class
    double accuracy = 0;   ///< share of the windows in which it was right
};

/// `bins` equally wide bins of the predicted class's probability, with logits divided by
/// `temperature` > 0.
[[nodiscard]] inline std::vector<confidence_bin>
confidence_bins(const labelled_logits& said, double temperature = 1, int bins = 15) {
    assert(bins > 0);
    std::vector<confidence_bin> all(static_cast<std::size_t>(bins));
    for (index i = 0; i < said.size(); ++i) {
        const auto z = said.row(i);
        const detail::log_sum sum(z, temperature);
        const double p = std::exp(sum.largest / temperature - sum.value);
        auto& bin = all[p >= 0 ? std::min(static_cast<std::size_t>(p * bins), all.size() - 1) : 0];
        ++bin.windows;
        bin.confidence += p;
        bin.accuracy += std::max_element(z.begin(), z.end()) - z.begin() ==
                        said.labels[static_cast<std::size_t>(i)];
    }
    for (confidence_bin& bin : all)
        if (bin.windows > 0) {
            bin.confidence /= static_cast<double>(bin.windows);
            bin.accuracy /= static_cast<double>(bin.windows);
        }
    return all;
}

/// The expected calibration error: sum over the bins b of n_b / N |accuracy_b - confidence_b|.
/// 0 without windows.
[[nodiscard]] inline double calibration_error(std::span<const confidence_bin> bins) {
    double sum = 0, windows = 0;
    for (const confidence_bin& bin : bins) {
        sum += static_cast<double>(bin.windows) * std::abs(bin.accuracy - bin.confidence);
        windows += static_cast<double>(bin.windows);
    }
    return windows > 0 ? sum / windows : 0;
}

} // namespace gait::inline GAIT_ARCH
