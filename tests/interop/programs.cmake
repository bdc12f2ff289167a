# Our conformance program and the official package, each the other's correspondent. tools/fetch-peer gets the package.
if(TARGET sotto-conformance)
  sotto_python_tests("${CMAKE_CURRENT_LIST_DIR}" Interop
                     "SOTTO_BIN=${CMAKE_BINARY_DIR}/bin;SOTTO_PEER=${CMAKE_SOURCE_DIR}/build/third_party/peer;PYTHONDONTWRITEBYTECODE=1")
endif()
