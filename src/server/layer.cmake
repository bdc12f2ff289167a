target_link_libraries(sotto_server PRIVATE PkgConfig::sqlcipher Boost::json)
target_compile_definitions(sotto_server PRIVATE SOTTO_VERSION="${PROJECT_VERSION}")
