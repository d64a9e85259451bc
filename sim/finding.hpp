#pragma once
// A rule that was broken, and where. Made by the oracles, told by the command line; the shrinker
// keeps its origin.

#include "engine/base/time.hpp"
#include "engine/model/ids.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace lastcall::sim {

struct Finding {
  std::string invariant;  // "I-53", "PO-1", "expect"; "CHECK": a promise of the engine's code
  std::string sentence;   // the rule and what broke it, for people
  std::string origin;     // what must be the same for it to be the same failure: rule, place, layer
  CallId call;
  Position at = 0;  // the newest log record when it was seen
  Instant when;
  // What shows it: positions in the log and indices of the trace, in the order of time.
  std::vector<Position> records = {};
  std::vector<std::size_t> entries = {};
};

}  // namespace lastcall::sim
