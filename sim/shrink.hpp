#pragma once
// Shrinker: from the choices of a failing run to the smallest ones that still fail in the same way.
// It cuts the tail, drops groups, stretches and single choices, lowers values, and at last looks
// for fewer ones altogether; since 0 is the boring answer, what is left is the story. Same way
// means the same origin (Finding::origin): it never slips to another bug, but tells which others it
// met. Pure and bounded by a number of runs.

#include "sim/choices.hpp"
#include "sim/run.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lastcall::sim {

// Runs the scenario under question with these choices.
using Attempt = std::function<RunResult(Chooser&)>;

// A failure of another origin, met on the way.
struct Bystander {
  Finding finding;
  ChoiceMap choices;
};

struct Shrunk {
  ChoiceMap choices = {};  // only what the run really asked for
  RunResult run = {};
  std::uint64_t runs = 0;
  std::vector<Bystander> others = {};  // one per origin
};

// Whether `a` is the smaller story: fewer deviations, then lighter kinds, then smaller values.
[[nodiscard]] bool is_smaller(const ChoiceMap& a, const ChoiceMap& b);

// The finding of that origin; null if the run has none.
[[nodiscard]] const Finding* find_origin(const RunResult& run, const std::string& origin);

// REQUIRES: attempt with `start` fails with `origin`. Uses at most `runs_max` runs, at least one.
[[nodiscard]] Shrunk shrink(const ChoiceMap& start, const std::string& origin,
                            const Attempt& attempt, std::uint64_t runs_max);

}  // namespace lastcall::sim
