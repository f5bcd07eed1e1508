// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Keras 3. A .keras file is a .zip of config.json, which tells the layers and all their options,
// and model.weights.h5; a .weights.h5 saved alone is the latter. Layers are found there under the
// name of their class in small letters, numbered from the second on: "layers/lstm", then
// "layers/lstm_1". Matrices are (in, out); the gates of an LSTM are i, f, g, o.
#include "hdf5.hpp"
#include "readers.hpp"
#include "whole_file.hpp"

#include <gait/files/json.hpp>

#include <nlohmann/json.hpp>

#include <map>
#include <string_view>
#include <utility>

namespace interop {

namespace {

using json = nlohmann::json;

/// Arrays of a file of weights, taken by name.
class weights {
public:
    weights(const fs::path& path, const std::string& bytes)
        : path_(path), arrays_(read_hdf5(path, bytes)) {}

    [[nodiscard]] const named_arrays& arrays() const { return arrays_; }

    /// The layer stored under "layers/NAME", an LSTM if it has a cell. Dense layers and LSTMs
    /// without a bias get zeros.
    [[nodiscard]] layer take(const std::string& name, bool is_lstm) const {
        const std::string vars = "layers/" + name + (is_lstm ? "/cell/vars/" : "/vars/");
        const auto matrix_of = [&](const char* number) {
            const auto at = arrays_.find(vars + number);
            if (at == arrays_.end())
                throw gait::error({path_.string(), "", "the weights " + vars + number, "none"});
            return transposed(as_matrix(path_, vars + number, at->second));
        };
        const auto bias_of = [&](const char* number, index size) {
            const auto at = arrays_.find(vars + number);
            return at == arrays_.end() ? std::vector<float>(static_cast<std::size_t>(size))
                                       : as_vector(path_, vars + number, at->second);
        };
        if (!is_lstm) {
            dense d{matrix_of("0"), {}};
            d.bias = bias_of("1", d.weight.rows);
            return d;
        }
        lstm l{matrix_of("0"), matrix_of("1"), {}};
        l.bias = bias_of("2", l.weight_ih.rows);
        return l;
    }

private:
    const fs::path& path_;
    named_arrays arrays_;
};

/// The config of a layer, looked up with words for what is missing.
class layer_config {
public:
    layer_config(const fs::path& path, const json& entry) : path_(path) {
        if (entry.is_object() && entry.contains("class_name") && entry["class_name"].is_string())
            kind = entry["class_name"].get<std::string>();
        if (entry.is_object() && entry.contains("config") && entry["config"].is_object())
            options_ = entry["config"];
        place_ = "layer " + gait::in_quotes(text("name"));
        if (entry.is_object() && entry.contains("inbound_nodes") &&
            entry["inbound_nodes"].is_array() && entry["inbound_nodes"].size() > 1)
            fail("a layer that is used once", "one that is shared");
    }

    std::string kind;

    [[nodiscard]] std::string text(const char* key) const {
        const auto at = options_.find(key);
        return at != options_.end() && at->is_string() ? at->get<std::string>() : "";
    }
    [[nodiscard]] bool is(const char* key) const {
        const auto at = options_.find(key);
        return at != options_.end() && at->is_boolean() && at->get<bool>();
    }
    [[nodiscard]] activation after() const {
        return activation_named(path_, place_, text("activation"));
    }
    [[noreturn]] void fail(const std::string& expected, const std::string& found) const {
        throw gait::error({path_.string(), place_, expected, found});
    }
    /// An LSTM as gait has it.
    void require_plain_lstm() const {
        if (text("activation") != "tanh")
            fail("the activation tanh in an LSTM", gait::in_quotes(text("activation")));
        if (text("recurrent_activation") != "sigmoid")
            fail("the recurrent activation sigmoid", gait::in_quotes(text("recurrent_activation")));
        for (const char* key : {"go_backwards", "stateful", "return_state"})
            if (is(key))
                fail("an LSTM forward in time, from zeros, that gives its output alone", key);
    }

private:
    const fs::path& path_;
    std::string place_;
    json options_ = json::object();
};

std::string small_letters(const std::string& kind) { return kind == "LSTM" ? "lstm" : "dense"; }

/// The entries of config.json's layers, in the order in which they run.
std::vector<json> layers_of(const fs::path& path, const std::string& text) {
    // What is deeper is left out: json's writer, used in messages, calls itself for each level.
    const auto shallow = [](int depth, json::parse_event_t, json&) { return depth < 40; };
    const json model = json::parse(text, shallow, false);
    const bool known = model.is_object() && model.contains("class_name") &&
                       model.contains("config") && model["config"].is_object() &&
                       model["config"].contains("layers") && model["config"]["layers"].is_array();
    if (!known)
        throw gait::error({path.string(), "config.json", "a model made of layers",
                           gait::in_quotes(text.substr(0, 60))});
    const json& kind = model["class_name"];
    if (kind != "Sequential" && kind != "Functional")
        throw gait::error(
            {path.string(), "config.json", "a Sequential or Functional model",
             gait::in_quotes(kind.dump(-1, ' ', false, json::error_handler_t::replace))});
    const json& layers = model["config"]["layers"];
    std::vector<json> all(layers.begin(), layers.end());
    // A Functional model lists its layers in the order of their depth. That each one's input is
    // the one before is what the entries themselves say.
    std::string before;
    if (kind == "Functional")
        for (const json& one : all) {
            const std::string name =
                one.is_object()
                    ? one.value("name", json()).dump(-1, ' ', false, json::error_handler_t::replace)
                    : "";
            const auto nodes = one.is_object() ? one.value("inbound_nodes", json()) : json();
            const std::string told = nodes.dump(-1, ' ', false, json::error_handler_t::replace);
            if (!before.empty() &&
                told.find("\"keras_history\":[" + before + ",") == std::string::npos)
                throw gait::error({path.string(), "layer " + name,
                                   "layers one after the other, here after " + before,
                                   "another input"});
            before = name;
        }
    // ["dense", 0, 0], or a list of these.
    json outputs = model["config"].value("output_layers", json());
    if (outputs.is_array() && outputs.size() == 1)
        outputs = json(outputs[0]);
    if (kind == "Functional" && !outputs.is_null() &&
        (!outputs.is_array() || outputs.empty() || !outputs[0].is_string() ||
         outputs[0].dump(-1, ' ', false, json::error_handler_t::replace) != before))
        throw gait::error({path.string(), "config.json",
                           "one output, that of the last layer, " + before, "another or several"});
    return all;
}

} // namespace

network read_keras(const fs::path& path, const read_options& options) {
    if (!options.layers.empty())
        throw gait::error({path.string(), "", "no --layers", "a file that tells its layers"});
    auto members = read_zip(path);
    for (const char* name : {"config.json", "model.weights.h5"})
        if (!members.contains(name))
            throw gait::error({path.string(), "", std::string("a member ") + name, "none"});
    const auto layers = layers_of(path, members["config.json"]);
    const weights stored(path, members["model.weights.h5"]);

    network net;
    std::map<std::string, int> so_far; // of each class
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const layer_config config(path, layers[i]);
        if (config.kind == "InputLayer" || config.kind == "Dropout")
            continue; // nothing to compute once training is over
        if (config.kind != "Dense" && config.kind != "LSTM")
            config.fail("Dense, LSTM, Dropout and InputLayer", gait::in_quotes(config.kind));
        const std::string kind = small_letters(config.kind);
        const int number = so_far[kind]++;
        layer one =
            stored.take(number == 0 ? kind : kind + "_" + std::to_string(number), kind == "lstm");
        if (auto* d = std::get_if<dense>(&one)) {
            const bool last = i + 1 == layers.size();
            // Softmax makes probabilities of logits; gait does that itself.
            if (!last || config.text("activation") != "softmax")
                d->after = config.after();
            net.layers.push_back(std::move(one));
        } else {
            config.require_plain_lstm();
            net.layers.push_back(std::move(one));
            if (!config.is("return_sequences"))
                net.layers.emplace_back(last_step{});
        }
    }
    check(path, net);
    return net;
}

network read_keras_weights(const fs::path& path, const read_options& options) {
    const weights stored(path, read_whole(path));
    if (stored.arrays().empty())
        throw gait::error({path.string(), "", "weights that Keras 3 saved", "no arrays"});
    std::vector<part> parts;
    for (const auto& [name, a] : stored.arrays()) {
        const std::string_view whole = name;
        const auto vars = whole.find("/vars/");
        if (!whole.starts_with("layers/") || vars == whole.npos)
            throw gait::error({path.string(), "object " + gait::in_quotes(name),
                               "layers/NAME/vars/0 and so on, as Keras 3 saves weights",
                               "another name"});
        if (!whole.ends_with("/0"))
            continue; // its layer has been met
        std::string_view owner = whole.substr(7, vars - 7);
        const bool cell = owner.ends_with("/cell");
        if (cell)
            owner.remove_suffix(5);
        if (owner.find('/') != owner.npos)
            throw gait::error({path.string(), "object " + gait::in_quotes(name),
                               "dense layers and LSTMs", "layers in each other (bidirectional?)"});
        parts.push_back({std::string(owner), {stored.take(std::string(owner), cell)}});
    }
    return arrange(path, std::move(parts), options.layers);
}

} // namespace interop
