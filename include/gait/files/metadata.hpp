// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The texts in a file's header, read as what they stand for. Lists are JSON; single numbers and
// texts stand for themselves.
#pragma once

#include <gait/core/error.hpp>
#include <gait/core/extents.hpp>
#include <gait/core/in_words.hpp>
#include <gait/files/json.hpp>
#include <gait/files/safetensors.hpp>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// A number or a list as the text that `metadata_reader` reads: JSON, every digit that matters.
/// Throws `error` naming `key` if a text is not UTF-8.
template <class Value>
std::string metadata_text(const std::filesystem::path& path, const std::string& key,
                          const Value& value) {
    try {
        return json_text(value);
    } catch (const nlohmann::json::type_error&) {
        throw error({path.string(), "metadata " + in_quotes(key), "text in UTF-8", "other bytes"});
    }
}

namespace detail {

/// A number, a text, or a list of them. A list is as deep as it gets, and has `most` items; more of
/// either would only cost memory, so it ends the reading.
class flat_json final : public json_events {
public:
    static constexpr std::size_t most = 100'000;

    [[nodiscard]] bool is_too_much() const { return shape_ == shape::too_much; }
    [[nodiscard]] bool is_list() const { return shape_ == shape::list; }
    /// What is in the list.
    std::vector<nlohmann::json> take() { return std::move(items_); }
    /// What isn't in a list; null if there is no such thing.
    nlohmann::json single() const {
        return shape_ == shape::single ? items_.front() : nlohmann::json();
    }

    bool null() override { return add(nullptr); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(std::int64_t value) override { return add(value); }
    bool number_unsigned(std::uint64_t value) override { return add(value); }
    bool number_float(double value, const std::string&) override { return add(value); }
    bool string(std::string& value) override { return add(std::move(value)); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(shape::object); }
    bool key(std::string&) override { return true; }
    bool end_object() override { return true; }
    bool start_array(std::size_t) override { return open(shape::list); }
    bool end_array() override { return true; }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        shape_ = shape::nothing;
        return false;
    }

private:
    enum class shape { nothing, single, list, object, too_much };

    bool add(nlohmann::json item) {
        if (shape_ == shape::nothing)
            shape_ = shape::single;
        if (items_.size() == most)
            shape_ = shape::too_much;
        else
            items_.push_back(std::move(item));
        return shape_ != shape::too_much;
    }
    bool open(shape outermost) {
        shape_ = shape_ == shape::nothing ? outermost : shape::too_much;
        return shape_ != shape::too_much;
    }

    shape shape_ = shape::nothing;
    std::vector<nlohmann::json> items_;
};

} // namespace detail

/// Looks things up in a file's metadata. Everything throws `error` naming the key when it is
/// missing or is something else.
class metadata_reader {
public:
    explicit metadata_reader(const safetensors_file& file)
        : metadata_reader(file.path(), file.metadata()) {}
    /// Of a file that isn't there yet.
    metadata_reader(const std::filesystem::path& path, std::map<std::string, std::string> values)
        : path_(path.string()), values_(std::move(values)) {}

    [[nodiscard]] const std::map<std::string, std::string>& all() const { return values_; }

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

    /// A list of names, no two of them the same.
    [[nodiscard]] std::vector<std::string> names(const std::string& key) const {
        const auto all = texts(key);
        std::set<std::string_view> seen;
        for (const std::string& name : all)
            if (!is_plain_name(name) || !seen.insert(name).second)
                fail(key, "different names in plain text", text(key));
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
        const nlohmann::json value = parse(key).single();
        const bool fits =
            value.is_number() && value.get<double>() >= lowest && value.get<double>() <= highest;
        if (!fits)
            fail(key, "a number from " + json_text(lowest) + " to " + json_text(highest),
                 text(key));
        return value.get<double>();
    }

    /// A whole number in [lowest, highest].
    [[nodiscard]] std::int64_t whole(const std::string& key, std::int64_t lowest,
                                     std::int64_t highest) const {
        const nlohmann::json value = parse(key).single();
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
    [[nodiscard]] detail::flat_json parse(const std::string& key) const {
        detail::flat_json value;
        read_json(text(key), value);
        if (value.is_too_much())
            fail(key,
                 "a number or a plain list of up to " + std::to_string(detail::flat_json::most),
                 text(key));
        return value;
    }

    [[nodiscard]] std::vector<nlohmann::json> list(const std::string& key,
                                                   const char* expected) const {
        auto value = parse(key);
        if (!value.is_list())
            fail(key, expected, text(key));
        return value.take();
    }

    std::string path_;
    std::map<std::string, std::string> values_;
};

} // namespace gait::inline GAIT_ARCH
