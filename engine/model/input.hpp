#pragma once
// Mail from the world: what the engine is told. Each piece begins a turn and is itself logged as an
// event, so that a log can be rerun. Reports are facts of the world; the engine decides what they
// mean.

#include "engine/base/fields.hpp"
#include "engine/base/hash.hpp"
#include "engine/base/time.hpp"
#include "engine/model/call.hpp"
#include "engine/model/endpoint.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/layer_id.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace lastcall {
inline namespace model {

// Raw bytes of a message. The log keeps them beside the event, not inside its JSON; an event has at
// most one.
struct Wire {
  std::string bytes;
  bool operator==(const Wire&) const = default;
  static constexpr auto kFields = std::tuple{field("bytes", &Wire::bytes)};
};

// Bytes have come in: a datagram, or one message of a stream as sip::Framer cuts it, whose `source`
// then names the connection. What they mean is read inside the engine.
struct DatagramReceived {
  static constexpr std::string_view kName = "DatagramReceived";
  Endpoint source;
  Endpoint local;
  Wire wire;
  bool operator==(const DatagramReceived&) const = default;
  static constexpr auto kFields =
      std::tuple{field("source", &DatagramReceived::source),
                 field("local", &DatagramReceived::local), field("wire", &DatagramReceived::wire)};
};

// A request of ours could not be handed to the network (ICMP error, reset; RFC 3261 18.4).
struct TransmitFailed {
  static constexpr std::string_view kName = "TransmitFailed";
  TransactionId transaction;
  bool operator==(const TransmitFailed&) const = default;
  static constexpr auto kFields = std::tuple{field("transaction", &TransmitFailed::transaction)};
};

// The answer to Resolve: where the name leads to, best first (RFC 3263 4); nowhere if empty.
struct TargetsResolved {
  static constexpr std::string_view kName = "TargetsResolved";
  CallId call;
  TransactionId transaction;
  std::vector<Endpoint> targets;
  bool operator==(const TargetsResolved&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &TargetsResolved::call),
                                             field("transaction", &TargetsResolved::transaction),
                                             field("targets", &TargetsResolved::targets)};
};

// The answer to SignRequest, for the layer that asked: whole header lines with our credentials;
// empty if we have none for these realms. The secret itself never enters the engine.
struct RequestSigned {
  static constexpr std::string_view kName = "RequestSigned";
  LayerId layer = LayerId::kDialog;
  CallId call;
  TransactionId transaction;
  std::string lines;
  bool operator==(const RequestSigned&) const = default;
  static constexpr auto kFields = std::tuple{
      field("layer", &RequestSigned::layer), field("call", &RequestSigned::call),
      field("transaction", &RequestSigned::transaction), field("lines", &RequestSigned::lines)};
};

// The answer to JudgeCredentials: whether this request comes from whom it says.
struct CredentialsJudged {
  static constexpr std::string_view kName = "CredentialsJudged";
  CallId call;
  TransactionId transaction;
  bool accepted = false;
  bool operator==(const CredentialsJudged&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &CredentialsJudged::call),
                                             field("transaction", &CredentialsJudged::transaction),
                                             field("accepted", &CredentialsJudged::accepted)};
};

// The port is open and the pump runs.
struct StreamStarted {
  static constexpr std::string_view kName = "StreamStarted";
  CallId call;
  StreamId stream;
  Endpoint local;  // where the peer shall send its audio
  bool operator==(const StreamStarted&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &StreamStarted::call), field("stream", &StreamStarted::stream),
                 field("local", &StreamStarted::local)};
};

// No port could be opened for this stream.
struct StreamFailed {
  static constexpr std::string_view kName = "StreamFailed";
  CallId call;
  StreamId stream;
  bool operator==(const StreamFailed&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &StreamFailed::call), field("stream", &StreamFailed::stream)};
};

// Proof of release: no packet can leave or be played any more. Counts are frames of 20 ms.
struct StreamStopped {
  static constexpr std::string_view kName = "StreamStopped";
  CallId call;
  StreamId stream;
  std::uint64_t frames_sent = 0;
  std::uint64_t frames_received = 0;
  std::uint64_t frames_dropped = 0;  // arrived or were recorded after CallTerminating
  bool operator==(const StreamStopped&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &StreamStopped::call), field("stream", &StreamStopped::stream),
                 field("frames_sent", &StreamStopped::frames_sent),
                 field("frames_received", &StreamStopped::frames_received),
                 field("frames_dropped", &StreamStopped::frames_dropped)};
};

// The audio pump asked for its call and did not get a live one. Only the first of a row is
// reported.
struct FrameRefused {
  static constexpr std::string_view kName = "FrameRefused";
  CallId call;
  StreamId stream;
  Found found = Found::kNotFound;
  bool operator==(const FrameRefused&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &FrameRefused::call), field("stream", &FrameRefused::stream),
                 field("found", &FrameRefused::found)};
};

// Somebody (a recorder, a bridge) takes hold of, or lets go of, a call's media.
struct HolderAttached {
  static constexpr std::string_view kName = "HolderAttached";
  CallId call;
  HolderId holder;
  bool operator==(const HolderAttached&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &HolderAttached::call), field("holder", &HolderAttached::holder)};
};
// It lets go.
struct HolderReleased {
  static constexpr std::string_view kName = "HolderReleased";
  CallId call;
  HolderId holder;
  bool operator==(const HolderReleased&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &HolderReleased::call), field("holder", &HolderReleased::holder)};
};

// A user asks for something. Op::kCall names a `target` URI; its `call` is the id that the new call
// shall have (core::Draws::outbound_call), or none: then one is drawn.
struct CommandGiven {
  static constexpr std::string_view kName = "CommandGiven";
  CommandId command;
  Op op = Op::kHangup;
  CallId call;
  std::string target;
  bool operator==(const CommandGiven&) const = default;
  static constexpr auto kFields =
      std::tuple{field("command", &CommandGiven::command), field("op", &CommandGiven::op),
                 field("call", &CommandGiven::call), field("target", &CommandGiven::target)};
};

// The client has dealt with a notice, and holds nothing that the notice took away.
struct NoticeTaken {
  static constexpr std::string_view kName = "NoticeTaken";
  CallId call;
  NoticeKind notice = NoticeKind::kEnding;
  bool operator==(const NoticeTaken&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &NoticeTaken::call), field("notice", &NoticeTaken::notice)};
};

// What a deadline is for. RFC 3261 17 names the timers A to K, RFC 6026 L and M.
enum class Timer : std::uint8_t {
  kResend,          // A, E, G: repeat a message
  kGiveUp,          // B, F, H: no answer, no ACK
  kLinger,          // D, I, J, K, L, M: absorb repeats
  kAcceptResend,    // the 2xx of an INVITE, repeated until its ACK (RFC 3261 13.3.1.4)
  kAcceptGiveUp,    // 64*T1 without that ACK
  kRing,            // nobody answered
  kCleanup,         // phase 1 has taken too long (RACES D5)
  kTombstone,       // nobody can ask any more
  kTrying,          // nothing has been answered yet: a 100 is due (RFC 3261 17.2.1, RFC 4320 4.1)
  kReliableResend,  // a reliable 1xx, repeated until its PRACK (RFC 3262 3)
  kReliableGiveUp,  // 64*T1 without that PRACK
  kGlare,           // the wait after a 491 (RFC 3261 14.1)
  kRefresh,         // the session wants its refresh (RFC 4028 10)
  kExpiry,          // it was not refreshed
  kSubscription,    // a NOTIFY did not come, or a subscription runs out (RFC 6665 4.1.2.4)
  kRegister,        // a registration wants its refresh, or its next attempt
};
[[nodiscard]] constexpr auto names_of(Timer) {
  return std::array<std::string_view, 16>{
      "resend",  "give-up",   "linger",       "accept-resend",   "accept-give-up",   "ring",
      "cleanup", "tombstone", "trying",       "reliable-resend", "reliable-give-up", "glare",
      "refresh", "expiry",    "subscription", "register"};
}

// A deadline in a layer's state: due at an instant, of one object (a call or a transaction).
struct Deadline {
  Instant due;
  Timer timer = Timer::kResend;
  std::uint64_t owner = 0;  // the value of a TransactionId or CallId, as the layer knows
  auto operator<=>(const Deadline&) const = default;
  static constexpr auto kFields =
      std::tuple{field("due", &Deadline::due), field("timer", &Deadline::timer),
                 field("owner", &Deadline::owner)};
};

// A deadline has come. The kernel reads it from the state of `layer` and mails it there.
struct DeadlineDue {
  static constexpr std::string_view kName = "DeadlineDue";
  LayerId layer = LayerId::kWorld;
  CallId call;
  Deadline deadline;
  bool operator==(const DeadlineDue&) const = default;
  static constexpr auto kFields =
      std::tuple{field("layer", &DeadlineDue::layer), field("call", &DeadlineDue::call),
                 field("deadline", &DeadlineDue::deadline)};
};

// Everything the world can say. The codec, the kernel and both worlds go by this list.
using Input =
    std::variant<DatagramReceived, TransmitFailed, TargetsResolved, RequestSigned,
                 CredentialsJudged, StreamStarted, StreamFailed, StreamStopped, FrameRefused,
                 HolderAttached, HolderReleased, CommandGiven, NoticeTaken, DeadlineDue>;

}  // namespace model
}  // namespace lastcall
