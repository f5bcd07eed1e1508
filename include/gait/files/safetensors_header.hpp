// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The JSON at the front of a safetensors file, which nobody has to trust:
//
//   {"__metadata__": {"key": "text", ...},
//    "0.weight": {"dtype": "F32", "shape": [64, 3], "data_offsets": [0, 768]}, ...}
//
// It is read event by event into the few things it may say, and the first one it may not say ends
// the reading. So nothing is built for nesting, numbers or keys that have no place here, and what
// is kept stays small beside the header itself.
#pragma once

#include <gait/core/error.hpp>
#include <gait/files/json.hpp>
#include <gait/files/tensor_info.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gait::inline GAIT_ARCH {

/// What a header says. Tensors are in the order of their data.
struct safetensors_header {
    std::vector<tensor_info> tensors;
    std::map<std::string, std::string> metadata;
};

namespace detail {

class header_reader final : public json_events {
public:
    explicit header_reader(const std::string& path) : path_(path) {}

    safetensors_header take() { return std::move(header_); }

    bool null() override { return refuse("null"); }
    bool boolean(bool value) override { return refuse(value ? "true" : "false"); }
    bool number_integer(std::int64_t value) override { return refuse(std::to_string(value)); }
    bool number_float(double, const std::string& text) override {
        return refuse(text.substr(0, 100));
    }
    bool binary(binary_t&) override { return refuse("bytes"); }

    bool number_unsigned(std::uint64_t value) override {
        if (inside_ != place::list || value > std::uint64_t{std::numeric_limits<index>::max()})
            return refuse(std::to_string(value));
        if (numbers_.size() == most_sizes)
            fail("at most " + std::to_string(most_sizes) + " numbers in " + key_, "more");
        numbers_.push_back(value);
        return true;
    }

    bool string(std::string& text) override {
        if (inside_ == place::metadata)
            header_.metadata[key_] = std::move(text);
        else if (inside_ == place::tensor && key_ == "dtype")
            set_type(text);
        else
            refuse(in_quotes(text));
        return true;
    }

    bool start_object(std::size_t) override {
        if (inside_ == place::file)
            inside_ = place::header;
        else if (inside_ == place::header)
            inside_ = name_ == "__metadata__" ? place::metadata : place::tensor;
        else
            refuse("an object");
        seen_.clear();
        tensor_ = {};
        return true;
    }

    bool key(std::string& text) override {
        if (inside_ == place::header) {
            name_ = std::move(text);
            if (!names_.insert(name_).second)
                fail("only one of that name", "two");
            return true;
        }
        key_ = std::move(text);
        if (inside_ == place::tensor && key_ != "dtype" && key_ != "shape" &&
            key_ != "data_offsets")
            fail("only dtype, shape and data_offsets", in_quotes(key_));
        if (!seen_.insert(key_).second)
            fail(in_quotes(key_) + " only once", "it twice");
        return true;
    }

    bool end_object() override {
        if (inside_ == place::header) {
            inside_ = place::file;
            return true;
        }
        if (inside_ == place::tensor) {
            for (const char* wanted : {"dtype", "shape", "data_offsets"})
                if (!seen_.contains(wanted))
                    fail(std::string(wanted), "none");
            check_size();
            tensor_.name = name_;
            header_.tensors.push_back(std::move(tensor_));
        }
        inside_ = place::header;
        return true;
    }

    bool start_array(std::size_t) override {
        if (inside_ != place::tensor || key_ == "dtype")
            refuse("a list");
        inside_ = place::list;
        numbers_.clear();
        return true;
    }

    bool end_array() override {
        inside_ = place::tensor;
        if (key_ == "shape") {
            tensor_.shape.assign(numbers_.begin(), numbers_.end());
        } else {
            if (numbers_.size() != 2 || numbers_[0] > numbers_[1])
                fail("data_offsets [begin, end]", list_text(numbers_));
            tensor_.begin = numbers_[0];
            tensor_.end = numbers_[1];
        }
        return true;
    }

    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::detail::exception& problem) override {
        // "[...] parse error at line 1, column 5: REASON; last read: '...'; ...", where what was
        // last read may be any bytes at all.
        std::string reason = problem.what();
        if (const auto start = reason.find(": "); start != std::string::npos)
            reason.erase(0, start + 2);
        reason.erase(std::min(reason.find("; last read"), reason.size()));
        throw error({path_, "header, byte " + std::to_string(position), "JSON text",
                     reason.empty() ? "something else" : "a " + reason});
    }

private:
    // A number takes four times as much memory as its text, "0,".
    static constexpr std::size_t most_sizes = 8;

    enum class place { file, header, metadata, tensor, list };

    [[noreturn]] void fail(std::string expected, std::string found) const {
        std::string where = "header";
        if (!name_.empty() || inside_ == place::tensor)
            where = name_ == "__metadata__" ? "metadata" : "tensor " + in_quotes(name_);
        throw error({path_, where, std::move(expected), std::move(found)});
    }

    bool refuse(std::string found) const {
        switch (inside_) {
        case place::file:
            fail("an object", std::move(found));
        case place::header:
            fail("an object", std::move(found));
        case place::metadata:
            fail("a text for " + in_quotes(key_), std::move(found));
        case place::tensor:
            fail(key_ == "dtype" ? "the name of a dtype" : "a list for " + key_, std::move(found));
        case place::list:
            fail("whole numbers below 2^63 in " + key_, std::move(found));
        }
        return false;
    }

    void set_type(const std::string& text) {
        const auto type = dtype_named(text);
        if (!type) {
            std::string known;
            for (const auto& row : dtype_rows)
                known += (known.empty() ? "" : ", ") + std::string(row.name);
            fail("a dtype of " + known, in_quotes(text));
        }
        tensor_.type = *type;
    }

    // The product of the shape must be the bytes that the offsets claim, without overflow.
    void check_size() const {
        const auto limit = std::uint64_t{std::numeric_limits<index>::max()};
        auto bytes = static_cast<std::uint64_t>(size_of(tensor_.type));
        for (const index size : tensor_.shape) {
            const auto factor = static_cast<std::uint64_t>(size);
            if (factor != 0 && bytes > limit / factor)
                fail("a size below 2^63 bytes", "shape " + shape_text(tensor_.shape));
            bytes *= factor;
        }
        if (tensor_.end - tensor_.begin != bytes)
            fail(std::to_string(bytes) + " bytes for " + std::string(name_of(tensor_.type)) + " " +
                     shape_text(tensor_.shape),
                 std::to_string(tensor_.end - tensor_.begin) + " between its data_offsets");
    }

    static std::string list_text(const std::vector<std::uint64_t>& numbers) {
        std::string text = "[";
        for (std::size_t i = 0; i < std::min<std::size_t>(numbers.size(), 3); ++i)
            text += (i == 0 ? "" : ", ") + std::to_string(numbers[i]);
        return text + (numbers.size() > 3 ? ", ...]" : "]");
    }

    const std::string& path_;
    safetensors_header header_;
    std::set<std::string> names_;
    std::set<std::string> seen_; // keys of the object that we are in
    std::string name_;           // of the tensor, or "__metadata__"
    std::string key_;
    tensor_info tensor_;
    std::vector<std::uint64_t> numbers_;
    place inside_ = place::file;
};

/// The tensors must lie side by side and fill the data from its first byte to its last.
inline void check_places(const std::string& path, const std::vector<tensor_info>& tensors,
                         std::uint64_t data_size) {
    std::uint64_t filled = 0;
    const tensor_info* before = nullptr;
    for (const tensor_info& t : tensors) {
        const std::string place = "tensor " + in_quotes(t.name);
        const std::string begin = "byte " + std::to_string(t.begin) + " of the data";
        if (t.begin < filled)
            throw error({path, place,
                         "it to begin where tensor " + in_quotes(before->name) + " ends, at byte " +
                             std::to_string(filled),
                         "an overlap from " + begin});
        if (t.begin > filled)
            throw error({path, place,
                         "it to begin at byte " + std::to_string(filled) + " of the data",
                         "a hole up to " + begin});
        if (t.end > data_size)
            throw error({path, place, "its data to end at byte " + std::to_string(t.end),
                         "only " + std::to_string(data_size) + " bytes of data"});
        filled = t.end;
        before = &t;
    }
    if (filled != data_size)
        throw error({path, "data", std::to_string(filled) + " bytes as the header says",
                     std::to_string(data_size)});
}

} // namespace detail

/// Reads and checks a header that is followed by `data_size` bytes of data. `path` is for messages.
inline safetensors_header parse_safetensors_header(const std::string& path, std::string_view text,
                                                   std::uint64_t data_size) {
    // The parser would skip a byte order mark, and take a zero byte for the end.
    if (!text.starts_with('{'))
        throw error({path, "header, byte 0", "'{'", in_quotes(text.substr(0, 1))});
    if (const auto zero = text.find('\0'); zero != text.npos)
        throw error({path, "header, byte " + std::to_string(zero), "JSON text", "a zero byte"});
    detail::header_reader reader(path);
    read_json(text, reader);
    safetensors_header header = reader.take();
    std::sort(header.tensors.begin(), header.tensors.end(), [](const auto& a, const auto& b) {
        return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    detail::check_places(path, header.tensors, data_size);
    return header;
}

} // namespace gait::inline GAIT_ARCH
