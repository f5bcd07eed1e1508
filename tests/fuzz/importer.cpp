// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Any bytes as a model from elsewhere, for libFuzzer: tests/fuzz/run builds one program for each
// reader by -DREADER=read_onnx and so on. A reader gives a whole network or throws gait::error.
// What it gives must pass `check` and run.
#include <interop/readers.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const int file = ::memfd_create("fuzz", 0);
    if (file < 0 || ::write(file, data, size) != static_cast<::ssize_t>(size))
        std::abort();
    try {
        const interop::network net =
            interop::READER("/proc/self/fd/" + std::to_string(file), interop::read_options{});
        interop::check("fuzz", net);
        const auto x = std::vector<float>(static_cast<std::size_t>(2 * interop::inputs_of(net)));
        const auto expected = static_cast<std::size_t>(interop::outputs_of(net)) *
                              (interop::ends_in_vector(net) ? 1 : 2);
        if (interop::run(net, x).size() != expected)
            std::abort();
    } catch (const gait::error&) {
    }
    ::close(file);
    return 0;
}
