#pragma once
// What a scenario promises of a run's end ("bob gets 200 to BYE"), judged over log and trace when
// nothing is left to happen. The phrases are read by sim/phrases; the invariants are the oracles'.

#include "sim/run.hpp"
#include "sim/scenario.hpp"

#include <span>
#include <vector>

namespace lastcall::sim {

// What was promised and not kept: one finding "expect" each.
[[nodiscard]] std::vector<Finding> broken_promises(const Scenario& scenario,
                                                   std::span<const Record> records,
                                                   const Trace& trace);

}  // namespace lastcall::sim
