target_include_directories(sotto_api PUBLIC "${CMAKE_SOURCE_DIR}/include")
