#pragma once
// Search: the drivers behind `lastcall fuzz` and `lastcall check`. They choose which runs to make,
// judge nothing themselves, shrink what fails and run it again to see that it repeats. No clock:
// whoever calls says how long to go on. One thread.

#include "sim/run.hpp"
#include "sim/scenario.hpp"
#include "sim/shrink.hpp"
#include "sim/strategies/exhaustive.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::sim {

// How a run's choices come about.
enum class Strategy : std::uint8_t {
  kPortfolio,   // first kDelay, then kRandom
  kDelay,       // every schedule with at most two postponed items
  kRandom,      // by chance, from seeds
  kExhaustive,  // everything, fewest deviations first
};
[[nodiscard]] constexpr auto names_of(Strategy) {
  return std::array<std::string_view, 4>{"portfolio", "delay", "random", "exhaustive"};
}

// Makes one run. run() itself, except in tests of the search.
using Runner = std::function<RunResult(const Scenario&, const Setup&, Chooser&)>;

struct Progress {
  std::uint64_t runs = 0;
  std::uint64_t runs_max = 0;
  std::uint64_t failures = 0;
  std::string_view scenario;  // the one that was run last
};

struct FuzzOptions {
  std::uint64_t seed = 1;
  std::uint64_t runs = 10'000;        // of all scenarios together, shrinking not counted
  std::uint64_t shrink_runs = 2'000;  // per failure
  // A scenario is searched until it failed in so many ways, and then for a little longer: the same
  // failure may show more of itself.
  std::uint64_t failures_max = 1;
  std::uint64_t runs_after_failure = 200;
  Strategy strategy = Strategy::kPortfolio;
  std::function<bool()> keep_going = [] { return true; };  // asked before each run
  std::function<void(const Progress&)> on_progress = [](const Progress&) {};  // after each run
  Runner runner = run;
};

// One way to fail, shrunk.
struct Failure {
  Finding finding;  // of the shrunk run
  std::string scenario;
  std::uint64_t seed = 0;  // strategy random finds it again with this seed and one run
  Strategy found_by = Strategy::kDelay;
  std::uint64_t found_after = 0;  // runs of this scenario
  ChoiceMap choices;              // shrunk; to_token() of it is what to replay
  RunResult run;                  // the shrunk run
  std::size_t story_size = 0;     // events after set-up
  std::uint64_t shrink_runs = 0;
  bool repeats = true;              // false: the same choices gave another run
  bool when_drained = false;        // it also fails when each turn ends before the next begins
  std::vector<std::string> others;  // origins of other failures that were met, sorted
};

enum class Outcome : std::uint8_t { kNotRun, kPassed, kFailed };
[[nodiscard]] constexpr auto names_of(Outcome) {
  return std::array<std::string_view, 3>{"not-run", "passed", "failed"};
}

struct ScenarioReport {
  std::string name;
  std::uint64_t runs = 0;
  Outcome verdict = Outcome::kNotRun;
  bool delays_exhausted = false;  // every schedule with at most two postponed items was run
};

struct FuzzReport {
  std::uint64_t runs = 0;
  std::vector<ScenarioReport> scenarios;
  std::vector<Failure> failures;
  bool repeatable = true;  // false: some run was not the same twice (exit code 4)
};

[[nodiscard]] FuzzReport fuzz(std::span<const Scenario> scenarios, const Setup& setup,
                              const FuzzOptions& options);

struct CheckOptions {
  Bound bound;
  std::uint64_t runs_max = 1'000'000;
  std::function<bool()> keep_going = [] { return true; };
  std::function<void(const Progress&)> on_progress = [](const Progress&) {};
  Runner runner = run;
};

// What `check` exhausts unless told otherwise: schedules with at most `depth` postponed items, and
// at most one fault (a loss, a duplicate, a late arrival, timer, stream, notice or commit) beside
// `depth` - 1 of them.
[[nodiscard]] Bound default_bound(std::uint32_t depth);

struct CheckReport {
  std::string scenario;
  std::uint64_t interleavings = 0;  // different choice maps that were run
  bool exhausted = false;           // the whole bound was run
  std::string bound;
  std::vector<Failure> failures = {};  // one per origin, the smallest first found
};

[[nodiscard]] CheckReport check(const Scenario& scenario, const Setup& setup,
                                const CheckOptions& options);

}  // namespace lastcall::sim
