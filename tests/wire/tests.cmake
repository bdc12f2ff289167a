if(TARGET wire_tests)
  target_sources(wire_tests PRIVATE "${CMAKE_CURRENT_LIST_DIR}/registration_cases.cpp")
  add_executable(record_statements EXCLUDE_FROM_ALL "${CMAKE_CURRENT_LIST_DIR}/record_statements.cpp"
                 "${CMAKE_CURRENT_LIST_DIR}/registration_cases.cpp")
  target_link_libraries(record_statements PRIVATE sotto_wire sotto_test_support)
  sotto_options(record_statements)
endif()
