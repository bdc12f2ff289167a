# Two programs of their own: one is run under valgrind, one holds the system's OpenSSL beside our AWS-LC.
if(TARGET crypto_tests)
  get_target_property(sources crypto_tests SOURCES)
  list(FILTER sources EXCLUDE REGEX "(constant_time|beside_openssl)_test\\.cpp$")
  if(NOT sotto_wycheproof)
    message(STATUS "No SOTTO_WYCHEPROOF_DIR: the Wycheproof vectors are not run")
    list(FILTER sources EXCLUDE REGEX "wycheproof_test\\.cpp$")
  endif()
  set_target_properties(crypto_tests PROPERTIES SOURCES "${sources}")
  target_link_libraries(crypto_tests PRIVATE sotto_awslc)  # for Ed25519 and ML-KEM-1024 as they come
  set_source_files_properties("${CMAKE_CURRENT_LIST_DIR}/wycheproof_test.cpp" PROPERTIES
    COMPILE_DEFINITIONS SOTTO_WYCHEPROOF_DIR="${sotto_wycheproof}")
  set_source_files_properties("${CMAKE_CURRENT_LIST_DIR}/awslc_test.cpp" PROPERTIES
    COMPILE_DEFINITIONS SOTTO_AWSLC_ARCHIVE="$<TARGET_FILE:sotto_awslc>")

  add_executable(beside_openssl_tests "${CMAKE_CURRENT_LIST_DIR}/beside_openssl_test.cpp")
  target_link_libraries(beside_openssl_tests PRIVATE sotto_crypto sotto_test_support OpenSSL::SSL)
  sotto_options(beside_openssl_tests)
  gtest_discover_tests(beside_openssl_tests DISCOVERY_TIMEOUT 60 PROPERTIES LABELS crypto)

  find_program(SOTTO_VALGRIND valgrind)
  if(SOTTO_VALGRIND AND NOT SOTTO_SANITIZE)
    add_executable(constant_time_tests "${CMAKE_CURRENT_LIST_DIR}/constant_time_test.cpp")
    target_link_libraries(constant_time_tests PRIVATE sotto_crypto sotto_test_support)
    target_compile_options(constant_time_tests PRIVATE -O2)
    sotto_options(constant_time_tests)
    add_test(NAME ConstantTime.UnderValgrind
      COMMAND "${SOTTO_VALGRIND}" --quiet --error-exitcode=0
              "--suppressions=${CMAKE_CURRENT_LIST_DIR}/constant_time.supp" $<TARGET_FILE:constant_time_tests>)
    set_tests_properties(ConstantTime.UnderValgrind PROPERTIES LABELS ct)
  endif()
endif()
