# What several files of this folder share.
if(TARGET api_tests)
  target_sources(api_tests PRIVATE "${CMAKE_CURRENT_LIST_DIR}/device.cpp")
endif()
