target_link_libraries(sotto_conformance PUBLIC Boost::json)
