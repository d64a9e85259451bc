#include "sim/oracles/forced.hpp"

#include <fmt/format.h>

namespace lastcall::sim {
namespace {

constexpr Rule kPo1{"PO-1", "An end is forced only if a fault silenced or starved a layer."};

}  // namespace

ForcedEndRules::Call& ForcedEndRules::call(CallId id) {
  Call* found = calls_.find(id);
  return found != nullptr ? *found : calls_.put(id, {});
}

void ForcedEndRules::on(const CallConnected& event, const Record&, Report&) {
  call(event.call).on_hold = false;
}
void ForcedEndRules::on(const SessionChanged& event, const Record&, Report&) {
  call(event.call).on_hold = !event.held_by.empty();
}
void ForcedEndRules::on(const CallTerminating& event, const Record& record, Report&) {
  call(event.call).ending = record.pos;
}
void ForcedEndRules::on(const CleanupConfirmed& event, const Record& record, Report&) {
  if (event.verdict == Verdict::kAccepted) call(event.call).confirmed.push_back(record.pos);
}
void ForcedEndRules::on(const EndingAnnounced& event, const Record& record, Report&) {
  call(event.call).announced = record.pos;
}
void ForcedEndRules::on(const NoticeTaken& event, const Record& record, Report&) {
  if (event.notice == NoticeKind::kEnding) call(event.call).notice_taken = record.pos;
}
void ForcedEndRules::on(const StreamStarted& event, const Record&, Report&) {
  call(event.call).streaming = true;
}
void ForcedEndRules::on(const StreamStopped& event, const Record& record, Report&) {
  call(event.call).stream_stopped = record.pos;
}
void ForcedEndRules::on(const FrameRefused& event, const Record& record, Report&) {
  call(event.call).frame_refused = record.pos;
}
void ForcedEndRules::on(const DeadlineDue& event, const Record& record, Report&) {
  if (event.deadline.timer == Timer::kCleanup) call(event.call).fired = record.pos;
}
void ForcedEndRules::on(const Faulted& fault, Report&) {
  if (!starves(fault.what)) return;
  if (fault.call)
    call(fault.call).excused = true;
  else
    all_excused_ = true;
}

// The client layer is told of an ending by BeginCleanup (it announces it), by the client's
// NoticeTaken and by what the end itself sends. Once the first two have come, only the end is left
// to wait for.
ForcedEndRules::Wait ForcedEndRules::client_waits(const Call& each) {
  if (each.notice_taken == 0) {
    return {each.announced == 0 ? "Client never announced the ending, so nobody could take it."
                                : "Client waited for NoticeTaken, which never came.",
            "Client waits for NoticeTaken"};
  }
  return {fmt::format("Client had announced the ending (#{}) and its notice was taken (#{}), and "
                      "still it did not confirm: all that could still reach it was CallEnded. "
                      "A wait cycle: CallEnded waits for Client; Client waits for CallEnded.",
                      each.announced, each.notice_taken),
          "Client waits for CallEnded"};
}

// The media layer is told by BeginCleanup, by StreamStopped if a stream is open, and by the audio
// pump's frames.
ForcedEndRules::Wait ForcedEndRules::media_waits(const Call& each) {
  const std::string_view hold = each.on_hold ? " on hold" : "";
  if (each.stream_stopped == 0 && each.streaming && each.frame_refused == 0) {
    return {fmt::format("Media was missing{}: its stream was never stopped, and no frame was "
                        "submitted since the ending began{}. CallEnded waits for Media; Media "
                        "waits for a frame.",
                        hold, each.on_hold ? ", for on hold none is sent" : ""),
            fmt::format("Media{} waits for a frame", hold)};
  }
  if (each.stream_stopped == 0 && each.streaming) {
    return {
        fmt::format("Media was missing{}: it waited for StreamStopped, which never came.", hold),
        fmt::format("Media{} waits for StreamStopped", hold)};
  }
  return {fmt::format("Media was missing{} though its stream was {}: it waited for something that "
                      "is no proof of release{}.",
                      hold, each.streaming ? "stopped" : "never open",
                      each.frame_refused == 0 ? ", such as a frame: none was submitted since" : ""),
          fmt::format("Media{} waits for a frame", hold)};
}

ForcedEndRules::Wait ForcedEndRules::dialog_waits() {
  return {
      "Dialog was missing: it confirms at once, for what it still owes is kept by the "
      "tombstone, and it did not.",
      "Dialog waits"};
}

void ForcedEndRules::on(const CallTerminated& event, const Record& record, Report& report) {
  const Call& each = call(event.call);
  if (!event.forced || each.excused || all_excused_) return;
  std::string tale = fmt::format("Nothing was silenced, and this end was forced without {}.",
                                 to_text(event.missing));
  std::string place;
  event.missing.for_each([&](CleanupLayer layer) {
    const Wait wait = layer == CleanupLayer::kClient  ? client_waits(each)
                      : layer == CleanupLayer::kMedia ? media_waits(each)
                                                      : dialog_waits();
    tale += ' ' + wait.tale;
    place += (place.empty() ? "" : ", ") + wait.origin;
  });
  std::vector<Position> evidence{each.ending};
  if (event.missing.contains(CleanupLayer::kClient) && each.notice_taken != 0) {
    evidence.push_back(each.notice_taken);
  }
  evidence.insert(evidence.end(), each.confirmed.begin(), each.confirmed.end());
  evidence.push_back(each.fired);
  evidence.push_back(record.pos);
  report.broken({kPo1, event.call, place, tale, evidence});
}

}  // namespace lastcall::sim
