target_link_libraries(sotto_crypto PRIVATE sotto_awslc PkgConfig::sodium)
