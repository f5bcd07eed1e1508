// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What a foreign file says, in gait's terms: a row of layers with their numbers. Every reader fills
// one of these, every writer takes one. The shapes are run-time values here, so a model of any
// size passes through, whether or not a program has a type for it.
#pragma once

#include <gait/core/error.hpp>
#include <gait/core/extents.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace interop {

using gait::index;
namespace fs = std::filesystem;

/// Numbers (rows, columns), row-major.
struct matrix {
    index rows = 0, columns = 0;
    std::vector<float> numbers;

    [[nodiscard]] float at(index row, index column) const {
        return numbers[static_cast<std::size_t>(row * columns + column)];
    }
};

enum class activation { identity, relu, tanh, sigmoid };

/// y = activation(W x + b)
struct dense {
    matrix weight;           ///< (out, in)
    std::vector<float> bias; ///< (out)
    activation after = activation::identity;
};

/// Gates i, f, g, o, H rows each; one bias.
struct lstm {
    matrix weight_ih;        ///< (4 H, in)
    matrix weight_hh;        ///< (4 H, H)
    std::vector<float> bias; ///< (4 H)
};

/// Of all steps only the last goes on.
struct last_step {};

using layer = std::variant<dense, lstm, last_step>;

struct network {
    std::vector<layer> layers;
    /// What else is known, as gait keeps it in a file of weights (docs/weights-format.md).
    std::map<std::string, std::string> metadata;
};

/// Features in and out. last_step gives 0: as many as come in.
index inputs_of(const layer& one);
index outputs_of(const layer& one);
/// The model's own.
index inputs_of(const network& net);
index outputs_of(const network& net);

/// Whether the last step is taken somewhere, so that one vector comes out.
bool ends_in_vector(const network& net);

std::string name_of(activation one);
/// Throws gait::error naming `place` if gait has no such activation. "linear" is identity.
activation activation_named(const fs::path& path, const std::string& place,
                            const std::string& name);

/// The architecture as gait writes it: "each_step(dense(3, 64, relu)) | lstm(64, 64) | ...".
std::string description(const network& net);

/// Throws gait::error about the file at `path` unless neighbours fit, shapes are whole, numbers are
/// finite, and there is an LSTM.
void check(const fs::path& path, const network& net);

/// Logits (K), or (T, K) if the model keeps the steps, for one window x (T, F). Plain loops in
/// double: what gait's kernels are compared with, so nothing is shared with them.
std::vector<float> run(const network& net, const std::vector<float>& x);

} // namespace interop
