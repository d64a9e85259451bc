#pragma once
// Agenda: what will happen in the simulated world, and when. Ordered by instant; at one instant, in
// the order of writing down. A regular value. Nothing but a crash ever crosses anything out: who
// takes an entry checks whether it still means something.

#include "engine/base/time.hpp"
#include "engine/model/output.hpp"
#include "sim/scenario.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace lastcall::sim {

// An actor by its place: 0 is the engine, then the peers in the order of the scenario.
using ActorIndex = std::uint8_t;
inline constexpr ActorIndex kEngineIndex = 0;

struct DatagramLands {
  ActorIndex from = kEngineIndex;
  ActorIndex to = kEngineIndex;
  std::string bytes;
  bool moved = false;  // sent from the sender's other port
};
struct StreamOpens {
  CallId call;
  StreamId stream;
};
struct StreamCloses {
  CallId call;
  StreamId stream;
  bool aborted = false;  // nobody waits for a report
};
// The audio pump's next frame is recorded; `round` tells a tick that was replaced.
struct PumpTicks {
  CallId call;
  StreamId stream;
  std::uint32_t round = 0;
};
// How the client deals with a notice: it says so once, twice or never, or it hangs up from inside
// it, or both from inside it and right behind it.
enum class Manner : std::uint8_t { kOnce, kTwice, kNever, kHangsUp, kHangsUpTwice };

// The client begins to deal with a notice.
struct NoticeReaches {
  Notify notice;
  Manner manner = Manner::kOnce;
};
// A name is answered.
struct NameLeads {
  TargetsResolved answer;
};
struct CommitLands {
  Position durable = 0;
};
// The user does something.
struct ActionBegins {
  Action action;
};
// The actions of a race have begun; the next race may.
struct RaceHasBegun {};
// The engine, which was lost or stood still, runs again.
struct EngineStarts {};

using Entry = std::variant<DatagramLands, StreamOpens, StreamCloses, PumpTicks, NoticeReaches,
                           CommitLands, ActionBegins, RaceHasBegun, EngineStarts, NameLeads>;

class Agenda {
 public:
  void put(Instant at, Entry entry);

  // When the first entry is due; kNever if there is none.
  [[nodiscard]] Instant next() const { return lines_.empty() ? kNever : lines_.front().at; }

  // Takes the first entry. REQUIRES: there is one.
  [[nodiscard]] Entry take();

  // Calls f(instant, entry) for all, in the order in which they will be taken.
  template <class F>
  void for_each(F&& f) const {
    std::vector<const Line*> sorted;
    for (const Line& line : lines_) sorted.push_back(&line);
    std::ranges::sort(sorted, [](const Line* a, const Line* b) { return later(*b, *a); });
    for (const Line* line : sorted) f(line->at, line->entry);
  }

  // Crosses out what only the process of the engine knew of: it is lost.
  void lose_process();

  // Whether nothing but the pump's frames is under way.
  [[nodiscard]] bool is_quiet() const;

 private:
  struct Line {
    Instant at;
    std::uint64_t number = 0;
    Entry entry;
  };
  static bool later(const Line& a, const Line& b) {
    return std::pair{a.at, a.number} > std::pair{b.at, b.number};
  }

  std::vector<Line> lines_;  // a heap, the soonest at the front
  std::uint64_t written_ = 0;
};

}  // namespace lastcall::sim
