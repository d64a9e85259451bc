#pragma once
// From a failing run to a Failure: choose what to tell, shrink it, run it again. Used by the
// search only.

#include "sim/search.hpp"

namespace lastcall::sim {

// What a search works on.
struct Subject {
  const Scenario& scenario;
  const Setup& setup;
  const Runner& runner;
};

// The finding to tell first: one that the scenario or the mutant expects, else the first seen.
[[nodiscard]] const Finding& main_finding(const Subject& subject, const RunResult& run);

// Shrinks the run with these choices down to `finding`. `shrink_runs` 0: taken as it is.
[[nodiscard]] Failure make_failure(const Subject& subject, const ChoiceMap& choices,
                                   const Finding& finding, std::uint64_t shrink_runs);

}  // namespace lastcall::sim
