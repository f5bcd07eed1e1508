// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The one container for weights, checkpoints and prepared recordings: named tensors and a few
// texts. A safetensors file is
//
//   8 bytes    the length of the header, little-endian
//   header     JSON: name, dtype, shape and place of every tensor (safetensors_header.hpp)
//   data       the tensors, row-major and little-endian, side by side
//
// Source: https://github.com/huggingface/safetensors, section "Format".
#pragma once

#include <gait/core/error.hpp>
#include <gait/files/atomic_file.hpp>
#include <gait/files/input_file.hpp>
#include <gait/files/json.hpp>
#include <gait/files/safetensors_header.hpp>
#include <gait/files/tensor_info.hpp>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

/// A file open for reading. The constructor reads and checks the whole header against the size of
/// the file; the data is read when asked for. Throws `error`. Threads may read at the same time.
class safetensors_file {
public:
    explicit safetensors_file(std::filesystem::path path) : file_(std::move(path)) {
        const std::string name = file_.path().string();
        const auto found = [&] {
            return file_.size() == 0 ? "an empty file"
                                     : "a file of " + std::to_string(file_.size()) + " bytes";
        };
        if (file_.size() < length_bytes)
            throw error({name, "", "a safetensors file", found()});
        std::uint64_t length = 0;
        file_.read(0, std::as_writable_bytes(std::span(&length, 1)));
        if (length > file_.size() - length_bytes)
            throw error({name, "", "a header of " + std::to_string(length) + " bytes", found()});
        if (length > header_limit)
            throw error({name, "", "a header of at most " + std::to_string(header_limit) + " bytes",
                         std::to_string(length)});
        std::string text(static_cast<std::size_t>(length), '\0');
        file_.read(length_bytes, std::as_writable_bytes(std::span(text)));
        data_begin_ = length_bytes + length;
        header_ = parse_safetensors_header(name, text, file_.size() - data_begin_);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return file_.path(); }
    /// In the order of their data.
    [[nodiscard]] const std::vector<tensor_info>& tensors() const { return header_.tensors; }
    [[nodiscard]] const std::map<std::string, std::string>& metadata() const {
        return header_.metadata;
    }

    /// The tensor of that name, or nullptr.
    [[nodiscard]] const tensor_info* find(std::string_view name) const {
        const auto at = std::ranges::find(header_.tensors, name, &tensor_info::name);
        return at == header_.tensors.end() ? nullptr : &*at;
    }

    /// The tensor of that name, which must have this type and shape; -1 stands for any size.
    [[nodiscard]] const tensor_info& expect(std::string_view name, dtype type,
                                            const std::vector<index>& shape) const {
        const tensor_info* info = find(name);
        const std::string place = "tensor " + in_quotes(name);
        const auto text = [](dtype t, const std::vector<index>& s) {
            return std::string(name_of(t)) + " " + shape_text(s);
        };
        if (info == nullptr)
            throw error({path().string(), place, text(type, shape), "no such tensor"});
        if (info->type != type || !shape_fits(shape, info->shape))
            throw error({path().string(), place, text(type, shape), text(info->type, info->shape)});
        return *info;
    }

    /// All of a tensor, row-major. T is the C++ type of `type`, or one as large for f16, bf16 and
    /// boolean.
    template <class T>
    [[nodiscard]] std::vector<T> read(std::string_view name, dtype type,
                                      const std::vector<index>& shape) const {
        const tensor_info& info = expect(name, type, shape);
        std::vector<T> numbers(static_cast<std::size_t>(info.count()));
        read_numbers(info, 0, std::span(numbers));
        return numbers;
    }

    /// Rows first, ..., first + count - 1 of the leading dimension, row-major, to `out`.
    template <class T>
    void read_rows(const tensor_info& info, index first, index count, T* out) const {
        assert(!info.shape.empty() && first >= 0 && count >= 0 &&
               count <= info.shape.front() - first);
        if (count == 0)
            return;
        const index row = info.count() / info.shape.front();
        read_numbers(info, first * row, std::span(out, static_cast<std::size_t>(count * row)));
    }

private:
    template <class T>
    void read_numbers(const tensor_info& info, index first, std::span<T> out) const {
        static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>);
        assert(static_cast<index>(sizeof(T)) == size_of(info.type));
        file_.read(data_begin_ + info.begin + static_cast<std::uint64_t>(first) * sizeof(T),
                   std::as_writable_bytes(out));
    }

    static constexpr std::uint64_t length_bytes = 8;
    static constexpr std::uint64_t header_limit = 100'000'000; // the format's own

    input_file file_;
    std::uint64_t data_begin_ = 0;
    safetensors_header header_;
};

/// A tensor to be written. `bytes` are row-major; their owner keeps them until they are.
struct tensor_out {
    std::string name;
    dtype type;
    std::vector<index> shape;
    std::span<const std::byte> bytes;

    /// tensor_out::of<float>("0.bias", {64}, numbers)
    template <class T>
    static tensor_out of(std::string name, std::vector<index> shape, std::span<const T> numbers) {
        return {std::move(name), dtype_of<T>, std::move(shape), std::as_bytes(numbers)};
    }
};

namespace detail {
inline std::uint64_t bytes_of(const tensor_out& t) {
    auto bytes = static_cast<std::uint64_t>(size_of(t.type));
    for (const index size : t.shape)
        bytes *= static_cast<std::uint64_t>(size);
    return bytes;
}

/// The header as JSON, the tensors one after the other.
inline std::string header_text(const std::vector<tensor_out>& tensors,
                               const std::map<std::string, std::string>& metadata) {
    std::string text = "{";
    const auto key = [&text](const std::string& name) {
        text += text.back() == '{' ? "" : ",";
        text += json_text(name);
        text += ':';
    };
    if (!metadata.empty()) {
        key("__metadata__");
        text += '{';
        for (const auto& [name, value] : metadata) {
            key(name);
            text += json_text(value);
        }
        text += '}';
    }
    std::uint64_t end = 0;
    for (const tensor_out& t : tensors) {
        assert(t.name != "__metadata__");
        assert(std::ranges::count(tensors, t.name, &tensor_out::name) == 1);
        assert(bytes_of(t) == t.bytes.size());
        const std::uint64_t begin = end;
        end += t.bytes.size();
        key(t.name);
        text += R"({"dtype":")";
        text += name_of(t.type);
        text += R"(","shape":[)";
        for (const index size : t.shape) {
            text += text.back() == '[' ? "" : ",";
            text += std::to_string(size);
        }
        text += R"(],"data_offsets":[)";
        text += std::to_string(begin);
        text += ',';
        text += std::to_string(end);
        text += "]}";
    }
    return text + '}';
}
} // namespace detail

/// Writes a file beside its place and renames it. Throws `error`.
///
/// The header is padded with spaces so that the data starts at a multiple of 64. Wide types come
/// first, so every number is aligned to its size; then large tensors, so that in a file of weights
/// the small odd ones can't push a matrix off its alignment. Equals stay in the order given.
inline void write_safetensors(const std::filesystem::path& path, std::vector<tensor_out> tensors,
                              const std::map<std::string, std::string>& metadata) {
    // Few tensors: by insertion, which is stable, and the least code for who counts it.
    const auto size = [](const tensor_out& t) {
        return std::pair(size_of(t.type), t.bytes.size());
    };
    for (std::size_t i = 1; i < tensors.size(); ++i)
        for (std::size_t j = i; j > 0 && size(tensors[j - 1]) < size(tensors[j]); --j)
            std::swap(tensors[j - 1], tensors[j]);

    std::string text;
    try {
        text = detail::header_text(tensors, metadata);
    } catch (const nlohmann::json::type_error&) {
        throw error({path.string(), "header", "names and metadata in UTF-8", "other bytes"});
    }
    const std::uint64_t start = sizeof(std::uint64_t);
    while ((start + text.size()) % 64 != 0)
        text += ' ';

    atomic_file file(path);
    const std::uint64_t length = text.size();
    file.write(std::as_bytes(std::span(&length, 1)));
    file.write(text);
    for (const tensor_out& t : tensors)
        file.write(t.bytes);
    file.commit();
}

} // namespace gait::inline GAIT_ARCH
