# The library as a package is built once, by the release build's tests; the classes share what is installed, so they run whole.
if(NOT SOTTO_SANITIZE AND CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  add_test(NAME Api.Package COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/package_test.py")
  set_tests_properties(Api.Package PROPERTIES LABELS api ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")
  find_program(SOTTO_DOXYGEN doxygen)
  if(SOTTO_DOXYGEN)
    add_test(NAME Api.ReferenceIsWrittenWithoutAWarning COMMAND "${SOTTO_DOXYGEN}" docs/api/Doxyfile
             WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
    set_tests_properties(Api.ReferenceIsWrittenWithoutAWarning PROPERTIES LABELS api)
  endif()
endif()
