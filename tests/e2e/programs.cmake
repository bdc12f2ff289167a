# Whole programs, driven from outside: each method of each *_test.py is a test.
if(TARGET sotto AND TARGET sotto-server)
  file(GLOB scripts CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*_test.py")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${scripts})
  execute_process(COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/list_tests.py" ${scripts}
                  OUTPUT_VARIABLE listed OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" listed "${listed}")
  set(e2e_environment "SOTTO_BIN=${CMAKE_BINARY_DIR}/bin;PYTHONDONTWRITEBYTECODE=1")
  foreach(entry IN LISTS listed)
    string(REPLACE ":" ";" parts "${entry}")
    list(GET parts 0 script)
    list(GET parts 1 name)
    add_test(NAME "E2e.${name}" COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/${script}" "${name}")
    set_tests_properties("E2e.${name}" PROPERTIES ENVIRONMENT "${e2e_environment}" LABELS e2e
                         SKIP_REGULAR_EXPRESSION "OK \\(skipped")
  endforeach()
  add_test(NAME E2e.Storm.EveryMessageArrivesOnceAndInOrderOverKills
           COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/storm.py" --messages 40 --kills 50)
  set_tests_properties(E2e.Storm.EveryMessageArrivesOnceAndInOrderOverKills PROPERTIES
                       ENVIRONMENT "${e2e_environment}" LABELS e2e)
endif()
