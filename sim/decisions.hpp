#pragma once
// Decisions: what the parts of the world ask when something could go otherwise. It numbers the
// questions per item, asks the chooser only once the races have begun, and keeps what was decided.
// Before that, and for whatever the set-up forbids, the answer is 0.

#include "engine/base/time.hpp"
#include "engine/model/ids.hpp"
#include "sim/choices.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace lastcall::sim {

class Decisions {
 public:
  // `faults`: whether anything but the schedule may vary. `chooser` must outlive this and copies.
  Decisions(Chooser& chooser, bool faults) : chooser_(&chooser), faults_(faults) {}

  void decide_by(Chooser& chooser) { chooser_ = &chooser; }
  void begin_races() { racing_ = true; }
  [[nodiscard]] bool racing() const { return racing_; }

  // Calls in order of appearance, from 1; 0 for no call.
  [[nodiscard]] std::uint16_t ordinal(CallId call);

  // `key` with the number of its kind: the n-th so far.
  [[nodiscard]] ChoiceKey numbered(ChoiceKey key);
  // A number in [0, n) for a numbered key; asked once.
  [[nodiscard]] std::uint32_t draw(const ChoiceKey& key, std::uint32_t n);
  // Who is handled next, if the chooser picks (Chooser::pick).
  [[nodiscard]] std::optional<std::size_t> pick(std::span<const core::Ready> ready);
  void overtaken(const ChoiceKey& key, std::uint32_t times) { chooser_->overtaken(key, times); }
  // Notes that the item of this key was handled, and how many stood before it.
  void handled(const ChoiceKey& key, std::size_t overtaking);

  // Both at once.
  [[nodiscard]] std::uint32_t draw_next(const ChoiceKey& key, std::uint32_t n) {
    return draw(numbered(key), n);
  }

  // Everything that was decided, in order: of the schedule what came of it, the items handled and
  // how many each overtook; of all else what was answered.
  [[nodiscard]] const std::vector<std::pair<ChoiceKey, std::uint32_t>>& made() const {
    return made_;
  }

 private:
  Chooser* chooser_;
  bool faults_;
  bool racing_ = false;
  std::vector<CallId> calls_;
  // How often each kind of item was numbered, by its packed key: a few dozen, searched in line.
  std::vector<std::pair<std::uint64_t, std::uint32_t>> counts_;
  std::vector<std::pair<ChoiceKey, std::uint32_t>> made_;
};

// How long things may take in the simulated world, as choices name them by index. Index 0 is the
// boring one.
namespace delays {
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

// A datagram. Nothing arrives at the instant at which it was sent.
inline constexpr Duration kFlightMin = 1ms;
inline constexpr Duration kFlight[] = {kFlightMin, 2ms,   5ms,   10ms, 20ms, 50ms,
                                       100ms,      200ms, 500ms, 1s,   2s,   4s};
// The handling of a deadline.
inline constexpr Duration kTimer[] = {0ms, 1ms, 10ms, 100ms};
inline constexpr Duration kTimerMax = 100ms;
// A commit.
inline constexpr Duration kDisk[] = {0ms, 1ms, 5ms, 20ms, 100ms, 500ms};
// Opening and stopping a stream, dealing with a notice. Only the last is longer than an ending may
// take: it starves its layer, and is a fault.
inline constexpr Duration kConfirm[] = {0ms, 1ms, 5ms, 20ms, 50ms, 200ms, 1s, 2s, 6s};
inline constexpr std::uint32_t kConfirmStarves = std::size(kConfirm) - 1;
// How long the engine stands still.
inline constexpr Duration kStall[] = {1s, 6s, 40s};
// How long a peer is cut off: less than a request is repeated for.
inline constexpr Duration kCut[] = {1s, 3s, 8s};
// Until a name is answered. The last is longer than an ending may take.
inline constexpr Duration kName[] = {1ms, 100ms, 1s, 6s};
[[nodiscard]] constexpr bool leads_nowhere(std::uint32_t choice) { return choice % 2 == 1; }
// From the loss of the engine's process to its next start. The last is longer than an ending may
// take.
inline constexpr Duration kDown[] = {0ms, 1ms, 100ms, 1s, 6s};
}  // namespace delays

}  // namespace lastcall::sim
