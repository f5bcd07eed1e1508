# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
#
# How our own programs, tests and benchmarks are compiled: gait_flags, and gait_own(target) that
# gives a target all it needs. Never installed, never on the interface of gait::gait: what a consumer
# compiles with is the consumer's choice.
include(CheckCXXCompilerFlag)
include(CheckCXXSourceCompiles)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release)
endif()

set(CMAKE_CXX_EXTENSIONS OFF)

find_package(OpenMP REQUIRED COMPONENTS CXX)

# Optional: without it there is no har_train_mpi, and the headers of distributed/ go untested.
set(MPI_CXX_SKIP_MPICXX ON)
find_package(MPI QUIET COMPONENTS CXX)
if(NOT MPI_CXX_FOUND)
    message(STATUS "There is no MPI, so har_train_mpi is left out")
endif()

add_library(gait_flags INTERFACE)
target_link_libraries(gait_flags INTERFACE OpenMP::OpenMP_CXX)
target_compile_options(gait_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # Fire inside std::string itself, depending on what is inlined:
    # https://gcc.gnu.org/bugzilla/show_bug.cgi?id=105651 and its relatives.
    target_compile_options(gait_flags INTERFACE -Wno-restrict -Wno-stringop-overflow)
    # Fire inside the compiler's own AVX-512 intrinsics. core/config.hpp silences them there, but a
    # precompiled header forgets such pragmas. clang 14 looks for the real ones.
    target_compile_options(gait_flags INTERFACE -Wno-uninitialized -Wno-maybe-uninitialized)
endif()
if(GAIT_WERROR)
    target_compile_options(gait_flags INTERFACE -Werror)
endif()

if(GAIT_NATIVE)
    check_cxx_compiler_flag(-march=native GAIT_HAS_MARCH_NATIVE)
    if(GAIT_HAS_MARCH_NATIVE)
        target_compile_options(gait_flags INTERFACE -march=native)
    endif()
    # Compilers prefer registers half as wide as an AVX-512 processor has.
    set(CMAKE_REQUIRED_FLAGS "-march=native -mprefer-vector-width=512")
    check_cxx_source_compiles("
        #ifndef __AVX512F__
        #error no AVX-512
        #endif
        int main() {}" GAIT_HAS_AVX512)
    unset(CMAKE_REQUIRED_FLAGS)
    if(GAIT_HAS_AVX512)
        target_compile_options(gait_flags INTERFACE -mprefer-vector-width=512)
    endif()
endif()

# Ten seconds of compiling any file that uses gait go to other people's headers; this compiles them
# once. (That our headers include what they use is the business of headers_alone, in tests/.)
set(nothing ${PROJECT_BINARY_DIR}/nothing.cpp)
file(CONFIGURE OUTPUT ${nothing} CONTENT "")
add_library(gait_precompiled OBJECT ${nothing})
target_link_libraries(gait_precompiled PRIVATE gait::gait gait_flags)
target_precompile_headers(gait_precompiled PRIVATE
    <Eigen/Core> <nlohmann/json.hpp> <xsimd/xsimd.hpp>)

# And our kernels, which are templates, too, where being built matters more than being fast: not
# inlined into their callers they take up to a tenth longer. So tests of the library share them, and
# with GAIT_SHARED_KERNELS everything does. A precompiled header of their own, since g++ takes one
# only in front of all else.
set(kernels ${PROJECT_BINARY_DIR}/kernels.cpp)
file(CONFIGURE OUTPUT ${kernels} CONTENT "namespace gait::inline GAIT_ARCH {
GAIT_SHARED_KERNELS()
}
")
add_library(gait_kernels OBJECT EXCLUDE_FROM_ALL ${kernels})
target_link_libraries(gait_kernels PRIVATE gait::gait gait_flags)
target_precompile_headers(gait_kernels PRIVATE
    <Eigen/Core> <nlohmann/json.hpp> <xsimd/xsimd.hpp> ${CMAKE_CURRENT_LIST_DIR}/shared_kernels.hpp)

# gait_own(target [SHARED_KERNELS])
function(gait_own target)
    target_link_libraries(${target} PRIVATE gait::gait gait_flags)
    if(GAIT_SHARED_KERNELS OR "SHARED_KERNELS" IN_LIST ARGN)
        target_precompile_headers(${target} REUSE_FROM gait_kernels)
        target_link_libraries(${target} PRIVATE gait_kernels)
    else()
        target_precompile_headers(${target} REUSE_FROM gait_precompiled)
    endif()
endfunction()

# gait_callable(target folder): folder/target is what people, tests and mpiexec call. Where targets
# are for another processor it is a script that hands the binary to the emulator.
function(gait_callable target folder)
    set(script ${folder}/${target})
    if(CMAKE_CROSSCOMPILING_EMULATOR)
        string(APPEND folder /emulated)
        list(JOIN CMAKE_CROSSCOMPILING_EMULATOR "' '" emulator)
        file(CONFIGURE OUTPUT ${script} @ONLY
            CONTENT "#!/bin/sh\nexec '@emulator@' '@folder@/@target@' \"$@\"\n")
        file(CHMOD ${script} PERMISSIONS
            OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
    endif()
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${folder})
endfunction()
