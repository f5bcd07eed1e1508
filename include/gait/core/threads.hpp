// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Threads: OpenMP's if the consumer compiles with it, else one. The number is always explicit.
#pragma once

#include <gait/core/extents.hpp>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace gait::inline GAIT_ARCH {

/// Whether `parallel_for` ever uses more than one.
#ifdef _OPENMP
inline constexpr bool has_threads = true;
#else
inline constexpr bool has_threads = false;
#endif

/// Threads this process may use: OpenMP's view of the processors, or 1 without OpenMP.
[[nodiscard]] inline int available_threads() {
#ifdef _OPENMP
    return omp_get_num_procs();
#else
    return 1;
#endif
}

/// Calls work(item, thread) for every item in [0, count), `thread` in [0, threads).
///
/// Items are handed out one by one to whichever thread is free, so the result of an item must not
/// depend on its thread. `work` must not throw. `threads` >= 1.
template <class Work>
void parallel_for(int threads, index count, const Work& work) {
#ifdef _OPENMP
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1) if (threads > 1 && count > 1)
    for (index item = 0; item < count; ++item)
        work(item, omp_get_thread_num());
#else
    static_cast<void>(threads);
    for (index item = 0; item < count; ++item)
        work(item, 0);
#endif
}

} // namespace gait::inline GAIT_ARCH
