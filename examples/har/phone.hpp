// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// A phone on a body: where it sits, how its accelerometer errs, and when its clock ticks.
//
// Four models as in HHAR (Stisen et al. 2015, "Smart devices are different"), two of each: every
// model has its rate, noise and resolution, every single phone its own bias, gain and clock.
#pragma once

#include "motion.hpp"

#include <Eigen/Geometry>

#include <string_view>

namespace har {

struct phone_model {
    std::string_view name;
    double rate_hz;
    double noise;      ///< standard deviation, m/s^2
    double resolution; ///< one count of the converter, m/s^2
};

inline constexpr double gravity = 9.80665; // m/s^2
inline constexpr double range = 2 * gravity;
inline constexpr std::array<phone_model, 4> phone_models = {{
    {"nexus4", 200, 0.03, gravity / 8192},
    {"s3", 150, 0.03, gravity / 1024},
    {"s3mini", 100, 0.05, gravity / 256},
    {"samsungold", 50, 0.06, gravity / 64},
}};
inline constexpr int phone_count = 2 * static_cast<int>(phone_models.size());

/// Phones 0 to 7 are nexus4_1, s3_1, s3mini_1, samsungold_1, nexus4_2, ...
[[nodiscard]] inline const phone_model& model_of(int phone) {
    return phone_models[static_cast<std::size_t>(phone) % phone_models.size()];
}
[[nodiscard]] inline char copy_of(int phone) {
    return static_cast<std::size_t>(phone) < phone_models.size() ? '1' : '2';
}

/// One row of a recording, without its names.
struct sample {
    std::int64_t arrival_ms, creation_ns;
    Eigen::Vector3f force; ///< m/s^2, in the phone's axes; a phone at rest reads gravity upwards
};

/// One of the phones, worn by somebody for a session.
class phone {
public:
    phone(std::uint64_t seed, int which, std::uint64_t user, std::uint64_t round)
        : model_(model_of(which)), noise_(draws(seed, draw::sensor, user, round, number(which))) {
        build(draws(seed, draw::device, number(which)));
        wear(draws(seed, draw::habit, user, number(which)),
             draws(seed, draw::session, user, number(which), round));
    }

    /// When the next sample is due, seconds since the first session began.
    [[nodiscard]] double due() const { return due_; }

    /// Nothing is recorded before `time`; the phone may have slipped a little since then.
    void wait_until(double time, gait::random_stream random) {
        due_ = std::max(due_, time);
        slip_ = rotation(0.06 * Eigen::Vector3d(random.normal(), random.normal(), random.normal()));
    }

    /// What the sensor reports of the body at `due()`; afterwards the next sample is due.
    [[nodiscard]] sample read(const pose& body) {
        const Eigen::Matrix3d leg = rotation({0, -carried_low_ * body.thigh, 0});
        const Eigen::Vector3d felt = body.acceleration + gravity * Eigen::Vector3d::UnitZ();
        const Eigen::Vector3d true_force =
            placement_ * (slip_ * (rotation(body.sway) * (leg * felt)));

        sample s;
        for (int axis = 0; axis < 3; ++axis) {
            const double measured =
                gain_[axis] * true_force[axis] + bias_[axis] + model_.noise * noise_.normal();
            const double counts = std::nearbyint(measured / model_.resolution);
            s.force[axis] =
                static_cast<float>(std::clamp(counts * model_.resolution, -range, range));
        }
        // 23 February 2015, 12:00 UTC. The sensor's clock is not the phone's.
        constexpr std::int64_t epoch_ns = 1424692800'000'000'000;
        s.creation_ns = epoch_ns + std::llround((due_ + clock_offset_) * 1e9);
        const double latency = 0.002 + 0.004 * static_cast<double>(noise_.uniform());
        arrival_ = std::max(arrival_, due_ + latency);
        s.arrival_ms = epoch_ns / 1'000'000 + static_cast<std::int64_t>(arrival_ * 1e3);
        tick();
        return s;
    }

private:
    static std::uint64_t number(int which) { return static_cast<std::uint64_t>(which); }

    static Eigen::Matrix3d rotation(const Eigen::Vector3d& angle) {
        const double size = angle.norm();
        if (size == 0)
            return Eigen::Matrix3d::Identity();
        return Eigen::AngleAxisd(size, angle / size).toRotationMatrix();
    }

    /// What the factory left in this one phone.
    void build(gait::random_stream random) {
        for (int axis = 0; axis < 3; ++axis) {
            gain_[axis] = 1 + 0.012 * std::clamp(random.normal(), -2.0, 2.0);
            bias_[axis] = 0.12 * std::clamp(random.normal(), -2.0, 2.0);
        }
        period_ = 1 / (model_.rate_hz * between(random, 0.99, 1.01));
        clock_offset_ = between(random, -20, 20);
    }

    /// People have a pocket or a pouch they use, and a way they slide a phone in.
    void wear(gait::random_stream habit, gait::random_stream session) {
        const bool pouch = habit.below(3) == 0;
        carried_low_ = pouch ? between(habit, 0.5, 0.65) : between(habit, 0.9, 1.0);
        // A phone's x points right, y to its top, z out of the screen; the body's are forward,
        // left, up. Upright with the screen to the front: x = -left, y = up, z = forward.
        Eigen::Matrix3d axes;
        axes << 0, -1, 0, 0, 0, 1, 1, 0, 0;
        const Eigen::Vector3d tilt(session.normal(), session.normal(), session.normal());
        placement_ = axes * rotation(tilt.cwiseProduct(Eigen::Vector3d(0.2, 0.12, 0.25)));
    }

    /// Samples come a little early or late, and now and then the phone is busy with other things.
    void tick() {
        due_ += period_ * (1 + 0.04 * std::clamp(noise_.normal(), -4.0, 4.0));
        constexpr double gaps_per_second = 1.0 / 90;
        if (static_cast<double>(noise_.uniform()) < gaps_per_second * period_)
            due_ += between(noise_, 0.3, 3);
    }

    phone_model model_;
    gait::random_stream noise_;
    Eigen::Vector3d gain_{1, 1, 1}, bias_{0, 0, 0};
    double period_ = 0, clock_offset_ = 0;
    double carried_low_ = 1; ///< how much of the thigh's angle the phone follows
    Eigen::Matrix3d placement_, slip_ = Eigen::Matrix3d::Identity();
    double due_ = 0, arrival_ = 0;
};

} // namespace har
