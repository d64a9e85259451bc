#pragma once
// One run: a scenario, a set-up and a chooser give a log, a trace and findings. Pure: the same
// three give the same result, byte for byte. The search (sim/strategies, sim/shrink) calls it
// thousands of times a second.

#include "engine/core/kernel.hpp"
#include "engine/log/event_log.hpp"
#include "sim/choices.hpp"
#include "sim/finding.hpp"
#include "sim/scenario.hpp"
#include "sim/trace.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace lastcall::sim {

// How to run it; what the command line says.
struct Setup {
  Rules rules = Rules::kTwoPhase;
  std::string mutant;  // empty: none
  core::Turns turns = core::Turns::kInterleaved;
  bool faults =
      true;  // whether the network and the others may misbehave; false: only schedules vary
  bool operator==(const Setup&) const = default;
};

struct RunResult {
  std::vector<Record> records;  // the engine's log
  Trace trace;
  std::vector<Finding> findings;  // in the order in which they were seen; empty: the run passed
  std::string hash;               // rolling hash of events and decisions, 32 hex digits
  // What was decided (Decisions::made).
  std::vector<std::pair<ChoiceKey, std::uint32_t>> decided;
  std::uint64_t steps = 0;  // items handled
  Position setup_end = 0;   // the newest record when the races began
};

// REQUIRES: setup.mutant is empty or names a mutant of sim/mutants.
[[nodiscard]] RunResult run(const Scenario& scenario, const Setup& setup, Chooser& chooser);

}  // namespace lastcall::sim
