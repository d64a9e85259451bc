#pragma once
// Rerun of a captured call with lastcall in one party's seat: it receives what that seat received,
// when it did; its user acts when that seat's user must have acted (answer, reject, hold, resume,
// hang up, call); what it sends is compared with what was captured. The engine draws the tags,
// branches and numbers that its seat drew (wire/seat_drawn); what the others sent is delivered as
// it was captured, byte for byte. The engine's log is judged by its invariants.

#include "engine/model/event.hpp"
#include "replay/ladder.hpp"
#include "replay/wire/call.hpp"
#include "sim/finding.hpp"

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace lastcall::replay::wire {

enum class Likeness : std::uint8_t { kSame, kEquivalent, kDifferent };
[[nodiscard]] constexpr auto names_of(Likeness) {
  return std::array<std::string_view, 3>{"same", "equivalent", "different"};
}

// A message of the engine, repeats left out.
struct Sent {
  std::int64_t at_ns = 0;  // on the clock of the capture
  std::string bytes;
};

// What stood in the capture beside what lastcall sent; one of the two may be missing.
struct Compared {
  std::int64_t at_ns = 0;
  std::optional<std::size_t> captured = {};  // message of the call
  std::optional<Sent> sent = {};
  Likeness likeness = Likeness::kSame;
  std::string why = {};  // if not the same
};

struct SeatRerun {
  Endpoint seat;
  Side side = Side::kCallee;
  std::vector<Compared> messages;  // in the order of time
  Indices delivered;               // what the seat received
  // Of these: what the tap saw before the seat acted, but the seat got afterwards. The capture does
  // not tell the order; the one in which lastcall does more alike is taken.
  Indices late;
  std::vector<sim::Finding> findings;  // broken invariants
  std::vector<Record> records;         // the engine's log

  // That of the message which is least alike.
  [[nodiscard]] Likeness likeness() const;
};

// `as` is "callee", "caller", or the address of a seat, with or without its port. The error is a
// sentence: no such seat, or a call that cannot be run.
[[nodiscard]] std::expected<SeatRerun, std::string> rerun_seat(const Call& call,
                                                               const std::string& as);

// The capture and the rerun beside each other: the others, the seat, lastcall.
[[nodiscard]] Ladder ladder_of(const Call& call, const SeatRerun& rerun);

}  // namespace lastcall::replay::wire
