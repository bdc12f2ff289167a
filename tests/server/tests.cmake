# The start-up tests run the real program.
add_dependencies(server_tests sotto-server)
target_link_libraries(server_tests PRIVATE PkgConfig::sqlcipher)
