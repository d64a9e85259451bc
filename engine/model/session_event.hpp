#pragma once
// Facts of the session layer: the call as a user sees it, and its ending in two phases.

#include "engine/base/enum_set.hpp"
#include "engine/base/fields.hpp"
#include "engine/base/time.hpp"
#include "engine/model/call.hpp"
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

// Who holds the call; it is on hold while anybody does.
enum class HoldSide : std::uint8_t { kLocal, kRemote };
[[nodiscard]] constexpr auto names_of(HoldSide) {
  return std::array<std::string_view, 2>{"local", "remote"};
}
using HoldSides = EnumSet<HoldSide>;

// What became of a confirmation (RACES TP-06); only kAccepted changes state.
enum class Verdict : std::uint8_t { kAccepted, kDuplicate, kEarly, kNotRequired };
[[nodiscard]] constexpr auto names_of(Verdict) {
  return std::array<std::string_view, 4>{"accepted", "duplicate", "early", "not-required"};
}

// A call exists: Initiating for the caller, Ringing for the callee.
struct CallStarted {
  static constexpr std::string_view kName = "CallStarted";
  CallId call;
  SessionId session;
  CallRole role = CallRole::kCaller;
  std::string peer;
  std::string offer = {};  // the peer's first SDP, if it made one
  Instant rings_until;
  CallId replaces = {};  // the call that ends once this one is connected (RFC 3891)
  bool operator==(const CallStarted&) const = default;
  static constexpr auto kFields = std::tuple{
      field("call", &CallStarted::call),        field("session", &CallStarted::session),
      field("role", &CallStarted::role),        field("peer", &CallStarted::peer),
      field("offer", &CallStarted::offer),      field("rings_until", &CallStarted::rings_until),
      field("replaces", &CallStarted::replaces)};
};

// The callee's phone rings.
struct CallRinging {
  static constexpr std::string_view kName = "CallRinging";
  CallId call;
  bool operator==(const CallRinging&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &CallRinging::call)};
};

// What the caller hears while it rings.
struct RingBackChosen {
  static constexpr std::string_view kName = "RingBackChosen";
  CallId call;
  RingBack ring_back = RingBack::kNone;
  bool operator==(const RingBackChosen&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &RingBackChosen::call),
                                             field("ring_back", &RingBackChosen::ring_back)};
};

// A user's wish that takes time.
struct OperationStarted {
  static constexpr std::string_view kName = "OperationStarted";
  CallId call;
  CommandId command;
  Op op = Op::kHangup;
  bool operator==(const OperationStarted&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &OperationStarted::call),
                 field("command", &OperationStarted::command), field("op", &OperationStarted::op)};
};

// It is done, exactly once, at the latest when the call ends (I-15).
struct OperationFinished {
  static constexpr std::string_view kName = "OperationFinished";
  CallId call;
  CommandId command;
  OpResult result = OpResult::kOk;
  bool operator==(const OperationFinished&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &OperationFinished::call),
                                             field("command", &OperationFinished::command),
                                             field("result", &OperationFinished::result)};
};

// We made an offer: with the call once our stream is open, in a re-INVITE, or in the 2xx to an
// INVITE without one. A call that leaves the offer to the peer has an empty one.
struct OfferMade {
  static constexpr std::string_view kName = "OfferMade";
  CallId call;
  Endpoint local_media;
  std::string sdp;
  bool holds = false;   // with it we hold the call
  bool in_2xx = false;  // the ACK brings the answer
  bool operator==(const OfferMade&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &OfferMade::call), field("local_media", &OfferMade::local_media),
                 field("sdp", &OfferMade::sdp), field("holds", &OfferMade::holds),
                 field("in_2xx", &OfferMade::in_2xx)};
};
// It was never sent: what we described before is still our newest description.
struct OfferWithdrawn {
  static constexpr std::string_view kName = "OfferWithdrawn";
  CallId call;
  bool operator==(const OfferWithdrawn&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &OfferWithdrawn::call)};
};
// The peer refused it: the session stays as it was (RFC 3261 14.1).
struct OfferRefused {
  static constexpr std::string_view kName = "OfferRefused";
  CallId call;
  bool operator==(const OfferRefused&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &OfferRefused::call)};
};

// Before the call is connected: audio as the newest answer of a fork, or an UPDATE, has it.
struct EarlyMediaAgreed {
  static constexpr std::string_view kName = "EarlyMediaAgreed";
  CallId call;
  Endpoint remote_media;
  Direction direction = Direction::kSendRecv;
  std::uint8_t payload_type = 0;
  bool settled = false;  // offer and answer are complete, the 2xx need not bring them again
  std::string sdp = {};  // our newest description, if this changed it
  bool operator==(const EarlyMediaAgreed&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &EarlyMediaAgreed::call),
                                             field("remote_media", &EarlyMediaAgreed::remote_media),
                                             field("direction", &EarlyMediaAgreed::direction),
                                             field("payload_type", &EarlyMediaAgreed::payload_type),
                                             field("settled", &EarlyMediaAgreed::settled),
                                             field("sdp", &EarlyMediaAgreed::sdp)};
};

// Both sides agreed on audio: the 2xx was sent or received.
struct CallConnected {
  static constexpr std::string_view kName = "CallConnected";
  CallId call;
  Endpoint local_media;
  Endpoint remote_media;
  Direction direction = Direction::kSendRecv;
  std::uint8_t payload_type = 0;
  std::string sdp = {};  // our newest description
  bool operator==(const CallConnected&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &CallConnected::call),
                                             field("local_media", &CallConnected::local_media),
                                             field("remote_media", &CallConnected::remote_media),
                                             field("direction", &CallConnected::direction),
                                             field("payload_type", &CallConnected::payload_type),
                                             field("sdp", &CallConnected::sdp)};
};

// An offer and its answer changed the session: Connected to OnHold and back.
struct SessionChanged {
  static constexpr std::string_view kName = "SessionChanged";
  CallId call;
  HoldSides held_by;
  Endpoint remote_media;
  Direction direction = Direction::kSendRecv;
  std::uint8_t payload_type = 0;
  std::string sdp = {};  // our newest description
  bool operator==(const SessionChanged&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &SessionChanged::call),
                                             field("held_by", &SessionChanged::held_by),
                                             field("remote_media", &SessionChanged::remote_media),
                                             field("direction", &SessionChanged::direction),
                                             field("payload_type", &SessionChanged::payload_type),
                                             field("sdp", &SessionChanged::sdp)};
};

// Phase 1. Written once per call, only by begin_termination. Cause, required and deadline are
// final.
struct CallTerminating {
  static constexpr std::string_view kName = "CallTerminating";
  CallId call;
  Cause cause = Cause::kLocalHangup;
  int status = 0;  // the SIP status behind it, 0 if none
  CleanupLayers required;
  Instant deadline;
  std::string reason = {};  // what the peer's Reason header says (RFC 3326); may be empty
  bool operator==(const CallTerminating&) const = default;
  static constexpr auto kFields = std::tuple{
      field("call", &CallTerminating::call),         field("cause", &CallTerminating::cause),
      field("status", &CallTerminating::status),     field("required", &CallTerminating::required),
      field("deadline", &CallTerminating::deadline), field("reason", &CallTerminating::reason)};
};

// A later reason to end; it changes nothing.
struct TriggerAbsorbed {
  static constexpr std::string_view kName = "TriggerAbsorbed";
  CallId call;
  Cause cause = Cause::kLocalHangup;
  bool operator==(const TriggerAbsorbed&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &TriggerAbsorbed::call), field("cause", &TriggerAbsorbed::cause)};
};

// A layer says that it has released everything of the call.
struct CleanupConfirmed {
  static constexpr std::string_view kName = "CleanupConfirmed";
  CallId call;
  CleanupLayer layer = CleanupLayer::kDialog;
  Verdict verdict = Verdict::kAccepted;
  bool operator==(const CleanupConfirmed&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &CleanupConfirmed::call), field("layer", &CleanupConfirmed::layer),
                 field("verdict", &CleanupConfirmed::verdict)};
};

// Phase 2. Applying it releases every id of the call in every layer, at this one position.
struct CallTerminated {
  static constexpr std::string_view kName = "CallTerminated";
  CallId call;
  Cause cause = Cause::kLocalHangup;
  int status = 0;
  bool forced = false;
  CleanupLayers missing;
  Instant at = {};         // remembered by the tombstone
  bool remembered = true;  // false only under Rules::kImmediate
  bool operator==(const CallTerminated&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &CallTerminated::call),
                                             field("cause", &CallTerminated::cause),
                                             field("status", &CallTerminated::status),
                                             field("forced", &CallTerminated::forced),
                                             field("missing", &CallTerminated::missing),
                                             field("at", &CallTerminated::at),
                                             field("remembered", &CallTerminated::remembered)};
};

using SessionEvent = std::variant<CallStarted, CallRinging, RingBackChosen, OperationStarted,
                                  OfferMade, OfferWithdrawn, OfferRefused, OperationFinished,
                                  EarlyMediaAgreed, CallConnected, SessionChanged, CallTerminating,
                                  TriggerAbsorbed, CleanupConfirmed, CallTerminated>;

}  // namespace model
}  // namespace lastcall
