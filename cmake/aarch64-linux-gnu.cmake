# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
#
# Toolchain: 64-bit ARM by Debian's cross compiler, with the libraries that cmake/foreign-packages
# unpacked into build/arm64, under qemu-user. The preset aarch64 uses it.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

set(libraries ${CMAKE_CURRENT_LIST_DIR}/../build/arm64)
cmake_path(NORMAL_PATH libraries)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L ${libraries})
set(CMAKE_FIND_ROOT_PATH ${libraries})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_SKIP_BUILD_RPATH ON)
string(CONCAT CMAKE_EXE_LINKER_FLAGS_INIT "\"-Wl,-rpath-link,"
    "${libraries}/lib/aarch64-linux-gnu:${libraries}/usr/lib/aarch64-linux-gnu\"")

# Headers only, in the folder of this machine's libraries.
set(xsimd_DIR /usr/lib/${CMAKE_HOST_SYSTEM_PROCESSOR}-linux-gnu/cmake/xsimd)

# Ranks start under this machine's mpiexec.
set(MPI_CXX_COMPILER_INCLUDE_DIRS ${libraries}/usr/lib/aarch64-linux-gnu/openmpi/include)
set(MPI_CXX_LIB_NAMES mpi)
set(MPI_mpi_LIBRARY ${libraries}/usr/lib/aarch64-linux-gnu/openmpi/lib/libmpi.so)
