// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// har_simulate: recordings nobody had to walk for, in the ten columns of HHAR's CSV files.
//
// In a session one person wears two phones and does all seven things once, in some order. A round
// is a session of every person; more rows mean longer sessions and more rounds, so that few rows
// already show every person and every activity. See motion.hpp for the body, phone.hpp for the
// sensor.
#include "phone.hpp"
#include "support/command_line.hpp"
#include "support/interrupt.hpp"
#include "support/program.hpp"
#include "support/progress.hpp"

#include <gait/core/extents.hpp>
#include <gait/files/atomic_file.hpp>

#include <CLI/CLI.hpp>

#include <charconv>
#include <optional>
#include <string>
#include <vector>

namespace {

using gait::index;

struct options {
    index rows = 1'000'000;
    int users = 9;
    std::uint64_t seed = 1;
    std::string output;
};

constexpr int activities = static_cast<int>(har::activity_names.size());

/// One activity of one session, and how many rows each of the two phones gets of it.
struct bout {
    int round, user;
    har::activity what;
    std::array<index, 2> rows;
};

/// The phones that a user wears in a round: always of two models. Eight users, or eight rounds,
/// wear each phone.
std::array<int, 2> phones_of(int user, int round) {
    return {(user + round) % har::phone_count, (user + round + 3) % har::phone_count};
}

/// Shares the rows out, to the very row, in proportion to the phones' rates.
std::vector<bout> plan(const options& o) {
    // Sessions grow as the number of rounds does. The second round comes when a session is long
    // enough to be cut in half: a minute and a half, 7 s for an activity of each half.
    const double rows_per_user = static_cast<double>(o.rows) / o.users;
    const int rounds =
        static_cast<int>(std::clamp(std::round(std::sqrt(rows_per_user / 11'000)), 1.0, 60'000.0));

    std::vector<bout> bouts;
    std::vector<double> weights;
    double total = 0;
    for (int round = 0; round < rounds; ++round)
        for (int user = 0; user < o.users; ++user) {
            auto random = har::draws(o.seed, har::draw::session, static_cast<std::uint64_t>(user),
                                     0xFFFF, static_cast<std::uint64_t>(round));
            std::array<har::activity, activities> order{};
            for (int i = 0; i < activities; ++i)
                order[static_cast<std::size_t>(i)] = static_cast<har::activity>(i);
            gait::shuffle(order, random);
            for (const har::activity what : order) {
                bouts.push_back({round, user, what, {}});
                const double length = har::between(random, 0.85, 1.15);
                for (const int phone : phones_of(user, round)) {
                    weights.push_back(length * har::model_of(phone).rate_hz);
                    total += weights.back();
                }
            }
        }

    double before = 0;
    index given = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        before += weights[i];
        const bool last = i + 1 == weights.size();
        const index until =
            last ? o.rows : std::llround(static_cast<double>(o.rows) * (before / total));
        bouts[i / 2].rows[i % 2] = until - given;
        given = until;
    }
    return bouts;
}

/// Collects CSV text and passes it on in large pieces, to a file or to standard output.
class csv_writer {
public:
    explicit csv_writer(const std::string& path) {
        if (path != "-")
            file_.emplace(path);
        text_.reserve(capacity + longest_row);
        text_ = "Index,Arrival_Time,Creation_Time,x,y,z,User,Model,Device,gt\n";
    }

    /// `names` is the rest of the row: "User,Model,Device,gt\n".
    void row(index number, const har::sample& s, const std::string& names) {
        put(number);
        put(s.arrival_ms);
        put(s.creation_ns);
        put(s.force[0]);
        put(s.force[1]);
        put(s.force[2]);
        text_ += names;
        if (text_.size() >= capacity)
            flush();
    }

    void finish() {
        flush();
        if (file_)
            file_->commit();
        else
            support::flush_output();
    }

private:
    static constexpr std::size_t capacity = 1 << 18;
    static constexpr std::size_t longest_row = 160;

    template <class Number>
    void put(Number value) {
        char digits[32];
        text_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
        text_ += ',';
    }
    void flush() {
        if (file_)
            file_->write(text_);
        else if (std::fwrite(text_.data(), 1, text_.size(), stdout) != text_.size())
            support::flush_output(); // which knows why not
        text_.clear();
    }

    std::optional<gait::atomic_file> file_;
    std::string text_;
};

/// A phone in a session, with what its rows are called.
struct worn_phone {
    har::phone sensor;
    index* next_index;
    std::string names;
    index left = 0;
};

/// Writes the rows of one bout in the order of time, and says when it was over.
void record(const har::motion& body, double start, std::vector<worn_phone>& phones,
            csv_writer& csv) {
    while (phones[0].left > 0 || phones[1].left > 0) {
        const bool first = phones[1].left == 0 ||
                           (phones[0].left > 0 && phones[0].sensor.due() <= phones[1].sensor.due());
        worn_phone& p = phones[first ? 0 : 1];
        const har::sample s = p.sensor.read(body.at(p.sensor.due() - start));
        csv.row((*p.next_index)++, s, p.names);
        --p.left;
    }
}

int simulate(const options& o) {
    csv_writer csv(o.output);
    support::progress bar("simulating", o.rows, "rows");
    support::catch_interrupts();

    std::vector<std::array<index, har::phone_count>> next_index(
        static_cast<std::size_t>(o.users), std::array<index, har::phone_count>{});
    std::vector<worn_phone> phones;
    double now = 0; // seconds since the first session began
    const auto bouts = plan(o);
    for (std::size_t i = 0; i < bouts.size(); ++i) {
        const bout& b = bouts[i];
        const auto user = static_cast<std::uint64_t>(b.user);
        const auto round = static_cast<std::uint64_t>(b.round);
        const auto what = static_cast<std::uint64_t>(b.what);
        auto random = har::draws(o.seed, har::draw::bout, user, what, round);

        if (i % activities == 0) { // a session begins, a good while after the last one
            now += i == 0 ? 0 : 1800;
            phones.clear();
            for (const int which : phones_of(b.user, b.round))
                phones.push_back({har::phone(o.seed, which, user, round),
                                  &next_index[user][static_cast<std::size_t>(which)], ""});
        } else if (random.below(4) != 0) { // people rest between two things, mostly
            now += har::between(random, 2, 15);
        }

        for (std::size_t k = 0; k < 2; ++k) {
            const int which = phones_of(b.user, b.round)[k];
            const std::string model(har::model_of(which).name);
            worn_phone& p = phones[k];
            p.sensor.wait_until(now, random); // the same slip for both: the body's clothes
            p.names = std::string(1, static_cast<char>('a' + b.user)) + ',' + model + ',' + model +
                      '_' + har::copy_of(which) + ',' +
                      har::activity_names[static_cast<std::size_t>(b.what)] + '\n';
            p.left = b.rows[k];
        }
        const har::person who(har::draws(o.seed, har::draw::person, user));
        const har::motion body(who, b.what,
                               har::draws(o.seed, har::draw::motion, user, what, round));
        record(body, now, phones, csv);
        now = std::max({now, phones[0].sensor.due(), phones[1].sensor.due()});

        bar.advance(b.rows[0] + b.rows[1]);
        if (support::interrupted())
            return support::interrupted_exit_code(); // and no file: half of one helps nobody
    }
    csv.finish();
    bar.finish();
    return 0;
}

int run(int argc, char** argv) {
    options o;
    CLI::App app{"Simulates accelerometer recordings of people with phones, in HHAR's CSV "
                 "columns.\nThe same options and seed give the same bytes."};
    app.option_defaults()->always_capture_default();
    app.add_option("-o,--output", o.output, "CSV file to write; - is standard output")->required();
    app.add_option("--rows", o.rows, "Samples to write; HHAR has 13 million")
        ->check(support::number(index{1}, index{100'000'000'000}));
    app.add_option("--users", o.users, "People, called a, b, c, ...")
        ->check(support::number(1, 26));
    app.add_option("--seed", o.seed, "Another seed, other people")
        ->check(support::number(std::uint64_t{0}));
    if (!support::parse(app, argc, argv))
        return 0;
    return simulate(o);
}

} // namespace

int main(int argc, char** argv) { return support::run_program("har_simulate", argc, argv, run); }
