// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// NumPy's .npz: a .zip of .npy arrays, read as a PyTorch state.
//
//   6 bytes  "\x93NUMPY"
//   2 bytes  version: 1.0, 2.0 or 3.0
//   2 bytes  (4 from version 2 on) length of the header, little-endian
//   header   a Python dict: {'descr': '<f4', 'fortran_order': False, 'shape': (20, 7), }
//   data
//
// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#include "readers.hpp"
#include "whole_file.hpp"

#include <gait/files/json.hpp>

#include <charconv>
#include <cstring>
#include <set>
#include <string_view>
#include <utility>

namespace interop {

namespace {

/// Reads such a dict, and nothing else that Python could write there.
class npy_header {
public:
    npy_header(const fs::path& path, std::string place, std::string_view text)
        : path_(path), place_(std::move(place)), rest_(text) {
        need("{");
        std::set<std::string> keys;
        while (!take("}")) {
            const std::string key = quoted();
            need(":");
            if (!keys.insert(key).second)
                fail("each key once", gait::in_quotes(key));
            if (key == "descr")
                type = quoted();
            else if (key == "fortran_order")
                columns_first = boolean();
            else if (key == "shape")
                sizes();
            else
                fail("the keys descr, fortran_order and shape", gait::in_quotes(key));
            if (!take(",")) {
                need("}");
                break;
            }
        }
        if (keys.size() != 3)
            fail("the keys descr, fortran_order and shape",
                 std::to_string(keys.size()) + " of them");
    }

    std::string type;
    bool columns_first = false;
    std::vector<std::int64_t> shape;

    [[noreturn]] void fail(const std::string& expected, const std::string& found) const {
        throw gait::error({path_.string(), place_, expected, found});
    }

private:
    bool take(std::string_view what) {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size()));
        if (!rest_.starts_with(what))
            return false;
        rest_.remove_prefix(what.size());
        return true;
    }
    void need(std::string_view what) {
        if (!take(what))
            fail("'" + std::string(what) + "' in the header", gait::in_quotes(rest_.substr(0, 20)));
    }
    std::string quoted() {
        need("'");
        const auto end = rest_.find('\'');
        if (end == rest_.npos)
            fail("the end of a text in the header", gait::in_quotes(rest_.substr(0, 20)));
        const std::string text(rest_.substr(0, end));
        rest_.remove_prefix(end + 1);
        return text;
    }
    bool boolean() {
        if (take("True"))
            return true;
        need("False");
        return false;
    }
    void sizes() {
        need("(");
        while (!take(")")) {
            static_cast<void>(take("")); // spaces
            std::int64_t size = 0;
            const auto [end, problem] =
                std::from_chars(rest_.data(), rest_.data() + rest_.size(), size);
            if (problem != std::errc() || shape.size() == 8)
                fail("a shape of up to 8 sizes", gait::in_quotes(rest_.substr(0, 20)));
            shape.push_back(size);
            rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
            if (!take(",")) {
                need(")");
                break;
            }
        }
    }

    const fs::path& path_;
    std::string place_;
    std::string_view rest_;
};

template <class Number>
std::vector<float> numbers_in(std::string_view data, index count) {
    std::vector<float> numbers;
    numbers.reserve(static_cast<std::size_t>(count));
    for (index i = 0; i < count; ++i) {
        Number number;
        std::memcpy(&number, data.data() + static_cast<std::size_t>(i) * sizeof number,
                    sizeof number);
        numbers.push_back(static_cast<float>(number));
    }
    return numbers;
}

array read_npy(const fs::path& path, const std::string& name, std::string_view bytes) {
    const std::string place = "array " + gait::in_quotes(name);
    const auto fail = [&](const std::string& expected, const std::string& found) {
        throw gait::error({path.string(), place, expected, found});
    };
    if (!bytes.starts_with("\x93NUMPY") || bytes.size() < 10)
        fail("NumPy's .npy format", std::to_string(bytes.size()) + " other bytes");
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    const int version = byte(6);
    if (version < 1 || version > 3 || (version > 1 && bytes.size() < 12))
        fail("version 1, 2 or 3", "version " + std::to_string(version));
    const std::size_t start = version == 1 ? 10 : 12;
    std::size_t length = 0;
    for (std::size_t at = start; at-- > 8;)
        length = 256 * length + byte(at);
    if (length > bytes.size() - start)
        fail("a header of " + std::to_string(length) + " bytes",
             std::to_string(bytes.size()) + " bytes in all");
    const npy_header header(path, place, bytes.substr(start, length));
    const std::string_view data = bytes.substr(start + length);

    if (header.type != "<f4" && header.type != "<f8")
        fail("numbers of type '<f4' or '<f8'", gait::in_quotes(header.type));
    const index count = count_of(path, place, header.shape);
    const std::uint64_t size = header.type == "<f4" ? 4 : 8;
    if (data.size() != static_cast<std::uint64_t>(count) * size)
        fail(std::to_string(static_cast<std::uint64_t>(count) * size) + " bytes of data",
             std::to_string(data.size()));
    array a{{header.shape.begin(), header.shape.end()},
            size == 4 ? numbers_in<float>(data, count) : numbers_in<double>(data, count)};
    if (header.columns_first && a.shape.size() > 1) {
        if (a.shape.size() > 2)
            fail("at most two dimensions in Fortran's order", std::to_string(a.shape.size()));
        a.numbers = transposed({a.shape[1], a.shape[0], std::move(a.numbers)}).numbers;
    }
    return a;
}

} // namespace

network read_npz(const fs::path& path, const read_options& options) {
    named_arrays arrays;
    for (const auto& [member, bytes] : read_zip(path)) {
        if (!member.ends_with(".npy"))
            throw gait::error(
                {path.string(), "", "members that end in .npy", gait::in_quotes(member)});
        const std::string name = member.substr(0, member.size() - 4);
        arrays[name] = read_npy(path, name, bytes);
    }
    return arrange(path, parts_of_state(path, std::move(arrays)), options.layers);
}

} // namespace interop
