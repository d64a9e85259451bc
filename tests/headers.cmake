# check_headers compiles each header alone, included twice: a header brings all that it needs and
# may be read first. tools/test builds it; it is not part of `all`.
foreach(top engine sim replay tools tests)
  file(GLOB_RECURSE found CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}
    ${CMAKE_SOURCE_DIR}/${top}/*.hpp)
  list(APPEND headers ${found})
endforeach()
foreach(header ${headers})
  string(REPLACE "/" "_" source ${header})
  set(source ${CMAKE_BINARY_DIR}/headers/${source}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n#include \"${header}\"\n")
  list(APPEND header_sources ${source})
endforeach()
if(headers)
  add_library(check_headers OBJECT EXCLUDE_FROM_ALL ${header_sources})
  target_link_libraries(check_headers PRIVATE replay sim engine_host test_deps)
  target_compile_options(check_headers PRIVATE -O0)
endif()
