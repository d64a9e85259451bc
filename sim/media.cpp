#include "sim/media.hpp"

#include <algorithm>

namespace lastcall::sim {
namespace {

constexpr std::uint16_t kFirstPort = 40'000;

// How long opening (0) or stopping (1) a stream takes.
// Only stopping can take for ever.
constexpr std::uint32_t kForever = std::size(delays::kConfirm);
std::optional<Duration> lateness(CallId call, std::uint8_t what, const Scene& scene) {
  const ChoiceKey key{
      .kind = ChoiceKind::kLateMedia, .from = what, .call = scene.decisions.ordinal(call)};
  const std::uint32_t index = scene.decisions.draw_next(key, kForever + what);
  if (index == delays::kConfirmStarves) scene.tell(Faulted{call, Fault::kMediaLate});
  if (index == kForever) {
    scene.tell(Faulted{call, Fault::kMediaSilent});
    return std::nullopt;
  }
  return delays::kConfirm[index];
}

}  // namespace

MediaHost::Stream* MediaHost::find(CallId call, StreamId stream) {
  const auto it = std::ranges::find_if(
      streams_, [&](const Stream& each) { return each.call == call && each.stream == stream; });
  return it == streams_.end() ? nullptr : &*it;
}

void MediaHost::start(const StartStream& order, const Scene& scene) {
  if (find(order.call, order.stream) != nullptr) return;
  streams_.push_back({.call = order.call, .stream = order.stream, .frames_left = frames_});
  scene.after(*lateness(order.call, 0, scene), StreamOpens{order.call, order.stream});
}

std::optional<Input> MediaHost::opened(const StreamOpens& due, const Scene& scene) {
  Stream* stream = find(due.call, due.stream);
  if (stream == nullptr || stream->port != Port::kOpening || stream->stopping) return {};
  stream->port = Port::kOpen;
  scene.tell(PortOpened{due.call, due.stream});
  const auto port = static_cast<std::uint16_t>(kFirstPort + 2 * (stream - streams_.data()));
  return StreamStarted{due.call, due.stream, Endpoint{host_, port}};
}

void MediaHost::direct(const DirectStream& order, const Scene& scene) {
  Stream* stream = find(order.call, order.stream);
  if (stream == nullptr || stream->port != Port::kOpen) return;
  stream->direction = order.direction;
  stream->directed = !order.remote.host.empty();
  if (!stream->ticking) tick_in(Duration::zero(), *stream, scene);
}

void MediaHost::stop(const StopStream& order, const Scene& scene) {
  Stream* stream = find(order.call, order.stream);
  if (stream == nullptr || stream->stopping) return;
  stream->stopping = true;
  if (silent_) return;
  const auto late = lateness(order.call, 1, scene);
  if (late) scene.after(*late, StreamCloses{order.call, order.stream});
}

std::optional<Input> MediaHost::closed(const StreamCloses& due, const Scene& scene) {
  Stream* stream = find(due.call, due.stream);
  if (stream == nullptr || stream->port == Port::kClosed) return {};
  if (stream->port == Port::kOpen) scene.tell(PortClosed{due.call, due.stream});
  stream->port = Port::kClosed;
  if (due.aborted) return {};
  return StreamStopped{due.call, due.stream, stream->sent, stream->received, stream->dropped};
}

std::optional<Input> MediaHost::fail(CallId call, const Scene& scene) {
  const auto it = std::ranges::find(streams_, call, &Stream::call);
  if (it == streams_.end() || it->port != Port::kOpen) return {};
  scene.tell(PortClosed{call, it->stream});
  it->port = Port::kClosed;
  return StreamFailed{call, it->stream};
}

void MediaHost::abort(CallId call, const Scene& scene) {
  // The pump sees it after the frames that were recorded before it.
  for (const Stream& stream : streams_) {
    if (stream.call != call || stream.port == Port::kClosed) continue;
    scene.after(Duration::zero(), StreamCloses{call, stream.stream, true});
  }
}

void MediaHost::crash(const Scene& scene) {
  for (Stream& each : streams_) {
    if (each.port == Port::kOpen) scene.tell(PortClosed{each.call, each.stream});
    each = {.call = each.call,
            .stream = each.stream,
            .port = Port::kClosed,
            .frames_left = each.frames_left,
            .round = each.round + 1};
  }
}

bool MediaHost::reopen(const core::KeptStream& kept, const Scene& scene) {
  Stream* stream = find(kept.start.call, kept.start.stream);
  const ChoiceKey key{
      .kind = ChoiceKind::kCrash, .from = 2, .call = scene.decisions.ordinal(kept.start.call)};
  if (stream == nullptr || scene.decisions.draw_next(key, 2) == 1) return false;
  stream->port = Port::kOpen;
  scene.tell(PortOpened{kept.start.call, kept.start.stream});
  if (kept.directed) direct(*kept.directed, scene);
  return true;
}

void MediaHost::tick_in(Duration delay, Stream& stream, const Scene& scene) {
  if (stream.frames_left == 0) return;
  stream.ticking = true;
  scene.after(delay, PumpTicks{stream.call, stream.stream, stream.round});
}

void MediaHost::flow(std::uint32_t frames, Duration delay, const Scene& scene) {
  frames_ = frames;
  for (Stream& stream : streams_) {
    stream.frames_left = frames;
    ++stream.round;
    tick_in(delay, stream, scene);
  }
}

bool MediaHost::ticks(const PumpTicks& due, const Scene& scene) {
  Stream* stream = find(due.call, due.stream);
  if (stream == nullptr || due.round != stream->round) return false;
  stream->ticking = false;
  if (stream->port != Port::kOpen || stream->refused == Found::kNotFound) return false;
  --stream->frames_left;
  tick_in(kFrame, *stream, scene);
  return stream->directed && sends(stream->direction);
}

bool MediaHost::is_open(const PumpTicks& due) const {
  return std::ranges::any_of(streams_, [&](const Stream& each) {
    return each.call == due.call && each.stream == due.stream && each.port == Port::kOpen;
  });
}

std::optional<Input> MediaHost::frame(const PumpTicks& due, Found found, const Scene& scene) {
  Stream* stream = find(due.call, due.stream);
  if (found == Found::kLive) {
    stream->refused.reset();
    ++stream->sent;
    scene.tell(FrameSent{due.call});
    if (receives(stream->direction)) {
      ++stream->received;
      scene.tell(FramePlayed{due.call});
    }
    return {};
  }
  ++stream->dropped;
  if (stream->refused == found) return {};
  stream->refused = found;
  return FrameRefused{due.call, due.stream, found};
}

std::size_t MediaHost::open_streams() const {
  return static_cast<std::size_t>(std::ranges::count(streams_, Port::kOpen, &Stream::port));
}

}  // namespace lastcall::sim
