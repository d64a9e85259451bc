#pragma once
// Facts of the dialog layer: dialogs, what crosses them, and what is owed to the peer after the
// end.

#include "engine/base/enum_set.hpp"
#include "engine/base/fields.hpp"
#include "engine/base/time.hpp"
#include "engine/model/call.hpp"
#include "engine/model/challenged.hpp"
#include "engine/model/dialog_extension_event.hpp"
#include "engine/model/input.hpp"
#include "engine/model/refer_event.hpp"
#include "engine/model/sip_message.hpp"

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

// What the signalling still owes the peer after the user's call has ended (RACES TP-09). They live
// in the tombstone. The duty to acknowledge every 2xx needs no entry: it lasts as long as the
// record.
enum class Duty : std::uint8_t {
  kCancelOnProvisional,  // hung up before any 1xx: CANCEL must wait for one (RFC 3261 9.1)
  kByeOnAccept,          // a 2xx may still cross our CANCEL: acknowledge it, then BYE
  kByeOnAck,             // callee: no BYE before the ACK (RFC 3261 15)
  kByeFinal,             // our BYE is under way
};
[[nodiscard]] constexpr auto names_of(Duty) {
  return std::array<std::string_view, 4>{"cancel-on-1xx", "bye-on-2xx", "bye-on-ack", "bye-final"};
}
using Duties = EnumSet<Duty>;

// The first INVITE of a call was received or sent. URIs are written as name-addr, ready for To and
// From.
struct LegStarted {
  static constexpr std::string_view kName = "LegStarted";
  CallId call;
  CallRole role = CallRole::kCaller;
  TransactionId invite;
  std::string sip_call_id;
  std::string local_tag;
  std::string local_uri;
  std::string remote_uri;
  std::uint32_t invite_cseq = 0;  // of our first INVITE; 0 for a callee
  Endpoint local = {};            // the port of ours that this call uses
  Endpoint remote = {};           // where it went to or came from
  bool offerless = false;         // the INVITE has no offer: the 2xx makes it
  CallId referrer = {};           // the call whose peer asked for this one, and wants to hear of it
  bool operator==(const LegStarted&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &LegStarted::call),
                                             field("role", &LegStarted::role),
                                             field("invite", &LegStarted::invite),
                                             field("sip_call_id", &LegStarted::sip_call_id),
                                             field("local_tag", &LegStarted::local_tag),
                                             field("local_uri", &LegStarted::local_uri),
                                             field("remote_uri", &LegStarted::remote_uri),
                                             field("invite_cseq", &LegStarted::invite_cseq),
                                             field("local", &LegStarted::local),
                                             field("remote", &LegStarted::remote),
                                             field("offerless", &LegStarted::offerless),
                                             field("referrer", &LegStarted::referrer)};
};

// The first provisional response to our INVITE: from now on it may be cancelled (RFC 3261 9.1).
struct InviteProceeding {
  static constexpr std::string_view kName = "InviteProceeding";
  CallId call;
  bool operator==(const InviteProceeding&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &InviteProceeding::call)};
};

// A dialog of the call, early until it is confirmed; forks make several (RFC 3261 12.1).
struct DialogStarted {
  static constexpr std::string_view kName = "DialogStarted";
  CallId call;
  DialogId dialog;
  std::string remote_tag;
  std::string remote_target;
  std::vector<std::string> routes;
  std::uint32_t remote_cseq = 0;
  Endpoint destination = {};  // where its requests go
  bool operator==(const DialogStarted&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &DialogStarted::call),
                                             field("dialog", &DialogStarted::dialog),
                                             field("remote_tag", &DialogStarted::remote_tag),
                                             field("remote_target", &DialogStarted::remote_target),
                                             field("routes", &DialogStarted::routes),
                                             field("remote_cseq", &DialogStarted::remote_cseq),
                                             field("destination", &DialogStarted::destination)};
};

// We sent a 2xx to an INVITE; it is repeated until its ACK (RFC 3261 13.3.1.4).
struct AcceptSent {
  static constexpr std::string_view kName = "AcceptSent";
  CallId call;
  DialogId dialog;
  TransactionId transaction;
  std::uint32_t cseq = 0;
  Instant resend_at;
  Instant gives_up_at;
  bool operator==(const AcceptSent&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &AcceptSent::call),
                                             field("dialog", &AcceptSent::dialog),
                                             field("transaction", &AcceptSent::transaction),
                                             field("cseq", &AcceptSent::cseq),
                                             field("resend_at", &AcceptSent::resend_at),
                                             field("gives_up_at", &AcceptSent::gives_up_at)};
};

// The 2xx was sent again.
struct AcceptResent {
  static constexpr std::string_view kName = "AcceptResent";
  CallId call;
  DialogId dialog;
  Instant resend_at;
  bool operator==(const AcceptResent&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &AcceptResent::call), field("dialog", &AcceptResent::dialog),
                 field("resend_at", &AcceptResent::resend_at)};
};

// The ACK of our 2xx.
struct AckReceived {
  static constexpr std::string_view kName = "AckReceived";
  CallId call;
  DialogId dialog;
  std::uint32_t cseq = 0;
  bool operator==(const AckReceived&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &AckReceived::call), field("dialog", &AckReceived::dialog),
                 field("cseq", &AckReceived::cseq)};
};

// 64*T1 have passed without that ACK.
struct AcceptUnacknowledged {
  static constexpr std::string_view kName = "AcceptUnacknowledged";
  CallId call;
  DialogId dialog;
  bool operator==(const AcceptUnacknowledged&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &AcceptUnacknowledged::call),
                                             field("dialog", &AcceptUnacknowledged::dialog)};
};

// We acknowledged a 2xx; each repeat of it gets these bytes again (I-29).
struct AckSent {
  static constexpr std::string_view kName = "AckSent";
  CallId call;
  DialogId dialog;
  std::uint32_t cseq = 0;
  std::string remote_target;
  std::vector<std::string> routes;
  Endpoint destination;
  Wire wire;
  bool operator==(const AckSent&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &AckSent::call),     field("dialog", &AckSent::dialog),
                 field("cseq", &AckSent::cseq),     field("remote_target", &AckSent::remote_target),
                 field("routes", &AckSent::routes), field("destination", &AckSent::destination),
                 field("wire", &AckSent::wire)};
};

// A request of ours inside the dialog: its CSeq is taken for good (I-35).
struct RequestSent {
  static constexpr std::string_view kName = "RequestSent";
  CallId call;
  DialogId dialog;
  TransactionId transaction;
  Method method = Method::kOther;
  std::uint32_t cseq = 0;
  bool operator==(const RequestSent&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &RequestSent::call), field("dialog", &RequestSent::dialog),
                 field("transaction", &RequestSent::transaction),
                 field("method", &RequestSent::method), field("cseq", &RequestSent::cseq)};
};

// It was refused until we prove who we are, and waits for its credentials (RFC 3261 22.2, 22.3).
// `wire` is the request as it was sent.
struct RequestChallenged {
  static constexpr std::string_view kName = "RequestChallenged";
  CallId call;
  TransactionId transaction;
  std::vector<Challenged> challenges = {};
  Wire wire = {};
  bool operator==(const RequestChallenged&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &RequestChallenged::call),
                                             field("transaction", &RequestChallenged::transaction),
                                             field("challenges", &RequestChallenged::challenges),
                                             field("wire", &RequestChallenged::wire)};
};

// A request of ours that was refused went out once more, changed as its failure asked (RFC 3261
// 8.1.3.4, 8.1.3.5, 22.2): a new transaction with the next CSeq. What early dialogs the first
// INVITE had are gone with its failure.
struct RequestMended {
  static constexpr std::string_view kName = "RequestMended";
  CallId call;
  TransactionId refused;
  TransactionId transaction;
  Method method = Method::kOther;
  std::uint32_t cseq = 0;
  std::string credentials = {};           // whole header lines
  std::string target = {};                // another request URI: it was redirected there
  Endpoint destination = {};              // where that is; no host: a name
  std::vector<std::string> targets = {};  // where it may go if that fails too
  bool operator==(const RequestMended&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &RequestMended::call),
                                             field("refused", &RequestMended::refused),
                                             field("transaction", &RequestMended::transaction),
                                             field("method", &RequestMended::method),
                                             field("cseq", &RequestMended::cseq),
                                             field("credentials", &RequestMended::credentials),
                                             field("target", &RequestMended::target),
                                             field("destination", &RequestMended::destination),
                                             field("targets", &RequestMended::targets)};
};

// A request from outside any dialog waits until the world has judged its credentials.
struct RequestHeld {
  static constexpr std::string_view kName = "RequestHeld";
  CallId call;
  TransactionId transaction;
  Endpoint source;
  Endpoint local;
  Wire wire;
  bool operator==(const RequestHeld&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &RequestHeld::call), field("transaction", &RequestHeld::transaction),
                 field("source", &RequestHeld::source), field("local", &RequestHeld::local),
                 field("wire", &RequestHeld::wire)};
};

// It waits no longer; not accepted also if it was cancelled.
struct RequestJudged {
  static constexpr std::string_view kName = "RequestJudged";
  CallId call;
  TransactionId transaction;
  bool accepted = false;
  bool operator==(const RequestJudged&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &RequestJudged::call),
                                             field("transaction", &RequestJudged::transaction),
                                             field("accepted", &RequestJudged::accepted)};
};

// Its final response; 408 for none in time, 503 for a transport failure (RFC 3261 8.1.3.1).
struct RequestFinished {
  static constexpr std::string_view kName = "RequestFinished";
  CallId call;
  DialogId dialog;
  TransactionId transaction;
  Method method = Method::kOther;
  int status = 0;
  bool operator==(const RequestFinished&) const = default;
  static constexpr auto kFields = std::tuple{
      field("call", &RequestFinished::call), field("dialog", &RequestFinished::dialog),
      field("transaction", &RequestFinished::transaction),
      field("method", &RequestFinished::method), field("status", &RequestFinished::status)};
};

// A request of the peer inside the dialog, in order. A re-INVITE or an UPDATE is now pending at us;
// a BYE has made the dialog Mortal (RFC 5407 2).
struct RequestAccepted {
  static constexpr std::string_view kName = "RequestAccepted";
  CallId call;
  DialogId dialog;
  TransactionId transaction;
  Method method = Method::kOther;
  std::uint32_t cseq = 0;
  std::string remote_target;
  bool operator==(const RequestAccepted&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &RequestAccepted::call),
                 field("dialog", &RequestAccepted::dialog),
                 field("transaction", &RequestAccepted::transaction),
                 field("method", &RequestAccepted::method),
                 field("cseq", &RequestAccepted::cseq),
                 field("remote_target", &RequestAccepted::remote_target)};
};

// We gave an INVITE of the peer a final response that is no 2xx.
struct InviteRefused {
  static constexpr std::string_view kName = "InviteRefused";
  CallId call;
  TransactionId transaction;
  int status = 0;
  bool operator==(const InviteRefused&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &InviteRefused::call),
                                             field("transaction", &InviteRefused::transaction),
                                             field("status", &InviteRefused::status)};
};

// The first INVITE we sent got no 2xx: a final response, a timeout (408), a transport failure
// (503).
struct InviteFailed {
  static constexpr std::string_view kName = "InviteFailed";
  CallId call;
  int status = 0;
  bool operator==(const InviteFailed&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &InviteFailed::call), field("status", &InviteFailed::status)};
};

// The call is ending: the dialogs are Mortal, and this is still owed to the peer.
struct DutiesTaken {
  static constexpr std::string_view kName = "DutiesTaken";
  CallId call;
  Duties duties;
  Instant until = {};  // the latest end of the tombstone
  bool operator==(const DutiesTaken&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &DutiesTaken::call), field("duties", &DutiesTaken::duties),
                 field("until", &DutiesTaken::until)};
};

// One of them is discharged, or can no longer arise.
struct DutyDone {
  static constexpr std::string_view kName = "DutyDone";
  CallId call;
  Duty duty = Duty::kByeFinal;
  bool operator==(const DutyDone&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &DutyDone::call), field("duty", &DutyDone::duty)};
};

// Nothing is owed and nobody can ask any more: the last trace of the call is dropped.
struct TombstoneEnded {
  static constexpr std::string_view kName = "TombstoneEnded";
  CallId call;
  bool operator==(const TombstoneEnded&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &TombstoneEnded::call)};
};

using DialogEvent =
    std::variant<LegStarted, InviteProceeding, DialogStarted, AcceptSent, AcceptResent, AckReceived,
                 AcceptUnacknowledged, AckSent, RequestSent, RequestChallenged, RequestMended,
                 RequestHeld, RequestJudged, RequestFinished, RequestAccepted, InviteRefused,
                 InviteFailed, DutiesTaken, DutyDone, TombstoneEnded, PeerLearned, PeerDescribed,
                 EarlyDialogEnded, ForksSettling, ForksEnded, OfferReceived, ReliableReceived,
                 ProvisionalSent, ProvisionalPostponed, ProvisionalResent, ProvisionalAcknowledged,
                 RequestRefused, UpdateAnswered, TargetRefreshed, CollisionMet, CollisionOver,
                 MinSeLearned, TimerOffered, SessionTimerSet, SessionTimerStopped, RefreshStarted,
                 RefreshPostponed, ReferTaken, ReferProgressed, ReferTold, ReferSent, ReferHeard,
                 ReferEnded, TombstoneKept>;

}  // namespace model
}  // namespace lastcall
