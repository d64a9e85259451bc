#pragma once
// Search: the driver behind `lastcall fuzz`. It chooses which runs to make, judges nothing itself,
// shrinks what fails and runs it again to see that it repeats. No clock: whoever calls says how
// long to go on. One thread.

#include "sim/arms.hpp"
#include "sim/explain.hpp"
#include "sim/probes.hpp"
#include "sim/run.hpp"
#include "sim/scenario.hpp"
#include "sim/shrink.hpp"
#include "sim/stage.hpp"
#include "sim/strategies/exhaustive.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::sim {

// Makes a run again and says how it differed from the first one; nothing if it did not. In another
// process with another heap layout, if the caller can (tools/second_process).
using Again = std::function<std::optional<std::string>(const Scenario&, const Setup&,
                                                       const ChoiceMap&, const RunResult& first)>;

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
  Runner runner = staged();
  Again again = {};  // asked for every failing run and for one of 64 others; empty: the runner is
};

// One way to fail, shrunk.
struct Failure {
  Finding finding;  // of the shrunk run
  std::string scenario;
  // `found_by` finds it again with this seed and one run, unless it is kDelay or kNovelty: then the
  // choices are the way.
  std::uint64_t seed = 0;
  Strategy found_by = Strategy::kDelay;
  std::uint64_t found_after = 0;  // runs of this scenario
  ChoiceMap choices;              // shrunk; to_token() of it is what to replay
  RunResult run;                  // the shrunk run
  std::size_t story_size = 0;     // events after set-up
  std::uint64_t shrink_runs = 0;
  Explanation why = {};
  bool repeats = true;              // false: the same choices gave another run
  bool when_drained = false;        // it also fails when each turn ends before the next begins
  std::vector<std::string> others;  // origins of other failures that were met, sorted
};

enum class Outcome : std::uint8_t { kNotRun, kPassed, kFailed };
[[nodiscard]] constexpr auto names_of(Outcome) {
  return std::array<std::string_view, 3>{"not-run", "passed", "failed"};
}

// Whether the messages of a Meeting have crossed.
struct Met {
  std::string text;
  std::uint64_t after = 0;  // runs of this scenario; 0: never
};

struct ScenarioReport {
  std::string name;
  std::uint64_t runs = 0;
  Outcome verdict = Outcome::kNotRun;
  std::vector<Met> meetings = {};  // in the order of the scenario
  bool delays_exhausted = false;   // every schedule with at most two postponed items was run
};

// What one arm of a search came to.
struct ArmReport {
  Strategy arm = Strategy::kRandom;
  std::uint64_t runs = 0;
  std::uint64_t first_finds = 0;  // failures that it was the first to find
};

struct FuzzReport {
  std::uint64_t runs = 0;
  std::vector<ArmReport> arms = {};  // those that made runs, in the order of Strategy
  std::vector<ScenarioReport> scenarios;
  std::vector<Failure> failures;
  bool repeatable = true;        // false: some run was not the same twice (exit code 4)
  std::string difference = {};   // then: where the first of them parted, and its token
  std::uint64_t runs_again = 0;  // runs that were made twice
  Probes probes = {};            // the rare branches that were reached
};

// So many runs of a scenario must have met what it says; a shorter search could not.
inline constexpr std::uint64_t kMeetingRuns = 2'000;
// The first meeting that never happened in a search that was long enough; null if there is none.
[[nodiscard]] const Met* never_met(const FuzzReport& report);

[[nodiscard]] FuzzReport fuzz(std::span<const Scenario> scenarios, const Setup& setup,
                              const FuzzOptions& options);

}  // namespace lastcall::sim
