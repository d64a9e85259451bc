#pragma once
// What the party in a seat drew for itself, read off the capture: tags, branches and CSeq numbers
// by dialog and method, a Call-ID, RSeq numbers, how long it waited after a collision. The engine
// in the seat draws the same (core/draws.hpp), so that what others sent reaches it byte for byte as
// it was captured. Only for wire/seat.

#include "engine/core/draws.hpp"
#include "replay/wire/seats.hpp"

#include <chrono>

namespace lastcall::replay::wire {

// The engine's clock begins shortly before the first message.
inline constexpr Duration kHeadStart = std::chrono::seconds{1};
[[nodiscard]] inline Instant engine_time(const Call& call, std::int64_t at_ns) {
  return instant_ns(at_ns - call.messages.front().mark.at_ns) + kHeadStart;
}

// The command by which the user of a caller's seat calls.
inline constexpr CommandId kCallCommand{1};

// `draws`: those of the engine that will take its place.
[[nodiscard]] core::Drawn drawn_by(const Call& call, const Seat& seat, const core::Draws& draws);

}  // namespace lastcall::replay::wire
