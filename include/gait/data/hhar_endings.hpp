// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Lines of HHAR's CSV end in one of a few hundred ways: user, model, device, label. Instead of
// taking an ending apart in every line, it is compared as a whole with the one that is likely next.
#pragma once

#include <gait/data/hhar_tracks.hpp>

#include <cstddef>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// Endings of lines, and the numbers of track and label that each stands for.
class hhar_endings {
public:
    struct ending {
        std::string text; ///< with its '\n'
        int track, label;
    };

    /// The ending that [at, end) starts with, or nullptr.
    const ending* find(const char* at, const char* end) {
        if (const int guess = habit_.guess(); guess >= 0) {
            const ending& likely = endings_[static_cast<std::size_t>(guess)];
            const std::size_t size = likely.text.size();
            if (static_cast<std::size_t>(end - at) >= size &&
                std::memcmp(at, likely.text.data(), size) == 0) {
                habit_.saw(guess);
                return &likely;
            }
        }
        const auto left = static_cast<std::size_t>(end - at);
        const auto* newline = static_cast<const char*>(std::memchr(at, '\n', left));
        const auto known =
            numbers_.find(std::string_view(at, static_cast<std::size_t>(newline + 1 - at)));
        if (known == numbers_.end())
            return nullptr;
        habit_.saw(known->second);
        return &endings_[static_cast<std::size_t>(known->second)];
    }

    /// More than `most`, and lines don't end alike: then it isn't worth keeping them.
    void add(std::string_view text, int track, int label) {
        constexpr std::size_t most = 4096;
        if (endings_.size() == most)
            return;
        const auto number = static_cast<int>(endings_.size());
        endings_.push_back({std::string(text), track, label});
        numbers_.emplace(text, number);
        habit_.saw(number);
    }

private:
    std::vector<ending> endings_;
    std::map<std::string, int, std::less<>> numbers_;
    habit habit_;
};

} // namespace gait::inline GAIT_ARCH
