// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A case as reference_case wrote it, and the comparison of somebody's answers with gait's.
#pragma once

#include <gait/files/safetensors.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace peers {

using gait::index;
using numbers = std::vector<float>;
inline constexpr index features = 3;
inline constexpr index classes = 7;

/// What a peer computed. Gradients by the names of the weights; empty unless it was training.
struct answers {
    numbers logits; ///< (B, 7), or the first of them (7)
    std::map<std::string, numbers> gradients;
};

/// Weights, windows and gait's answers.
struct case_file {
    explicit case_file(const std::string& path) {
        const gait::safetensors_file file(path);
        for (const auto& t : file.tensors()) {
            if (t.name == "labels")
                labels = file.read<std::int64_t>(t.name, gait::dtype::i64, {-1});
            else
                tensors[t.name] = file.read<float>(t.name, gait::dtype::f32, t.shape);
            if (t.name.starts_with("d."))
                gait.gradients[t.name.substr(2)] = tensors[t.name];
        }
        const auto& shape = file.expect("windows", gait::dtype::f32, {-1, -1, features}).shape;
        steps = shape[0];
        batch = shape[1];
        hidden = file.expect("0.weight", gait::dtype::f32, {-1, features}).shape[0];
        if (static_cast<index>(labels.size()) != batch)
            throw std::runtime_error(path + ": as many labels as windows expected");
        gait.logits = file.read<float>("logits", gait::dtype::f32, {batch, classes});
    }

    [[nodiscard]] const numbers& at(const std::string& name) const {
        const auto found = tensors.find(name);
        if (found == tensors.end())
            throw std::runtime_error("the case file lacks the tensor " + name);
        return found->second;
    }
    /// x (T, B, 3).
    [[nodiscard]] const numbers& windows() const { return at("windows"); }
    /// Windows first, ..., first + count - 1 as (T, count, 3).
    [[nodiscard]] numbers windows(index first, index count) const {
        numbers part;
        const float* all = windows().data();
        for (index t = 0; t < steps; ++t)
            part.insert(part.end(), all + (t * batch + first) * features,
                        all + (t * batch + first + count) * features);
        return part;
    }

    index steps = 0, batch = 0, hidden = 0;
    std::vector<std::int64_t> labels;
    std::map<std::string, numbers> tensors;
    answers gait;
};

/// Largest differences between a peer's answers and gait's.
struct differences {
    double logits = 0;    ///< relative to the largest logit, or to 1 if that is less
    double gradients = 0; ///< relative to the largest number of the same tensor
    std::string tensor;   ///< whose gradient is worst
};

/// How far answers may be apart. In fp32, a sum over a batch of windows of 200 steps keeps about
/// five digits whatever its order; a wrong gate, bias or activation shows in the first or second.
struct tolerances {
    double logits = 1e-4;
    double gradients = 2e-3;
};

inline double largest(const numbers& x) {
    double result = 0;
    for (const float v : x)
        result = std::max(result, std::abs(static_cast<double>(v)));
    return result;
}

/// Of the first theirs.size() numbers. A number that is none counts as infinitely far away.
inline double largest_difference(const numbers& ours, const numbers& theirs) {
    if (theirs.empty() || theirs.size() > ours.size())
        throw std::runtime_error("an answer of " + std::to_string(theirs.size()) +
                                 " numbers where gait has " + std::to_string(ours.size()));
    double worst = 0;
    for (std::size_t i = 0; i < theirs.size(); ++i) {
        const double apart = std::abs(static_cast<double>(ours[i]) - theirs[i]);
        worst = std::isfinite(apart) ? std::max(worst, apart) : HUGE_VAL;
    }
    return worst;
}

inline differences compare(const case_file& task, const answers& peer) {
    differences d;
    d.logits = largest_difference(task.gait.logits, peer.logits) /
               std::max(1.0, largest(task.gait.logits));
    if (peer.gradients.empty())
        return d;
    for (const auto& [name, ours] : task.gait.gradients) {
        const auto theirs = peer.gradients.find(name);
        if (theirs == peer.gradients.end() || theirs->second.size() != ours.size())
            throw std::runtime_error("no gradient of " + name);
        const double apart = largest_difference(ours, theirs->second) / largest(ours);
        if (!(apart <= d.gradients)) {
            d.gradients = apart;
            d.tensor = name;
        }
    }
    return d;
}

/// Throws unless the differences are allowed.
inline void require(const differences& d, const tolerances& allowed) {
    const auto check = [](const std::string& what, double found, double limit) {
        if (!(found <= limit))
            throw std::runtime_error("not timed, it computes something else: " + what +
                                     " differ by " + std::to_string(found) + ", allowed " +
                                     std::to_string(limit));
    };
    check("logits", d.logits, allowed.logits);
    check("gradients of " + d.tensor, d.gradients, allowed.gradients);
}

/// Softmax cross-entropy of B rows: the gradient of its mean with respect to logits (B, 7).
inline void d_cross_entropy(index rows, index all_rows, const float* logits,
                            const std::int64_t* labels, float* d_logits) {
    for (index r = 0; r < rows; ++r, logits += classes, d_logits += classes) {
        const float top = *std::max_element(logits, logits + classes);
        float sum = 0;
        for (index k = 0; k < classes; ++k)
            sum += d_logits[k] = std::exp(logits[k] - top);
        for (index k = 0; k < classes; ++k)
            d_logits[k] =
                (d_logits[k] / sum - (labels[r] == k ? 1.0F : 0.0F)) / static_cast<float>(all_rows);
    }
}

} // namespace peers
