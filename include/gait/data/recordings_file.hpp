// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Prepared recordings on disk: one safetensors file with four tensors,
//
//   samples F32 (N, 3)    labels U8 (N)    runs I64 (n, 4): begin, count, user, device
//   starts F64 (n)
//
// and in its metadata the rate, the units and the names; "rate" is "native" where each device kept
// its own, and rate_hz then their mean. Whoever loads one trusts nothing in it.
#pragma once

#include <gait/data/recordings.hpp>
#include <gait/data/scaling.hpp>
#include <gait/files/metadata.hpp>
#include <gait/files/safetensors.hpp>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// What the metadata of prepared recordings says under "format".
inline constexpr const char* recordings_format = "gait recordings";
/// And under "rate", where each device kept its own.
inline constexpr const char* native_rate = "native";

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
    std::map<std::string, std::string> metadata{
        {"format", recordings_format},
        {"gait_version", GAIT_VERSION},
        {"rate_hz", metadata_text(path, "rate_hz", r.rate_hz)},
        {"units", r.units},
        {"classes", metadata_text(path, "classes", r.classes)},
        {"users", metadata_text(path, "users", r.users)},
        {"devices", metadata_text(path, "devices", r.devices)}};
    if (r.native)
        metadata.emplace("rate", native_rate);
    write_safetensors(path, std::move(tensors), metadata);
}

/// An open file of prepared recordings. All but the samples is read and checked at once; samples
/// are read when asked for. Throws `error` if the file is anything else than what `save_recordings`
/// wrote.
class recordings_file {
public:
    explicit recordings_file(const std::filesystem::path& path) : file_(path) {
        const metadata_reader metadata(file_);
        if (const std::string& format = metadata.text("format"); format != recordings_format)
            metadata.fail("format", in_quotes(recordings_format), format);
        recordings& r = known_;
        r.source = path.string();
        r.rate_hz = metadata.number("rate_hz", 0, most_rate_hz);
        r.native = metadata.has("rate");
        if (r.native && metadata.text("rate") != native_rate)
            metadata.fail("rate", in_quotes(native_rate), metadata.text("rate"));
        r.units = metadata.text("units");
        r.classes = metadata.texts("classes");
        r.users = metadata.texts("users");
        r.devices = metadata.texts("devices");
        samples_ = &file_.expect("samples", dtype::f32, {-1, recordings::axes});
        r.labels = file_.read<std::uint8_t>("labels", dtype::u8, {-1});
        const auto starts = file_.read<double>("starts", dtype::f64, {-1});
        const auto runs =
            file_.read<std::int64_t>("runs", dtype::i64, {static_cast<index>(starts.size()), 4});
        // A user or device that no int can hold becomes one that no list can have.
        const auto narrow = [](std::int64_t value) {
            return value < 0 || value > std::numeric_limits<int>::max() ? -1
                                                                        : static_cast<int>(value);
        };
        for (std::size_t i = 0; i < starts.size(); ++i) {
            const std::int64_t* row = runs.data() + 4 * i;
            r.runs.push_back({static_cast<index>(row[0]), static_cast<index>(row[1]),
                              narrow(row[2]), narrow(row[3]), starts[i]});
        }
        validate_all_but_samples(r, samples_->count());
    }
    recordings_file(const recordings_file&) = delete;
    recordings_file& operator=(const recordings_file&) = delete;

    /// Everything but the samples.
    [[nodiscard]] const recordings& known() const { return known_; }

    /// Appends samples first, ..., last - 1 to `samples` (N, 3).
    void read(sample_range range, std::vector<float>& samples) const {
        assert(0 <= range.first && range.first <= range.last && range.last <= known_.size());
        const std::size_t before = samples.size();
        const index count = range.last - range.first;
        samples.resize(before + static_cast<std::size_t>(count * recordings::axes));
        file_.read_rows(*samples_, range.first, count, samples.data() + before);
        validate_samples(known_, std::span(samples).subspan(before), range.first);
    }

private:
    safetensors_file file_;
    const tensor_info* samples_;
    recordings known_;
};

/// Reads what `save_recordings` wrote, all of it. Throws `error` if the file is anything else.
inline recordings load_recordings(const std::filesystem::path& path) {
    const recordings_file file(path);
    recordings r = file.known();
    file.read({0, r.size()}, r.samples);
    return r;
}

} // namespace gait::inline GAIT_ARCH
