#pragma once
// MediaHost: the simulated audio of one engine: ports that open and close after a drawn time, and a
// pump per stream that every 20 ms asks for its call by id, as an application would, and sends a
// frame if the call is live and its direction sends. Frames flow only while the scenario wants
// audio, a handful per leg. It decides nothing about calls.

#include "engine/base/fields.hpp"
#include "engine/core/recovery.hpp"
#include "engine/model/input.hpp"
#include "engine/model/media_types.hpp"
#include "engine/model/output.hpp"
#include "sim/scene.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lastcall::sim {

class MediaHost {
 public:
  static constexpr Duration kFrame = std::chrono::milliseconds{20};

  explicit MediaHost(std::string host) : host_(std::move(host)) {}

  // Orders of the engine.
  void start(const StartStream& order, const Scene& scene);
  void direct(const DirectStream& order, const Scene& scene);
  void stop(const StopStream& order, const Scene& scene);
  void abort(CallId call, const Scene& scene);

  // Its process is lost, and with it every port.
  void crash(const Scene& scene);
  // A stream of the process before, opened again where it was; false if the port cannot be had.
  [[nodiscard]] bool reopen(const core::KeptStream& kept, const Scene& scene);

  // What comes due, and what is then reported; nothing if it means nothing any more.
  [[nodiscard]] std::optional<Input> opened(const StreamOpens& due, const Scene& scene);
  [[nodiscard]] std::optional<Input> closed(const StreamCloses& due, const Scene& scene);
  // Whether the pump has a frame to send at this tick. If so it will ask for its call, and the
  // answer goes to frame(), unless the port is closed by then.
  [[nodiscard]] bool ticks(const PumpTicks& due, const Scene& scene);
  [[nodiscard]] bool is_open(const PumpTicks& due) const;
  [[nodiscard]] std::optional<Input> frame(const PumpTicks& due, Found found, const Scene& scene);

  // From now on audio flows, the next frame of each leg in `delay`, `frames` of them.
  void flow(std::uint32_t frames, Duration delay, const Scene& scene);
  // The stream of the call breaks, and what is then reported.
  [[nodiscard]] std::optional<Input> fail(CallId call, const Scene& scene);
  // From now on no stream reports that it has stopped.
  void fall_silent() { silent_ = true; }

  // Streams whose port is open.
  [[nodiscard]] std::size_t open_streams() const;

 private:
  enum class Port : std::uint8_t { kOpening, kOpen, kClosed };
  struct Stream {
    CallId call;
    StreamId stream;
    Port port = Port::kOpening;
    bool stopping = false;
    Direction direction = Direction::kInactive;
    bool directed = false;
    std::uint32_t frames_left = 0;
    std::uint32_t round = 0;            // of the ticks that count
    bool ticking = false;               // a tick of this round is on the agenda
    std::optional<Found> refused = {};  // the last answer, if the call was not live
    std::uint64_t sent = 0, received = 0, dropped = 0;
    static constexpr auto kFields = std::tuple{field("call", &Stream::call),
                                               field("stream", &Stream::stream),
                                               field("port", &Stream::port),
                                               field("stopping", &Stream::stopping),
                                               field("direction", &Stream::direction),
                                               field("directed", &Stream::directed),
                                               field("frames_left", &Stream::frames_left),
                                               field("round", &Stream::round),
                                               field("ticking", &Stream::ticking),
                                               field("refused", &Stream::refused),
                                               field("sent", &Stream::sent),
                                               field("received", &Stream::received),
                                               field("dropped", &Stream::dropped)};
  };

  [[nodiscard]] Stream* find(CallId call, StreamId stream);
  void tick_in(Duration delay, Stream& stream, const Scene& scene);

  std::string host_;
  bool silent_ = false;
  std::uint32_t frames_ = 0;  // for streams that open later
  std::vector<Stream> streams_;

 public:
  static constexpr auto kFields =
      std::tuple{field("silent", &MediaHost::silent_), field("frames", &MediaHost::frames_),
                 field("streams", &MediaHost::streams_)};
};

}  // namespace lastcall::sim
