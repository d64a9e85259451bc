#pragma once
// Mail between layers, and the closed list of what each layer understands. Layers never call each
// other: a request or an answer travels as mail, within the turn of the input that caused it.
// Everything here names its call; mail from the world is in input.hpp.

#include "engine/base/check.hpp"
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
  std::string reason = {};  // of the peer, if it gave one
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
  std::string lines = {};  // whole header lines
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
  std::string request = {};  // as it was sent
};
// The peer cancelled this INVITE; the CANCEL itself has been answered.
struct CancelReceived {
  CallId call;
  TransactionId invite;
  std::string reason = {};  // what its Reason header says
};
// From the session: place the call, with this offer; without one the peer's 2xx makes it.
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
// Refuse the call, or the pending re-INVITE; with a 3xx the caller is sent to `target`, a URI.
struct Refuse {
  CallId call;
  int status = 0;
  std::string target = {};
};
// The answer to the offer in the 2xx of our INVITE, for its ACK; empty: it cannot be accepted.
struct AnswerOffer {
  CallId call;
  std::string sdp;
};
// Answer the pending UPDATE: accept it with this SDP, or refuse it.
struct AnswerUpdate {
  CallId call;
  int status = 0;
  std::string sdp;
  std::string offer;  // what it answers
};
// Make the peer an offer inside the dialog.
struct Reoffer {
  CallId call;
  std::string sdp;
};

// Ask the peer to call somebody: a URI, or "call:" and the id of another call of ours (RFC 3515).
struct Transfer {
  CallId call;
  std::string target;
};
// From a call that the peer of this one asked for: how it gets on, as a status.
struct ReferReport {
  CallId call;
  CallId placed;
  int status = 0;
};

// ---- to the session layer

struct CallOffered {
  CallId call;
  std::string peer;
  std::string sdp;
  CallId replaces = {};  // it takes the place of this call, and needs no answer of the user
};
// Place this call: the peer of another one asked for it.
struct PlaceReferred {
  CallId call;
  std::string target;
};
// How the call that we asked the peer for gets on.
struct TransferTold {
  CallId call;
  int status = 0;
  std::string text = {};
  bool is_over = false;
};
struct PeerRinging {
  CallId call;
  std::string sdp = {};   // the answer of a fork, if this brought it
  bool settled = false;   // it came reliably: no other answer will
  bool alerting = false;  // 180: the callee is being alerted
};
struct PeerAccepted {  // the call, or our re-INVITE
  CallId call;
  std::string sdp;  // the answer; the offer, if our INVITE had none
};
struct PeerRefused {  // the call, or our re-INVITE
  CallId call;
  int status = 0;
};
struct PeerReoffered {
  CallId call;
  std::string sdp;  // empty: the peer asks for our offer
};
struct PeerUpdated {  // an offer in an UPDATE: answered at once with AnswerUpdate
  CallId call;
  std::string sdp;
};
struct PeerAnswered {  // the SDP of an ACK, or of a reliable 1xx to our re-INVITE
  CallId call;
  std::string sdp;
  bool in_ack = false;
};
// Our offer collided with one of the peer; OfferDue follows when another may be made.
struct OfferDeferred {
  CallId call;
  bool sent = false;  // it went out and was refused with 491
};
// Now an offer can be made: if one is still wanted, or to refresh the session.
struct OfferDue {
  CallId call;
  bool refresh = false;
};
// Something in the signalling ends the call.
struct CallLost {
  CallId call;
  Cause cause = Cause::kDialogFailure;
  int status = 0;
  std::string reason = {};
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
// A call that the user neither placed nor has to answer.
struct CallJoined {
  CallId call;
  CallState state = CallState::kInitiating;
  std::string peer;
};
struct CallProgressed {
  CallId call;
  CallState state = CallState::kIdle;
  RingBack ring_back = RingBack::kNone;  // while it rings
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
using ToDialog =
    std::variant<DeadlineDue, RequestSigned, CredentialsJudged, RequestReceived, ResponseReceived,
                 RequestFailed, CancelReceived, PlaceCall, Ring, Accept, Refuse, AnswerOffer,
                 AnswerUpdate, Reoffer, Transfer, ReferReport, BeginCleanup, AbortCleanup>;
using ToSession =
    std::variant<DeadlineDue, CallOffered, PeerRinging, PeerAccepted, PeerRefused, PeerReoffered,
                 PeerUpdated, PeerAnswered, OfferDeferred, OfferDue, PlaceReferred, TransferTold,
                 CallLost, StreamReady, StreamUnavailable, Operate, CleanupDone>;
using ToMedia =
    std::variant<StreamStarted, StreamFailed, StreamStopped, FrameRefused, HolderAttached,
                 HolderReleased, OpenStream, AimStream, BeginCleanup, AbortCleanup>;
using ToClient = std::variant<CommandGiven, NoticeTaken, CallArrived, CallJoined, CallProgressed,
                              OperationDone, News, BeginCleanup, AbortCleanup, CallEnded>;
using ToRegistration =
    std::variant<DeadlineDue, RequestSigned, ResponseReceived, RequestFailed, Operate>;

// In the order of LayerId, without kWorld: index + 1 is the receiver.
using Mail = std::variant<ToTransaction, ToDialog, ToSession, ToMedia, ToClient, ToRegistration>;

[[nodiscard]] inline LayerId receiver_of(const Mail& mail) {
  return static_cast<LayerId>(mail.index() + 1);
}

// Mail of this type to a layer that is only known by its id. REQUIRES: the layer understands it.
template <class Piece>
[[nodiscard]] Mail addressed_to(LayerId layer, Piece piece);

// The call that a piece of mail is about; none for datagrams.
[[nodiscard]] CallId call_of(const Mail& mail);

// BeginCleanup or AbortCleanup, addressed to a layer that must confirm.
[[nodiscard]] Mail addressed(CleanupLayer layer, BeginCleanup cleanup);
[[nodiscard]] Mail addressed(CleanupLayer layer, AbortCleanup cleanup);

// The mail that brings an input to the layer it is for.
[[nodiscard]] Mail addressed(Input input);
// That layer.
[[nodiscard]] LayerId receiver_of(const Input& input);

// ---- below: templates

template <class Piece, std::size_t I = 0>
[[nodiscard]] Mail addressed_from(LayerId layer, Piece piece) {
  if constexpr (I < std::variant_size_v<Mail>) {
    using ToLayer = std::variant_alternative_t<I, Mail>;
    if constexpr (kIsIn<Piece, ToLayer>) {
      if (layer == static_cast<LayerId>(I + 1)) return ToLayer{std::move(piece)};
    }
    return addressed_from<Piece, I + 1>(layer, std::move(piece));
  } else {
    check_failed("layer", "a layer is sent only what it understands", __FILE__, __LINE__);
  }
}

template <class Piece>
Mail addressed_to(LayerId layer, Piece piece) {
  return addressed_from<Piece>(layer, std::move(piece));
}

}  // namespace model
}  // namespace lastcall
