# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
#
# The rooms of include/gait and the arrows between them. Reads every #include and complains about
# each that runs against the table, then plants one violation of every rule and expects the complaint.
#
#   cmake -D SOURCE_DIR=. -D SCRATCH_DIR=build/architecture -P tests/architecture.cmake
cmake_minimum_required(VERSION 3.25)

# room: what it may know, besides itself. A room, or a single header of one.
set(rooms core kernels layers model files data weights training distributed inference)
set(core_knows)
set(kernels_knows core)
set(layers_knows core kernels)
set(model_knows core layers)
set(files_knows core)
set(data_knows core files)
set(weights_knows core model files)
set(training_knows core kernels layers model files data weights)
set(distributed_knows core training)
set(inference_knows core model weights data/gravity_alignment.hpp data/scaling.hpp)

# Headers that need a package gait::gait doesn't bring. The umbrella must not reach them.
set(needs_a_package "^(data/hhar_(blocks|csv|line|scanner)\\.hpp|distributed/.*|distributed\\.hpp)$")

# Where third-party headers may be included; those not listed here: nowhere.
set(xsimd_in "^kernels/simd\\.hpp$")
set(fast_float_in "^data/hhar_line\\.hpp$")
set(mpi_in "^distributed/")
set(Eigen_in ".")
set(nlohmann_in ".")

# What makes a program of weights in memory, for machines without files and exceptions, and what it
# must not reach.
set(from_memory inference/embedded.hpp)
set(needs_files "^((files|weights)[/.].*|core/error\\.hpp)$")

# A free function as it begins its line, with its name.
set(function_head "^(\\[\\[nodiscard\\]\\] )?(inline )?([A-Za-z_]+(<[A-Za-z]+>)?) ([a-z][a-z0-9_]*)\\(")

# `core/random.hpp` and the door `core.hpp` are both of the room `core`; `gait.hpp` is of none.
function(room_of header result)
    string(REGEX REPLACE "(/.*|\\.hpp)$" "" room ${header})
    set(${result} ${room} PARENT_SCOPE)
endfunction()

# All headers that `first` includes, directly or not, and itself, by the lists reads_HEADER.
macro(reach first result)
    set(${result})
    set(ahead ${first})
    while(ahead)
        list(POP_FRONT ahead header)
        list(APPEND ${result} ${header})
        foreach(included IN LISTS reads_${header})
            if(NOT included IN_LIST ${result} AND NOT included IN_LIST ahead)
                list(APPEND ahead ${included})
            endif()
        endforeach()
    endwhile()
endmacro()

# The complaints about the tree at `include_dir`, as a list.
function(check include_dir result)
    set(complaints)
    file(GLOB_RECURSE headers RELATIVE ${include_dir}/gait ${include_dir}/gait/*.hpp)
    if(NOT headers)
        list(APPEND complaints "no headers in ${include_dir}/gait")
    endif()
    foreach(header IN LISTS headers)
        room_of(${header} room)
        if(NOT room IN_LIST rooms AND NOT header STREQUAL "gait.hpp")
            list(APPEND complaints "${header}: in no room")
        endif()
        file(STRINGS ${include_dir}/gait/${header} lines REGEX "^[ \t]*#[ \t]*include")
        set(reads_${header})
        foreach(line IN LISTS lines)
            if(NOT line MATCHES "<([^>]+)>")
                list(APPEND complaints "${header}: write #include <...>, not \"...\"")
                continue()
            endif()
            set(included ${CMAKE_MATCH_1})
            if(included MATCHES "^gait/(.*)")
                set(included ${CMAKE_MATCH_1})
                list(APPEND reads_${header} ${included})
                room_of(${included} other)
                if(NOT header STREQUAL "gait.hpp" AND NOT room STREQUAL other
                        AND NOT other IN_LIST ${room}_knows AND NOT included IN_LIST ${room}_knows)
                    list(APPEND complaints "${header}: ${room} must not know ${included}")
                endif()
            elseif(included MATCHES "^(xsimd|fast_float|mpi|Eigen|nlohmann)[/.]")
                if(NOT header MATCHES "${${CMAKE_MATCH_1}_in}")
                    list(APPEND complaints "${header}: not the place to include ${included}")
                endif()
            elseif(included MATCHES "/" AND NOT included MATCHES "^(sys|linux)/")
                list(APPEND complaints "${header}: the library doesn't use ${included}")
            endif()
        endforeach()
    endforeach()

    # What the umbrella reaches: everything, but for the headers that need another package.
    reach(gait.hpp reached)
    foreach(header IN LISTS headers)
        if(NOT header IN_LIST reached AND NOT header MATCHES "${needs_a_package}")
            list(APPEND complaints "${header}: not in the umbrella")
        endif()
    endforeach()
    foreach(header IN LISTS reached)
        if(header MATCHES "${needs_a_package}")
            list(APPEND complaints "${header}: must not be in the umbrella")
        endif()
    endforeach()

    reach(${from_memory} reached)
    list(FILTER reached INCLUDE REGEX "${needs_files}")
    foreach(header IN LISTS reached)
        list(APPEND complaints "${from_memory}: must not reach ${header}")
    endforeach()

    # Every kernel has its namesake in plain Eigen. (Packing only moves numbers to where a kernel
    # wants them; it is checked through that kernel.)
    set(namesakes)
    set(kernels)
    foreach(header IN LISTS headers)
        if(header MATCHES "^kernels/.*" AND NOT header MATCHES "/(simd|plain_batch|matrix_tiles|product_precision)\\.hpp$")
            file(STRINGS ${include_dir}/gait/${header} lines REGEX "${function_head}")
            foreach(line IN LISTS lines)
                string(REGEX REPLACE "${function_head}.*" "\\5" name "${line}")
                if(header MATCHES "^kernels/reference")
                    list(APPEND namesakes ${name})
                elseif(NOT name MATCHES "^pack_")
                    list(APPEND kernels ${name})
                endif()
            endforeach()
        endif()
    endforeach()
    foreach(kernel IN LISTS kernels)
        if(NOT kernel IN_LIST namesakes)
            list(APPEND complaints "kernels: ${kernel} has no namesake in reference.hpp")
        endif()
    endforeach()

    set(${result} ${complaints} PARENT_SCOPE)
endfunction()

# A tree with one header that includes the given one must be complained about in these words.
function(expect_complaint header included words)
    file(REMOVE_RECURSE ${SCRATCH_DIR})
    file(WRITE ${SCRATCH_DIR}/gait/gait.hpp "#include <gait/core.hpp>\n")
    file(WRITE ${SCRATCH_DIR}/gait/core.hpp "#include <cmath>\n")
    file(APPEND ${SCRATCH_DIR}/gait/${header} "  # include ${included}\n")
    check(${SCRATCH_DIR} complaints)
    if(NOT "${complaints}" MATCHES "${words}")
        message(SEND_ERROR "${header} includes ${included}, and nobody said '${words}'")
    endif()
endfunction()

cmake_path(ABSOLUTE_PATH SOURCE_DIR)
cmake_path(ABSOLUTE_PATH SCRATCH_DIR)
check(${SOURCE_DIR}/include complaints)
if(complaints)
    list(JOIN complaints "\n  " complaints)
    message(SEND_ERROR "The rooms are out of order:\n  ${complaints}")
endif()

expect_complaint(core/a.hpp "<gait/model.hpp>" "core must not know model.hpp")
expect_complaint(kernels.hpp "<gait/layers/lstm.hpp>" "kernels must not know layers/lstm.hpp")
expect_complaint(files/a.hpp "<gait/data/splits.hpp>" "files must not know data/splits.hpp")
expect_complaint(inference/a.hpp "<gait/data/windows.hpp>" "inference must not know data/windows.hpp")
expect_complaint(training/a.hpp "<gait/distributed/mpi.hpp>" "training must not know distributed")
expect_complaint(distributed/a.hpp "<gait/data/windows.hpp>" "distributed must not know data/windows")
expect_complaint(core/a.hpp "\"b.hpp\"" "write #include <...>")
expect_complaint(kernels/matmul.hpp "<xsimd/xsimd.hpp>" "not the place to include xsimd")
expect_complaint(data/windows.hpp "<fast_float/fast_float.h>" "not the place to include fast_float")
expect_complaint(core/a.hpp "<mpi.h>" "not the place to include mpi.h")
expect_complaint(data/a.hpp "<boost/asio.hpp>" "the library doesn't use boost/asio.hpp")
expect_complaint(attic/a.hpp "<cmath>" "attic/a.hpp: in no room")
expect_complaint(core/a.hpp "<cmath>" "core/a.hpp: not in the umbrella")
expect_complaint(core.hpp "<gait/data/hhar_csv.hpp>" "hhar_csv.hpp: must not be in the umbrella")
expect_complaint(core.hpp "<gait/distributed/mpi_session.hpp>" "must not be in the umbrella")
expect_complaint(inference/embedded.hpp "<gait/weights/load.hpp>" "must not reach weights/load.hpp")
expect_complaint(inference/embedded.hpp "<gait/core/error.hpp>" "must not reach core/error.hpp")
expect_complaint(kernels/a.hpp "<cmath>\nvoid tilt(int N);" "kernels: tilt has no namesake")
expect_complaint(core.hpp "<vector>" "^$") # and nothing else
