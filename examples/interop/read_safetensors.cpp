// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// safetensors: a PyTorch state as any program saves it, or a file of gait's, whose metadata tells
// the architecture as well.
#include "readers.hpp"

#include <gait/files/json.hpp>
#include <gait/files/safetensors.hpp>

#include <string_view>
#include <utility>

namespace interop {

namespace {

/// What stands in the brackets of "name(...)", if that is what `text` is.
bool unwrap(std::string_view& text, std::string_view name) {
    if (!text.starts_with(name) || !text.substr(name.size()).starts_with("(") ||
        !text.ends_with(")"))
        return false;
    text = text.substr(name.size() + 1, text.size() - name.size() - 2);
    return true;
}

/// A network of the layers in `stored`, in the order of a description such as
/// "each_step(dense(3, 64, relu)) | lstm(64, 64) | last_step(64) | dense(64, 7, identity)".
network described(const fs::path& path, std::string_view text, const std::vector<part>& stored) {
    const std::string place = "metadata \"architecture\"";
    network net;
    index number = 0;
    const auto next = [&]() -> const layer& {
        for (const part& p : stored)
            if (p.name == std::to_string(number) && p.layers.size() == 1) {
                ++number;
                return p.layers.front();
            }
        throw gait::error({path.string(), "", "layer " + std::to_string(number), "none"});
    };
    while (!text.empty()) {
        const auto bar = text.find(" | ");
        std::string_view one = text.substr(0, bar);
        const std::string_view whole = one;
        text = bar == text.npos ? "" : text.substr(bar + 3);
        unwrap(one, "each_step");
        if (unwrap(one, "dense")) {
            layer found = next();
            if (auto* d = std::get_if<dense>(&found))
                d->after = activation_named(path, place,
                                            std::string(one.substr(one.find_last_of(' ') + 1)));
            net.layers.push_back(std::move(found));
        } else if (unwrap(one, "lstm")) {
            net.layers.push_back(next());
        } else if (unwrap(one, "last_step")) {
            net.layers.emplace_back(last_step{});
        } else if (!unwrap(one, "dropout")) { // which does nothing once training is over
            throw gait::error({path.string(), place, "dense, lstm, last_step and dropout",
                               gait::in_quotes(whole)});
        }
    }
    check(path, net);
    return net;
}

} // namespace

network read_safetensors(const fs::path& path, const read_options& options) {
    const gait::safetensors_file file(path);
    named_arrays arrays;
    index total = 0;
    for (const gait::tensor_info& t : file.tensors()) {
        const std::string place = "tensor " + gait::in_quotes(t.name);
        const std::vector<std::int64_t> shape(t.shape.begin(), t.shape.end());
        total += count_of(path, place, shape);
        if (total > most_numbers)
            throw gait::error({path.string(), place,
                               "at most " + std::to_string(most_numbers) + " numbers so far",
                               std::to_string(total)});
        arrays[t.name] = {t.shape, file.read<float>(t.name, gait::dtype::f32, t.shape)};
    }
    auto parts = parts_of_state(path, std::move(arrays));

    const auto architecture = file.metadata().find("architecture");
    if (architecture == file.metadata().end())
        return arrange(path, std::move(parts), options.layers);
    if (!options.layers.empty())
        throw gait::error({path.string(), "", "no --layers, the file knows its architecture",
                           gait::in_quotes(architecture->second)});
    network net = described(path, architecture->second, parts);
    if (description(net) != architecture->second &&
        architecture->second.find("dropout") == std::string::npos)
        throw gait::error({path.string(), "",
                           "the architecture " + gait::in_quotes(architecture->second),
                           gait::in_quotes(description(net))});
    net.metadata = file.metadata();
    return net;
}

} // namespace interop
