#pragma once
// Rerun: gives every input of a log to a fresh kernel again and compares what it decides with what
// was logged, event by event (EVENTLOG G10). A log of several runs is rerun run by run: state
// carries over as recovery would carry it. A simulated run is made again from its token, since its
// turns may be interleaved. Stops at the first difference.

#include "replay/recording.hpp"
#include "sim/finding.hpp"
#include "sim/scenario.hpp"

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::replay {

// Where the engine decides differently now. One of the two is missing where only one side goes on.
struct Divergence {
  Position at = 0;
  std::optional<Record> logged = std::nullopt;
  std::optional<Record> decided = std::nullopt;
  std::string why = {};  // where the two records do not tell it
};

struct RerunResult {
  std::uint64_t events = 0;  // compared and the same
  std::uint64_t inputs = 0;
  std::optional<Divergence> divergence = std::nullopt;
  std::vector<sim::Finding> findings = {};  // broken invariants, as far as a log shows them
};

// A scenario by its name; nothing if it is not known.
using FindScenario = std::function<std::optional<sim::Scenario>(const std::string&)>;

// The error says why it cannot be rerun: a configuration or a scenario that this version does not
// know.
[[nodiscard]] std::expected<RerunResult, std::string> rerun(const Recording& recording,
                                                            const FindScenario& find_scenario);

// What was logged and what was decided, in some lines.
[[nodiscard]] std::string to_text(const Divergence& divergence);

}  // namespace lastcall::replay
