# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
#
# Debian 12's xsimd 8.1 target links `xtl`, a header-only library that nothing in gait uses and that
# nobody needs to install. Without a target of that name the linker would be asked for -lxtl.
find_package(xtl QUIET)
if(NOT TARGET xtl)
    add_library(xtl INTERFACE IMPORTED)
endif()
