// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Prepared recordings on disk: one safetensors file with four tensors,
//
//   samples F32 (N, 3)    labels U8 (N)    runs I64 (n, 4): begin, count, user, device
//   starts F64 (n)
//
// and in its metadata the rate, the units and the names. Whoever loads one trusts nothing in it.
#pragma once

#include <gait/data/recordings.hpp>
#include <gait/files/safetensors.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// What the metadata of prepared recordings says under "format".
inline constexpr const char* recordings_format = "gait recordings";

/// Writes `r`, which must be valid, to one file. Throws `error` if it can't be written; a file that
/// was there before is then still whole.
inline void save_recordings(const std::filesystem::path& path, const recordings& r) {
    const auto samples_count = static_cast<index>(r.labels.size());
    const auto runs_count = static_cast<index>(r.runs.size());
    std::vector<std::int64_t> runs;
    std::vector<double> starts;
    for (const run& run : r.runs) {
        runs.insert(runs.end(), {run.begin, run.count, run.user, run.device});
        starts.push_back(run.start_seconds);
    }
    std::vector<tensor_out> tensors{
        tensor_out::of<float>("samples", {samples_count, recordings::axes}, r.samples),
        tensor_out::of<std::uint8_t>("labels", {samples_count}, r.labels),
        tensor_out::of<std::int64_t>("runs", {runs_count, 4}, runs),
        tensor_out::of<double>("starts", {runs_count}, starts)};
    write_safetensors(path, std::move(tensors),
                      {{"format", recordings_format},
                       {"gait_version", GAIT_VERSION},
                       {"rate_hz", nlohmann::json(r.rate_hz).dump()},
                       {"units", r.units},
                       {"classes", nlohmann::json(r.classes).dump()},
                       {"users", nlohmann::json(r.users).dump()},
                       {"devices", nlohmann::json(r.devices).dump()}});
}

namespace detail {
/// One value of a file's metadata, as JSON of the kind wanted.
class recordings_metadata {
public:
    recordings_metadata(std::string path, const std::map<std::string, std::string>& values)
        : path_(std::move(path)), values_(values) {}

    [[nodiscard]] const std::string& text(const std::string& key) const {
        const auto found = values_.find(key);
        if (found == values_.end())
            fail(key, "a value", "nothing");
        return found->second;
    }
    [[nodiscard]] double number(const std::string& key) const {
        const auto value = nlohmann::json::parse(text(key), nullptr, false);
        if (!value.is_number())
            fail(key, "a number", in_quotes(text(key)));
        return value.get<double>();
    }
    [[nodiscard]] std::vector<std::string> names(const std::string& key) const {
        const auto value = nlohmann::json::parse(text(key), nullptr, false);
        std::vector<std::string> names;
        bool all = value.is_array();
        for (auto item = value.begin(); all && item != value.end(); ++item) {
            all = item->is_string();
            if (all)
                names.push_back(item->get<std::string>());
        }
        if (!all)
            fail(key, "a JSON list of names", in_quotes(text(key)));
        return names;
    }

    [[noreturn]] void fail(const std::string& key, const std::string& expected,
                           const std::string& found) const {
        throw error({path_, "metadata " + key, expected, found});
    }

private:
    std::string path_;
    const std::map<std::string, std::string>& values_;
};
} // namespace detail

/// Reads what `save_recordings` wrote. Throws `error` if the file is anything else.
inline recordings load_recordings(const std::filesystem::path& path) {
    const safetensors_file file(path);
    const detail::recordings_metadata metadata(path.string(), file.metadata());
    if (const std::string& format = metadata.text("format"); format != recordings_format)
        metadata.fail("format", in_quotes(recordings_format), in_quotes(format));
    recordings r;
    r.source = path.string();
    r.rate_hz = metadata.number("rate_hz");
    r.units = metadata.text("units");
    r.classes = metadata.names("classes");
    r.users = metadata.names("users");
    r.devices = metadata.names("devices");
    r.samples = file.read<float>("samples", dtype::f32, {-1, recordings::axes});
    r.labels = file.read<std::uint8_t>("labels", dtype::u8, {-1});
    const auto starts = file.read<double>("starts", dtype::f64, {-1});
    const auto runs =
        file.read<std::int64_t>("runs", dtype::i64, {static_cast<index>(starts.size()), 4});
    // A user or device that no int can hold becomes one that no list can have.
    const auto narrow = [](std::int64_t value) {
        return value < 0 || value > std::numeric_limits<int>::max() ? -1 : static_cast<int>(value);
    };
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const std::int64_t* row = runs.data() + 4 * i;
        r.runs.push_back({static_cast<index>(row[0]), static_cast<index>(row[1]), narrow(row[2]),
                          narrow(row[3]), starts[i]});
    }
    validate(r);
    return r;
}

} // namespace gait::inline GAIT_ARCH
