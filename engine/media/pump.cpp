#include "engine/media/pump.hpp"

#include "engine/base/hash.hpp"

namespace lastcall::media {
namespace {

// 100 ms: what comes faster than it can be played back would only grow the delay.
constexpr std::size_t kHeardMax = 5 * kSamplesPerFrame;

}  // namespace

// RFC 3550 5.1: sequence, timestamp and SSRC begin at unpredictable values; the id of the stream
// is derived from the run's secret seed.
Pump::Pump(CallId call, StreamId stream)
    : call_(call),
      stream_(stream),
      sequence_(static_cast<std::uint16_t>(hash_of(0, std::string_view{"sequence"}, stream))),
      timestamp_(static_cast<std::uint32_t>(hash_of(0, std::string_view{"timestamp"}, stream))),
      ssrc_(static_cast<std::uint32_t>(hash_of(0, std::string_view{"ssrc"}, stream))) {}

void Pump::direct(const DirectStream& order) {
  remote_ = order.remote;
  direction_ = order.direction;
  payload_type_ = order.payload_type;
  heard_.clear();
}

void Pump::received(std::string_view packet) {
  const auto rtp = parse_rtp(packet);
  if (!rtp || rtp->payload_type != payload_type_ || !g711_of(payload_type_)) {
    ++packets_bad_;
    return;
  }
  if (found_ != Found::kLive) {
    ++frames_dropped_;
    return;
  }
  ++frames_received_;
  if (!receives(direction_)) return;
  heard_ += rtp->payload;
  if (heard_.size() > kHeardMax) heard_.erase(0, heard_.size() - kHeardMax);
}

PumpStep Pump::step(Found found) {
  const bool stopped = found_ == Found::kNotFound;
  if (stopped) return {};
  PumpStep result;
  if (found != Found::kLive) {
    if (wants_to_send()) ++frames_dropped_;
    result.refused = refuse(found);
  } else if (wants_to_send()) {
    result.frame = next_frame();
  } else {
    talking_ = false;
  }
  timestamp_ += static_cast<std::uint32_t>(kSamplesPerFrame);  // time passes in silence too
  found_ = found;
  return result;
}

StreamStopped Pump::stopped() const {
  return {.call = call_,
          .stream = stream_,
          .frames_sent = frames_sent_,
          .frames_received = frames_received_,
          .frames_dropped = frames_dropped_};
}

// RFC 3264 8.4: nothing is sent to a connection address of zeros, the old way to hold.
bool Pump::wants_to_send() const {
  const bool nowhere = remote_.host.empty() || remote_.host == "0.0.0.0" || remote_.host == "::";
  return sends(direction_) && !nowhere && remote_.port != 0 && g711_of(payload_type_);
}

PumpStep::Frame Pump::next_frame() {
  const auto law = g711_of(payload_type_);
  std::string samples = heard_.substr(0, kSamplesPerFrame);
  heard_.erase(0, samples.size());
  samples.resize(kSamplesPerFrame, static_cast<char>(silence(*law)));
  // RFC 3551 4.1: the marker says where a talkspurt begins.
  const RtpPacket packet{.marker = !talking_,
                         .payload_type = payload_type_,
                         .sequence = sequence_++,
                         .timestamp = timestamp_,
                         .ssrc = ssrc_,
                         .payload = std::move(samples)};
  talking_ = true;
  ++frames_sent_;
  return {remote_, write(packet)};
}

// The first refusal of a row; the next tick with the same answer says nothing new.
std::optional<FrameRefused> Pump::refuse(Found found) {
  talking_ = false;
  heard_.clear();
  if (found == found_) return std::nullopt;
  return FrameRefused{.call = call_, .stream = stream_, .found = found};
}

}  // namespace lastcall::media
