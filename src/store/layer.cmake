target_link_libraries(sotto_store PRIVATE PkgConfig::sqlcipher)
target_compile_definitions(sotto_store PRIVATE SQLITE_HAS_CODEC)  # shows sqlite3_key
