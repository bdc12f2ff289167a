# libsotto-protocol, built alone: `cmake -S . -B build/protocol -DSOTTO_PROTOCOL_ONLY=ON`, then build and install.
#
# A static and a shared library from the rooms base, crypto, relay, protocol and api, with AWS-LC inside and nothing else to
# link but the C++ run-time. What is exported is include/sotto/sotto_protocol.h and no other name; include/sotto/protocol.hpp
# is the same for C++, header only.
include(layers)
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

find_path(SOTTO_PROTOZERO_INCLUDE_DIR protozero/pbf_reader.hpp REQUIRED)

set(sotto_protocol_sources "")
foreach(room IN LISTS sotto_library_rooms)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${room}/*.cpp")
  list(APPEND sotto_protocol_sources ${sources})
endforeach()
# The log is the programs'; Argon2id and guarded memory are libsodium's, and the protocol needs neither.
list(FILTER sotto_protocol_sources EXCLUDE REGEX "/base/(log|process)\\.cpp$|/crypto/(argon2id|guarded_secret)\\.cpp$")

add_library(sotto-protocol-objects OBJECT ${sotto_protocol_sources})
target_include_directories(sotto-protocol-objects PRIVATE "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}/include")
target_include_directories(sotto-protocol-objects SYSTEM PRIVATE "${SOTTO_PROTOZERO_INCLUDE_DIR}")
target_link_libraries(sotto-protocol-objects PRIVATE sotto_awslc)
sotto_library_options(sotto-protocol-objects)
sotto_options(sotto-protocol-objects)

# The names that the header declares, and no other, are seen from outside. AWS-LC's own names have the same prefix.
set(sotto_header "${CMAKE_SOURCE_DIR}/include/sotto/sotto_protocol.h")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${sotto_header}")
file(READ "${sotto_header}" text)
string(REGEX MATCHALL "SOTTO_API[^;]*;" declarations "${text}")
set(names "")
foreach(declaration IN LISTS declarations)
  if(declaration MATCHES "(sotto_[a-z0-9_]+)\\(")
    list(APPEND names "${CMAKE_MATCH_1}")
  endif()
endforeach()
list(JOIN names "\n" lines)
list(JOIN names "; " exports)
file(CONFIGURE OUTPUT sotto-protocol.names CONTENT "@lines@\n" @ONLY)
file(CONFIGURE OUTPUT sotto-protocol.map CONTENT "{ global: @exports@; local: *; };\n" @ONLY)

# The static library is one object: names that several files of ours share would otherwise be global in every program that
# links it, and so would the functions of header-only libraries, which the program may use in another version.
set(objects $<TARGET_OBJECTS:sotto-protocol-objects> $<TARGET_OBJECTS:sotto_awslc>)
add_custom_command(
  OUTPUT sotto-protocol.o
  COMMAND "${CMAKE_LINKER}" -r --force-group-allocation -o sotto-protocol-joined.o ${objects}
  # The statics of inline functions are "unique" names, which objcopy makes local only when they are weak already.
  COMMAND "${CMAKE_OBJCOPY}" --wildcard --weaken-symbol=_ZZ* sotto-protocol-joined.o
  COMMAND "${CMAKE_OBJCOPY}" --keep-global-symbols=sotto-protocol.names sotto-protocol-joined.o sotto-protocol.o
  DEPENDS ${objects} sotto-protocol-objects "${CMAKE_CURRENT_BINARY_DIR}/sotto-protocol.names"
  COMMAND_EXPAND_LISTS VERBATIM)
add_library(sotto-protocol-static STATIC "${CMAKE_CURRENT_BINARY_DIR}/sotto-protocol.o")
# To a program it is a library in C: a project in C alone links it, if it links what is inside.
set_target_properties(sotto-protocol-static PROPERTIES OUTPUT_NAME sotto-protocol LINKER_LANGUAGE C)
target_link_libraries(sotto-protocol-static INTERFACE stdc++ m)

# While the first number of the version is 0, the second one says which programs fit.
set(sotto_abi "${PROJECT_VERSION_MAJOR}")
if(sotto_abi EQUAL 0)
  set(sotto_abi "0.${PROJECT_VERSION_MINOR}")
endif()
add_library(sotto-protocol-shared SHARED ${objects})
set_target_properties(sotto-protocol-shared PROPERTIES OUTPUT_NAME sotto-protocol LINKER_LANGUAGE CXX
  VERSION ${PROJECT_VERSION} SOVERSION ${sotto_abi} LINK_DEPENDS "${CMAKE_CURRENT_BINARY_DIR}/sotto-protocol.map")
target_link_options(sotto-protocol-shared PRIVATE
  -Wl,--no-undefined -Wl,--gc-sections "-Wl,--version-script=${CMAKE_CURRENT_BINARY_DIR}/sotto-protocol.map")

foreach(kind IN ITEMS static shared)
  target_include_directories(sotto-protocol-${kind} INTERFACE "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
endforeach()

install(DIRECTORY "${CMAKE_SOURCE_DIR}/include/sotto" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(TARGETS sotto-protocol-static sotto-protocol-shared EXPORT SottoProtocolTargets
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
set(sotto_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/SottoProtocol")
install(EXPORT SottoProtocolTargets NAMESPACE SottoProtocol:: DESTINATION "${sotto_package_dir}")
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/SottoProtocolConfig.cmake.in"
                              "${CMAKE_CURRENT_BINARY_DIR}/SottoProtocolConfig.cmake" INSTALL_DESTINATION "${sotto_package_dir}")
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/SottoProtocolConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/SottoProtocolConfig.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/SottoProtocolConfigVersion.cmake" DESTINATION "${sotto_package_dir}")
# The pkg-config file finds the rest from where it lies: the prefix is known when installing only.
file(RELATIVE_PATH sotto_prefix_from_pc "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/sotto-protocol.pc.in" "${CMAKE_CURRENT_BINARY_DIR}/sotto-protocol.pc" @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/sotto-protocol.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
install(FILES "${CMAKE_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
