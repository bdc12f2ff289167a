# Whole programs, driven from outside.
if(TARGET sotto AND TARGET sotto-server)
  set(e2e_environment "SOTTO_BIN=${CMAKE_BINARY_DIR}/bin;PYTHONDONTWRITEBYTECODE=1")
  sotto_python_tests("${CMAKE_CURRENT_LIST_DIR}" E2e "${e2e_environment}")
  add_test(NAME E2e.Storm.EveryMessageArrivesOnceAndInOrderOverKills
           COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/storm.py" --messages 40 --kills 50)
  set_tests_properties(E2e.Storm.EveryMessageArrivesOnceAndInOrderOverKills PROPERTIES
                       ENVIRONMENT "${e2e_environment}" LABELS e2e)
endif()
