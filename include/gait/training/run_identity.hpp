// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What makes a training run this run and no other: model, options, data, in words. A checkpoint
// carries them, so that resuming with something else is refused, and the refusal says what differs.
#pragma once

#include <gait/data/batches.hpp>
#include <gait/layers/layer.hpp>
#include <gait/training/options.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <string>
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

/// How many windows of what, with a fingerprint of all labels and of 64 windows spread evenly.
template <index F, window_source<F> Source>
std::string identity_of(const Source& source) {
    fingerprint print;
    const index windows = source.size();
    for (index i = 0; i < windows; ++i)
        print.add(static_cast<std::uint64_t>(source.label(i)));
    std::vector<float> numbers(static_cast<std::size_t>(source.steps() * F));
    const index samples = std::min(windows, index{64});
    for (index i = 0; i < samples; ++i) {
        const index id = windows * i / samples;
        source.extract(std::span(&id, 1), view<float, F>(numbers.data(), {source.steps(), 1}),
                       pass{});
        print.add(numbers);
    }
    return in_words(windows, " windows of ", source.steps(), " steps, fingerprint ", print.text());
}

} // namespace detail

/// The run in words, by what a person would call each part. Left out is what changes no bit, such
/// as the number of threads, and the number of epochs where the schedule doesn't look at it: a
/// finished run may be made longer.
template <class Model, class Train, class Validation>
std::map<std::string, std::string> identity_of_run(const Train& train, const Validation& validation,
                                                   const fit_options& o) {
    using detail::in_words;
    constexpr index F = input_features<Model>;
    std::string form = in_words(name_of(o.rates.form), ", warm-up ", o.rates.warmup_epochs);
    if (o.rates.form == schedule::shape::step)
        form += in_words(", times ", o.rates.factor, " every ", o.rates.every_epochs);
    if (o.rates.form == schedule::shape::cosine)
        form += in_words(" of ", o.epochs, " epochs, floor ", o.rates.floor);

    std::string weights = o.loss.class_weights.empty() ? "equal" : "";
    for (const float w : o.loss.class_weights)
        weights += in_words(weights.empty() ? "" : " ", w);
    std::string start = "drawn from the seed";
    if (!o.initial_parameters.empty()) {
        detail::fingerprint print;
        print.add(o.initial_parameters);
        start = "fingerprint " + print.text();
    }
    std::string model = in_words(Model::parameter_count, " parameters");
    if constexpr (requires { Model::description(); })
        model = Model::description();

    std::map<std::string, std::string> all = o.identity;
    all.merge(std::map<std::string, std::string>{
        {"model", model},
        {"training data", detail::identity_of<F>(train)},
        {"validation data", detail::identity_of<F>(validation)},
        {"seed", in_words(o.seed)},
        {"batch", in_words(o.batch)},
        {"order", o.shuffled ? "shuffled" : "as given"},
        {"shards", in_words(o.shards)},
        {"averaging", o.average_every == 0
                          ? "of every gradient"
                          : in_words("of the weights, every ", o.average_every, " steps")},
        {"optimizer", o.method.description()},
        {"learning rate", in_words(o.learning_rate)},
        {"schedule", form},
        {"clipping norm", in_words(o.clip_norm)},
        {"class weights", weights},
        {"label smoothing", in_words(o.loss.label_smoothing)},
        {"patience", in_words(o.patience)},
        {"truncated steps", in_words(o.truncate_steps)},
        {"initial parameters", start}});
    return all;
}

} // namespace gait::inline GAIT_ARCH
