// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A model whose number of classes only its file knows, as the page uses it.
#pragma once

#include "window.hpp"

#include <har/models.hpp>

#include <gait/files/json.hpp>
#include <gait/inference/trained.hpp>
#include <gait/weights/save.hpp>
#include <gait/weights/self_test.hpp>

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace web {

class model {
public:
    virtual ~model() = default;

    [[nodiscard]] virtual int classes() const = 0;
    /// What the file said: the length of a window and the rate are always there.
    [[nodiscard]] virtual const gait::model_info& info() const = 0;
    /// Probabilities (K) of a window (T, 3) in raw units, valid until the next call.
    virtual std::span<const float> classify(std::span<const float> window) = 0;
    /// Its logits (K), before the model's temperature.
    [[nodiscard]] virtual std::vector<float> logits(std::span<const float> window) const = 0;

    /// All parameters, to be changed by a lesson. `save` and `logits` look at them again.
    virtual std::span<float> parameters() = 0;
    /// Throws gait::error.
    virtual void save(const std::filesystem::path& path) const = 0;
};

template <class Model>
class model_of final : public model {
public:
    explicit model_of(gait::trained_model<Model> trained)
        : trained_(std::move(trained)), classify_(gait::make_classifier(trained_, 1)) {}

    int classes() const override { return static_cast<int>(gait::output_features<Model>); }
    const gait::model_info& info() const override { return trained_.info; }
    std::span<const float> classify(std::span<const float> window) override {
        return classify_(window);
    }
    std::vector<float> logits(std::span<const float> window) const override {
        return gait::run_once(trained_.model, trained_.parameters.span(),
                              as_seen(trained_.info, window), trained_.info.window_steps);
    }
    std::span<float> parameters() override { return trained_.parameters.span(); }
    void save(const std::filesystem::path& path) const override {
        gait::save_weights(path, trained_.model, trained_.parameters.span(), trained_.info);
    }

private:
    gait::trained_model<Model> trained_;
    gait::classifier<Model> classify_;
};

/// More would keep a phone busy for ever; none is no signal. Throws gait::error.
inline void check_limits(const std::filesystem::path& path, const gait::model_info& info) {
    if (!(info.rate_hz > 0 && info.rate_hz <= 1000))
        throw gait::error({path.string(), "metadata 'rate_hz'", "up to 1000 samples per second",
                           info.rate_hz == 0 ? "nothing" : gait::json_text(info.rate_hz)});
    if (info.window_steps > 10'000)
        throw gait::error({path.string(), "metadata 'window_steps'", "up to 10000 samples",
                           std::to_string(info.window_steps)});
}

/// Throws gait::error.
inline std::unique_ptr<model> load_model(const std::filesystem::path& path) {
    return har::with_weights(path, [&](auto trained) -> std::unique_ptr<model> {
        check_limits(path, trained.info);
        return std::make_unique<model_of<decltype(trained.model)>>(std::move(trained));
    });
}

} // namespace web
