// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// HHAR's CSV to test with.
#pragma once

#include <gait/core/extents.hpp>

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

namespace gait_test {

inline const std::string hhar_header =
    "Index,Arrival_Time,Creation_Time,x,y,z,User,Model,Device,gt\n";

/// What a row should say; the rest follows from it.
struct some_row {
    int number = 0;
    double seconds = 0; ///< of the sensor's clock, since some day in 2015
    std::string user = "a", device = "nexus4_1", label = "walk";
    float x = 0, y = 0, z = 9.81F;
};

/// "17,1424696633908,1424696631913248572,..." Rows arrive two seconds after they were measured.
inline std::string csv_line(const some_row& row) {
    const auto ns = static_cast<long long>(std::llround(row.seconds * 1e9));
    char text[256];
    std::snprintf(text, sizeof text, "%d,%lld,%lld,%g,%g,%g,%s,nexus4,%s,%s\n", row.number,
                  1'424'696'633'000LL + ns / 1'000'000, 1'424'696'631'000'000'000LL + ns,
                  static_cast<double>(row.x), static_cast<double>(row.y),
                  static_cast<double>(row.z), row.user.c_str(), row.device.c_str(),
                  row.label.c_str());
    return text;
}

/// `count` rows at `rate_hz` from `start` seconds on, x = seconds.
inline std::vector<some_row> some_rows(int count, double rate_hz, double start = 0,
                                       const some_row& like = {}) {
    std::vector<some_row> rows;
    for (int i = 0; i < count; ++i) {
        some_row row = like;
        row.number = i;
        row.seconds = start + i / rate_hz;
        row.x = static_cast<float>(row.seconds);
        rows.push_back(row);
    }
    return rows;
}

inline std::string csv_text(const std::vector<some_row>& rows) {
    std::string text = hhar_header;
    for (const some_row& row : rows)
        text += csv_line(row);
    return text;
}

} // namespace gait_test
