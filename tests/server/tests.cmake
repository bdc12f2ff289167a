# The start-up tests run the real program.
add_dependencies(server_tests sotto-server)
target_link_libraries(server_tests PRIVATE PkgConfig::sqlcipher)
target_sources(server_tests PRIVATE "${CMAKE_CURRENT_LIST_DIR}/surface/api_page.cpp")
# Not a test: it writes docs/server-api.md, by hand.
add_executable(record_server_api EXCLUDE_FROM_ALL "${CMAKE_CURRENT_LIST_DIR}/surface/record_server_api.cpp"
               "${CMAKE_CURRENT_LIST_DIR}/surface/api_page.cpp")
target_link_libraries(record_server_api PRIVATE sotto_server sotto_test_support)
sotto_options(record_server_api)
