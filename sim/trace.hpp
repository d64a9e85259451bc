#pragma once
// Trace: what happened in the simulated world beside the log: what was looked up, sent, lost,
// received, opened, played, told. Oracles read the log and the trace in their common order: a trace
// entry stands behind the newest log record of its time (`after`).

#include "engine/base/time.hpp"
#include "engine/model/event.hpp"
#include "engine/model/output.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace lastcall::sim {

// Who asked for a call by its id.
enum class Asker : std::uint8_t { kAudio, kClient, kHold };
[[nodiscard]] constexpr auto names_of(Asker) {
  return std::array<std::string_view, 3>{"audio", "UI", "hold"};
}

// A question about an id, judged where it is asked (I-53).
struct LookedUp {
  CallId call;
  Asker asker = Asker::kAudio;
  Found found = Found::kNotFound;
};
// A datagram left an actor (0: the engine, 1..: peers); `lost` says what the network will do.
struct DatagramSent {
  std::uint8_t from = 0;
  std::uint8_t to = 0;
  std::string bytes;
  bool lost = false;
};
struct DatagramArrived {
  std::uint8_t from = 0;
  std::uint8_t to = 0;
  std::string bytes;
};
struct PortOpened {
  CallId call;
  StreamId stream;
};
struct PortClosed {
  CallId call;
  StreamId stream;
};
// A frame of ours left, or a frame of the peer was played.
struct FrameSent {
  CallId call;
};
struct FramePlayed {
  CallId call;
};
struct ClientTold {
  Notify notice;
};
struct ClientAnswered {
  Reply reply;
};
struct CommandAsked {
  CommandGiven command;
};
// A layer was made silent or the engine crashed: a forced end is then no fault of the engine
// (PO-1).
struct Faulted {
  CallId call;  // none: every call
  std::string what;
};

using Happening =
    std::variant<LookedUp, DatagramSent, DatagramArrived, PortOpened, PortClosed, FrameSent,
                 FramePlayed, ClientTold, ClientAnswered, CommandAsked, Faulted>;

struct TraceEntry {
  Instant at;
  Position after = 0;  // the newest record of the log when it happened
  Happening what;
};
using Trace = std::vector<TraceEntry>;

}  // namespace lastcall::sim
