// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// gait_embed: a file of weights to a C++ header with the model's type, its weights, and what is
// known about them. See inference/embedded.hpp for what a program does with it, and the CMake
// function gait_embed_weights, which builds and calls this program.
//
// It needs nothing but gait, since it is built where gait is used.
#include "../support/separate_files.hpp" // beside this folder where it is installed, too
#include "architecture.hpp"
#include "header.hpp"

#include <gait/core/buffer.hpp>
#include <gait/files/atomic_file.hpp>
#include <gait/weights/load.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr const char* help = R"help(gait_embed: makes a C++ header of a trained model.

Usage: gait_embed WEIGHTS [-o HEADER] [--name NAME] [--architecture TEXT]

  WEIGHTS               a safetensors file, in floats, halves or bytes
  -o HEADER             the header to write; by default NAME.hpp
  --name NAME           the namespace in it; by default the file's name, with _ for what can't be
                        in a C++ name, and behind a keyword
  --architecture TEXT   of a file that doesn't say its own, for example
                        "lstm(3, 16) | last_step(16) | dense(16, 4, identity)"
  --help                these lines
)help";

struct options {
    std::string weights, header, name, architecture;
};

/// The names and numbers of the model in the file.
struct contents {
    embed::architecture architecture;
    gait::buffer<float> parameters;
    gait::model_info info;
    std::vector<float> question, answer; // the self-test
};

contents read(const gait::safetensors_file& file, const options& o) {
    const auto own = file.metadata().find("architecture");
    const std::string text = own != file.metadata().end() ? own->second : o.architecture;
    if (text.empty())
        throw gait::error({o.weights, "metadata \"architecture\"",
                           "the model's layers, there or as --architecture", "none"});
    contents all;
    all.architecture = embed::architecture_reader(o.weights, text).read();

    // Before anything is allocated for them, they have to be in the file.
    gait::index count = 0;
    std::vector<gait::model_tensor<float>> tensors;
    for (const auto& p : all.architecture.parameters) {
        const gait::index columns = std::max(p.columns, gait::index{1});
        tensors.push_back({.name = p.name,
                           .rows = p.rows,
                           .columns = columns,
                           .row_stride = 1,
                           .column_stride = p.rows,
                           .is_vector = p.columns == 0,
                           .is_summand = p.is_summand});
        count += p.is_summand ? 0 : p.rows * columns;
    }
    gait::check_tensors(file, tensors, text);
    all.parameters = gait::buffer<float>(count);
    float* next = all.parameters.data();
    for (auto& t : tensors) {
        t.data = t.is_summand ? next - t.count() : next;
        next += t.is_summand ? 0 : t.count();
    }
    gait::load_tensors(file, tensors, text);

    all.info = gait::read_model_info(file, all.architecture.inputs, all.architecture.outputs);
    if (gait::metadata_reader metadata(file);
        metadata.has("self_test_input") || metadata.has("self_test_output")) {
        all.question = gait::self_test_numbers(metadata, "self_test_input");
        all.answer = gait::self_test_numbers(metadata, "self_test_output");
        const auto inputs = static_cast<std::size_t>(all.architecture.inputs);
        const auto outputs = static_cast<std::size_t>(all.architecture.outputs);
        const auto is_finite = [](float x) { return std::isfinite(x); };
        if (!std::ranges::all_of(all.question, is_finite) ||
            !std::ranges::all_of(all.answer, is_finite))
            throw gait::error({o.weights, "metadata \"self_test_output\"",
                               "finite numbers, and likewise in \"self_test_input\"", "others"});
        if (all.question.size() % inputs != 0 || all.answer.size() != outputs)
            throw gait::error({o.weights, "metadata \"self_test_output\"",
                               "a test for a model that has one answer for a window",
                               std::to_string(all.answer.size()) + " floats"});
    }
    return all;
}

/// The weights as floats in one array, or, if any are stored in fewer bytes, tensor by tensor.
std::string weights_text(const gait::safetensors_file& file, const contents& all) {
    const auto is_small = [&](const embed::parameter& p) {
        return p.columns > 0 && file.find(p.name)->type != gait::dtype::f32;
    };
    const auto& parameters = all.architecture.parameters;
    if (std::ranges::none_of(parameters, is_small))
        return embed::array<float>("float", "parameters", all.parameters.span());

    std::string text, list;
    std::size_t at = 0;
    for (const auto& p : parameters) {
        if (p.is_summand)
            continue;
        const auto rows = static_cast<std::size_t>(p.rows);
        const auto columns = static_cast<std::size_t>(std::max(p.columns, gait::index{1}));
        const auto floats = std::as_const(all.parameters).span().subspan(at, rows * columns);
        at += rows * columns;
        const std::string number = std::to_string(std::count(list.begin(), list.end(), '\n'));
        list += "\n    {.rows = " + std::to_string(p.rows);
        const auto add = [&]<class T>(const char* type, const std::string& what,
                                      std::span<const T> numbers) {
            text += embed::array(type, what + "_" + number, numbers);
            list += ", ." + what + " = " + what + "_" + number;
        };
        if (!is_small(p)) {
            add("float", "floats", floats);
        } else {
            const auto stored = gait::read_stored(file, *file.find(p.name));
            const auto transposed = [&](auto numbers) { // row-major to column-major
                for (std::size_t i = 0; auto& to : std::vector(numbers))
                    numbers[i % columns * rows + i / columns] = to, ++i;
                return numbers;
            };
            if (stored.type == gait::dtype::f16) {
                add("std::uint16_t", "halves",
                    std::span<const std::uint16_t>(transposed(stored.halves)));
            } else {
                add("std::int8_t", "bytes", std::span<const std::int8_t>(transposed(stored.bytes)));
                add("std::uint16_t", "scales", std::span<const std::uint16_t>(stored.scales));
            }
        }
        list += "},";
    }
    return text + "inline constexpr gait::embedded_tensor tensors[] = {" + list + "\n};\n";
}

std::string header_text(const gait::safetensors_file& file, const contents& all, const options& o) {
    const gait::model_info& info = all.info;
    std::string text =
        "// " + gait::in_quotes(std::filesystem::path(o.weights).filename().string()) +
        " as C++, by gait_embed " GAIT_VERSION ". Made anew when that changes.\n"
        "#pragma once\n\n#include <gait/inference/embedded.hpp>\n"
        "#include <gait/layers.hpp>\n#include <gait/model/sequential.hpp>\n\n"
        "#include <cstdint>\n#include <string_view>\n\nnamespace " +
        o.name + " {\n\nusing namespace std::string_view_literals;\n\nusing model = " +
        all.architecture.type + ";\n\n";
    const std::string weights = weights_text(file, all);
    text += weights;
    text += embed::array<float>("float", "mean", info.mean);
    text += embed::array<float>("float", "deviation", info.deviation);
    text += embed::array<float>("float", "up", info.up);
    text += embed::array<float>("float", "self_test_input", all.question);
    text += embed::array<float>("float", "self_test_output", all.answer);

    text += "\ninline constexpr gait::embedded_model<model> weights{\n";
    const auto set = [&text](bool known, const std::string& member, const std::string& value) {
        if (known)
            text += "    ." + member + " = " + value + ",\n";
    };
    const bool small = weights.find("embedded_tensor") != weights.npos;
    set(!small, "parameters", "parameters");
    set(small, "tensors", "tensors");
    std::string names;
    for (const std::string& name : info.classes)
        names += (names.empty() ? "" : ", ") + embed::literal(std::string_view(name));
    set(!names.empty(), "names", "{" + names + "}");
    set(info.rate_hz > 0, "rate_hz", embed::literal(info.rate_hz));
    set(info.window_steps > 0, "window_steps", embed::literal(info.window_steps));
    set(!info.units.empty(), "units", embed::literal(std::string_view(info.units)));
    set(!info.mean.empty(), "mean", "mean");
    set(!info.mean.empty(), "deviation", "deviation");
    set(info.temperature != 1, "temperature", embed::literal(info.temperature));
    set(info.layout != gait::input_layout::steps_first, "layout",
        "gait::input_layout::" + std::string(name_of(info.layout)));
    set(!info.up.empty(), "up", "up");
    set(!all.question.empty(), "self_test_input", "self_test_input");
    set(!all.answer.empty(), "self_test_output", "self_test_output");
    return text + "};\nstatic_assert(weights.fits());\n\n} // namespace " + o.name + "\n";
}

/// A name of C++ from the name of a file.
std::string name_of(const std::filesystem::path& path) {
    std::string name = path.stem().string();
    for (char& c : name)
        if (static_cast<unsigned char>(c) >= 128 ||
            std::isalnum(static_cast<unsigned char>(c)) == 0)
            c = '_';
    if (name.empty() || std::isalpha(static_cast<unsigned char>(name.front())) == 0)
        name = "weights_" + name;
    return embed::is_keyword(name) ? name + "_" : name;
}

int run(options o) {
    if (o.name.empty())
        o.name = name_of(o.weights);
    else if (o.name != name_of(o.name))
        throw gait::error({"--name", "", "letters, digits and _, a letter first, and no keyword",
                           "'" + o.name + "'"});
    if (o.header.empty())
        o.header = o.name + ".hpp";
    support::check_separate({{"the weights", o.weights}}, {{"-o", o.header}});
    const gait::safetensors_file file(o.weights);
    const contents all = read(file, o);
    gait::atomic_file header(o.header);
    header << header_text(file, all, o);
    header.commit();
    return 0;
}

int usage(const std::string& problem) {
    std::fprintf(stderr, "gait_embed: %s (see --help)\n", problem.c_str());
    return 2;
}

} // namespace

int main(int argc, char** argv) {
    options o;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--help" || word == "-h") {
            std::fputs(help, stdout);
            return 0;
        }
        std::string* to = word == "-o"               ? &o.header
                          : word == "--name"         ? &o.name
                          : word == "--architecture" ? &o.architecture
                                                     : nullptr;
        if (to != nullptr) {
            if (++i == argc)
                return usage(word + " needs a value");
            *to = argv[i];
        } else if (word.starts_with("-") || !o.weights.empty()) {
            return usage("what is '" + word + "'?");
        } else {
            o.weights = word;
        }
    }
    if (o.weights.empty())
        return usage("a file of weights is required");
    try {
        return run(std::move(o));
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "gait_embed: %s\n", problem.what());
        return 1;
    }
}
