#pragma once
// A captured call as a scenario of the simulation: lastcall in one seat, a peer in the place of the
// others, and what both users must have done, when it was seen. The messages themselves are made
// anew by engine and peer, so that either side reacts when the order is changed. For
// replay/around/around; a rerun of the captured bytes is replay/wire/seat.

#include "replay/wire/seats.hpp"
#include "sim/scenario.hpp"

#include <expected>
#include <string>
#include <vector>

namespace lastcall::replay::around {

struct CapturedScenario {
  // Its one race is the whole call. Its flight lets what crossed cross.
  sim::Scenario scenario;
  std::vector<std::string> left_out;  // what the capture has and the scenario has not: sentences
};

// The error is a sentence: the beginning was not captured, nobody calls.
[[nodiscard]] std::expected<CapturedScenario, std::string> scenario_of(const wire::Call& call,
                                                                       const wire::Seat& seat);

// "  490 ms  callee answers", a line for each thing that a user does.
[[nodiscard]] std::string to_text(const sim::Scenario& scenario);

}  // namespace lastcall::replay::around
