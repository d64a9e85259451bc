#pragma once
// Story: of everything that happened in a run, what must be shown to understand one finding. It is
// what the ladder draws below the set-up, and its length is what "events after set-up" counts.

#include "sim/run.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace lastcall::sim {

// One line: a record of the log, or an entry of the trace.
struct StoryLine {
  const Record* record = nullptr;
  const TraceEntry* entry = nullptr;
};

// In the order of time: what shows the finding, and for each record of it the word of the world
// (datagram, report, command, deadline) that caused it. What lies between the two, the layers' own
// bookkeeping, is left out, and so is everything up to RunResult::setup_end. Points into `run`.
[[nodiscard]] std::vector<StoryLine> story(const RunResult& run, const Finding& finding);

}  // namespace lastcall::sim
