// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// What a network in oneDNN is made of: memory that is laid out once, and a list of primitives to
// run over it.
#pragma once

#include "case_file.hpp"

#include <dnnl.hpp>

#include <cstring>
#include <unordered_map>
#include <vector>

namespace onednn {

using dnnl::memory;
using peers::index;
using peers::numbers;
using tag = memory::format_tag;
using type = memory::data_type;

inline bool has_bf16() {
    const auto bits = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
    const auto wanted = static_cast<unsigned>(dnnl::cpu_isa::avx512_core_bf16);
    return (bits & wanted) == wanted;
}

/// A primitive and what it reads and writes.
struct call {
    dnnl::primitive what;
    std::unordered_map<int, memory> arguments;
};

inline float* numbers_of(const memory& m) { return static_cast<float*>(m.get_data_handle()); }

inline void clear(const memory& m) { std::memset(m.get_data_handle(), 0, m.get_desc().get_size()); }

/// Any layout: the primitive's choice.
inline memory::desc any(const memory::dims& dims, type t = type::f32) {
    return {dims, t, tag::any};
}

/// The processor, its queue, and what is made there.
class device {
public:
    device() : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {}

    [[nodiscard]] const dnnl::engine& engine() const { return engine_; }

    void run(const std::vector<call>& calls) {
        for (const call& c : calls)
            c.what.execute(stream_, c.arguments);
        stream_.wait();
    }

    /// Zeros.
    [[nodiscard]] memory make(const memory::desc& d) const {
        memory m(d, engine_);
        clear(m);
        return m;
    }
    /// Somebody else's numbers.
    [[nodiscard]] memory over(const memory::desc& d, void* data) const {
        return {d, engine_, data};
    }
    /// A copy of `m` in another layout or type, brought up to date by every run of `calls`; `m`
    /// itself if nothing is to be done.
    [[nodiscard]] memory converted(std::vector<call>& calls, const memory& m,
                                   const memory::desc& to) const {
        if (m.get_desc() == to)
            return m;
        memory copy = make(to);
        calls.push_back({dnnl::reorder(m, copy), {{DNNL_ARG_FROM, m}, {DNNL_ARG_TO, copy}}});
        return copy;
    }
    /// Numbers in the layout `from`, as memory in the layout `to`; once.
    [[nodiscard]] memory arranged(numbers values, const memory::desc& from,
                                  const memory::desc& to) {
        memory source = over(from, values.data()), result = make(to);
        dnnl::reorder(source, result).execute(stream_, source, result);
        stream_.wait();
        return result;
    }
    /// The numbers of `m` in the given layout.
    [[nodiscard]] numbers read(memory& m, const memory::desc& layout) {
        memory plain = make(layout);
        dnnl::reorder(m, plain).execute(stream_, m, plain);
        stream_.wait();
        return {numbers_of(plain), numbers_of(plain) + layout.get_size() / sizeof(float)};
    }

private:
    dnnl::engine engine_;
    dnnl::stream stream_;
};

} // namespace onednn
