// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// gait_import: a model from elsewhere to a file of weights that gait loads.
#include "readers.hpp"
#include "support/command_line.hpp"
#include "support/program.hpp"
#include "support/separate_files.hpp"
#include "writers.hpp"

#include <gait/files/json.hpp>
#include <gait/weights/model_info.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <string>
#include <vector>

namespace {

struct options {
    std::string from, to;
    interop::read_options read;
    gait::model_info info;
    std::string input_layout;
    bool json = false;
};

/// What the command line knows goes over what the file knew.
void add_info(interop::network& net, const options& o) {
    gait::model_info info = o.info;
    if (!o.input_layout.empty())
        info.layout = gait::input_layout_named(o.input_layout);
    for (const auto& [key, value] : gait::to_metadata(o.from, info))
        net.metadata[key] = value;
    if (o.input_layout == "steps_first") // which is not written, but said by nothing
        net.metadata.erase("input_layout");
    const auto outputs = interop::outputs_of(net);
    if (!info.classes.empty() && std::ssize(info.classes) != outputs)
        throw gait::error({o.from, "--classes",
                           std::to_string(outputs) + " names, one for each output",
                           std::to_string(info.classes.size())});
}

int run(const options& o) {
    support::check_separate({{"the model", o.from}}, {{"", o.to}});
    interop::network net = interop::read_any(o.from, o.read);
    add_info(net, o);
    interop::write_gait(o.to, net);
    gait::index count = 0;
    for (const auto& one : net.layers)
        if (const auto* d = std::get_if<interop::dense>(&one))
            count += std::ssize(d->weight.numbers) + std::ssize(d->bias);
        else if (const auto* l = std::get_if<interop::lstm>(&one))
            count += std::ssize(l->weight_ih.numbers) + std::ssize(l->weight_hh.numbers) +
                     std::ssize(l->bias);
    const std::string architecture = interop::description(net);
    if (o.json)
        std::printf("{\"file\":%s,\"architecture\":%s,\"parameters\":%td}\n",
                    gait::json_text(o.to).c_str(), gait::json_text(architecture).c_str(), count);
    else
        std::printf("%s: %s, %td parameters\n", o.to.c_str(), architecture.c_str(), count);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    return support::run_program("gait_import", argc, argv, [](int count, char** words) {
        options o;
        CLI::App app{
            "Turns a model from elsewhere into weights that gait loads. What gait can't represent\n"
            "is refused by its name; docs/interop.md has a recipe for each format."};
        app.add_option(
               "from", o.from,
               "the model: .safetensors or .npz (a PyTorch state), .pb (a frozen TensorFlow "
               "1 graph), .keras, .weights.h5 (Keras 3), .onnx")
            ->required();
        app.add_option("to", o.to, "the weights to write (safetensors)")->required();
        app.add_option("--layers", o.read.layers,
                       "layers in the order they run, with the activations of dense ones, as in "
                       "fc1:relu,lstm,fc2; for files that hold arrays only (default: in the order "
                       "of their names)")
            ->delimiter(',')
            ->allow_extra_args(false);
        app.add_option("--output", o.read.output,
                       "the node of a .pb that gives the logits or probabilities (default: the "
                       "only one that nothing else uses)");
        app.add_option("--classes", o.info.classes, "names of the outputs, in their order")
            ->delimiter(',')
            ->allow_extra_args(false);
        app.add_option("--rate", o.info.rate_hz, "samples per second")
            ->check(support::number(1e-6, 1e9));
        app.add_option("--window", o.info.window_steps, "steps of a window (default: the file's)")
            ->check(support::number(gait::index{1}, gait::longest_window));
        app.add_option("--units", o.info.units, "of the input, for example m/s^2");
        app.add_option("--input-layout", o.input_layout,
                       "how the training windows were laid out: steps_first (default), "
                       "or features_first, all x, then all y, then all z, read as if they were "
                       "steps")
            ->check(support::one_of({"steps_first", "features_first"}));
        app.add_flag("--json", o.json, "print the result as a JSON line");
        if (!support::parse(app, count, words))
            return 0;
        return run(o);
    });
}
