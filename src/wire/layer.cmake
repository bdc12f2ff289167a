# The frames between client and server; the signed statements and Content are read by our own strict parser.
file(GLOB wire_protos CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.proto")
if(wire_protos)
  add_library(sotto_wire_frames OBJECT ${wire_protos})
  target_link_libraries(sotto_wire_frames PUBLIC protobuf::libprotobuf-lite)
  protobuf_generate(TARGET sotto_wire_frames LANGUAGE cpp IMPORT_DIRS "${CMAKE_SOURCE_DIR}/src"
                    PROTOC_OUT_DIR "${CMAKE_BINARY_DIR}/generated")
  target_include_directories(sotto_wire_frames SYSTEM PUBLIC "${CMAKE_BINARY_DIR}/generated")
  target_sources(sotto_wire PRIVATE $<TARGET_OBJECTS:sotto_wire_frames>)
  target_link_libraries(sotto_wire PUBLIC protobuf::libprotobuf-lite)
  target_include_directories(sotto_wire SYSTEM PUBLIC "${CMAKE_BINARY_DIR}/generated")
  add_dependencies(sotto_wire sotto_wire_frames)
endif()
target_link_libraries(sotto_wire PRIVATE PkgConfig::utf8proc)
