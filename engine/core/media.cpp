#include "engine/core/media.hpp"

#include <algorithm>

namespace lastcall::core {
namespace {

using State = MediaLayer::State;

// What a decision about one call needs at hand.
struct MediaContext {
  CallId call;
  const CallMedia& media;
  Outbox& out;
};

void confirm(const MediaContext& at) {
  at.out.send(ToSession{CleanupDone{at.call, CleanupLayer::kMedia}});
}

void open_stream(const State& state, CallId call, const Context& context, Outbox& out) {
  const CallMedia* media = state.calls.find(call);
  if (media != nullptr && (media->cleaning || media->phase != StreamPhase::kNone)) return;
  const StreamId stream = context.draws.stream(call);
  out.record(StreamOpening{call, stream});
  out.perform(call, Gate::kDurable, StartStream{call, stream});
}

void stream_started(const MediaContext& at, const StreamStarted& started) {
  // It opened while the call was ending: StopStream follows it on its way already.
  if (at.media.phase != StreamPhase::kOpening) return;
  at.out.record(StreamOpened{at.call, started.stream, started.local});
  at.out.send(ToSession{StreamReady{at.call, started.local}});
}

// StreamStopped and StreamFailed: there is no port and no pump any more.
void stream_gone(const MediaContext& at, StreamId stream) {
  if (at.media.phase == StreamPhase::kNone || at.media.phase == StreamPhase::kClosed) return;
  at.out.record(StreamClosed{at.call, stream});
  if (!at.media.cleaning) {
    at.out.send(ToSession{StreamUnavailable{at.call}});
  } else if (at.media.holders.empty()) {
    confirm(at);
  }
}

void aim_stream(const MediaContext& at, const AimStream& aim) {
  if (at.media.phase != StreamPhase::kOpen) return;
  at.out.record(
      StreamDirected{at.call, at.media.stream, aim.remote, aim.direction, aim.payload_type});
  at.out.perform(
      at.call, Gate::kDurable,
      DirectStream{at.call, at.media.stream, aim.remote, aim.direction, aim.payload_type});
}

void attach(const MediaContext& at, HolderId holder) {
  // A late joiner would hold what nobody waits for any more (RACES Z-62 family): refused.
  if (at.media.cleaning || at.media.holders.size() >= limits::kHoldersMax) return;
  at.out.record(MediaHeld{at.call, holder});
}

void let_go(const MediaContext& at, HolderId holder) {
  const auto& holders = at.media.holders;
  if (!std::binary_search(holders.begin(), holders.end(), holder)) return;
  at.out.record(MediaLetGo{at.call, holder});
  CallMedia after = at.media;
  std::erase(after.holders, holder);
  if (at.media.cleaning && after.released()) confirm(at);
}

void begin_cleanup(const MediaContext& at) {
  if (at.media.cleaning) return;
  at.out.record(MediaCleaning{at.call});
  if (at.media.phase == StreamPhase::kOpening || at.media.phase == StreamPhase::kOpen) {
    at.out.record(StreamStopping{at.call, at.media.stream});
    at.out.perform(at.call, Gate::kFree, StopStream{at.call, at.media.stream});
  } else if (at.media.released()) {
    confirm(at);
  }
}

// The call was released while this layer still held something of it.
void abort_cleanup(const State& state, CallId call, const Context& context, Outbox& out) {
  const StreamId stream = context.draws.stream(call);
  if (state.orphans.contains(stream)) out.record(StreamOrphaned{call, stream});
  out.perform(call, Gate::kFree, AbortCall{call, CleanupLayer::kMedia});
}

// Reports about a call that is no more: only an orphan's end still matters.
void decide_without_call(const State& state, const MediaLayer::Input& input, Outbox& out) {
  if (const auto* stopped = std::get_if<StreamStopped>(&input)) {
    if (state.orphans.contains(stopped->stream)) {
      out.record(StreamClosed{stopped->call, stopped->stream});
    }
  } else if (const auto* failed = std::get_if<StreamFailed>(&input)) {
    if (state.orphans.contains(failed->stream)) {
      out.record(StreamClosed{failed->call, failed->stream});
    }
  } else if (const auto* started = std::get_if<StreamStarted>(&input)) {
    // It opened after its call was released: nobody else will ever stop it.
    out.perform(started->call, Gate::kFree, StopStream{started->call, started->stream});
  }
}

}  // namespace

void MediaLayer::decide(const State& state, const Input& input, const Context& context,
                        Outbox& out) {
  const CallId call = std::visit([](const auto& mail) { return CallId{mail.call}; }, input);
  // Nothing may be opened or held for a call that is gone: nobody would ever close it.
  const Found found = context.directory.find(call).found;
  const bool live = found == Found::kLive || found == Found::kEnding;
  if (std::holds_alternative<OpenStream>(input)) {
    // I-20: nothing of a call starts once it is ending; the mail may have been on its way.
    if (found == Found::kLive) open_stream(state, call, context, out);
    return;
  }
  if (std::holds_alternative<AbortCleanup>(input)) return abort_cleanup(state, call, context, out);
  if (const auto* refused = std::get_if<FrameRefused>(&input)) {
    out.record(AudioRefused{refused->call, refused->stream, refused->found});
    return;
  }
  const CallMedia* known = state.calls.find(call);
  const bool may_begin =
      std::holds_alternative<BeginCleanup>(input) || std::holds_alternative<HolderAttached>(input);
  if (known == nullptr && !(may_begin && live)) return decide_without_call(state, input, out);

  const CallMedia nothing_yet;
  const MediaContext at{call, known == nullptr ? nothing_yet : *known, out};
  match(
      input, [&](const StreamStarted& m) { stream_started(at, m); },
      [&](const StreamFailed& m) { stream_gone(at, m.stream); },
      [&](const StreamStopped& m) { stream_gone(at, m.stream); }, [](const FrameRefused&) {},
      [&](const HolderAttached& m) { attach(at, m.holder); },
      [&](const HolderReleased& m) { let_go(at, m.holder); }, [](const OpenStream&) {},
      [&](const AimStream& m) { aim_stream(at, m); },
      [&](const BeginCleanup&) { begin_cleanup(at); }, [](const AbortCleanup&) {});
}

namespace {

CallMedia& media_of(State& state, CallId call) {
  CallMedia* media = state.calls.find(call);
  return media == nullptr ? state.calls.put(call, {}) : *media;
}

void set_phase(State& state, CallId call, StreamPhase phase) {
  if (CallMedia* media = state.calls.find(call)) media->phase = phase;
}

void add_holder(State& state, const MediaHeld& e) {
  auto& holders = media_of(state, e.call).holders;
  const auto place = std::lower_bound(holders.begin(), holders.end(), e.holder);
  if (place == holders.end() || *place != e.holder) holders.insert(place, e.holder);
}

}  // namespace

void MediaLayer::apply(State& state, const Event& event) {
  match(
      event,
      [&](const StreamOpening& e) {
        CallMedia& media = media_of(state, e.call);
        media.stream = e.stream;
        media.phase = StreamPhase::kOpening;
      },
      [&](const StreamOpened& e) { set_phase(state, e.call, StreamPhase::kOpen); },
      [](const StreamDirected&) {},
      [&](const StreamStopping& e) { set_phase(state, e.call, StreamPhase::kStopping); },
      [&](const StreamClosed& e) {
        set_phase(state, e.call, StreamPhase::kClosed);
        state.orphans.erase(e.stream);
      },
      [](const StreamOrphaned&) {}, [&](const MediaHeld& e) { add_holder(state, e); },
      [&](const MediaLetGo& e) { std::erase(media_of(state, e.call).holders, e.holder); },
      [](const AudioRefused&) {},
      [&](const MediaCleaning& e) { media_of(state, e.call).cleaning = true; });
}

void MediaLayer::forget(State& state, CallId call) {
  const CallMedia* media = state.calls.find(call);
  if (media == nullptr) return;
  const bool open = media->phase != StreamPhase::kNone && media->phase != StreamPhase::kClosed;
  if (open) state.orphans.put(media->stream, call);
  state.calls.erase(call);
}

}  // namespace lastcall::core
