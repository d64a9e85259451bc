#pragma once
// The state of every layer of one call at a position of a log, as text: the fold of the events up
// to there. Goes by kFields, so that a new field needs nothing here; instants as seconds from the
// position. For `lastcall log state`.

#include "engine/model/event.hpp"
#include "engine/model/ids.hpp"

#include <span>
#include <string>

namespace lastcall::replay {

// Lines, inert. REQUIRES: `records` begin with position 1, and `upto` is one of theirs.
[[nodiscard]] std::string state_text(std::span<const Record> records, Position upto, CallId call);

}  // namespace lastcall::replay
