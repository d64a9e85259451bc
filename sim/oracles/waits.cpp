#include "sim/oracles/waits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lastcall::sim {
namespace {

constexpr Rule kPo5{"PO-5", "Nobody waits for somebody who waits for him."};
constexpr Rule kI51{"I-51",
                    "What is meant for one call changes no other call, unless they are "
                    "linked."};

}  // namespace

WaitRules::Call& WaitRules::call(CallId id) {
  const auto it = std::ranges::find(calls_, id, &Call::call);
  if (it != calls_.end()) return *it;
  calls_.push_back({.call = id});
  return calls_.back();
}

void WaitRules::on(const CallTerminating& event, const Record& record, Report&) {
  Call& each = call(event.call);
  each.missing = event.required;
  each.ending = record.pos;
}
void WaitRules::on(const CleanupConfirmed& event, const Record&, Report&) {
  if (event.verdict == Verdict::kAccepted) call(event.call).missing.erase(event.layer);
}
void WaitRules::on(const CallTerminated& event, const Record&, Report&) {
  std::erase_if(calls_, [&](const Call& each) { return each.call == event.call; });
}
void WaitRules::on(const MediaCleaning& event, const Record&, Report&) {
  call(event.call).cleaning = true;
}
void WaitRules::on(const StreamStopping& event, const Record&, Report&) {
  call(event.call).stopping = true;
}
void WaitRules::on(const StreamClosed& event, const Record&, Report&) {
  call(event.call).stopping = false;
}
void WaitRules::on(const MediaHeld& event, const Record&, Report&) { ++call(event.call).holders; }
void WaitRules::on(const MediaLetGo& event, const Record&, Report&) { --call(event.call).holders; }
void WaitRules::on(const ClientAttached& event, const Record&, Report&) {
  call(event.call).attached = true;
}
void WaitRules::on(const EndingAnnounced& event, const Record&, Report&) {
  call(event.call).announced = true;
}
void WaitRules::on(const ClientReleased& event, const Record&, Report&) {
  call(event.call).taken = true;
}

CleanupLayers WaitRules::stuck(const Call& call) {
  CleanupLayers layers = call.missing;
  const bool stream_owed = call.cleaning && (call.stopping || call.holders > 0);
  if (stream_owed) layers.erase(CleanupLayer::kMedia);
  const bool notice_owed = call.announced && call.attached && !call.taken;
  if (notice_owed) layers.erase(CleanupLayer::kClient);
  return layers;
}

void WaitRules::passed(Instant, Report& report) {
  int waiting = 0;
  std::string who;
  std::vector<Position> since;
  for (const Call& each : calls_) {
    if (each.ending == 0) continue;
    const CleanupLayers layers = stuck(each);
    if (layers.empty()) continue;
    layers.for_each([&](CleanupLayer) { ++waiting; });
    if (!who.empty()) who += " and, of another call, ";
    who += to_text(layers);
    since.push_back(each.ending);
  }
  if (waiting < 2) return;
  report.broken(
      {kPo5,
       {},
       who,
       fmt::format("{} wait, and the world owes them nothing: each waits for the other.", who),
       since});
}

void CauseRules::link(CallId a, CallId b) {
  if (a && b) links_.emplace_back(a, b);
}

void CauseRules::see(const Record& record, Report& report) {
  const CallId call = call_of(record.event);
  if (const auto* leg = get_event<LegStarted>(record.event)) link(leg->call, leg->referrer);
  if (const auto* started = get_event<CallStarted>(record.event)) {
    link(started->call, started->replaces);
  }
  if (const auto* refer = get_event<ReferTaken>(record.event)) link(refer->call, refer->placed);
  if (call_of_.size() <= record.pos) call_of_.resize(record.pos + 1);
  call_of_[record.pos] = call;
  if (!call || record.cause == 0 || record.cause >= call_of_.size()) return;
  const CallId cause = call_of_[record.cause];
  // What hangs on to what the datagram belongs to is told by the transaction that it began.
  if (!cause || cause == call) return;
  const bool linked = std::ranges::any_of(links_, [&](const auto& each) {
    return each == std::pair{cause, call} || each == std::pair{call, cause};
  });
  if (linked) return;
  report.broken({kI51,
                 call,
                 std::string{type_of(record.event)},
                 fmt::format("{} came of what was meant for another call.", type_of(record.event)),
                 {record.cause, record.pos}});
}

}  // namespace lastcall::sim
