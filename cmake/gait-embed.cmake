# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
#
# Trained weights inside a program:
#
#   gait_embed_weights(my_program walking.safetensors [NAME name] [ARCHITECTURE text])
#
# makes `#include <name.hpp>` work in my_program's sources: a header with the model's type and its
# weights as constants, in a namespace `name` (by default that of the file), made anew whenever the
# file changes. ARCHITECTURE is for files that don't say theirs; `gait_embed --help` has an example.
#
# gait_embed runs where the program is built. A cross build runs it under
# CMAKE_CROSSCOMPILING_EMULATOR, or says in GAIT_EMBED where one for this machine is.
set(GAIT_EMBED "" CACHE FILEPATH "A gait_embed that runs on this machine; empty: build it")

function(gait_embed_weights target weights)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "NAME;ARCHITECTURE" "")
    cmake_path(ABSOLUTE_PATH weights)
    if(NOT arg_NAME)
        cmake_path(GET weights STEM LAST_ONLY arg_NAME)
        string(MAKE_C_IDENTIFIER ${arg_NAME} arg_NAME)
    endif()
    set(architecture)
    if(arg_ARCHITECTURE)
        set(architecture --architecture ${arg_ARCHITECTURE})
    endif()

    set(program ${GAIT_EMBED})
    if(NOT program)
        set(program gait_embed)
        if(NOT TARGET gait_embed)
            set(sources ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/embed) # as installed
            if(NOT EXISTS ${sources})
                set(sources ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../examples/embed)
            endif()
            add_executable(gait_embed EXCLUDE_FROM_ALL ${sources}/embed.cpp)
            target_link_libraries(gait_embed PRIVATE gait::gait)
        endif()
    endif()

    set(folder ${CMAKE_CURRENT_BINARY_DIR}/embedded/${target})
    set(header ${folder}/${arg_NAME}.hpp)
    file(MAKE_DIRECTORY ${folder})
    add_custom_command(OUTPUT ${header}
        COMMAND ${program} ${weights} -o ${header} --name ${arg_NAME} ${architecture}
        DEPENDS ${weights} ${program} COMMENT "Embedding ${arg_NAME}" VERBATIM)
    target_sources(${target} PRIVATE ${header})
    target_include_directories(${target} PRIVATE ${folder})
endfunction()
