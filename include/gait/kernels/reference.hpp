// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// Every kernel of products, gates and curves again, in plain Eigen and without a thought for speed:
// the definition that tests and benchmarks hold the fast one against. (reference_updates.hpp has
// the others.) Same names, same arguments where they make sense; matrices instead of pointers, and
// gates in PyTorch's order (4, H) instead of packed.
#pragma once

#include <gait/core/bits_as.hpp>
#include <gait/core/extents.hpp>

#include <Eigen/Core>

#include <cmath>
#include <cstdint>
#include <vector>

namespace gait::inline GAIT_ARCH::reference {

/// Row-major with run-time sizes.
template <class T>
using matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using row_vector = Eigen::Matrix<T, 1, Eigen::Dynamic>;

template <class T>
T sigmoid(T x) {
    return T{1} / (T{1} + std::exp(-x));
}

/// y = curve(x), the activation named as in kernels/activations.hpp.
template <class T>
matrix<T> activate(const char* name, const matrix<T>& x) {
    switch (name[0]) {
    case 'r':
        return x.unaryExpr([](T v) { return v < T{0} ? T{0} : v; });
    case 't':
        return x.unaryExpr([](T v) { return std::tanh(v); });
    case 's':
        return x.unaryExpr([](T v) { return sigmoid(v); });
    default:
        return x;
    }
}

/// d_x from the result y and d_y.
template <class T>
matrix<T> activate_backward(const char* name, const matrix<T>& y, const matrix<T>& d_y) {
    switch (name[0]) {
    case 'r':
        return (y.array() > T{0}).select(d_y, T{0});
    case 't':
        return (d_y.array() * (T{1} - y.array().square())).matrix();
    case 's':
        return (d_y.array() * y.array() * (T{1} - y.array())).matrix();
    default:
        return d_y;
    }
}

/// start + a b; `start` (M, N), or (1, N) for a bias.
template <class T>
matrix<T> matmul(const matrix<T>& a, const matrix<T>& b, const matrix<T>& start) {
    const matrix<T> product = a * b;
    return start.rows() == 1 ? (product.rowwise() + start.row(0)).eval() : (product + start).eval();
}

/// The nearest bfloat16, to even if two are as near: a float's upper half.
inline float bfloat16_of(float x) {
    const auto bits = bits_as<std::uint32_t>(x);
    return bits_as<float>((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000U);
}

/// start + a b in double, where a and b are sums of up to `parts` bfloat16 and the products of
/// parts p + q >= parts are left out.
inline matrix<double> matmul_bfloat16(matrix<float> a, matrix<float> b, const matrix<double>& start,
                                      index parts) {
    const auto take_part = [](matrix<float>& x) {
        const matrix<float> part = x.unaryExpr(&bfloat16_of);
        x -= part;
        return matrix<double>(part.cast<double>());
    };
    std::vector<matrix<double>> of_a, of_b;
    for (index p = 0; p < parts; ++p) {
        of_a.push_back(take_part(a));
        of_b.push_back(take_part(b));
    }
    matrix<double> c = matmul<double>(0.0 * of_a[0], of_b[0], start);
    for (std::size_t p = 0; p < of_a.size(); ++p)
        for (std::size_t q = 0; p + q < of_a.size(); ++q)
            c += of_a[p] * of_b[q];
    return c;
}

/// c + a^T b.
template <class T>
matrix<T> matmul_transposed(const matrix<T>& a, const matrix<T>& b, const matrix<T>& c) {
    return c + a.transpose() * b;
}

/// sums + the sum over b's rows, of which there may be none.
template <class T>
matrix<T> add_rows(const matrix<T>& b, const matrix<T>& sums) {
    matrix<T> all = sums;
    for (index m = 0; m < b.rows(); ++m)
        all += b.row(m);
    return all;
}

/// What one LSTM step leaves: h, c (R, H) and the activated gates (R, 4 H) in the order i, f, g, o.
template <class T>
struct lstm_result {
    matrix<T> h, c, gates;
};

/// One step. x (R, F), h', c' (R, H), w (4 H, F), u (4 H, H), bias (1, 4 H).
template <class T>
lstm_result<T> lstm_forward(const matrix<T>& x, const matrix<T>& h_before,
                            const matrix<T>& c_before, const matrix<T>& w, const matrix<T>& u,
                            const matrix<T>& bias) {
    const index H = u.cols();
    matrix<T> gates = (x * w.transpose() + h_before * u.transpose()).rowwise() + bias.row(0);
    gates.leftCols(2 * H) = activate<T>("sigmoid", gates.leftCols(2 * H));
    gates.middleCols(2 * H, H) = activate<T>("tanh", gates.middleCols(2 * H, H));
    gates.rightCols(H) = activate<T>("sigmoid", gates.rightCols(H));
    const auto i = gates.leftCols(H).array(), f = gates.middleCols(H, H).array();
    const auto g = gates.middleCols(2 * H, H).array(), o = gates.rightCols(H).array();
    matrix<T> c = f * c_before.array() + i * g;
    matrix<T> h = o * c.array().tanh();
    return {h, c, gates};
}

/// The gates' sums before x is in them, (R, 4 H): h (R, H), u (4 H, H), bias (1, 4 H).
template <class T>
matrix<T> lstm_ahead(const matrix<T>& h, const matrix<T>& u, const matrix<T>& bias) {
    return (h * u.transpose()).rowwise() + bias.row(0);
}

/// Gradients of the gates' sums (R, 4 H) and of c' (R, H).
template <class T>
struct lstm_gradient {
    matrix<T> d_gates, d_c_before;
};

/// One step backward, from what forward left, c', and the gradients d_h, d_c (R, H).
template <class T>
lstm_gradient<T> lstm_backward(const lstm_result<T>& forward, const matrix<T>& c_before,
                               const matrix<T>& d_h, const matrix<T>& d_c) {
    const index H = d_h.cols();
    const auto i = forward.gates.leftCols(H).array();
    const auto f = forward.gates.middleCols(H, H).array();
    const auto g = forward.gates.middleCols(2 * H, H).array();
    const auto o = forward.gates.rightCols(H).array();
    const matrix<T> tanh_c = forward.c.array().tanh();
    const matrix<T> dc = d_c.array() + d_h.array() * o * (T{1} - tanh_c.array().square());
    lstm_gradient<T> d{matrix<T>(d_h.rows(), 4 * H), dc.array() * f};
    d.d_gates.leftCols(H) = dc.array() * g * i * (T{1} - i);
    d.d_gates.middleCols(H, H) = dc.array() * c_before.array() * f * (T{1} - f);
    d.d_gates.middleCols(2 * H, H) = dc.array() * i * (T{1} - g.square());
    d.d_gates.rightCols(H) = d_h.array() * tanh_c.array() * o * (T{1} - o);
    return d;
}

} // namespace gait::inline GAIT_ARCH::reference
