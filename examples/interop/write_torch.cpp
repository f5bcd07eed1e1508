// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// PyTorch's own file: a .zip, stored and not packed, of
//
//   gait/data.pkl   a pickle of a dict from names to tensors
//   gait/version    "3\n"
//   gait/data/I     the numbers of tensor I
//
// The pickle is protocol 2 and calls nothing but what torch.load(..., weights_only=True) allows.
// Sources: https://docs.python.org/3/library/pickletools.html, and PyTorch's
// torch/serialization.py.
#include "state.hpp"
#include "writers.hpp"

#include <gait/files/json.hpp>

#include <gait/files/atomic_file.hpp>

#include <archive.h>
#include <archive_entry.h>

#include <cstdint>
#include <memory>
#include <new>
#include <string_view>

namespace interop {

namespace {

/// The few operations of a pickle that a dict of tensors takes.
class pickle {
public:
    pickle() { bytes_ = "\x80\x02"; } // PROTO 2

    pickle& raw(std::string_view operations) {
        bytes_ += operations;
        return *this;
    }
    pickle& text(std::string_view value) { // BINUNICODE
        bytes_ += 'X';
        little_endian(value.size());
        bytes_ += value;
        return *this;
    }
    pickle& number(index value) { // BININT
        bytes_ += 'J';
        little_endian(static_cast<std::size_t>(value));
        return *this;
    }
    pickle& numbers(const std::vector<index>& values) { // MARK ... TUPLE
        bytes_ += '(';
        for (const index value : values)
            number(value);
        bytes_ += 't';
        return *this;
    }
    pickle& global(std::string_view module, std::string_view name) { // GLOBAL
        bytes_ += 'c';
        bytes_.append(module).append("\n").append(name).append("\n");
        return *this;
    }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

private:
    void little_endian(std::size_t value) {
        for (int i = 0; i < 4; ++i, value >>= 8)
            bytes_ += static_cast<char>(value & 255);
    }

    std::string bytes_;
};

/// {name: _rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())}
std::string pickled(const std::vector<std::pair<std::string, array>>& state) {
    pickle p;
    p.raw("}("); // EMPTY_DICT MARK
    for (std::size_t i = 0; i < state.size(); ++i) {
        const auto& [name, a] = state[i];
        std::vector<index> strides(a.shape.size(), 1);
        for (std::size_t d = a.shape.size(); d-- > 1;)
            strides[d - 1] = strides[d] * a.shape[d];
        p.text(name).global("torch._utils", "_rebuild_tensor_v2").raw("((");
        p.text("storage").global("torch", "FloatStorage").text(std::to_string(i)).text("cpu");
        p.number(std::ssize(a.numbers)).raw("tQ");                 // TUPLE BINPERSID
        p.number(0).numbers(a.shape).numbers(strides).raw("\x89"); // NEWFALSE
        p.global("collections", "OrderedDict").raw(")RtR"); // EMPTY_TUPLE REDUCE TUPLE REDUCE
    }
    p.raw("u."); // SETITEMS STOP
    return p.bytes();
}

} // namespace

void write_torch(const fs::path& path, const network& net) {
    const auto state = state_of(net);
    gait::atomic_file file(path);
    const auto close = [](archive* a) { archive_write_free(a); };
    const std::unique_ptr<archive, decltype(close)> zip(archive_write_new(), close);
    const auto must = [&](bool done) {
        if (done)
            return;
        const char* reason = archive_error_string(zip.get());
        throw gait::error(
            {path.string(), "", "a .zip that can be written", reason ? reason : "none"});
    };
    if (!zip)
        throw std::bad_alloc();
    std::string bytes;
    const auto collect = [](archive*, void* to, const void* from, std::size_t size) {
        static_cast<std::string*>(to)->append(static_cast<const char*>(from), size);
        return static_cast<la_ssize_t>(size);
    };
    must(archive_write_set_format_zip(zip.get()) == ARCHIVE_OK);
    must(archive_write_zip_set_compression_store(zip.get()) == ARCHIVE_OK);
    must(archive_write_set_bytes_in_last_block(zip.get(), 1) == ARCHIVE_OK); // no padding
    must(archive_write_open(zip.get(), &bytes, nullptr, collect, nullptr) == ARCHIVE_OK);
    const auto add = [&](const std::string& name, std::string_view content) {
        const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(),
                                                                             archive_entry_free);
        archive_entry_set_pathname(entry.get(), ("gait/" + name).c_str());
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), 0644);
        archive_entry_set_size(entry.get(), std::ssize(content));
        must(archive_write_header(zip.get(), entry.get()) == ARCHIVE_OK);
        must(archive_write_data(zip.get(), content.data(), content.size()) == std::ssize(content));
    };
    add("data.pkl", pickled(state));
    add("version", "3\n");
    for (std::size_t i = 0; i < state.size(); ++i) {
        const auto& numbers = state[i].second.numbers;
        add("data/" + std::to_string(i),
            {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float)});
    }
    must(archive_write_close(zip.get()) == ARCHIVE_OK);
    file << bytes;
    file.commit();
}

std::string torch_snippet(const fs::path& path, const network& net) {
    std::string layers, steps;
    int number = 0;
    for (const layer& one : net.layers) {
        const std::string sizes =
            std::to_string(inputs_of(one)) + ", " + std::to_string(outputs_of(one));
        const std::string self = "self[" + std::to_string(number) + "](x)";
        if (const auto* d = std::get_if<dense>(&one)) {
            const std::string after = d->after == activation::identity
                                          ? self
                                          : "torch." + name_of(d->after) + "(" + self + ")";
            layers += (layers.empty() ? "" : ", ") + ("torch.nn.Linear(" + sizes + ")");
            steps += "        x = " + after + "\n";
        } else if (std::holds_alternative<lstm>(one)) {
            layers += (layers.empty() ? "" : ", ") + ("torch.nn.LSTM(" + sizes + ")");
            steps += "        x, _ = " + self + "\n";
        } else {
            steps += "        x = x[-1]\n";
            continue;
        }
        ++number;
    }
    return "import torch\n"
           "class Model(torch.nn.ModuleList):\n"
           "    def forward(self, x):  # x (T, N, " +
           std::to_string(inputs_of(net)) + ")\n" + steps + "        return x\n" +
           "model = Model([" + layers + "])\n" + "model.load_state_dict(torch.load(" +
           gait::json_text(path.filename().string()) + "))\n";
}

} // namespace interop
