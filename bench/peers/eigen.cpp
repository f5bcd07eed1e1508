// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// peer_eigen: the LSTM one writes with fixed-size Eigen matrices, one step of one window at a time.
// Each layer is a product of one matrix with the vector (x, h, 1), the curves by Eigen's array
// functions. It is the way RTNeural's Eigen backend works, written anew in a page; it isn't
// RTNeural.
//
// Tried for it and not kept: -ffast-math, by g++ 12 and by clang 14, is within the noise of what
// gait's own flags give.
#define EIGEN_STACK_ALLOCATION_LIMIT 0 // the matrices are large, and never on the stack
#include "peer.hpp"

#include <Eigen/Core>

#include <memory>

namespace {

using peers::answers;
using peers::case_file;
using peers::index;
using matrix = Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>>;
using column = Eigen::Map<const Eigen::VectorXf>;

template <int F, int H>
class lstm {
public:
    lstm(const case_file& task, const std::string& prefix) {
        w_ << matrix(task.at(prefix + "weight_ih_l0").data(), 4 * H, F),
            matrix(task.at(prefix + "weight_hh_l0").data(), 4 * H, H),
            column(task.at(prefix + "bias_ih_l0").data(), 4 * H);
        reset();
    }
    void reset() {
        x_h_1_.setZero();
        x_h_1_(F + H) = 1;
        c_.setZero();
    }
    template <class X>
    auto step(const X& x) {
        x_h_1_.template head<F>() = x;
        gates_.noalias() = w_ * x_h_1_;
        gates_.template head<2 * H>() = gates_.template head<2 * H>().array().logistic();
        gates_.template segment<H>(2 * H) = gates_.template segment<H>(2 * H).array().tanh();
        gates_.template tail<H>() = gates_.template tail<H>().array().logistic();
        c_ = gates_.template segment<H>(H).cwiseProduct(c_) +
             gates_.template head<H>().cwiseProduct(gates_.template segment<H>(2 * H));
        x_h_1_.template segment<H>(F) = gates_.template tail<H>().array() * c_.array().tanh();
        return x_h_1_.template segment<H>(F);
    }

private:
    Eigen::Matrix<float, 4 * H, F + H + 1> w_; // gates i, f, g, o
    Eigen::Matrix<float, F + H + 1, 1> x_h_1_;
    Eigen::Matrix<float, 4 * H, 1> gates_;
    Eigen::Matrix<float, H, 1> c_;
};

template <int H>
class network {
public:
    EIGEN_MAKE_ALIGNED_OPERATOR_NEW

    explicit network(const case_file& task) : lower_(task, "1."), upper_(task, "2.") {
        first_ = matrix(task.at("0.weight").data(), H, peers::features);
        first_bias_ = column(task.at("0.bias").data(), H);
        last_ = matrix(task.at("3.weight").data(), peers::classes, H);
        last_bias_ = column(task.at("3.bias").data(), peers::classes);
    }
    void reset() {
        lower_.reset();
        upper_.reset();
    }
    /// One sample x (3); logits (7) stay until the next.
    const float* step(const float* x) {
        sequence(x);
        return finish();
    }
    /// A window (T, 3).
    const float* window(const float* x, index steps) {
        reset();
        for (index t = 0; t < steps; ++t)
            sequence(x + t * peers::features);
        return finish();
    }

private:
    void sequence(const float* x) {
        const Eigen::Map<const Eigen::Vector3f> sample(x);
        a_.noalias() = first_ * sample;
        a_ = (a_ + first_bias_).cwiseMax(0.0F);
        h_ = upper_.step(lower_.step(a_));
    }
    const float* finish() {
        logits_.noalias() = last_ * h_;
        logits_ += last_bias_;
        return logits_.data();
    }

    Eigen::Matrix<float, H, peers::features> first_;
    Eigen::Matrix<float, H, 1> first_bias_, a_, h_;
    lstm<H, H> lower_, upper_;
    Eigen::Matrix<float, peers::classes, H> last_;
    Eigen::Matrix<float, peers::classes, 1> last_bias_, logits_;
};

template <int H>
peers::workload make(const case_file& task, const std::string& topic) {
    peers::workload work;
    if (topic != "window" && topic != "stream")
        return work;
    auto net = std::make_shared<network<H>>(task);
    auto x = std::make_shared<peers::numbers>(task.windows(0, 1));
    const auto logits = [](const float* y) { return answers{{y, y + peers::classes}, {}}; };
    if (topic == "window") {
        work.run = [=, steps = task.steps] {
            benchmark::DoNotOptimize(net->window(x->data(), steps));
        };
        work.solve = [=, steps = task.steps] { return logits(net->window(x->data(), steps)); };
    } else {
        work.run = [=] { benchmark::DoNotOptimize(net->step(x->data())); };
        work.solve = [=, steps = task.steps] {
            net->reset();
            const float* y = nullptr;
            for (index t = 0; t < steps; ++t)
                y = net->step(x->data() + t * peers::features);
            return logits(y);
        };
    }
    return work;
}

peers::workload make_any(const case_file& task, const std::string& topic) {
    switch (task.hidden) {
    case 8:
        return make<8>(task, topic);
    case 16:
        return make<16>(task, topic);
    case 32:
        return make<32>(task, topic);
    case 64:
        return make<64>(task, topic);
    case 65:
        return make<65>(task, topic);
    case 80:
        return make<80>(task, topic);
    case 100:
        return make<100>(task, topic);
    case 128:
        return make<128>(task, topic);
    case 256:
        return make<256>(task, topic);
    default:
        return {};
    }
}

} // namespace

int main(int argc, char** argv) {
    return peers::serve("peer_eigen", argc, argv, [](int threads) {
        peers::flush_everywhere(threads);
        return peers::library{.name = "Eigen step",
                              .version = std::to_string(EIGEN_WORLD_VERSION) + "." +
                                         std::to_string(EIGEN_MAJOR_VERSION) + "." +
                                         std::to_string(EIGEN_MINOR_VERSION),
                              .make = make_any};
    });
}
