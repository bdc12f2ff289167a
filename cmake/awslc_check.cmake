# cmake -Dsotto_awslc_root=… -DCMAKE_SYSTEM_PROCESSOR=… -P cmake/awslc_check.cmake: is every listed file there?
include("${CMAKE_CURRENT_LIST_DIR}/awslc_sources.cmake")
foreach(source IN LISTS sotto_awslc_c sotto_awslc_asm sotto_awslc_included)
  if(NOT EXISTS "${source}")
    message(FATAL_ERROR "AWS-LC has no ${source}: mend cmake/awslc_sources.cmake for this version")
  endif()
endforeach()
