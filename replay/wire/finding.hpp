#pragma once
// What judging a captured call finds: a rule that was broken, what the capture ends too early to
// tell, or a race that was seen. Each names its rule, the packets that show it, and whether their
// order is known or only what a tap observed.

#include "replay/wire/call.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lastcall::replay::wire {

enum class Kind : std::uint8_t {
  kBroken,  // a rule was broken
  kOpen,    // the capture ends before it could be told
  kRace,    // messages crossed, as they may
};
[[nodiscard]] constexpr auto names_of(Kind) {
  return std::array<std::string_view, 3>{"broken", "open", "race"};
}

struct Finding {
  Kind kind = Kind::kBroken;
  std::string rule;      // "I-29", as docs/INVARIANTS.md has it; of a race: "R-5407-3.2.1"
  std::string cites;     // "RFC 3261 13.2.2.4"
  std::string sentence;  // what happened, in words
  std::int64_t at_ns = 0;
  std::vector<std::uint64_t> packets = {};
  // What one party sent is in the order in which it sent it, and what it received later than the
  // tap saw something of its own it received later. All else is only observed: the parties may have
  // seen another order.
  bool is_order_known = true;
};

using Findings = std::vector<Finding>;

}  // namespace lastcall::replay::wire
