# Fuzz targets for libFuzzer: clang only, preset `fuzz`. tools/fuzz-targets builds and runs them.
file(GLOB targets CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_LIST_DIR}
  ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
list(REMOVE_ITEM targets main.cpp seeds.cpp)
foreach(source ${targets})
  cmake_path(REMOVE_EXTENSION source OUTPUT_VARIABLE name)
  add_executable(fuzz_${name} tests/fuzz/${source} tests/fuzz/main.cpp)
  target_link_libraries(fuzz_${name} PRIVATE engine_core replay_capture)
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  list(APPEND fuzz_targets fuzz_${name})
endforeach()
# All that draws: the floors above are not needed for it.
target_sources(fuzz_pictures PRIVATE replay/canvas.cpp replay/ladder.cpp
  replay/exports/diagrams.cpp replay/exports/markup.cpp replay/exports/report.cpp)
add_executable(fuzz_seeds tests/fuzz/seeds.cpp)
target_link_libraries(fuzz_seeds PRIVATE engine_sip)
target_compile_definitions(fuzz_seeds PRIVATE
  TORTURE_MESSAGES="${CMAKE_SOURCE_DIR}/tests/torture/messages")
add_custom_target(fuzz_all DEPENDS ${fuzz_targets} fuzz_seeds)
