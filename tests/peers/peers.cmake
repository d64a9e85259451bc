# Programs of other SIP stacks, to compare with; each is built where its library is installed.
pkg_check_modules(OSIP IMPORTED_TARGET libosip2)
if(OSIP_FOUND)
  # Beside `lastcall`, which looks for it there (lastcall bench parse).
  add_executable(lastcall-peer-osip peers/osip_parse.cpp)
  target_link_libraries(lastcall-peer-osip PRIVATE lastcall_flags PkgConfig::OSIP)
  set_target_properties(lastcall-peer-osip PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
endif()
