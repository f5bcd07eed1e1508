// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What embedded weights cost where they run; examples/edge/sizes calls it. Prints the heap that a
// stream and a classifier hold, at its highest while they are made, and the stack that a step and a
// window take, all in bytes; and the self-test's error. Fails if that isn't small, or if the heap
// was used after construction.
#include "activity.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace {

std::size_t held = 0, highest = 0, allocations = 0;

// The size stands in front of each piece.
constexpr std::size_t front = 64;

void* allocate(std::size_t size) {
    size = (size + front - 1) / front * front;
    auto* memory = static_cast<std::byte*>(std::aligned_alloc(front, size + front));
    if (memory == nullptr)
        std::abort();
    *reinterpret_cast<std::size_t*>(memory) = size;
    ++allocations;
    held += size;
    highest = std::max(highest, held);
    return memory + front;
}

void release(void* memory) {
    if (memory == nullptr)
        return;
    auto* whole = static_cast<std::byte*>(memory) - front;
    held -= *reinterpret_cast<std::size_t*>(whole);
    std::free(whole);
}

/// Paints the stack below its caller, or counts the bytes there that lost their paint.
[[gnu::noinline]] std::size_t stack(bool paint) {
    constexpr std::size_t size = 1 << 16;
    volatile unsigned char below[size];
    if (paint)
        for (auto& byte : below)
            byte = 0xA5;
    std::size_t clean = 0;
    while (clean < size && below[clean] == 0xA5)
        ++clean;
    return size - clean;
}

/// Whether the heap was left alone after construction.
template <class Make, class Work>
bool measure(const char* name, const Make& make, const Work& work) {
    held = highest = 0;
    auto object = make();
    const std::size_t constructed = held, peak = highest, made = allocations;
    work(object); // what the first call alone does, to lazily bound functions
    stack(true);
    work(object);
    const std::size_t used = stack(false);
    std::printf("%s heap %zu peak %zu stack %zu\n", name, constructed, peak, used);
    if (allocations != made)
        std::printf("%s: the heap was used after construction\n", name);
    return allocations == made;
}

} // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, std::align_val_t) { return allocate(size); }
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }

int main() {
    constexpr const auto& weights = activity::weights;
    static float window[weights.window_steps * weights.features];
    static constexpr std::span<const float, weights.features> sample(window, weights.features);
    bool good = measure(
        "stream", [&] { return gait::make_stream(weights); },
        [](auto& stream) { stream.step(sample); });
    good &= measure(
        "bfloat16", [&] { return gait::make_stream<gait::storage::bfloat16>(weights); },
        [](auto& stream) { stream.step(sample); });
    good &= measure(
        "window", [&] { return gait::make_classifier(weights, 1); },
        [](auto& classify) { classify(window); });
    const float error = gait::self_test_error(weights);
    std::printf("self-test %.2g\n", static_cast<double>(error));
    return good && error <= 1e-5F ? 0 : 1;
}
