# What several files of this folder share.
if(TARGET protocol_tests)
  target_sources(protocol_tests PRIVATE "${CMAKE_CURRENT_LIST_DIR}/recorded_bob.cpp" "${CMAKE_CURRENT_LIST_DIR}/person.cpp")
endif()

# A program of its own: it is run under valgrind.
find_program(SOTTO_VALGRIND valgrind)
if(TARGET protocol_tests)
  get_target_property(sources protocol_tests SOURCES)
  list(FILTER sources EXCLUDE REGEX "constant_time_test\\.cpp$")
  set_target_properties(protocol_tests PROPERTIES SOURCES "${sources}")
  if(SOTTO_VALGRIND AND NOT SOTTO_SANITIZE)
    add_executable(protocol_constant_time_tests "${CMAKE_CURRENT_LIST_DIR}/constant_time_test.cpp")
    target_link_libraries(protocol_constant_time_tests PRIVATE sotto_protocol sotto_test_support)
    target_compile_options(protocol_constant_time_tests PRIVATE -O2)
    sotto_options(protocol_constant_time_tests)
    add_test(NAME ProtocolConstantTime.UnderValgrind
      COMMAND "${SOTTO_VALGRIND}" --quiet --error-exitcode=0
              "--suppressions=${CMAKE_SOURCE_DIR}/tests/crypto/constant_time.supp" $<TARGET_FILE:protocol_constant_time_tests>)
    set_tests_properties(ProtocolConstantTime.UnderValgrind PROPERTIES LABELS ct)
  endif()
endif()
