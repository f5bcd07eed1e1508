// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A model's architecture as a file of weights spells it, "lstm(3, 64) | last_step(64) | ...", and
// what follows from it: the model's type in C++, and its parameters.
#pragma once

#include <gait/core/error.hpp>
#include <gait/core/extents.hpp>
#include <gait/files/json.hpp>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace embed {

/// A matrix (rows, columns), or a vector (rows) where columns is 0.
struct parameter {
    std::string name;
    gait::index rows = 0, columns = 0;
    bool is_summand = false; ///< added to the one before
};

struct architecture {
    std::string type; ///< gait::sequential<...>
    gait::index inputs = 0, outputs = 0;
    std::vector<parameter> parameters; ///< as they lie in memory, numbered as in files
};

/// Reads an architecture, word by word. Throws gait::error about the file at `path`.
class architecture_reader {
public:
    architecture_reader(std::string path, std::string_view text)
        : path_(std::move(path)), text_(text) {}

    architecture read() {
        architecture all;
        int number = 0;
        for (bool more = true; more; more = take("|")) {
            const architecture one = layer();
            all.type += (all.type.empty() ? "" : ", ") + one.type;
            if (all.inputs == 0)
                all.inputs = one.inputs;
            else if (one.inputs != all.outputs)
                fail("a layer of " + std::to_string(all.outputs) + " inputs");
            all.outputs = one.outputs;
            for (parameter p : one.parameters) {
                p.name = std::to_string(number) + "." + p.name;
                all.parameters.push_back(std::move(p));
            }
            number += one.parameters.empty() ? 0 : 1;
        }
        if (!rest().empty())
            fail("the end, or | and a layer");
        all.type = "gait::sequential<" + all.type + ">";
        return all;
    }

private:
    // A file may ask for any size, but its tensors have to be that large too.
    static constexpr std::int64_t largest_size = 1 << 20;

    architecture layer(bool inside_each_step = false) {
        begin_ = at_;
        const std::string name = word();
        const bool opens = take("(");
        architecture a;
        if (opens && name == "each_step" && !inside_each_step) {
            a = layer(true);
            a.type = "gait::each_step<" + a.type + ">";
        } else if (opens && name == "dense") {
            a = sizes(2);
            need(",");
            const std::string curve = activation(word());
            a.type = "gait::dense<" + of(a) + (curve == "gait::identity" ? "" : ", " + curve) + ">";
            a.parameters = {{"weight", a.outputs, a.inputs}, {"bias", a.outputs}};
        } else if (opens && name == "lstm") {
            a = sizes(2);
            a.type = "gait::lstm<" + of(a) + ">";
            a.parameters = {{"weight_ih_l0", 4 * a.outputs, a.inputs},
                            {"weight_hh_l0", 4 * a.outputs, a.outputs},
                            {"bias_ih_l0", 4 * a.outputs},
                            {"bias_hh_l0", 4 * a.outputs, 0, true}};
        } else if (opens && (name == "last_step" || name == "dropout")) {
            a = sizes(1);
            a.type = "gait::" + name + "<" + std::to_string(a.inputs) + ">";
        } else {
            fail("one of the layers dense, lstm, each_step, last_step and dropout");
        }
        need(")");
        return a;
    }

    std::string activation(const std::string& name) const {
        static const std::map<std::string, std::string> types{{"identity", "gait::identity"},
                                                              {"relu", "gait::relu"},
                                                              {"tanh", "gait::hyperbolic_tangent"},
                                                              {"sigmoid", "gait::logistic"}};
        const auto found = types.find(name);
        if (found == types.end())
            fail("one of the activations identity, relu, tanh and sigmoid");
        return found->second;
    }

    /// Inputs, and outputs where `count` is 2.
    architecture sizes(int count) {
        architecture a;
        a.inputs = a.outputs = size();
        if (count == 2) {
            need(",");
            a.outputs = size();
        }
        return a;
    }
    static std::string of(const architecture& a) {
        return std::to_string(a.inputs) + ", " + std::to_string(a.outputs);
    }

    gait::index size() {
        const std::string digits = word();
        const bool is_number =
            !digits.empty() && digits.size() < 9 &&
            std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
        const std::int64_t value = is_number ? std::stoll(digits) : 0;
        if (value < 1 || value > largest_size)
            fail("sizes from 1 to " + std::to_string(largest_size));
        return static_cast<gait::index>(value);
    }

    std::string_view rest() {
        at_ = std::min(text_.find_first_not_of(' ', at_), text_.size());
        return text_.substr(at_);
    }
    std::string word() {
        const std::string_view from = rest();
        const auto end = std::ranges::find_if_not(
            from, [](unsigned char c) { return c == '_' || (c < 128 && std::isalnum(c) != 0); });
        const std::string found(from.begin(), end);
        at_ += found.size();
        return found;
    }
    bool take(std::string_view sign) {
        const bool found = rest().starts_with(sign);
        at_ += found ? sign.size() : 0;
        return found;
    }
    void need(std::string_view sign) {
        if (!take(sign))
            fail("'" + std::string(sign) + "' at character " + std::to_string(at_ + 1));
    }

    [[noreturn]] void fail(std::string expected) const {
        throw gait::error({path_, "architecture", std::move(expected),
                           gait::in_quotes(text_.substr(std::min(begin_, text_.size())))});
    }

    std::string path_;
    std::string_view text_;
    std::size_t at_ = 0, begin_ = 0; // begin_ is where the layer at hand begins
};

} // namespace embed
