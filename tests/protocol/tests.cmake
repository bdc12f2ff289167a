# What several files of this folder share.
if(TARGET protocol_tests)
  target_sources(protocol_tests PRIVATE "${CMAKE_CURRENT_LIST_DIR}/recorded_bob.cpp" "${CMAKE_CURRENT_LIST_DIR}/person.cpp")
endif()
