// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// peer_libtorch: the reference model in PyTorch's C++ library, at its best settings: denormals
// flushed, the widest instruction set it has kernels for, an allocator that keeps its memory, and
// no gradient for PyTorch's second bias, which gait doesn't have. The optimizer isn't timed.
// With --as-shipped: a plain build and a plain program, none of these.
#include "peer.hpp"

#include <torch/torch.h>

#include <cstdlib>
#include <memory>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace {

using peers::answers;
using peers::case_file;
using peers::index;

struct network : torch::nn::Module {
    explicit network(const case_file& task)
        : first(peers::features, task.hidden),
          lstm(torch::nn::LSTMOptions(task.hidden, task.hidden).num_layers(2)),
          last(task.hidden, peers::classes) {
        register_module("first", first);
        register_module("lstm", lstm);
        register_module("last", last);
        const torch::NoGradGuard no_gradients;
        const auto set = [&](const std::string& ours, torch::Tensor theirs) {
            theirs.copy_(
                torch::from_blob(const_cast<float*>(task.at(ours).data()), theirs.sizes()));
            weights.emplace_back(ours, theirs);
        };
        set("0.weight", first->weight);
        set("0.bias", first->bias);
        auto parameters = lstm->named_parameters();
        for (const std::string layer : {"0", "1"}) {
            const std::string ours = layer == "0" ? "1." : "2.";
            set(ours + "weight_ih_l0", parameters["weight_ih_l" + layer]);
            set(ours + "weight_hh_l0", parameters["weight_hh_l" + layer]);
            set(ours + "bias_ih_l0", parameters["bias_ih_l" + layer]);
            parameters["bias_hh_l" + layer].zero_().set_requires_grad(false);
        }
        set("3.weight", last->weight);
        set("3.bias", last->bias);
    }

    /// x (T, B, 3) to logits (B, 7).
    torch::Tensor forward(const torch::Tensor& x) {
        const auto h = std::get<0>(lstm->forward(torch::relu(first->forward(x))));
        return last->forward(h[-1]);
    }
    /// One step x (1, 1, 3) from `state`, which it replaces.
    torch::Tensor step(const torch::Tensor& x, std::tuple<torch::Tensor, torch::Tensor>& state) {
        auto [h, next] = lstm->forward(torch::relu(first->forward(x)), state);
        state = next;
        return last->forward(h[0]);
    }

    torch::nn::Linear first;
    torch::nn::LSTM lstm;
    torch::nn::Linear last;
    std::vector<std::pair<std::string, torch::Tensor>> weights; // by gait's names
};

peers::numbers numbers_of(const torch::Tensor& t) {
    const auto plain = t.contiguous();
    return {plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel()};
}

torch::Tensor windows_of(const case_file& task) {
    return torch::from_blob(const_cast<float*>(task.windows().data()),
                            {task.steps, task.batch, peers::features})
        .clone();
}

peers::workload training(const case_file& task) {
    auto net = std::make_shared<network>(task);
    const auto x = windows_of(task);
    const auto labels =
        torch::tensor(at::ArrayRef<std::int64_t>(task.labels), torch::TensorOptions(torch::kInt64));
    const auto pass = [net, x, labels] {
        for (auto& [name, weight] : net->weights)
            weight.mutable_grad() = torch::Tensor();
        const auto logits = net->forward(x);
        torch::nn::functional::cross_entropy(logits, labels).backward();
        return logits;
    };
    peers::workload work;
    work.items = task.batch;
    work.run = [pass] { pass(); };
    work.solve = [net, pass] {
        answers a{numbers_of(pass()), {}};
        for (const auto& [name, weight] : net->weights)
            a.gradients[name] = numbers_of(weight.grad());
        return a;
    };
    return work;
}

peers::workload inference(const case_file& task, bool one) {
    auto net = std::make_shared<network>(task);
    net->eval();
    auto x = windows_of(task);
    if (one)
        x = x.slice(1, 0, 1).contiguous();
    peers::workload work;
    work.items = x.size(1);
    work.run = [net, x] {
        const c10::InferenceMode guard;
        net->forward(x);
    };
    work.solve = [net, x] {
        const c10::InferenceMode guard;
        return answers{numbers_of(net->forward(x)), {}};
    };
    return work;
}

peers::workload stream(const case_file& task) {
    struct listener {
        explicit listener(const case_file& task) : net(task), x(windows_of(task)) { reset(task); }
        void reset(const case_file& task) {
            state = {torch::zeros({2, 1, task.hidden}), torch::zeros({2, 1, task.hidden})};
        }
        torch::Tensor step(index t) { return net.step(x.slice(0, t, t + 1).slice(1, 0, 1), state); }
        network net;
        torch::Tensor x;
        std::tuple<torch::Tensor, torch::Tensor> state;
    };
    auto ear = std::make_shared<listener>(task);
    const auto sample = ear->x.slice(0, 0, 1).slice(1, 0, 1).contiguous();
    peers::workload work;
    work.run = [ear, sample] {
        const c10::InferenceMode guard;
        ear->net.step(sample, ear->state);
    };
    work.solve = [ear, &task] {
        const c10::InferenceMode guard;
        ear->reset(task);
        torch::Tensor logits;
        for (index t = 0; t < task.steps; ++t)
            logits = ear->step(t);
        return answers{numbers_of(logits), {}};
    };
    return work;
}

void best_settings(int threads) {
    peers::flush_everywhere(threads);
#if defined(__GLIBC__)
    // Tensors of some megabytes would be mapped and unmapped, page by page, in every pass.
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
#if defined(__x86_64__)
    // It has AVX-512 kernels and doesn't use all of them unless told.
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        setenv("ATEN_CPU_CAPABILITY", "avx512", 0);
#endif
}

} // namespace

int main(int argc, char** argv) {
    bool as_shipped = false;
    const auto open = [&](int threads) {
        if (!as_shipped)
            best_settings(threads);
        at::set_num_threads(threads);
        return peers::library{.name = as_shipped ? "PyTorch as shipped" : "PyTorch C++",
                              .version = TORCH_VERSION,
                              .make = [](const case_file& task, const std::string& topic) {
                                  if (topic == "training")
                                      return training(task);
                                  if (topic == "inference" || topic == "window")
                                      return inference(task, topic == "window");
                                  if (topic == "stream")
                                      return stream(task);
                                  return peers::workload{};
                              }};
    };
    return peers::serve("peer_libtorch", argc, argv, open, [&](CLI::App& app) {
        app.add_flag("--as-shipped", as_shipped, "None of the settings that make it faster");
    });
}
