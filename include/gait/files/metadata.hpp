// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The texts in a file's header, read as what they stand for. Lists are JSON; single numbers and
// texts stand for themselves.
#pragma once

#include <gait/core/error.hpp>
#include <gait/core/extents.hpp>
#include <gait/files/safetensors.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// A number or a list as the text that `metadata_reader` reads: JSON, every digit that matters.
/// Throws `error` naming `key` if a text is not UTF-8.
template <class Value>
std::string metadata_text(const std::filesystem::path& path, const std::string& key,
                          const Value& value) {
    try {
        return nlohmann::json(value).dump();
    } catch (const nlohmann::json::type_error&) {
        throw error({path.string(), "metadata " + in_quotes(key), "text in UTF-8", "other bytes"});
    }
}

/// Looks things up in a file's metadata. Everything throws `error` naming the key when it is
/// missing or is something else.
class metadata_reader {
public:
    explicit metadata_reader(const safetensors_file& file)
        : path_(file.path().string()), values_(file.metadata()) {}

    [[nodiscard]] bool has(const std::string& key) const { return values_.contains(key); }

    [[nodiscard]] const std::string& text(const std::string& key) const {
        const auto at = values_.find(key);
        if (at == values_.end())
            fail(key, "an entry", "none");
        return at->second;
    }

    /// A list of texts.
    [[nodiscard]] std::vector<std::string> texts(const std::string& key) const {
        std::vector<std::string> all;
        for (auto& item : list(key, "a list of texts")) {
            if (!item.is_string())
                fail(key, "a list of texts", text(key));
            all.push_back(item.get<std::string>());
        }
        return all;
    }

    /// A list of finite numbers, as float.
    [[nodiscard]] std::vector<float> numbers(const std::string& key) const {
        std::vector<float> all;
        for (const auto& item : list(key, "a list of numbers")) {
            if (!item.is_number() || !std::isfinite(item.get<float>()))
                fail(key, "a list of finite numbers", text(key));
            all.push_back(item.get<float>());
        }
        return all;
    }

    /// A number in [lowest, highest].
    [[nodiscard]] double number(const std::string& key, double lowest, double highest) const {
        const auto value = parse(key);
        const bool fits =
            value.is_number() && value.get<double>() >= lowest && value.get<double>() <= highest;
        if (!fits)
            fail(key, "a number from " + short_text(lowest) + " to " + short_text(highest),
                 text(key));
        return value.get<double>();
    }

    /// A whole number in [lowest, highest].
    [[nodiscard]] std::int64_t whole(const std::string& key, std::int64_t lowest,
                                     std::int64_t highest) const {
        const auto value = parse(key);
        // Beyond 2^63 the parser has an unsigned number, which would wrap.
        const bool fits = value.is_number_integer() &&
                          (!value.is_number_unsigned() ||
                           value.get<std::uint64_t>() <= std::uint64_t(INT64_MAX)) &&
                          value.get<std::int64_t>() >= lowest &&
                          value.get<std::int64_t>() <= highest;
        if (!fits)
            fail(key,
                 "a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest),
                 text(key));
        return value.get<std::int64_t>();
    }

    /// Reports that the entry is not `expected`.
    [[noreturn]] void fail(const std::string& key, std::string expected,
                           const std::string& found) const {
        throw error({path_, "metadata " + in_quotes(key), std::move(expected),
                     found == "none" ? found : in_quotes(found)});
    }

private:
    // A list is as deep as it gets; deeper nesting would only cost memory.
    [[nodiscard]] nlohmann::json parse(const std::string& key) const {
        using event = nlohmann::json::parse_event_t;
        const auto flat = [&](int depth, event e, const nlohmann::json&) {
            if (depth > 0 && (e == event::array_start || e == event::object_start))
                fail(key, "a number or a plain list", text(key));
            return true;
        };
        return nlohmann::json::parse(text(key), flat, false);
    }

    [[nodiscard]] nlohmann::json list(const std::string& key, const char* expected) const {
        auto value = parse(key);
        if (!value.is_array())
            fail(key, expected, text(key));
        return value;
    }

    static std::string short_text(double value) { return nlohmann::json(value).dump(); }

    std::string path_;
    std::map<std::string, std::string> values_;
};

} // namespace gait::inline GAIT_ARCH
