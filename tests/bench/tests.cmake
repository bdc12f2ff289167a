# What judges a load must see each of the faults that it counts.
add_executable(bench_tests "${CMAKE_CURRENT_LIST_DIR}/tally_test.cpp" "${CMAKE_SOURCE_DIR}/bench/load/tally.cpp")
target_include_directories(bench_tests PRIVATE "${CMAKE_SOURCE_DIR}")
target_link_libraries(bench_tests PRIVATE sotto_crypto sotto_test_support)
sotto_options(bench_tests)
gtest_discover_tests(bench_tests DISCOVERY_TIMEOUT 60 PROPERTIES LABELS bench)
