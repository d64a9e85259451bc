#pragma once
// Regressions: choices that once failed, each a small text file, run before anything else ever
// after.
//
//   scenario  bye-during-hold
//   setup     faults=true mutant= rules=two-phase turns=interleaved
//   token     p3-4-1-0-2
//   broke     I-53

#include "sim/run.hpp"
#include "sim/scenario.hpp"

#include <expected>
#include <string>
#include <vector>

namespace lastcall::tools {

struct Regression {
  std::string scenario;
  std::string setup;  // replay::setup_text
  std::string token;
  std::string broke;  // the invariant
};

// Writes `folder`/SCENARIO-INVARIANT-HASH.run; its path, or empty if it could not be written, which
// is said on stderr.
[[nodiscard]] std::string write_regression(const Regression& regression, const std::string& folder);

// All *.run files in `folder`, by name; none if there is no such folder. The error names the file.
[[nodiscard]] std::expected<std::vector<Regression>, std::string> load_regressions(
    const std::string& folder);

// Runs those that are about one of the scenarios and this set-up; a sentence for each that fails.
[[nodiscard]] std::vector<std::string> rerun_regressions(
    const std::vector<Regression>& regressions, const std::vector<sim::Scenario>& scenarios,
    const sim::Setup& setup);

}  // namespace lastcall::tools
