target_link_libraries(sotto_rpc PUBLIC Boost::json)
target_compile_definitions(sotto_rpc PRIVATE SOTTO_VERSION="${PROJECT_VERSION}")
