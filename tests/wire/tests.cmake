if(TARGET wire_tests)
  target_sources(wire_tests PRIVATE "${CMAKE_CURRENT_LIST_DIR}/registration_cases.cpp"
                 "${CMAKE_CURRENT_LIST_DIR}/act_cases.cpp")
  # Not tests: they record the cases and the seeds, by hand.
  add_executable(record_statements EXCLUDE_FROM_ALL "${CMAKE_CURRENT_LIST_DIR}/record_statements.cpp"
                 "${CMAKE_CURRENT_LIST_DIR}/registration_cases.cpp" "${CMAKE_CURRENT_LIST_DIR}/act_cases.cpp")
  add_executable(record_corpus EXCLUDE_FROM_ALL "${CMAKE_CURRENT_LIST_DIR}/record_corpus.cpp")
  foreach(recorder record_statements record_corpus)
    target_link_libraries(${recorder} PRIVATE sotto_wire sotto_test_support)
    sotto_options(${recorder})
  endforeach()
endif()
