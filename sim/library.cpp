#include "sim/library.hpp"

#include "engine/base/check.hpp"

#include <fmt/core.h>

namespace lastcall::sim {

std::string_view name_of(const ScenarioText& file) {
  const std::size_t slash = file.path.rfind('/');
  return slash == std::string_view::npos ? file.path : file.path.substr(slash + 1);
}

std::vector<Scenario> all_scenarios() {
  std::vector<Scenario> scenarios;
  for (const ScenarioText& file : scenario_texts()) {
    auto scenario = parse_scenario(name_of(file), file.text);
    if (!scenario) {
      fmt::print(stderr, "{}.txt:{}: {}\n", file.path, scenario.error().line,
                 scenario.error().sentence);
    }
    CHECK(scenario.has_value(), "every scenario that is built in can be read");
    scenarios.push_back(std::move(*scenario));
  }
  return scenarios;
}

}  // namespace lastcall::sim
