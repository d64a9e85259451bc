#pragma once
// Trace: what happened in the simulated world beside the log: what was looked up, sent, lost,
// received, opened, played, told. Oracles read the log and the trace in their common order: a trace
// entry stands behind the newest log record of its time (`after`).

#include "engine/base/enum_names.hpp"
#include "engine/base/time.hpp"
#include "engine/model/event.hpp"
#include "engine/model/output.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
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
// What goes wrong in the world.
enum class Fault : std::uint8_t {
  kCrash,         // the engine's process is lost, with everything that is not durable
  kRecordsLost,   // what it handles from here on is lost with a crash that comes
  kStall,         // it stands still: a paused machine, a clock that leaps
  kDiskFailed,    // nothing becomes durable any more, and the engine knows
  kPartition,     // a peer is cut off for a while, in one direction or both
  kPeerMoved,     // its datagrams come from another port (a NAT that has forgotten)
  kNameFailed,    // a name leads nowhere
  kSendFailed,    // a request of the engine cannot be sent, and it is told (ICMP)
  kClientSilent,  // the client takes no notice
  kClientLate,    // later than an ending may take
  kMediaSilent,   // a stream never reports that it has stopped
  kMediaLate,
};
[[nodiscard]] constexpr auto names_of(Fault) {
  return std::array<std::string_view, 12>{
      "crash",       "records lost", "stall",         "disk failed", "partition",    "peer moved",
      "name failed", "send failed",  "client silent", "client late", "media silent", "media late"};
}
// Whether it may keep a layer from confirming in time: a forced end is then no fault of the engine
// (PO-1).
[[nodiscard]] constexpr bool starves(Fault fault) {
  return fault == Fault::kCrash || fault == Fault::kStall || fault >= Fault::kClientSilent;
}
struct Faulted {
  CallId call;  // none: every call
  Fault what = Fault::kCrash;
};
// The engine runs again: after a crash, from its log.
struct Recovered {};

using Happening =
    std::variant<LookedUp, DatagramSent, DatagramArrived, PortOpened, PortClosed, FrameSent,
                 FramePlayed, ClientTold, ClientAnswered, CommandAsked, Faulted, Recovered>;

struct TraceEntry {
  Instant at;
  Position after = 0;  // the newest record of the log when it happened
  Happening what;
};
using Trace = std::vector<TraceEntry>;

}  // namespace lastcall::sim
