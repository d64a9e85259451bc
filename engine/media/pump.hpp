#pragma once
// Pump: the audio of one stream, a value without clock and sockets. Both worlds step it once every
// 20 ms: the host by real time, the simulation by choices. Before each frame it wants to be told
// whether its call is found, as an application would ask. It plays what it hears back (an echo),
// and silence where it has heard nothing. The one promise: no frame is sent unless the call is
// live.

#include "engine/media/g711.hpp"
#include "engine/media/rtp.hpp"
#include "engine/model/output.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lastcall::media {

// How often a pump is to be stepped.
inline constexpr Duration kFrameTime = std::chrono::milliseconds{20};

// What one step asks of the world.
struct PumpStep {
  struct Frame {
    Endpoint destination;
    std::string packet;  // RTP
    bool operator==(const Frame&) const = default;
  };
  std::optional<Frame> frame;           // to be sent now
  std::optional<FrameRefused> refused;  // to be reported: the first of a row
  bool operator==(const PumpStep&) const = default;
};

class Pump {
 public:
  Pump(CallId call, StreamId stream);

  // From now on: this remote, direction and payload type. What was heard before is not played.
  void direct(const DirectStream& order);

  // Takes in a packet from the network. Bad and unwanted ones are counted, nothing else.
  void received(std::string_view packet);

  // The next 20 ms, `found` being the answer to "where is my call?". A live call gets a frame if
  // the direction sends; an ending or ended call swallows it; an unknown call stops the pump.
  [[nodiscard]] PumpStep step(Found found);

  // The report that it is gone, with its counts.
  [[nodiscard]] StreamStopped stopped() const;

  [[nodiscard]] CallId call() const { return call_; }
  [[nodiscard]] StreamId stream() const { return stream_; }
  [[nodiscard]] Direction direction() const { return direction_; }
  [[nodiscard]] const Endpoint& remote() const { return remote_; }
  [[nodiscard]] std::uint64_t packets_bad() const { return packets_bad_; }

  bool operator==(const Pump&) const = default;

 private:
  [[nodiscard]] bool wants_to_send() const;
  [[nodiscard]] PumpStep::Frame next_frame();
  [[nodiscard]] std::optional<FrameRefused> refuse(Found found);

  CallId call_;
  StreamId stream_;
  Endpoint remote_;
  Direction direction_ = Direction::kInactive;
  std::uint8_t payload_type_ = 0;
  Found found_ = Found::kLive;  // the last answer
  bool talking_ = false;        // the last tick sent a frame: the next needs no marker
  std::uint16_t sequence_;
  std::uint32_t timestamp_;
  std::uint32_t ssrc_;
  std::string heard_;  // G.711 octets not yet played back, oldest first
  std::uint64_t frames_sent_ = 0;
  std::uint64_t frames_received_ = 0;
  std::uint64_t frames_dropped_ = 0;
  std::uint64_t packets_bad_ = 0;
};

}  // namespace lastcall::media
