#pragma once
// Choices: every decision of a run that could have gone otherwise. 0 is always the boring answer
// (drain the turn, oldest first, deliver at once, no fault), so that the empty set is the happy
// path and only what is not 0 is kept. A run is a pure function of its scenario and its choices.

#include "engine/base/enum_names.hpp"
#include "engine/base/fields.hpp"
#include "engine/core/schedule.hpp"

#include <array>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

namespace lastcall::sim {

// What is decided.
enum class ChoiceKind : std::uint8_t {
  kPostpone,    // how many times others are handled before this one though it stood before them
  kDelay,       // how long a datagram travels, as an index of the delay table
  kLoss,        // 1: the datagram is lost
  kDuplicate,   // 1: it arrives twice
  kLateTimer,   // how late a deadline is handled
  kLateMedia,   // how long a stream takes to open or stop
  kLateNotice,  // how long the client takes to deal with a notice
  kLateDisk,    // how long a commit takes
  kCrash,       // when the engine crashes, how long it is down, whether a port is gone after it
  kStall,       // when it stands still, and how long
  kDiskFails,   // when nothing becomes durable any more
  kPartition,   // when a peer is cut off, which way, and how long
  kMove,        // when a peer's datagrams come from another port
  kName,        // what a name leads to, and when
  kLateAct,     // how much later the user acts, as an index of the delay table; Scenario::flights
};
[[nodiscard]] constexpr auto names_of(ChoiceKind) {
  return std::array<std::string_view, 15>{"postpone",   "delay",      "loss",        "duplicate",
                                          "late-timer", "late-media", "late-notice", "late-disk",
                                          "crash",      "stall",      "disk-fails",  "partition",
                                          "move",       "name",       "late-act"};
}

// Which decision. It belongs to an item, not to a step: adding an event to one call moves no other
// call's decisions, so that a token survives edits.
struct ChoiceKey {
  ChoiceKind kind = ChoiceKind::kPostpone;
  std::uint8_t from =
      0;  // kPostpone: sending LayerId. kDelay, kLoss, kDuplicate: the sending
          // actor. kCrash: 0 when, 1 how long, 2 the port. kPartition, kMove: the peer
  std::uint8_t to = 0;     // kPostpone: receiving LayerId
  std::uint16_t call = 0;  // calls in order of appearance, from 1; 0: belongs to none
  std::uint32_t nth = 0;   // the n-th of its kind, from 0
  auto operator<=>(const ChoiceKey&) const = default;
  static constexpr auto kFields = std::tuple{
      field("kind", &ChoiceKey::kind), field("from", &ChoiceKey::from), field("to", &ChoiceKey::to),
      field("call", &ChoiceKey::call), field("nth", &ChoiceKey::nth)};
};

// The choices that are not 0, in key order.
using ChoiceMap = std::map<ChoiceKey, std::uint32_t>;

// A printable form of a map: letters, digits, '.', '-' only; "0" for the empty map. It names no
// scenario: that is told beside it.
[[nodiscard]] std::string to_token(const ChoiceMap& choices);
[[nodiscard]] std::expected<ChoiceMap, std::string> parse_token(std::string_view token);

// Who decides. One instance per run.
class Chooser {
 public:
  virtual ~Chooser() = default;
  // A number in [0, n). Forced decisions (n <= 1) are never asked. The same key is asked once a
  // run.
  [[nodiscard]] virtual std::uint32_t draw(const ChoiceKey& key, std::uint32_t n) = 0;

  // Which of the ready items is handled next, by index; `ready` stands in the default order and
  // holds more than one. Nothing: each item is drawn on its own, as kPostpone. Always the same of
  // the two in a run.
  [[nodiscard]] virtual std::optional<std::size_t> pick(std::span<const core::Ready>) {
    return std::nullopt;
  }
  // What pick() came to: the item of this key was overtaken, for the `times`-th time. Drawing the
  // last `times` told for each key, instead of picking, gives the same run.
  virtual void overtaken(const ChoiceKey&, std::uint32_t /*times*/) {}
};

}  // namespace lastcall::sim
