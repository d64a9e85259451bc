# Our parser beside libosip2's, which is linked into this test and nothing else.
if(OSIP_FOUND)
  add_executable(test_differential differential/differential_test.cpp differential/ours.cpp
    differential/osip.cpp)
  target_link_libraries(test_differential PRIVATE engine_sip test_deps PkgConfig::OSIP)
  target_compile_definitions(test_differential PRIVATE
    TORTURE_MESSAGES="${CMAKE_CURRENT_SOURCE_DIR}/torture/messages"
    DISAGREEMENTS="${CMAKE_CURRENT_SOURCE_DIR}/differential/disagreements.txt")
  # Its macros pass literals as char*.
  set_source_files_properties(differential/osip.cpp PROPERTIES
    COMPILE_OPTIONS "$<$<CXX_COMPILER_ID:Clang>:-Wno-writable-strings>")
else()
  add_executable(test_differential differential/absent_test.cpp)
  target_link_libraries(test_differential PRIVATE test_deps)
endif()
gtest_discover_tests(test_differential)
