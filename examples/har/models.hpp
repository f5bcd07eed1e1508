// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The number of classes is part of a model's type, and comes from a file. The programs are compiled
// for seven classes, HHAR's, and for six, without `null`; here is the switch between them. Another
// number is one more case in both functions. train_six.cpp and train_seven.cpp, which
// train_models.hpp announces, only let several compilers share the work.
#pragma once

#include <gait/core/error.hpp>
#include <gait/files/safetensors.hpp>
#include <gait/model/har.hpp>
#include <gait/weights/load.hpp>

#include <filesystem>
#include <string>

namespace har {

/// Calls fn(har_model<K>) for K = `classes`. `path` is the file that has so many: throws
/// gait::error about it if there is no such model.
template <class Fn>
auto with_model(gait::index classes, const std::filesystem::path& path, Fn&& fn) {
    switch (classes) {
    case 6:
        return fn(gait::har_model<6>{});
    case 7:
        return fn(gait::har_model<7>{});
    default:
        throw gait::error({path.string(), "",
                           "6 or 7 classes (examples/har/models.hpp is the place to add another "
                           "number)",
                           std::to_string(classes)});
    }
}

/// Loads weights of either number of classes and calls fn(trained_model). Throws gait::error.
template <class Fn>
auto with_weights(const std::filesystem::path& path, Fn&& fn) {
    const gait::safetensors_file file(path);
    const auto* last = file.find("3.weight");
    const bool six = last != nullptr && !last->shape.empty() && last->shape.front() == 6;
    // Whatever else is in the file, the loader tells how it differs from seven.
    return with_model(six ? 6 : 7, path,
                      [&](auto model) { return fn(gait::load_weights(path, model)); });
}

} // namespace har
