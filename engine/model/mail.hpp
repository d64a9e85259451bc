#pragma once
// Mail between layers, and the closed list of what each layer understands. Layers never call each
// other: a request or an answer travels as mail, within the turn of the input that caused it.
// Everything here names its call; mail from the world is in input.hpp.

#include "engine/base/match.hpp"
#include "engine/model/call.hpp"
#include "engine/model/event.hpp"
#include "engine/model/input.hpp"
#include "engine/model/media_types.hpp"
#include "engine/model/sip_message.hpp"

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace lastcall {
inline namespace model {

// ---- endings, known to several layers

// Phase 1 has begun: release what you hold of the call, and confirm with CleanupDone.
struct BeginCleanup {
  CallId call;
  Cause cause = Cause::kLocalHangup;
};
// You did not confirm in time: release it now; the call is gone after this turn.
struct AbortCleanup {
  CallId call;
};
// The answer to BeginCleanup, given on proof of release.
struct CleanupDone {
  CallId call;
  CleanupLayer layer = CleanupLayer::kDialog;
};

// ---- to the transaction layer: what shall be transmitted

// Start a client transaction with this request; its top Via carries the branch behind
// `transaction`. Without a numeric `destination` the name in `next_hop` is resolved first. What
// becomes of it is told to `owner`.
struct SendRequest {
  CallId call;
  TransactionId transaction;
  Method method = Method::kOther;
  Endpoint destination;
  Endpoint local;
  std::string request;
  std::string next_hop = {};  // a URI: of the first route, or the request's own
  LayerId owner = LayerId::kDialog;
};
// Cancel a pending INVITE of ours (RFC 3261 9.1). Ignored if it has its final response.
struct SendCancel {
  CallId call;
  TransactionId invite;
};
// The dialog of this INVITE of ours ends: do not wait for its final response for ever.
struct AwaitFinal {
  CallId call;
  TransactionId invite;
};
// Transmit the ACK of a 2xx, which has no transaction (RFC 3261 13.2.2.4). Without a numeric
// `destination` the name in `next_hop` is resolved first.
struct SendAck {
  CallId call;
  Endpoint destination;
  Endpoint local;
  std::string ack;
  std::string next_hop = {};
};
// Answer a request. `headers` are whole lines; an empty `to_tag` adds none.
struct Respond {
  CallId call;
  TransactionId transaction;
  int status = 0;
  std::string to_tag;
  std::string headers;
  std::string body;
  std::string content_type = "application/sdp";  // of a body that is not empty
};
// Send the last response of this transaction again.
struct RepeatResponse {
  CallId call;
  TransactionId transaction;
};

// ---- to the dialog layer

struct RequestReceived {
  CallId call;
  TransactionId transaction;  // none for the ACK of a 2xx
  Endpoint source;
  Endpoint local;
  SipMessage message;
};
struct ResponseReceived {
  CallId call;
  TransactionId transaction;
  SipMessage message;
  std::string request =
      {};  // with a failure: our request as it was sent, to be mended and sent again
};
// A request of ours ended without a final response: 408 or 503 (RFC 3261 8.1.3.1).
struct RequestFailed {
  CallId call;
  TransactionId transaction;
  Method method = Method::kOther;
  int status = 0;
};
// The peer cancelled this INVITE; the CANCEL itself has been answered.
struct CancelReceived {
  CallId call;
  TransactionId invite;
};
// From the session: place the call, with this offer.
struct PlaceCall {
  CallId call;
  std::string target;
  std::string sdp;
};
struct Ring {
  CallId call;
};
// Accept the call, or the pending re-INVITE, with this SDP.
struct Accept {
  CallId call;
  std::string sdp;
};
// Refuse the call, or the pending re-INVITE.
struct Refuse {
  CallId call;
  int status = 0;
};
// Make the peer an offer inside the dialog.
struct Reoffer {
  CallId call;
  std::string sdp;
};

// ---- to the session layer

struct CallOffered {
  CallId call;
  std::string peer;
  std::string sdp;
};
struct PeerRinging {
  CallId call;
};
struct PeerAccepted {  // the call, or our re-INVITE
  CallId call;
  std::string sdp;
};
struct PeerRefused {  // the call, or our re-INVITE
  CallId call;
  int status = 0;
};
struct PeerReoffered {
  CallId call;
  std::string sdp;  // empty: the peer asks for our offer
};
struct PeerAnswered {  // the SDP of an ACK, answering the offer in our 2xx
  CallId call;
  std::string sdp;
};
// Something in the signalling ends the call.
struct CallLost {
  CallId call;
  Cause cause = Cause::kDialogFailure;
  int status = 0;
};
struct StreamReady {
  CallId call;
  Endpoint local;
};
struct StreamUnavailable {
  CallId call;
};
struct Operate {
  CallId call;
  CommandId command;
  Op op = Op::kHangup;
  std::string target;
};

// ---- to the media layer

struct OpenStream {
  CallId call;
};
struct AimStream {
  CallId call;
  Endpoint remote;
  Direction direction = Direction::kInactive;
  std::uint8_t payload_type = 0;
};

// ---- to the client layer

struct CallArrived {
  CallId call;
  std::string peer;
};
struct CallProgressed {
  CallId call;
  CallState state = CallState::kIdle;
};
struct OperationDone {
  CallId call;
  CommandId command;
  Op op = Op::kHangup;
  OpResult result = OpResult::kOk;
};
// Something to tell the user that is no step of a call.
struct News {
  CallId call;  // none: outside calls
  NoticeKind notice = NoticeKind::kMessage;
  std::string peer;
  std::string text;
};
struct CallEnded {
  CallId call;
  Cause cause = Cause::kLocalHangup;
  bool forced = false;
  CleanupLayers missing;
};

// ---- what each layer understands

using ToTransaction =
    std::variant<DatagramReceived, TransmitFailed, TargetsResolved, DeadlineDue, SendRequest,
                 SendCancel, AwaitFinal, SendAck, Respond, RepeatResponse>;
using ToDialog = std::variant<DeadlineDue, RequestSigned, CredentialsJudged, RequestReceived,
                              ResponseReceived, RequestFailed, CancelReceived, PlaceCall, Ring,
                              Accept, Refuse, Reoffer, BeginCleanup, AbortCleanup>;
using ToSession =
    std::variant<DeadlineDue, CallOffered, PeerRinging, PeerAccepted, PeerRefused, PeerReoffered,
                 PeerAnswered, CallLost, StreamReady, StreamUnavailable, Operate, CleanupDone>;
using ToMedia =
    std::variant<StreamStarted, StreamFailed, StreamStopped, FrameRefused, HolderAttached,
                 HolderReleased, OpenStream, AimStream, BeginCleanup, AbortCleanup>;
using ToClient = std::variant<CommandGiven, NoticeTaken, CallArrived, CallProgressed, OperationDone,
                              News, BeginCleanup, AbortCleanup, CallEnded>;

// In the order of LayerId, without kWorld: index + 1 is the receiver.
using Mail = std::variant<ToTransaction, ToDialog, ToSession, ToMedia, ToClient>;

[[nodiscard]] inline LayerId receiver_of(const Mail& mail) {
  return static_cast<LayerId>(mail.index() + 1);
}

// The call that a piece of mail is about; none for datagrams.
[[nodiscard]] CallId call_of(const Mail& mail);

// BeginCleanup or AbortCleanup, addressed to a layer that must confirm.
[[nodiscard]] Mail addressed(CleanupLayer layer, BeginCleanup cleanup);
[[nodiscard]] Mail addressed(CleanupLayer layer, AbortCleanup cleanup);

// The mail that brings an input to the layer it is for.
[[nodiscard]] Mail addressed(Input input);
// That layer.
[[nodiscard]] LayerId receiver_of(const Input& input);

}  // namespace model
}  // namespace lastcall
