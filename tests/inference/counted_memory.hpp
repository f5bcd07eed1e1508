// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Counts every allocation of a program that is compiled without exceptions and run-time type
// information. Replaces operator new: include it once in a program of its own, since the test
// library needs exceptions and allocates.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

#if defined(__cpp_exceptions) || defined(__cpp_rtti)
#error compile this with -fno-exceptions -fno-rtti
#endif

namespace gait_test {

inline std::atomic<int> allocation_count = 0;

/// So many up to now.
inline int allocations() { return allocation_count; }

inline void* allocate(std::size_t size, std::size_t alignment) {
    ++allocation_count;
    void* memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    return memory ? memory : (std::abort(), nullptr);
}

} // namespace gait_test

// The other forms of new call these.
void* operator new(std::size_t size) {
    return gait_test::allocate(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return gait_test::allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
