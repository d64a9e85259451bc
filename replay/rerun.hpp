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

// A message at a port of the engine's. `at` is the instant of the turn: when its bytes left, a log
// does not say.
struct Passed {
  Instant at;
  bool is_sent = false;  // by the engine
  Endpoint engine, peer;
  std::string_view bytes;  // valid during the callback
};
using OnPassed = std::function<void(const Passed&)>;

// The error says why it cannot be rerun: a configuration or a scenario that this version does not
// know. `on_passed` is told what goes over the wire, in order; it may be absent.
[[nodiscard]] std::expected<RerunResult, std::string> rerun(const Recording& recording,
                                                            const FindScenario& find_scenario,
                                                            const OnPassed& on_passed = {});

// Tells what went over the wire at the engine's ports in a simulated run.
void tell_passed(const sim::RunResult& run, const OnPassed& on_passed);

// What was logged and what was decided, in some lines.
[[nodiscard]] std::string to_text(const Divergence& divergence);

}  // namespace lastcall::replay
