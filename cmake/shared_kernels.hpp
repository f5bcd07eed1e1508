// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
//
// The kernels that every trained model instantiates, compiled once for all files of a build
// (gait_own(... SHARED_KERNELS), cmake/flags.cmake): they were half of what a test took to compile.
#pragma once

#include <gait/kernels/lstm.hpp>

namespace gait::inline GAIT_ARCH {

#define GAIT_MATMUL(how, T, Activation)                                                            \
    how template void matmul<Activation, T>(index, index, index, matrix_ref<const T>, const T*,    \
                                            matrix_ref<const T>, matrix_ref<T>, index,             \
                                            prefetch_runs<T>*) noexcept;
#define GAIT_MATMUL_TRANSPOSED(how, T, Columns)                                                    \
    how template void matmul_transposed<T, Columns>(index, index, index, matrix_ref<const T>,      \
                                                    matrix_ref<const T>, matrix_ref<T>,            \
                                                    Columns) noexcept;
#define GAIT_LSTM_FORWARD(how, T, taped)                                                           \
    how template void lstm_forward<taped, T, T>(index, const gate_weights<T>&,                     \
                                                const lstm_step<T>&) noexcept;
#define GAIT_KERNELS_OF(how, T)                                                                    \
    GAIT_MATMUL(how, T, identity)                                                                  \
    GAIT_MATMUL(how, T, relu)                                                                      \
    GAIT_MATMUL(how, T, hyperbolic_tangent)                                                        \
    GAIT_MATMUL_TRANSPOSED(how, T, plain_columns)                                                  \
    GAIT_MATMUL_TRANSPOSED(how, T, gate_columns)                                                   \
    GAIT_LSTM_FORWARD(how, T, true)                                                                \
    GAIT_LSTM_FORWARD(how, T, false)                                                               \
    how template void lstm_ahead<T>(const gate_weights<T>&, index, const T*, const T*,             \
                                    T*) noexcept;                                                  \
    how template void lstm_backward<T>(index, index, T*, const T*, const T*, const T*, T*,         \
                                       T*) noexcept;
#define GAIT_SHARED_KERNELS(how)                                                                   \
    GAIT_KERNELS_OF(how, float)                                                                    \
    GAIT_KERNELS_OF(how, double)

GAIT_SHARED_KERNELS(extern)

} // namespace gait::inline GAIT_ARCH
