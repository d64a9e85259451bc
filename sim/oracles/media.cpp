#include "sim/oracles/media.hpp"

namespace lastcall::sim {
namespace {

constexpr Rule kI21{"I-21", "No frame of ours leaves once the call is ending."};
constexpr Rule kI22{"I-22", "No frame of the peer is played once the call is ending."};
constexpr Rule kI24{
    "I-24",
    "A call that has ended, or whose Media has confirmed, has no open port and nobody "
    "who holds on to its media."};

}  // namespace

MediaRules::Call& MediaRules::call(CallId id) {
  Call* found = calls_.find(id);
  return found != nullptr ? *found : calls_.put(id, {});
}

void MediaRules::on(const CallTerminating& event, const Record& record, Report&) {
  call(event.call).ending = record.pos;
}

void MediaRules::on(const CleanupConfirmed& event, const Record& record, Report& report) {
  if (event.layer != CleanupLayer::kMedia || event.verdict != Verdict::kAccepted) return;
  const Call& each = call(event.call);
  if (each.open.empty() && each.holders.empty()) return;
  report.broken({kI24,
                 event.call,
                 "confirmed",
                 each.open.empty() ? "Media confirmed while somebody held on."
                                   : "Media confirmed with a port open.",
                 {record.pos}});
}

void MediaRules::on(const CallTerminated& event, const Record& record, Report& report) {
  Call& each = call(event.call);
  each.ended = record.pos;
  each.orphaned = event.forced && event.missing.contains(CleanupLayer::kMedia);
  if (each.orphaned || (each.open.empty() && each.holders.empty())) return;
  report.broken({kI24,
                 event.call,
                 "ended",
                 each.open.empty() ? "It ended while somebody held on to its media."
                                   : "It ended with a port open.",
                 {record.pos}});
}

void MediaRules::on(const MediaHeld& event, const Record&, Report&) {
  call(event.call).holders.insert(event.holder);
}
void MediaRules::on(const MediaLetGo& event, const Record&, Report&) {
  call(event.call).holders.erase(event.holder);
}

void MediaRules::on(const PortOpened& opened, Report& report) {
  Call& each = call(opened.call);
  each.open.insert(opened.stream);
  with_ports_.insert(opened.call);
  if (each.ended == 0 || each.orphaned) return;
  report.broken({kI24,
                 opened.call,
                 "opened late",
                 "A port was opened after the end.",
                 {each.ended},
                 {report.entry}});
}

void MediaRules::on(const PortClosed& closed, Report&) {
  Call& each = call(closed.call);
  each.open.erase(closed.stream);
  if (each.open.empty()) with_ports_.erase(closed.call);
}

void MediaRules::on(const FrameSent& frame, Report& report) {
  const Call* each = calls_.find(frame.call);
  if (each == nullptr || each->ending == 0) return;
  report.broken({kI21, frame.call, "", "One left.", {each->ending}, {report.entry}});
}

void MediaRules::on(const FramePlayed& frame, Report& report) {
  const Call* each = calls_.find(frame.call);
  if (each == nullptr || each->ending == 0) return;
  report.broken({kI22, frame.call, "", "One was played.", {each->ending}, {report.entry}});
}

void MediaRules::end(Report& report) {
  for (const CallId id : with_ports_) {
    const Call& each = call(id);
    if (each.ended == 0 || each.orphaned) continue;
    report.broken({kI24, id, "left open", "Its port was never closed.", {each.ended}});
  }
}

}  // namespace lastcall::sim
