# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
#
# `cmake --install`: the headers, and a package that find_package(gait) finds.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/gait)
install(TARGETS gait EXPORT gait FILE_SET HEADERS)
install(EXPORT gait NAMESPACE gait:: FILE gait-targets.cmake DESTINATION ${package_dir})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

configure_package_config_file(cmake/gait-config.cmake.in ${PROJECT_BINARY_DIR}/gait-config.cmake
    INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/gait-config-version.cmake
    COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES
    ${PROJECT_BINARY_DIR}/gait-config.cmake
    ${PROJECT_BINARY_DIR}/gait-config-version.cmake
    cmake/gait-embed.cmake
    cmake/xsimd_without_xtl.cmake
    DESTINATION ${package_dir})
# gait_embed comes as source: the package is the same for all processors.
install(DIRECTORY examples/embed DESTINATION ${package_dir})
install(FILES examples/support/separate_files.hpp DESTINATION ${package_dir}/support)
