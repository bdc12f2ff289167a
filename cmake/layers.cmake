# The rooms and what each may include, lowest first. This is the one place: it makes the targets, and
# tools/check-layers reads it to refuse an include through a wall.
set(sotto_layers base crypto relay protocol api conformance wire store net client server)
set(sotto_layer_base "")
set(sotto_layer_crypto base)
set(sotto_layer_relay crypto base)
set(sotto_layer_protocol relay crypto base)
set(sotto_layer_api protocol relay crypto base)
set(sotto_layer_conformance protocol relay crypto base)
set(sotto_layer_wire relay crypto base)
set(sotto_layer_store wire protocol relay crypto base)
set(sotto_layer_net wire base)
set(sotto_layer_client store net wire protocol relay crypto base)
set(sotto_layer_server net wire relay crypto base)

# The rooms that libsotto-protocol is made of. Compiled the same way in the programs, so that a compiler cache serves both.
set(sotto_library_rooms base crypto relay protocol api)
function(sotto_library_options target)
  target_compile_options(${target} PRIVATE -fvisibility=hidden $<$<COMPILE_LANGUAGE:CXX>:-fvisibility-inlines-hidden>
                                           $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)  # unique names can't be hidden
endfunction()

# sotto_layer(name): the static library sotto_<name> from every .cpp of src/<name>.
function(sotto_layer name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${name}/*.cpp")
  add_library(sotto_${name} STATIC ${sources})
  target_include_directories(sotto_${name} PUBLIC "${CMAKE_SOURCE_DIR}/src")
  foreach(below IN LISTS sotto_layer_${name})
    target_link_libraries(sotto_${name} PUBLIC sotto_${below})
  endforeach()
  if(name IN_LIST sotto_library_rooms)
    sotto_library_options(sotto_${name})
  endif()
  sotto_options(sotto_${name})
endfunction()

# sotto_layer_tests(name): one GoogleTest program from every *_test.cpp of tests/<name>.
function(sotto_layer_tests name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${name}/*_test.cpp")
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_tests ${sources})
  target_link_libraries(${name}_tests PRIVATE sotto_${name} sotto_test_support)
  sotto_options(${name}_tests)
  gtest_discover_tests(${name}_tests DISCOVERY_TIMEOUT 60 PROPERTIES LABELS ${name})
endfunction()
