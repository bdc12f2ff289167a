target_link_libraries(sotto_base PRIVATE spdlog::spdlog fmt::fmt)
