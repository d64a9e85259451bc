// The part of World that lets the process of the engine stand still, or loses it with everything
// that is not durable and starts it again from its log, as the host does (core::Recovery).

#include "sim/world.hpp"

#include <algorithm>
#include <utility>

namespace lastcall::sim {

void World::draw_faults() {
  draw_crash();
  const std::uint32_t stall =
      decisions_.draw_next({.kind = ChoiceKind::kStall}, 1 + 3 * kCommitsToFaultMax);
  to_stall_ = stall;
  disk_.fail_at(decisions_.draw_next({.kind = ChoiceKind::kDiskFails}, 1 + kCommitsToFaultMax));
  network_.begin_races(scene());
}

// One decision a life: 0, or where of so many commits it ends.
void World::draw_crash() {
  if (crashes_ >= kCrashesMax) return;
  to_crash_ = decisions_.draw_next({.kind = ChoiceKind::kCrash}, 1 + 3 * kCommitsToCrashMax);
}

World::CrashPoint World::crash_point() {
  if (to_crash_ == 0 || disk_.failed()) return CrashPoint::kNone;
  if (to_crash_ > 3) {
    to_crash_ -= 3;
    return CrashPoint::kNone;
  }
  return static_cast<CrashPoint>(std::exchange(to_crash_, 0) - 1);
}

void World::may_stall() {
  if (to_stall_ == 0) return;
  if (to_stall_ > 3) {
    to_stall_ -= 3;
    return;
  }
  stand_still(delays::kStall[std::exchange(to_stall_, 0) - 1]);
}

void World::stand_still(Duration length) {
  if (process_ != Process::kRuns) return;
  process_ = Process::kStandsStill;
  // Its peers may have given up by then: with what waits for it the last of a call would be lost.
  to_crash_ = 0;
  scene().tell(Faulted{{}, Fault::kStall});
  scene().after(length, EngineStarts{});
}

void World::commit() {
  if (kernel_.in_turn() || !disk_.has_more()) return hand_out();
  CrashPoint point = crash_point();
  if (point != CrashPoint::kBeforeCommit) disk_.commit(scene());
  // This very commit may have failed it: then the process lives, and its orders leave.
  if (disk_.failed()) point = CrashPoint::kNone;
  if (point == CrashPoint::kBeforeOrders) disk_.sync();
  if (point == CrashPoint::kNone || point == CrashPoint::kAfterOrders) hand_out();
  if (point != CrashPoint::kNone) return crash();
  may_stall();
}

// What is not durable. What stood behind lost records stands behind the last one that is left; what
// was answered from them was heard in the lost process only.
void World::lose_records() {
  const std::vector<Record>& records = disk_.log().records();
  const Position last = disk_.log().durable();
  if (last < records.size()) {
    const auto behind = [last](const TraceEntry& each) { return each.after > last; };
    const TraceEntry lost{records[last].at, last, Faulted{{}, Fault::kRecordsLost}};
    trace_.insert(std::ranges::find_if(trace_, behind), lost);
    std::erase_if(trace_, [&](const TraceEntry& each) {
      return behind(each) && std::holds_alternative<LookedUp>(each.what);
    });
    for (TraceEntry& each : trace_) each.after = std::min(each.after, last);
  }
  disk_.crash(now_);
}

void World::crash() {
  if (disk_.failed()) return;
  lose_records();
  agenda_.lose_process();
  media_.crash(scene());
  client_.crash();
  const core::LayerTable& table = reborn_ == nullptr ? kernel_.table() : *reborn_;
  kernel_ = core::Kernel{kernel_.config(), kernel_.turns(), table};
  acts_.clear();
  asking_.clear();
  newest_input_ = 0;
  recorder_ = {};
  ++crashes_;
  process_ = Process::kDown;
  to_stall_ = 0;
  scene().tell(Faulted{{}, Fault::kCrash});
  const ChoiceKey key{.kind = ChoiceKind::kCrash, .from = 1};
  scene().after(delays::kDown[decisions_.draw_next(key, std::size(delays::kDown))], EngineStarts{});
}

void World::go_on() {
  const bool was_down = std::exchange(process_, Process::kRuns) == Process::kDown;
  if (was_down) return start_again();
  scene().tell(Recovered{});
  hand_out();
}

void World::start_again() {
  core::Recovery recovery;
  for (const Record& record : disk_.log().records()) {
    kernel_.recover(record);
    recovery.add(record.event);
  }
  scene().tell(Recovered{});
  for (const core::KeptStream& kept : recovery.streams()) {
    if (media_.reopen(kept, scene())) continue;
    deliver(StreamStopped{.call = kept.start.call, .stream = kept.start.stream});
  }
  for (const Input& report : recovery.reports()) deliver(report);
  for (const CommandGiven& given : client_.unanswered()) {
    deliver(given);
    if (given.call) asking_.push_back({newest_input_, given.call, Asker::kClient});
  }
  draw_crash();
}

}  // namespace lastcall::sim
