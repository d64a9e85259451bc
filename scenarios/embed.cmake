# Writes the files below scenarios/ into a C++ source, as sim/library.hpp describes.
file(GLOB_RECURSE scenario_files CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.txt)
list(SORT scenario_files)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${scenario_files})

set(scenario_entries "")
foreach(file ${scenario_files})
  file(RELATIVE_PATH path ${CMAKE_CURRENT_LIST_DIR} ${file})
  string(REGEX REPLACE "\\.txt$" "" path ${path})
  file(READ ${file} text)
  string(APPEND scenario_entries "    {\"${path}\", R\"scenario(${text})scenario\"},\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/scenario_texts.cpp @ONLY CONTENT
[[// Made from scenarios/ by scenarios/embed.cmake.
#include "sim/library.hpp"

#include <array>

namespace lastcall::sim {

std::span<const ScenarioText> scenario_texts() {
  static constexpr auto kTexts = std::to_array<ScenarioText>({
@scenario_entries@  });
  return kTexts;
}

}  // namespace lastcall::sim
]])
