#pragma once
// Zoo: how well the search finds planted bugs. For each mutant: whether it is found in its
// scenarios, by which invariant, after how many runs per strategy, and how small it shrinks. Drives
// sim/search; judges nothing itself and has no clock: `lastcall zoo` takes the time.

#include "sim/mutants/mutants.hpp"
#include "sim/search.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lastcall::sim {

struct ZooOptions {
  std::uint64_t seed = 1;       // the first one
  std::uint64_t seeds = 20;     // for the median
  std::uint64_t runs = 10'000;  // per mutant, seed and strategy
  std::uint64_t shrink_runs = 2'000;
  std::function<bool()> keep_going = [] { return true; };  // asked before each run
};

// A mutant that was found.
struct Kill {
  Failure failure;     // shrunk, if that was wanted
  std::string first;   // the invariant that was seen first in its run
  bool right = false;  // it is one of those that may come first
  // What the world did in the shrunk story: inputs and happenings behind what it shows, and the
  // set-up as one.
  std::size_t events = 1;
};

// Runs that a strategy took over the seeds; a seed that found nothing counts as all its runs.
struct Median {
  Strategy strategy = Strategy::kPortfolio;
  std::uint64_t found = 0;  // seeds
  std::uint64_t seeds = 0;
  std::uint64_t runs = 0;
};

// The scenarios in which a mutant is looked for.
[[nodiscard]] std::vector<Scenario> haunts_of(const Mutant& mutant,
                                              std::span<const Scenario> scenarios);

// Looks for a mutant with a portfolio from one seed; nothing if it is not found within the budget.
[[nodiscard]] std::optional<Kill> hunt_mutant(const Mutant& mutant,
                                              std::span<const Scenario> haunts,
                                              const ZooOptions& options);

[[nodiscard]] Median median_of(const Mutant& mutant, std::span<const Scenario> haunts,
                               Strategy strategy, const ZooOptions& options);

// Two mutants at once: both must be told, each in its own scenarios.
struct Pair {
  const Mutant* a = nullptr;
  const Mutant* b = nullptr;
};
// `count` pairs of those that can be joined, by chance from `seed`.
[[nodiscard]] std::vector<Pair> random_pairs(std::span<const Mutant* const> mutants,
                                             std::size_t count, std::uint64_t seed);
// Those of the two that were found while both were planted.
[[nodiscard]] std::vector<const Mutant*> hunt_pair(const Pair& pair,
                                                   std::span<const Scenario> scenarios,
                                                   const ZooOptions& options);

}  // namespace lastcall::sim
