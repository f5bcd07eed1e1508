// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The reference model as a list of oneDNN primitives over memory that is laid out once.
//
//   x (T*R, 3) -> a (T*R, H) -> [a in bf16] -> h (T, R, H) -> [last h in fp32] -> logits
//
// Backward goes the same way back; what is in brackets is there with --bf16 only.
//
// Training names the LSTM's first and last states though nobody wants them: without, oneDNN 2.6.3
// computes the gradient of the upper layer's recurrent weights wrong by a twentieth.
#pragma once

#include "onednn_device.hpp"

#include <map>
#include <string>
#include <vector>

namespace onednn {

using peers::case_file;
using peers::classes;
using peers::features;

class network : device {
public:
    enum purpose { inference, training, streaming };

    /// For tiles of `rows` windows of `steps` steps.
    network(const case_file& task, index steps, index rows, purpose what, bool bf16)
        : T(steps), R(rows), H(task.hidden), what_(what),
          lstm_type_(bf16 ? type::bf16 : type::f32) {
        first_dense(task);
        lstm_forward(task);
        last_dense(task);
        if (what == training) {
            last_dense_backward();
            lstm_backward(task);
            first_dense_backward();
        }
    }

    [[nodiscard]] index rows() const { return R; }
    [[nodiscard]] const float* logits() const { return numbers_of(logits_); }
    [[nodiscard]] float* d_logits() const { return numbers_of(d_logits_); }

    /// x (T, R, 3).
    void forward(const float* x) {
        std::memcpy(x_.get_data_handle(), x, x_.get_desc().get_size());
        run(forward_);
    }
    void backward() { run(backward_); }

    /// oneDNN adds to the gradients of an LSTM.
    void clear_gradients() {
        for (const memory& m : {d_w_, d_u_, d_bias_})
            clear(m);
    }
    void clear_state() {
        clear(h_);
        clear(c_);
    }

    /// By the names and in the layout of the case file.
    [[nodiscard]] std::map<std::string, numbers> gradients() {
        std::map<std::string, numbers> all;
        all["0.weight"] = read(d_first_w_, memory::desc({H, features}, type::f32, tag::oi));
        all["0.bias"] = read(d_first_b_, d_first_b_.get_desc());
        all["3.weight"] = read(d_last_w_, memory::desc({classes, H}, type::f32, tag::oi));
        all["3.bias"] = read(d_last_b_, d_last_b_.get_desc());
        const auto split = [&](const std::string& name, const numbers& both) {
            const auto middle = both.begin() + static_cast<index>(both.size() / 2);
            all["1." + name] = {both.begin(), middle};
            all["2." + name] = {middle, both.end()};
        };
        split("weight_ih_l0", read(d_w_, weights_desc(type::f32, tag::ldgoi)));
        split("weight_hh_l0", read(d_u_, weights_desc(type::f32, tag::ldgoi)));
        split("bias_ih_l0", read(d_bias_, d_bias_.get_desc()));
        return all;
    }

private:
    [[nodiscard]] memory::desc weights_desc(type t, tag layout) const {
        return {{2, 1, H, 4, H}, t, layout};
    }
    static numbers joined(const case_file& task, const std::string& name) {
        numbers both = task.at("1." + name);
        const numbers& upper = task.at("2." + name);
        both.insert(both.end(), upper.begin(), upper.end());
        return both;
    }

    [[nodiscard]] dnnl::prop_kind kind() const {
        return what_ == training ? dnnl::prop_kind::forward_training
                                 : dnnl::prop_kind::forward_inference;
    }

    void first_dense(const case_file& task) {
        const memory::desc x({T * R, features}, type::f32, tag::nc);
        const memory::desc a({T * R, H}, type::f32, tag::nc), bias({H}, type::f32, tag::x);
        dnnl::post_ops relu;
        relu.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
        dnnl::primitive_attr attributes;
        attributes.set_post_ops(relu);
        first_ = {{kind(), x, any({H, features}), bias, a}, attributes, engine()};
        x_ = make(x);
        a_ = make(a);
        const memory w = arranged(task.at("0.weight"), {{H, features}, type::f32, tag::oi},
                                  first_.weights_desc());
        forward_.push_back({dnnl::inner_product_forward(first_),
                            {{DNNL_ARG_SRC, x_},
                             {DNNL_ARG_WEIGHTS, w},
                             {DNNL_ARG_BIAS, arranged(task.at("0.bias"), bias, bias)},
                             {DNNL_ARG_DST, a_}}});
    }

    void lstm_forward(const case_file& task) {
        const memory::desc sequence({T, R, H}, lstm_type_, tag::tnc);
        memory::desc h, c;
        if (what_ != inference) {
            h = {{2, 1, R, H}, lstm_type_, tag::ldnc};
            c = {{2, 1, R, H}, type::f32, tag::ldnc};
        }
        const memory::desc bias({2, 1, 4, H}, type::f32, tag::ldgo);
        lstm_ = {{kind(), dnnl::rnn_direction::unidirectional_left2right, sequence, h, c,
                  any({2, 1, H, 4, H}, lstm_type_), any({2, 1, H, 4, H}, lstm_type_), bias,
                  sequence, h, c},
                 engine()};
        const memory::desc plain = weights_desc(type::f32, tag::ldgoi);
        sequence_ = converted(
            forward_, over({{T, R, H}, type::f32, tag::tnc}, a_.get_data_handle()), sequence);
        hidden_ = make(sequence);
        bias_ = arranged(joined(task, "bias_ih_l0"), bias, bias);
        call run{dnnl::lstm_forward(lstm_),
                 {{DNNL_ARG_SRC_LAYER, sequence_},
                  {DNNL_ARG_WEIGHTS_LAYER,
                   arranged(joined(task, "weight_ih_l0"), plain, lstm_.weights_layer_desc())},
                  {DNNL_ARG_WEIGHTS_ITER,
                   arranged(joined(task, "weight_hh_l0"), plain, lstm_.weights_iter_desc())},
                  {DNNL_ARG_BIAS, bias_},
                  {DNNL_ARG_DST_LAYER, hidden_}}};
        if (what_ != inference) {
            h_ = make(h);
            c_ = make(c);
            next_h_ = what_ == streaming ? h_ : make(h); // a stream's state stays in place
            next_c_ = what_ == streaming ? c_ : make(c);
            run.arguments.insert({{DNNL_ARG_SRC_ITER, h_},
                                  {DNNL_ARG_SRC_ITER_C, c_},
                                  {DNNL_ARG_DST_ITER, next_h_},
                                  {DNNL_ARG_DST_ITER_C, next_c_}});
        }
        if (what_ == training) {
            workspace_ = make(lstm_.workspace_desc());
            run.arguments.insert({DNNL_ARG_WORKSPACE, workspace_});
        }
        forward_.push_back(run);
    }

    void last_dense(const case_file& task) {
        const memory::desc h({R, H}, type::f32, tag::nc), y({R, classes}, type::f32, tag::nc);
        const memory::desc bias({classes}, type::f32, tag::x);
        last_ = {{kind(), h, any({classes, H}), bias, y}, engine()};
        auto* end = static_cast<char*>(hidden_.get_data_handle()) +
                    hidden_.get_desc().get_size() / static_cast<std::size_t>(T) *
                        static_cast<std::size_t>(T - 1);
        h_last_ = converted(forward_, over({{R, H}, lstm_type_, tag::nc}, end), h);
        logits_ = make(y);
        forward_.push_back(
            {dnnl::inner_product_forward(last_),
             {{DNNL_ARG_SRC, h_last_},
              {DNNL_ARG_WEIGHTS, arranged(task.at("3.weight"), {{classes, H}, type::f32, tag::oi},
                                          last_.weights_desc())},
              {DNNL_ARG_BIAS, arranged(task.at("3.bias"), bias, bias)},
              {DNNL_ARG_DST, logits_}}});
        last_weights_ = task.at("3.weight");
    }

    void last_dense_backward() {
        const memory::desc h({R, H}, type::f32, tag::nc), y({R, classes}, type::f32, tag::nc);
        const memory::desc bias({classes}, type::f32, tag::x);
        d_logits_ = make(y);
        d_last_b_ = make(bias);
        const dnnl::inner_product_backward_weights::primitive_desc d_weights(
            {h, any({classes, H}), bias, y}, engine(), last_);
        d_last_w_ = make(d_weights.diff_weights_desc());
        backward_.push_back({dnnl::inner_product_backward_weights(d_weights),
                             {{DNNL_ARG_SRC, h_last_},
                              {DNNL_ARG_DIFF_DST, d_logits_},
                              {DNNL_ARG_DIFF_WEIGHTS, d_last_w_},
                              {DNNL_ARG_DIFF_BIAS, d_last_b_}}});
        const dnnl::inner_product_backward_data::primitive_desc d_data({h, any({classes, H}), y},
                                                                       engine(), last_);
        // Straight into the last step; the steps before stay zero.
        d_hidden_ = make({{T, R, H}, type::f32, tag::tnc});
        const memory d_last = over(h, numbers_of(d_hidden_) + (T - 1) * R * H);
        backward_.push_back(
            {dnnl::inner_product_backward_data(d_data),
             {{DNNL_ARG_DIFF_DST, d_logits_},
              {DNNL_ARG_WEIGHTS,
               arranged(last_weights_, {{classes, H}, type::f32, tag::oi}, d_data.weights_desc())},
              {DNNL_ARG_DIFF_SRC, d_last}}});
    }

    /// All gradients are fp32, whatever the LSTM's own type.
    void lstm_backward(const case_file& task) {
        const memory::desc sequence({T, R, H}, lstm_type_, tag::tnc);
        const memory::desc d_sequence({T, R, H}, type::f32, tag::tnc);
        const memory::desc h = h_.get_desc(), c = c_.get_desc();
        const memory::desc bias({2, 1, 4, H}, type::f32, tag::ldgo);
        const memory::desc weights = any({2, 1, H, 4, H}, lstm_type_);
        const memory::desc d_weights = any({2, 1, H, 4, H});
        const dnnl::lstm_backward::desc wanted(
            dnnl::prop_kind::backward, dnnl::rnn_direction::unidirectional_left2right, //
            sequence, h, c, weights, weights, bias, sequence, h, c,                    //
            d_sequence, c, c, d_weights, d_weights, bias, d_sequence, c, c);
        const dnnl::lstm_backward::primitive_desc d_lstm(wanted, engine(), lstm_);
        const memory::desc plain = weights_desc(type::f32, tag::ldgoi);
        d_a_ = make(d_sequence);
        d_w_ = make(d_lstm.diff_weights_layer_desc());
        d_u_ = make(d_lstm.diff_weights_iter_desc());
        d_bias_ = make(bias);
        const memory d_next = make(c), d_before = make(c); // zeros in, nobody's numbers out
        backward_.push_back({dnnl::lstm_backward(d_lstm),
                             {{DNNL_ARG_SRC_LAYER, sequence_},
                              {DNNL_ARG_SRC_ITER, h_},
                              {DNNL_ARG_SRC_ITER_C, c_},
                              {DNNL_ARG_WEIGHTS_LAYER, arranged(joined(task, "weight_ih_l0"), plain,
                                                                d_lstm.weights_layer_desc())},
                              {DNNL_ARG_WEIGHTS_ITER, arranged(joined(task, "weight_hh_l0"), plain,
                                                               d_lstm.weights_iter_desc())},
                              {DNNL_ARG_BIAS, bias_},
                              {DNNL_ARG_DST_LAYER, hidden_},
                              {DNNL_ARG_DST_ITER, next_h_},
                              {DNNL_ARG_DST_ITER_C, next_c_},
                              {DNNL_ARG_WORKSPACE, workspace_},
                              {DNNL_ARG_DIFF_SRC_LAYER, d_a_},
                              {DNNL_ARG_DIFF_SRC_ITER, d_before},
                              {DNNL_ARG_DIFF_SRC_ITER_C, make(c)},
                              {DNNL_ARG_DIFF_WEIGHTS_LAYER, d_w_},
                              {DNNL_ARG_DIFF_WEIGHTS_ITER, d_u_},
                              {DNNL_ARG_DIFF_BIAS, d_bias_},
                              {DNNL_ARG_DIFF_DST_LAYER, d_hidden_},
                              {DNNL_ARG_DIFF_DST_ITER, d_next},
                              {DNNL_ARG_DIFF_DST_ITER_C, d_next}}});
    }

    void first_dense_backward() {
        const memory::desc x({T * R, features}, type::f32, tag::nc);
        const memory::desc a({T * R, H}, type::f32, tag::nc), bias({H}, type::f32, tag::x);
        const memory d_a = over(a, d_a_.get_data_handle());
        const dnnl::eltwise_forward::primitive_desc relu(
            {dnnl::prop_kind::forward_training, dnnl::algorithm::eltwise_relu, a, 0, 0}, engine());
        const dnnl::eltwise_backward::primitive_desc d_relu(
            {dnnl::algorithm::eltwise_relu_use_dst_for_bwd, a, a, 0, 0}, engine(), relu);
        backward_.push_back(
            {dnnl::eltwise_backward(d_relu),
             {{DNNL_ARG_DST, a_}, {DNNL_ARG_DIFF_DST, d_a}, {DNNL_ARG_DIFF_SRC, d_a}}});
        const dnnl::inner_product_backward_weights::primitive_desc d_weights(
            {x, any({H, features}), bias, a}, engine(), first_);
        d_first_w_ = make(d_weights.diff_weights_desc());
        d_first_b_ = make(bias);
        backward_.push_back({dnnl::inner_product_backward_weights(d_weights),
                             {{DNNL_ARG_SRC, x_},
                              {DNNL_ARG_DIFF_DST, d_a},
                              {DNNL_ARG_DIFF_WEIGHTS, d_first_w_},
                              {DNNL_ARG_DIFF_BIAS, d_first_b_}}});
    }

    index T, R, H;
    purpose what_;
    type lstm_type_;
    dnnl::inner_product_forward::primitive_desc first_, last_;
    dnnl::lstm_forward::primitive_desc lstm_;
    std::vector<call> forward_, backward_;
    numbers last_weights_;
    memory x_, a_, sequence_, hidden_, h_last_, logits_, h_, c_, next_h_, next_c_, bias_,
        workspace_;
    memory d_logits_, d_hidden_, d_a_, d_w_, d_u_, d_bias_;
    memory d_first_w_, d_first_b_, d_last_w_, d_last_b_;
};

} // namespace onednn
