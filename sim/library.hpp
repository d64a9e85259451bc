#pragma once
// The scenarios that the program carries with it: every file below scenarios/, built in, so that
// the program needs no files beside itself.

#include "sim/scenario.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::sim {

// One file: "plan/normal-bye" and what stands in it.
struct ScenarioText {
  std::string_view path;
  std::string_view text;
};

// All of them, in the order of their paths.
[[nodiscard]] std::span<const ScenarioText> scenario_texts();

// All of them, parsed. A file that cannot be read breaks a promise of ours.
[[nodiscard]] std::vector<Scenario> all_scenarios();

// The file name without its folder: "normal-bye" of "plan/normal-bye".
[[nodiscard]] std::string_view name_of(const ScenarioText& file);

}  // namespace lastcall::sim
