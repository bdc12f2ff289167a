# sotto_python_tests(FOLDER LABEL ENVIRONMENT): each method of each *_test.py of the folder is a test, LABEL.Class.method.
function(sotto_python_tests folder label environment)
  file(GLOB scripts CONFIGURE_DEPENDS "${folder}/*_test.py")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${scripts})
  execute_process(COMMAND "${Python3_EXECUTABLE}" "${CMAKE_SOURCE_DIR}/tests/list_python_tests.py" ${scripts}
                  OUTPUT_VARIABLE listed OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" listed "${listed}")
  string(TOLOWER "${label}" lower)
  foreach(entry IN LISTS listed)
    string(REPLACE ":" ";" parts "${entry}")
    list(GET parts 0 script)
    list(GET parts 1 name)
    add_test(NAME "${label}.${name}" COMMAND "${Python3_EXECUTABLE}" "${folder}/${script}" "${name}")
    set_tests_properties("${label}.${name}" PROPERTIES ENVIRONMENT "${environment}" LABELS ${lower}
                         SKIP_REGULAR_EXPRESSION "OK \\(skipped")
  endforeach()
endfunction()
