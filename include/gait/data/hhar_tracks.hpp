// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The rows of HHAR's files, sorted into tracks: a track is all that one user recorded with one
// device. A row takes 32 bytes here; its names are numbers.
#pragma once

#include <gait/core/error.hpp>
#include <gait/core/extents.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// One row. The texts are good until the next row.
struct hhar_row {
    std::uint32_t number = 0; ///< Index; the row's place in the file where there is no such column
    std::int64_t arrival_ms =
        0; ///< Arrival_Time: Unix time at which the sample reached the program
    std::int64_t creation_ns = 0;  ///< Creation_Time: the sensor's own clock
    bool creation_damaged = false; ///< it was written in floating point, with digits lost
    std::array<float, 3> xyz{};    ///< finite
    std::string_view user, device;
    std::string_view label; ///< gt; empty where there is no such column
};

/// One row as it is kept.
struct track_row {
    std::int64_t creation_ns;
    std::int64_t arrival_and_label; // arrival_ms * 256 + label
    std::uint32_t number;
    std::array<float, 3> xyz;

    [[nodiscard]] std::int64_t arrival_ms() const { return arrival_and_label >> 8; }
    [[nodiscard]] std::uint8_t label() const {
        return static_cast<std::uint8_t>(arrival_and_label & 255);
    }
    /// In the order of arrival. Every column counts, so however the rows were shuffled, sorting
    /// gives one order and puts duplicates side by side.
    [[nodiscard]] auto by_arrival() const {
        return std::tuple(arrival_ms(), creation_ns, number, xyz, label());
    }
    /// In the order of the sensor's own clock.
    [[nodiscard]] auto by_creation() const {
        return std::tuple(creation_ns, arrival_ms(), number, xyz, label());
    }
    friend bool operator==(const track_row&, const track_row&) = default;
};
static_assert(sizeof(track_row) == 32);

/// All rows of one user and one device, in the order in which they were read.
struct hhar_track {
    int user = 0;
    int device = 0;
    bool creation_damaged = false; ///< in any row
    std::vector<track_row> rows;
};

/// Guesses the next of a series of numbers: the one that came after this one the last time. Right
/// in long stretches of the same, and where a few take turns, as two phones worn at once do.
class habit {
public:
    /// -1: no idea.
    [[nodiscard]] int guess() const {
        return last_ < 0 ? -1 : next_[static_cast<std::size_t>(last_)];
    }
    void saw(int number) {
        if (last_ >= 0)
            next_[static_cast<std::size_t>(last_)] = number;
        if (static_cast<std::size_t>(number) >= next_.size())
            next_.resize(static_cast<std::size_t>(number) + 1, -1);
        last_ = number;
    }

private:
    std::vector<int> next_;
    int last_ = -1;
};

/// Names and their numbers, in order of appearance.
class name_list {
public:
    /// The number of `name`, which is -1 if it isn't in the list.
    [[nodiscard]] int find(std::string_view name) {
        int number = habit_.guess();
        if (number < 0 || names_[static_cast<std::size_t>(number)] != name) {
            const auto known = numbers_.find(name);
            if (known == numbers_.end())
                return -1;
            number = known->second;
        }
        habit_.saw(number);
        return number;
    }
    int add(std::string_view name) {
        const auto number = static_cast<int>(names_.size());
        names_.emplace_back(name);
        numbers_.emplace(names_.back(), number);
        habit_.saw(number);
        return number;
    }
    int find_or_add(std::string_view name) {
        const int known = find(name);
        return known >= 0 ? known : add(name);
    }
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
    [[nodiscard]] std::size_t size() const { return names_.size(); }

private:
    std::vector<std::string> names_;
    std::map<std::string, int, std::less<>> numbers_;
    habit habit_;
};

/// Collects rows.
class hhar_tracks {
public:
    /// Labels in a data set that doesn't say which it has. More are taken for a mistaken column.
    static constexpr std::size_t most_labels = 64;

    /// `classes`: the only labels allowed, at most 64 (`error`); if empty, whatever the rows have.
    explicit hhar_tracks(const std::vector<std::string>& classes = {})
        : classes_given_(!classes.empty()) {
        for (const std::string& name : classes)
            labels_.find_or_add(name);
        if (labels_.size() > most_labels)
            throw error({"", "classes", "at most " + std::to_string(most_labels) + " names",
                         std::to_string(labels_.size())});
    }

    /// Takes a row. Calls where.fail(column, expected, found), which throws, if its label won't do.
    template <class Where>
    void add(const hhar_row& row, const Where& where) {
        keep(place(row, where));
    }

    /// A row with its names as numbers, and the track it belongs to. Not kept yet.
    struct placed_row {
        int track;
        track_row row;
    };
    template <class Where>
    placed_row place(const hhar_row& row, const Where& where) {
        const int label = label_of(row.label, where);
        const int track = track_of(row.user, row.device);
        tracks_[static_cast<std::size_t>(track)].creation_damaged |= row.creation_damaged;
        return {track, {row.creation_ns, row.arrival_ms * 256 + label, row.number, row.xyz}};
    }
    void keep(const placed_row& placed) {
        tracks_[static_cast<std::size_t>(placed.track)].rows.push_back(placed.row);
    }

    /// The number of a label, which is new or not; as `add` does, this may call where.fail.
    template <class Where>
    int label_of(std::string_view name, const Where& where) {
        const int known = labels_.find(name);
        if (known >= 0)
            return known;
        const std::string found = std::string("'").append(name) + "'";
        if (classes_given_) {
            std::string all;
            for (const std::string& label : labels_.names())
                all += (all.empty() ? "" : ", ") + label;
            where.fail("gt", "one of " + all, found);
        }
        if (labels_.size() == most_labels)
            where.fail("gt", "at most " + std::to_string(most_labels) + " different labels",
                       "one more, " + found);
        return labels_.add(name);
    }
    /// The place in tracks() of this user's with this device.
    int track_of(std::string_view user_name, std::string_view device_name) {
        const int user = users_.find_or_add(user_name), device = devices_.find_or_add(device_name);
        int number = habit_.guess();
        if (number < 0 || !is_of(number, user, device)) {
            const auto next = static_cast<int>(tracks_.size());
            const auto [known, is_new] = places_.try_emplace({user, device}, next);
            if (is_new)
                tracks_.push_back({user, device, false, {}});
            number = known->second;
        }
        habit_.saw(number);
        return number;
    }

    [[nodiscard]] bool classes_given() const { return classes_given_; }
    [[nodiscard]] const std::vector<std::string>& labels() const { return labels_.names(); }
    [[nodiscard]] const std::vector<std::string>& users() const { return users_.names(); }
    [[nodiscard]] const std::vector<std::string>& devices() const { return devices_.names(); }
    [[nodiscard]] std::vector<hhar_track>& tracks() { return tracks_; }
    [[nodiscard]] const std::vector<hhar_track>& tracks() const { return tracks_; }

private:
    [[nodiscard]] bool is_of(int number, int user, int device) const {
        const hhar_track& track = tracks_[static_cast<std::size_t>(number)];
        return track.user == user && track.device == device;
    }

    bool classes_given_;
    name_list labels_, users_, devices_;
    std::vector<hhar_track> tracks_;
    std::map<std::pair<int, int>, int> places_; // (user, device) in tracks_
    habit habit_;
};

} // namespace gait::inline GAIT_ARCH
