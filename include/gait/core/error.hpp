// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The one exception of the library. Shape mistakes don't compile and a caller's mistakes are
// assertions; what is left is bad files and bad data, and a person has to read about those.
#pragma once

#include <gait/core/config.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace gait::inline GAIT_ARCH {

/// A file or its data is not as it should be.
///
/// what() reads "PATH, PLACE: expected EXPECTED, found FOUND"; empty parts are left out.
class error : public std::runtime_error {
public:
    /// What is wrong, in four parts a person needs.
    struct report {
        std::string path; ///< the file, or "standard input"
        std::string
            place; ///< "line 17, column x", "header", "tensor 1.bias_ih_l0", "epoch 3, batch 7"
        std::string expected; ///< "a number", "shape (256, 64)"
        std::string found;    ///< "'abc'", "shape (256, 3)"
    };

    explicit error(report r) : std::runtime_error(text(r)), report_(std::move(r)) {}

    [[nodiscard]] const report& parts() const noexcept { return report_; }

private:
    static std::string text(const report& r) {
        std::string where = r.path;
        if (!r.place.empty())
            where += (where.empty() ? "" : ", ") + r.place;
        std::string what;
        if (!r.expected.empty())
            what = "expected " + r.expected;
        if (!r.found.empty())
            what += (what.empty() ? "found " : ", found ") + r.found;
        return where.empty() ? what : where + ": " + what;
    }

    report report_;
};

} // namespace gait::inline GAIT_ARCH
