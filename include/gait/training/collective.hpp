// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What ranks do together besides summing gradients. All ranks call each of these at the same time;
// a single process passes through.
#pragma once

#include <gait/core/buffer.hpp>
#include <gait/core/in_words.hpp>
#include <gait/kernels/updates.hpp>
#include <gait/training/communicator.hpp>
#include <gait/training/options.hpp>

#include <array>
#include <span>
#include <string>

namespace gait::inline GAIT_ARCH {

/// Is it true of any rank?
template <communicator Communicator>
bool any_rank(Communicator& ranks, bool here) {
    std::array<double, 1> count{here ? 1.0 : 0.0};
    ranks.sum(std::span<double>(count));
    return count[0] > 0;
}

/// Replaces what each rank has seen by what all have.
template <communicator Communicator>
void add_up(Communicator& ranks, loss_sums& seen) {
    std::array<double, loss_sums::numbers> all;
    seen.write(all.data());
    ranks.sum(std::span<double>(all));
    seen = loss_sums::read(all.data());
}

/// Replaces numbers by their mean over the ranks.
template <communicator Communicator>
void average(Communicator& ranks, buffer<float>& numbers) {
    ranks.sum(numbers.span());
    scale(numbers.size(), 1.0F / static_cast<float>(ranks.size()), numbers.data());
}

/// Throws `error` if ranks are about to do different things: they would wait for each other, or
/// train on nonsense. `identity` is that of the run (run_identity.hpp).
template <communicator Communicator>
void agree_on_run(Communicator& ranks, run_facts identity, const fit_options& options) {
    if constexpr (comparing_communicator<Communicator>)
        if (ranks.size() > 1) {
            identity["epochs"] = std::to_string(options.epochs);
            identity["servers"] = std::to_string(options.servers);
            identity["staleness"] = std::to_string(options.staleness);
            identity["resuming"] = options.resume ? "yes" : "no";
            identity["version of gait"] = GAIT_VERSION;
            identity["instruction set"] = instruction_set;
            identity["windows a tile"] = detail::in_words(options.tile);
            if (identity.contains("products") &&
                identity["products"] != name_of(product_precision::fp32))
                identity["products on"] = name_of(unit_for_bfloat16());
            ranks.agree(identity);
        }
}

/// Tells the communicator what the sums from here on are for.
template <communicator Communicator, class... Parts>
void say(Communicator& ranks, const Parts&... what) {
    if constexpr (informed_communicator<Communicator>)
        if (ranks.size() > 1)
            ranks.doing(detail::in_words(what...));
}

} // namespace gait::inline GAIT_ARCH
