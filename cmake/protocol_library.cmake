# libsotto-protocol, built alone: `cmake -S . -B build/protocol -DSOTTO_PROTOCOL_ONLY=ON`, then build and install.
#
# A static and a shared library from the rooms base, crypto, relay, protocol and api, with AWS-LC inside and nothing else to
# link but the C++ run-time. What is exported is include/sotto/sotto_protocol.h and no other name; include/sotto/protocol.hpp
# is the same for C++, header only.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

find_path(SOTTO_PROTOZERO_INCLUDE_DIR protozero/pbf_reader.hpp REQUIRED)

set(sotto_protocol_sources "")
foreach(room IN ITEMS base crypto relay protocol api)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${room}/*.cpp")
  list(APPEND sotto_protocol_sources ${sources})
endforeach()
# The log is the programs'; Argon2id and guarded memory are libsodium's, and the protocol needs neither.
list(FILTER sotto_protocol_sources EXCLUDE REGEX "/base/(log|process)\\.cpp$|/crypto/(argon2id|guarded_secret)\\.cpp$")

add_library(sotto-protocol-objects OBJECT ${sotto_protocol_sources})
target_include_directories(sotto-protocol-objects PRIVATE "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}/include")
target_include_directories(sotto-protocol-objects SYSTEM PRIVATE "${SOTTO_PROTOZERO_INCLUDE_DIR}")
target_link_libraries(sotto-protocol-objects PRIVATE sotto_awslc)
target_compile_options(sotto-protocol-objects PRIVATE -fvisibility=hidden -fvisibility-inlines-hidden)
sotto_options(sotto-protocol-objects)

foreach(kind IN ITEMS static shared)
  string(TOUPPER ${kind} type)
  add_library(sotto-protocol-${kind} ${type} $<TARGET_OBJECTS:sotto-protocol-objects> $<TARGET_OBJECTS:sotto_awslc>)
  target_include_directories(sotto-protocol-${kind} INTERFACE "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  set_target_properties(sotto-protocol-${kind} PROPERTIES OUTPUT_NAME sotto-protocol VERSION ${PROJECT_VERSION}
                                                          SOVERSION ${PROJECT_VERSION_MAJOR} LINKER_LANGUAGE CXX)
endforeach()
target_link_libraries(sotto-protocol-static INTERFACE stdc++ m)  # a C program's linker does not add them

# The shared library exports what the header declares. AWS-LC's own names have the same prefix and stay inside.
set(sotto_header "${CMAKE_SOURCE_DIR}/include/sotto/sotto_protocol.h")
file(READ "${sotto_header}" text)
string(REGEX MATCHALL "SOTTO_API[^;]*;" declarations "${text}")
set(names "")
foreach(declaration IN LISTS declarations)
  if(declaration MATCHES "(sotto_[a-z0-9_]+)\\(")
    string(APPEND names " ${CMAKE_MATCH_1};")
  endif()
endforeach()
set(sotto_exports "${CMAKE_CURRENT_BINARY_DIR}/sotto-protocol.map")
file(CONFIGURE OUTPUT "${sotto_exports}" CONTENT "{ global:@names@ local: *; };\n" @ONLY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${sotto_header}")
target_link_options(sotto-protocol-shared PRIVATE -Wl,--no-undefined "-Wl,--version-script=${sotto_exports}")
set_target_properties(sotto-protocol-shared PROPERTIES LINK_DEPENDS "${sotto_exports}")

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
configure_file("${CMAKE_CURRENT_LIST_DIR}/sotto-protocol.pc.in" "${CMAKE_CURRENT_BINARY_DIR}/sotto-protocol.pc" @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/sotto-protocol.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
install(FILES "${CMAKE_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
