#pragma once
// Facts of the media layer: streams and who holds on to them. Frames are not events.

#include "engine/base/fields.hpp"
#include "engine/model/call.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/input.hpp"
#include "engine/model/media_types.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace lastcall {
inline namespace model {

// A port and a pump were asked for.
struct StreamOpening {
  static constexpr std::string_view kName = "StreamOpening";
  CallId call;
  StreamId stream;
  bool operator==(const StreamOpening&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &StreamOpening::call), field("stream", &StreamOpening::stream)};
};

// They are there.
struct StreamOpened {
  static constexpr std::string_view kName = "StreamOpened";
  CallId call;
  StreamId stream;
  Endpoint local;
  bool operator==(const StreamOpened&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &StreamOpened::call), field("stream", &StreamOpened::stream),
                 field("local", &StreamOpened::local)};
};

// The pump was told whom to send to, and in which direction audio may flow.
struct StreamDirected {
  static constexpr std::string_view kName = "StreamDirected";
  CallId call;
  StreamId stream;
  Endpoint remote;
  Direction direction = Direction::kInactive;
  std::uint8_t payload_type = 0;
  bool operator==(const StreamDirected&) const = default;
  static constexpr auto kFields = std::tuple{
      field("call", &StreamDirected::call), field("stream", &StreamDirected::stream),
      field("remote", &StreamDirected::remote), field("direction", &StreamDirected::direction),
      field("payload_type", &StreamDirected::payload_type)};
};

// The call is ending: the pump was told to stop. No frame leaves after this (I-21).
struct StreamStopping {
  static constexpr std::string_view kName = "StreamStopping";
  CallId call;
  StreamId stream;
  bool operator==(const StreamStopping&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &StreamStopping::call), field("stream", &StreamStopping::stream)};
};

// Proof came that port and pump are gone, or that they never were.
struct StreamClosed {
  static constexpr std::string_view kName = "StreamClosed";
  CallId call;
  StreamId stream;
  bool operator==(const StreamClosed&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &StreamClosed::call), field("stream", &StreamClosed::stream)};
};

// The call was released while the stream was still open: the host has to reap it.
struct StreamOrphaned {
  static constexpr std::string_view kName = "StreamOrphaned";
  CallId call;
  StreamId stream;
  bool operator==(const StreamOrphaned&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &StreamOrphaned::call), field("stream", &StreamOrphaned::stream)};
};

// A recorder, a bridge or the like took hold of the call's media.
struct MediaHeld {
  static constexpr std::string_view kName = "MediaHeld";
  CallId call;
  HolderId holder;
  bool operator==(const MediaHeld&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &MediaHeld::call), field("holder", &MediaHeld::holder)};
};

// It let go.
struct MediaLetGo {
  static constexpr std::string_view kName = "MediaLetGo";
  CallId call;
  HolderId holder;
  bool operator==(const MediaLetGo&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &MediaLetGo::call), field("holder", &MediaLetGo::holder)};
};

// The audio pump asked for this call and was told it is over. "not-found" would break I-53.
struct AudioRefused {
  static constexpr std::string_view kName = "AudioRefused";
  CallId call;
  StreamId stream;
  Found found = Found::kNotFound;
  bool operator==(const AudioRefused&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &AudioRefused::call), field("stream", &AudioRefused::stream),
                 field("found", &AudioRefused::found)};
};

// The call is ending; media confirms when no stream is open and nobody holds on.
struct MediaCleaning {
  static constexpr std::string_view kName = "MediaCleaning";
  CallId call;
  bool operator==(const MediaCleaning&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &MediaCleaning::call)};
};

using MediaEvent =
    std::variant<StreamOpening, StreamOpened, StreamDirected, StreamStopping, StreamClosed,
                 StreamOrphaned, MediaHeld, MediaLetGo, AudioRefused, MediaCleaning>;

}  // namespace model
}  // namespace lastcall
