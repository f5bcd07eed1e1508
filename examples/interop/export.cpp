// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// gait_export: gait's weights to a model for elsewhere.
#include "readers.hpp"
#include "support/command_line.hpp"
#include "support/program.hpp"
#include "support/separate_files.hpp"
#include "writers.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <string>

namespace {

int run(const std::string& from, const std::string& to) {
    support::check_separate({{"the weights", from}}, {{"", to}});
    const interop::network net = interop::read_safetensors(from, {});
    if (to.ends_with(".onnx")) {
        interop::write_onnx(to, net);
    } else if (to.ends_with(".pt") || to.ends_with(".pth")) {
        interop::write_torch(to, net);
        std::fputs(interop::torch_snippet(to, net).c_str(), stdout);
    } else {
        throw gait::error({to, "", "a name that ends in .onnx, .pt or .pth", "another"});
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    return support::run_program("gait_export", argc, argv, [](int count, char** words) {
        std::string from, to;
        CLI::App app{
            "Writes gait's weights as a model for elsewhere, from a window to its logits. How a\n"
            "window is aligned, laid out and scaled, and the temperature of the logits, are no\n"
            "part of it: the metadata says them."};
        app.add_option("from", from, "weights (safetensors, as gait saves them)")->required();
        app.add_option("to", to,
                       "what to write: .onnx, with the metadata; .pt or .pth for PyTorch, and the "
                       "lines of Python that load it on standard output")
            ->required();
        if (!support::parse(app, count, words))
            return 0;
        return run(from, to);
    });
}
