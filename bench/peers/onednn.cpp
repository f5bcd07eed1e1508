// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// peer_onednn: the reference model in oneDNN, as well as its interface allows:
//
//   inner product with ReLU as a post-op | LSTM of two layers in one primitive | inner product
//
// Weights are in the layouts the primitives ask for before the clock starts, and gradients are left
// in theirs; the optimizer isn't timed at all. gait packs its weights in every step it is timed
// for.
#include "onednn_network.hpp"
#include "peer.hpp"

#include <memory>

namespace {

using peers::answers;
using peers::case_file;
using peers::index;

/// Windows that go through the network together. A training step of 1,000 windows at once writes
/// 400 MB that no cache holds and takes a third longer on one thread; on two, anything from 50 to
/// 1,000 is within the noise of the machine it was tried on.
constexpr index rows_together = 50;

std::string version() {
    const auto* v = dnnl::version();
    return std::to_string(v->major) + "." + std::to_string(v->minor) + "." +
           std::to_string(v->patch);
}

/// The batch in parts, each with its windows in order; two networks if the last part is smaller.
struct batch_parts {
    batch_parts(const case_file& task, onednn::network::purpose what, index rows, bool bf16)
        : batch(task.batch), part(std::min(rows, task.batch)) {
        full = std::make_unique<onednn::network>(task, task.steps, part, what, bf16);
        if (batch % part != 0)
            rest = std::make_unique<onednn::network>(task, task.steps, batch % part, what, bf16);
        for (index first = 0; first < batch; first += part)
            windows.push_back(task.windows(first, std::min(part, batch - first)));
    }
    /// Calls work(network, number of the part, first window).
    template <class Work>
    void each(const Work& work) {
        for (std::size_t i = 0; i < windows.size(); ++i) {
            const index first = static_cast<index>(i) * part;
            work(batch - first < part ? *rest : *full, i, first);
        }
    }

    index batch, part;
    std::unique_ptr<onednn::network> full, rest;
    std::vector<peers::numbers> windows;
};

peers::workload training(const case_file& task, bool bf16) {
    auto parts =
        std::make_shared<batch_parts>(task, onednn::network::training, rows_together, bf16);
    peers::workload work;
    work.items = task.batch;
    const auto pass = [&task](onednn::network& net, const float* x, index first) {
        net.clear_gradients();
        net.forward(x);
        peers::d_cross_entropy(net.rows(), task.batch, net.logits(), task.labels.data() + first,
                               net.d_logits());
        net.backward();
    };
    // Each part's gradient replaces the one before it: adding them up is left out, in its favour.
    work.run = [parts, pass] {
        parts->each([&](onednn::network& net, std::size_t i, index first) {
            pass(net, parts->windows[i].data(), first);
        });
    };
    work.solve = [parts, pass] {
        answers a;
        parts->each([&](onednn::network& net, std::size_t i, index first) {
            pass(net, parts->windows[i].data(), first);
            a.logits.insert(a.logits.end(), net.logits(),
                            net.logits() + net.rows() * peers::classes);
            for (const auto& [name, part] : net.gradients()) {
                peers::numbers& sum = a.gradients[name];
                sum.resize(part.size());
                for (std::size_t n = 0; n < part.size(); ++n)
                    sum[n] += part[n];
            }
        });
        return a;
    };
    return work;
}

peers::workload inference(const case_file& task, bool bf16) {
    auto parts =
        std::make_shared<batch_parts>(task, onednn::network::inference, rows_together, bf16);
    peers::workload work;
    work.items = task.batch;
    work.run = [parts] {
        parts->each([&](onednn::network& net, std::size_t i, index) {
            net.forward(parts->windows[i].data());
        });
    };
    work.solve = [parts] {
        answers a;
        parts->each([&](onednn::network& net, std::size_t i, index) {
            net.forward(parts->windows[i].data());
            a.logits.insert(a.logits.end(), net.logits(),
                            net.logits() + net.rows() * peers::classes);
        });
        return a;
    };
    return work;
}

peers::workload window(const case_file& task, bool bf16) {
    auto net =
        std::make_shared<onednn::network>(task, task.steps, 1, onednn::network::inference, bf16);
    auto x = std::make_shared<peers::numbers>(task.windows(0, 1));
    peers::workload work;
    work.run = [net, x] { net->forward(x->data()); };
    work.solve = [net, x] {
        net->forward(x->data());
        return answers{{net->logits(), net->logits() + peers::classes}, {}};
    };
    return work;
}

peers::workload stream(const case_file& task, bool bf16) {
    auto net = std::make_shared<onednn::network>(task, 1, 1, onednn::network::streaming, bf16);
    auto x = std::make_shared<peers::numbers>(task.windows(0, 1));
    peers::workload work;
    work.run = [net, x] { net->forward(x->data()); };
    work.solve = [net, x, steps = task.steps] {
        net->clear_state();
        for (index t = 0; t < steps; ++t)
            net->forward(x->data() + t * peers::features);
        return answers{{net->logits(), net->logits() + peers::classes}, {}};
    };
    return work;
}

} // namespace

int main(int argc, char** argv) {
    bool bf16 = false;
    const auto open = [&](int threads) {
        peers::flush_everywhere(threads);
        if (bf16 && !onednn::has_bf16())
            throw std::runtime_error("this processor has no bf16 arithmetic that oneDNN knows");
        return peers::library{.name = bf16 ? "oneDNN bf16" : "oneDNN",
                              .version = version(),
                              .make =
                                  [&](const case_file& task, const std::string& topic) {
                                      if (topic == "training")
                                          return training(task, bf16);
                                      if (topic == "inference")
                                          return inference(task, bf16);
                                      if (topic == "window")
                                          return window(task, bf16);
                                      if (topic == "stream")
                                          return stream(task, bf16);
                                      return peers::workload{};
                                  },
                              // bf16 keeps two to three digits of every number.
                              .allowed = bf16 ? peers::tolerances{.logits = 0.05, .gradients = 0.1}
                                              : peers::tolerances{}};
    };
    return peers::serve("peer_onednn", argc, argv, open, [&](CLI::App& app) {
        app.add_flag("--bf16", bf16,
                     "LSTM layers in bf16, where the processor has AMX or AVX-512's");
    });
}
