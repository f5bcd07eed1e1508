// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include "hdf5.hpp"
#include "isolated.hpp"

#include <gait/files/json.hpp>

#include <hdf5.h>

#include <algorithm>
#include <array>
#include <utility>

namespace interop {

namespace {

/// A handle of the library's, closed at the end.
class handle {
public:
    handle(::hid_t id, ::herr_t (*close)(::hid_t)) : id_(id), close_(close) {}
    handle(const handle&) = delete;
    handle& operator=(const handle&) = delete;
    ~handle() {
        if (id_ >= 0)
            close_(id_);
    }
    operator ::hid_t() const { return id_; } // NOLINT: to be used as what it is
    [[nodiscard]] bool valid() const { return id_ >= 0; }

private:
    ::hid_t id_;
    ::herr_t (*close_)(::hid_t);
};

class hdf5_file {
public:
    hdf5_file(const fs::path& path, const std::string& bytes) : path_(path) {
        ::H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); // says nothing itself
        ::H5PLset_loading_state(0);                    // a file must not choose code to run
        const handle access(::H5Pcreate(H5P_FILE_ACCESS), ::H5Pclose);
        ::H5Pset_fapl_core(access, 1 << 16, 0);
        std::string image = bytes;
        ::H5Pset_file_image(access, image.data(), image.size());
        const handle file(::H5Fopen("image", H5F_ACC_RDONLY, access), ::H5Fclose);
        if (!file.valid())
            throw gait::error({path.string(), "", "an HDF5 file",
                               std::to_string(bytes.size()) + " bytes of something else"});
        read_group(file, "", 0);
    }

    named_arrays arrays;

private:
    static constexpr int deepest = 16;
    static constexpr std::size_t most_objects = 10'000;

    [[noreturn]] void fail(const std::string& name, const std::string& expected,
                           const std::string& found) const {
        throw gait::error({path_.string(), "object " + gait::in_quotes(name), expected, found});
    }

    /// Names in a group.
    [[nodiscard]] std::vector<std::string> names_in(::hid_t group, const std::string& name) const {
        std::vector<std::string> names;
        const auto add = [](::hid_t, const char* link, const ::H5L_info_t* info,
                            void* all) noexcept -> ::herr_t {
            auto& to = *static_cast<std::vector<std::string>*>(all);
            if (info->type != H5L_TYPE_HARD || to.size() == most_objects)
                return -1;
            to.emplace_back(link);
            return 0;
        };
        if (::H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, add, &names) < 0)
            fail(name, "a group of plain objects", "links to elsewhere, or damage");
        return names;
    }

    void read_group(::hid_t group, const std::string& name, int depth) {
        if (depth > deepest)
            fail(name, "at most " + std::to_string(deepest) + " groups in each other", "more");
        for (const std::string& link : names_in(group, name)) {
            if (name.empty() && link != "layers")
                continue; // what Keras keeps of the optimizer and its metrics
            const std::string inner = name.empty() ? link : name + "/" + link;
            if (++seen_ > most_objects)
                fail(inner, "at most " + std::to_string(most_objects) + " objects", "more");
            const handle object(::H5Oopen(group, link.c_str(), H5P_DEFAULT), ::H5Oclose);
            const auto kind = object.valid() ? ::H5Iget_type(object) : H5I_BADID;
            if (kind == H5I_GROUP)
                read_group(object, inner, depth + 1);
            else if (kind == H5I_DATASET)
                arrays[inner] = read_dataset(object, inner);
            else
                fail(inner, "a group or a dataset", "something else");
        }
    }

    [[nodiscard]] array read_dataset(::hid_t dataset, const std::string& name) {
        const handle type(::H5Dget_type(dataset), ::H5Tclose);
        const std::size_t size = ::H5Tget_size(type);
        if (::H5Tget_class(type) != H5T_FLOAT || (size != 4 && size != 8))
            fail(name, "numbers of type float or double", "another type");
        const handle plan(::H5Dget_create_plist(dataset), ::H5Pclose);
        const auto layout = ::H5Pget_layout(plan);
        if ((layout != H5D_CONTIGUOUS && layout != H5D_COMPACT) || ::H5Pget_nfilters(plan) != 0 ||
            ::H5Pget_external_count(plan) != 0)
            fail(name, "numbers in one piece", "chunks, packed numbers or another file");

        const handle space(::H5Dget_space(dataset), ::H5Sclose);
        const int rank = ::H5Sget_simple_extent_ndims(space);
        std::array<::hsize_t, H5S_MAX_RANK> sizes{};
        if (rank < 0 || ::H5Sget_simple_extent_dims(space, sizes.data(), nullptr) != rank)
            fail(name, "a shape", "none");
        std::vector<std::int64_t> shape;
        for (int i = 0; i < rank; ++i)
            shape.push_back(static_cast<std::int64_t>(sizes[static_cast<std::size_t>(i)]));
        const auto count =
            static_cast<std::size_t>(count_of(path_, "object " + gait::in_quotes(name), shape));
        total_ += static_cast<index>(count);
        if (total_ > most_numbers || ::H5Dget_storage_size(dataset) != count * size)
            fail(name,
                 std::to_string(count) + " numbers, " + std::to_string(most_numbers) +
                     " in all at most",
                 std::to_string(::H5Dget_storage_size(dataset)) + " bytes");
        array a{{shape.begin(), shape.end()}, std::vector<float>(count)};
        if (::H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, a.numbers.data()) <
            0)
            fail(name, "numbers that can be read", "damage");
        return a;
    }

    const fs::path& path_;
    std::size_t seen_ = 0;
    index total_ = 0;
};

// Between the processes: for each array the lengths of name, shape and numbers, and then these.
using lengths = std::array<std::uint64_t, 3>;

std::string packed(const named_arrays& arrays) {
    std::string bytes;
    const auto put = [&](const void* from, std::size_t size) {
        bytes.append(static_cast<const char*>(from), size);
    };
    for (const auto& [name, a] : arrays) {
        const lengths sizes{name.size(), a.shape.size(), a.numbers.size()};
        put(sizes.data(), sizeof sizes);
        put(name.data(), name.size());
        put(a.shape.data(), a.shape.size() * sizeof(index));
        put(a.numbers.data(), a.numbers.size() * sizeof(float));
    }
    return bytes;
}

/// The child read what nobody trusts, so nobody trusts the child: a length is believed when so much
/// is there.
named_arrays unpacked(const fs::path& path, std::string_view bytes) {
    named_arrays arrays;
    const auto take = [&](void* to, std::uint64_t count, std::size_t each) {
        if (count > bytes.size() / each)
            throw gait::error(
                {path.string(), "", "a file that its library survives", "an answer cut short"});
        std::copy_n(bytes.data(), static_cast<std::size_t>(count) * each, static_cast<char*>(to));
        bytes.remove_prefix(static_cast<std::size_t>(count) * each);
    };
    while (!bytes.empty()) {
        lengths sizes;
        take(sizes.data(), 1, sizeof sizes);
        const auto room = [&](std::size_t i) {
            return static_cast<std::size_t>(std::min<std::uint64_t>(sizes[i], bytes.size()));
        };
        std::string name(room(0), '\0');
        array a{std::vector<index>(room(1)), std::vector<float>(room(2))};
        take(name.data(), sizes[0], 1);
        take(a.shape.data(), sizes[1], sizeof(index));
        take(a.numbers.data(), sizes[2], sizeof(float));
        const std::vector<std::int64_t> shape(a.shape.begin(), a.shape.end());
        if (count_of(path, "object " + gait::in_quotes(name), shape) != std::ssize(a.numbers))
            throw gait::error({path.string(), "object " + gait::in_quotes(name),
                               "as many numbers as its shape has", std::to_string(sizes[2])});
        arrays[name] = std::move(a);
    }
    return arrays;
}

} // namespace

named_arrays read_hdf5(const fs::path& path, const std::string& bytes) {
    constexpr unsigned seconds = 20;
    return unpacked(path, isolated(path.string(), seconds,
                                   [&] { return packed(hdf5_file(path, bytes).arrays); }));
}

} // namespace interop
