#pragma once
// check(): runs every interleaving of a scenario's races within an abstraction, and says what that
// held. It branches copies of the world and knows a world again by its canonical form, so that it
// walks each distinct state once, however many interleavings lead there. No clock, one thread.
//
// The abstraction: all orders of what is ready; each delay (of datagrams, streams, notices,
// commits) is either none or longer than the next timer; at most so many losses; timers fire on
// time; three frames a leg (World::kFramesInRaces).

#include "sim/search.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lastcall::sim {

struct CheckOptions {
  std::uint32_t losses_max = 1;
  std::uint32_t delays_max = 1;  // how many may be longer than the next timer; kAnyValue: all
  std::uint32_t late_commits_max = kAnyValue;  // how many of these may be of commits
  std::uint64_t states_max = 2'000'000;
  bool knows_states = true;  // false: walks every interleaving; to see that knowing them is right
  std::function<bool()> keep_going = [] { return true; };
  std::function<void(const Progress&)> on_progress = [](const Progress&) {};
  Runner runner = staged();  // for what is told of a failure
};

struct CheckReport {
  std::string scenario;
  std::string abstraction;             // a sentence
  bool exhausted = false;              // all of it was run
  std::uint64_t states = 0;            // distinct ones
  std::uint64_t steps = 0;             // handled items and decisions, counting each once per state
  double interleavings = 0;            // how many ways through them; exact up to 2^53
  std::uint64_t depth = 0;             // decisions of the longest one
  std::vector<Failure> failures = {};  // one per origin, the first found
};

[[nodiscard]] CheckReport check(const Scenario& scenario, const Setup& setup,
                                const CheckOptions& options);

}  // namespace lastcall::sim
