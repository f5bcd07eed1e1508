// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What makes a training run this run and no other: model, options, data, in words. A checkpoint
// carries them, so that resuming with something else is refused, and the refusal says what differs.
#pragma once

#include <gait/core/bits_as.hpp>
#include <gait/core/in_words.hpp>
#include <gait/data/batches.hpp>
#include <gait/layers/layer.hpp>
#include <gait/training/options.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gait::inline GAIT_ARCH {

namespace detail {

/// FNV-1a, 64 bits, by words: tells data sets apart, keeps no secret.
class fingerprint {
public:
    void add(std::uint64_t word) {
        for (int byte = 0; byte < 8; ++byte, word >>= 8)
            hash_ = (hash_ ^ (word & 0xFF)) * 0x100000001B3;
    }
    void add(std::span<const float> numbers) {
        for (const float x : numbers)
            add(bits_as<std::uint32_t>(x));
    }
    [[nodiscard]] std::string text() const {
        std::string digits;
        for (int shift = 60; shift >= 0; shift -= 4)
            digits += "0123456789abcdef"[hash_ >> shift & 15];
        return digits;
    }

private:
    std::uint64_t hash_ = 0xCBF29CE484222325;
};

/// The windows whose samples tell data sets apart: 64 of them, spread evenly.
inline std::vector<index> identity_samples(index windows) {
    std::vector<index> chosen;
    for (index i = 0; i < std::min(windows, index{64}); ++i)
        chosen.push_back(windows * i / std::min(windows, index{64}));
    return chosen;
}

/// How many windows of what, with a fingerprint of all labels, of the lengths of shorter windows,
/// and of the samples of some.
template <index F, window_source<F> Source>
std::string identity_of(const Source& source) {
    fingerprint print;
    const index windows = source.size();
    for (index i = 0; i < windows; ++i) {
        print.add(static_cast<std::uint64_t>(source.label(i)));
        if (steps_of(source, i) != source.steps())
            print.add(static_cast<std::uint64_t>(steps_of(source, i)));
    }
    std::vector<float> numbers(static_cast<std::size_t>(source.steps() * F));
    for (const index id : identity_samples(windows)) {
        const extents tile{steps_of(source, id), 1};
        source.extract(std::span(&id, 1), view<float, F>(numbers.data(), tile), pass{});
        print.add(std::span(numbers).first(static_cast<std::size_t>(tile.steps * F)));
    }
    return in_words(windows, " windows of ", source.steps(), " steps, fingerprint ", print.text());
}

/// How a model's layers compute their products: one name, or each layer's.
template <class Model>
std::string products_of(const Model& model) {
    std::vector<std::string_view> names;
    if constexpr (requires { model.products(); })
        model.visit_products([&](product_precision p) { names.push_back(name_of(available(p))); });
    if (names.empty() || std::ranges::count(names, names.front()) == std::ssize(names))
        return std::string(names.empty() ? name_of(product_precision::fp32) : names.front());
    std::string all;
    for (const auto name : names)
        all += in_words(all.empty() ? "" : ", ", name);
    return all;
}

} // namespace detail

/// The run in words, by what a person would call each part. Left out is what changes no bit, such
/// as the number of threads, and the number of epochs where the schedule doesn't look at it: a
/// finished run may be made longer. What differs between machines is left out too, the instruction
/// set and, unless windows are dealt by it, the tile: a run may go on on another one, which rounds
/// differently.
template <class Model, class Train, class Validation>
std::map<std::string, std::string> identity_of_run(const Model& model, const Train& train,
                                                   const Validation& validation,
                                                   const fit_options& o) {
    using detail::in_words;
    constexpr index F = input_features<Model>;
    std::string form = in_words(name_of(o.rates.form), ", warm-up ", o.rates.warmup_epochs);
    if (o.rates.form == schedule::shape::step)
        form += in_words(", times ", o.rates.factor, " every ", o.rates.every_epochs);
    if (o.rates.form == schedule::shape::cosine)
        form += in_words(" of ", o.epochs, " epochs, floor ", o.rates.floor);

    const std::string order = o.order == window_order::given ? "as given"
                              : o.order == window_order::shuffled
                                  ? "shuffled"
                                  : "dealt to shards, shuffled there";
    std::string averaging = "of every gradient";
    if (o.average_every > 0)
        averaging = in_words("of the weights, every ", o.average_every, " steps");
    if (o.servers > 0 && o.staleness > 0) // without staleness it is as above, to the bit
        averaging = in_words("none: asynchronous, delay compensation ", o.delay_compensation);

    std::string weights = o.loss.class_weights.empty() ? "equal" : "";
    for (const float w : o.loss.class_weights)
        weights += in_words(weights.empty() ? "" : " ", w);
    std::string start = "drawn from the seed";
    if (!o.initial_parameters.empty()) {
        detail::fingerprint print;
        print.add(o.initial_parameters);
        start = "fingerprint " + print.text();
    }
    std::string layers = in_words(Model::parameter_count, " parameters");
    if constexpr (requires { Model::description(); })
        layers = Model::description();
    const std::string products = detail::products_of(model);

    std::map<std::string, std::string> all = o.identity;
    all.merge(
        std::map<std::string, std::string>{{"model", layers},
                                           {"products", products},
                                           {"training data", detail::identity_of<F>(train)},
                                           {"validation data", detail::identity_of<F>(validation)},
                                           {"seed", in_words(o.seed)},
                                           {"batch", in_words(o.batch)},
                                           {"order", order},
                                           {"shards", in_words(o.shards)},
                                           {"averaging", averaging},
                                           {"optimizer", o.method.description()},
                                           {"learning rate", in_words(o.learning_rate)},
                                           {"schedule", form},
                                           {"clipping norm", in_words(o.clip_norm)},
                                           {"class weights", weights},
                                           {"label smoothing", in_words(o.loss.label_smoothing)},
                                           {"patience", in_words(o.patience)},
                                           {"truncated steps", in_words(o.truncate_steps)},
                                           {"initial parameters", start}});
    if (o.order == window_order::dealt) // which windows are in a shard depends on it
        all["windows a tile"] = in_words(o.tile);
    return all;
}

} // namespace gait::inline GAIT_ARCH
