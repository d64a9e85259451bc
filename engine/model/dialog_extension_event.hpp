#pragma once
// Facts of the dialog layer that the extensions of SIP bring: provisional responses and their
// acknowledgement (RFC 3262), UPDATE (RFC 3311), collisions of requests (RFC 3261 14.1), session
// timers (RFC 4028) and the ends of early dialogs. Part of DialogEvent.

#include "engine/base/enum_set.hpp"
#include "engine/base/fields.hpp"
#include "engine/base/time.hpp"
#include "engine/model/endpoint.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/sip_names.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace lastcall {
inline namespace model {

// What the peer says it can do, in Allow, Supported and Require.
enum class Ability : std::uint8_t {
  kReliable,      // 100rel
  kOnlyReliable,  // it requires 100rel: every provisional response must be reliable
  kTimer,
  kUpdate,
};
[[nodiscard]] constexpr auto names_of(Ability) {
  return std::array<std::string_view, 4>{"100rel", "only-100rel", "timer", "update"};
}
using Abilities = EnumSet<Ability>;

// The peer told what it can do.
struct PeerLearned {
  static constexpr std::string_view kName = "PeerLearned";
  CallId call;
  Abilities can;
  bool operator==(const PeerLearned&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &PeerLearned::call), field("can", &PeerLearned::can)};
};

// The peer's newest description of itself in this dialog: the first one in any response to our
// offer is the answer (RFC 3261 13.2.1), an UPDATE may follow it.
struct PeerDescribed {
  static constexpr std::string_view kName = "PeerDescribed";
  CallId call;
  DialogId dialog;
  std::string sdp;
  bool operator==(const PeerDescribed&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &PeerDescribed::call), field("dialog", &PeerDescribed::dialog),
                 field("sdp", &PeerDescribed::sdp)};
};

// A 199 has come: this early dialog is over, its siblings go on (RFC 6228).
struct EarlyDialogEnded {
  static constexpr std::string_view kName = "EarlyDialogEnded";
  CallId call;
  DialogId dialog;
  bool operator==(const EarlyDialogEnded&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &EarlyDialogEnded::call),
                                             field("dialog", &EarlyDialogEnded::dialog)};
};

// The first 2xx is here: dialogs that are still early then end (RFC 3261 13.2.2.4).
struct ForksSettling {
  static constexpr std::string_view kName = "ForksSettling";
  CallId call;
  Instant until;
  bool operator==(const ForksSettling&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &ForksSettling::call), field("until", &ForksSettling::until)};
};
struct ForksEnded {
  static constexpr std::string_view kName = "ForksEnded";
  CallId call;
  bool operator==(const ForksEnded&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &ForksEnded::call)};
};

// The 2xx of our INVITE brings the offer; its ACK waits for our answer (RFC 3261 13.2.2.4).
struct OfferReceived {
  static constexpr std::string_view kName = "OfferReceived";
  CallId call;
  DialogId dialog;
  std::string remote_target;
  std::vector<std::string> routes;
  Endpoint destination;
  std::string sdp;
  bool operator==(const OfferReceived&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &OfferReceived::call),
                                             field("dialog", &OfferReceived::dialog),
                                             field("remote_target", &OfferReceived::remote_target),
                                             field("routes", &OfferReceived::routes),
                                             field("destination", &OfferReceived::destination),
                                             field("sdp", &OfferReceived::sdp)};
};

// A reliable provisional response to an INVITE of ours, in its order; its PRACK goes out with this.
struct ReliableReceived {
  static constexpr std::string_view kName = "ReliableReceived";
  CallId call;
  DialogId dialog;
  std::uint32_t cseq = 0;  // of the INVITE
  std::uint32_t rseq = 0;
  std::string remote_target;
  bool operator==(const ReliableReceived&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &ReliableReceived::call), field("dialog", &ReliableReceived::dialog),
                 field("cseq", &ReliableReceived::cseq), field("rseq", &ReliableReceived::rseq),
                 field("remote_target", &ReliableReceived::remote_target)};
};

// We told the caller that it rings. It is told again every minute (RFC 3261 13.3.1.1); with an RSeq
// the response is repeated until its PRACK.
struct ProvisionalSent {
  static constexpr std::string_view kName = "ProvisionalSent";
  CallId call;
  std::uint32_t rseq = 0;  // 0: not reliable
  Instant again_at;
  std::optional<Instant> resend_at = std::nullopt;
  std::optional<Instant> gives_up_at = std::nullopt;
  bool operator==(const ProvisionalSent&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &ProvisionalSent::call), field("rseq", &ProvisionalSent::rseq),
                 field("again_at", &ProvisionalSent::again_at),
                 field("resend_at", &ProvisionalSent::resend_at),
                 field("gives_up_at", &ProvisionalSent::gives_up_at)};
};
// The next one is not due yet: the last one is still being repeated.
struct ProvisionalPostponed {
  static constexpr std::string_view kName = "ProvisionalPostponed";
  CallId call;
  Instant again_at;
  bool operator==(const ProvisionalPostponed&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &ProvisionalPostponed::call),
                                             field("again_at", &ProvisionalPostponed::again_at)};
};
// The reliable one was sent again.
struct ProvisionalResent {
  static constexpr std::string_view kName = "ProvisionalResent";
  CallId call;
  Instant resend_at;
  bool operator==(const ProvisionalResent&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &ProvisionalResent::call),
                                             field("resend_at", &ProvisionalResent::resend_at)};
};
// Its PRACK has come.
struct ProvisionalAcknowledged {
  static constexpr std::string_view kName = "ProvisionalAcknowledged";
  CallId call;
  std::uint32_t rseq = 0;
  bool operator==(const ProvisionalAcknowledged&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &ProvisionalAcknowledged::call),
                                             field("rseq", &ProvisionalAcknowledged::rseq)};
};

// A request of the peer that was in order and is refused at once: only its CSeq counts.
struct RequestRefused {
  static constexpr std::string_view kName = "RequestRefused";
  CallId call;
  DialogId dialog;
  Method method = Method::kOther;
  std::uint32_t cseq = 0;
  int status = 0;
  bool operator==(const RequestRefused&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &RequestRefused::call), field("dialog", &RequestRefused::dialog),
                 field("method", &RequestRefused::method), field("cseq", &RequestRefused::cseq),
                 field("status", &RequestRefused::status)};
};

// We gave an UPDATE of the peer its final response; a 2xx takes its new target over.
struct UpdateAnswered {
  static constexpr std::string_view kName = "UpdateAnswered";
  CallId call;
  TransactionId transaction;
  int status = 0;
  bool operator==(const UpdateAnswered&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &UpdateAnswered::call),
                                             field("transaction", &UpdateAnswered::transaction),
                                             field("status", &UpdateAnswered::status)};
};

// The 2xx to a request of ours tells where the peer is reached from now on (RFC 3261 12.2.1.2).
struct TargetRefreshed {
  static constexpr std::string_view kName = "TargetRefreshed";
  CallId call;
  DialogId dialog;
  std::string remote_target;
  bool operator==(const TargetRefreshed&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &TargetRefreshed::call), field("dialog", &TargetRefreshed::dialog),
                 field("remote_target", &TargetRefreshed::remote_target)};
};

// Our offer collided with one of the peer: the peer said 491, or we saw it ourselves and did not
// send it. Another one may be made at `retry_at` (RFC 3261 14.1).
struct CollisionMet {
  static constexpr std::string_view kName = "CollisionMet";
  CallId call;
  bool sent = false;
  Instant retry_at;
  bool operator==(const CollisionMet&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &CollisionMet::call), field("sent", &CollisionMet::sent),
                 field("retry_at", &CollisionMet::retry_at)};
};
struct CollisionOver {
  static constexpr std::string_view kName = "CollisionOver";
  CallId call;
  bool operator==(const CollisionOver&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &CollisionOver::call)};
};

// The peer takes no session that is refreshed more often than this (RFC 4028 6).
struct MinSeLearned {
  static constexpr std::string_view kName = "MinSeLearned";
  CallId call;
  Duration min_se{};
  bool operator==(const MinSeLearned&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &MinSeLearned::call), field("min_se", &MinSeLearned::min_se)};
};
// What our 2xx to a request of the peer will say of the session timer (RFC 4028 9).
struct TimerOffered {
  static constexpr std::string_view kName = "TimerOffered";
  CallId call;
  Duration expires{};  // zero: no timer
  bool we_refresh = false;
  bool operator==(const TimerOffered&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &TimerOffered::call), field("expires", &TimerOffered::expires),
                 field("we_refresh", &TimerOffered::we_refresh)};
};
// A 2xx has set the session timer (RFC 4028 10).
struct SessionTimerSet {
  static constexpr std::string_view kName = "SessionTimerSet";
  CallId call;
  Duration expires{};
  bool we_refresh = false;
  std::optional<Instant> refresh_at = std::nullopt;
  Instant expires_at;
  bool operator==(const SessionTimerSet&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &SessionTimerSet::call), field("expires", &SessionTimerSet::expires),
                 field("we_refresh", &SessionTimerSet::we_refresh),
                 field("refresh_at", &SessionTimerSet::refresh_at),
                 field("expires_at", &SessionTimerSet::expires_at)};
};
// A 2xx without Session-Expires, or the time is over.
struct SessionTimerStopped {
  static constexpr std::string_view kName = "SessionTimerStopped";
  CallId call;
  bool operator==(const SessionTimerStopped&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &SessionTimerStopped::call)};
};
// Our refresh begins.
struct RefreshStarted {
  static constexpr std::string_view kName = "RefreshStarted";
  CallId call;
  bool operator==(const RefreshStarted&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &RefreshStarted::call)};
};
// It could not be made now, or was refused without ending the session.
struct RefreshPostponed {
  static constexpr std::string_view kName = "RefreshPostponed";
  CallId call;
  Instant refresh_at;
  bool operator==(const RefreshPostponed&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &RefreshPostponed::call),
                                             field("refresh_at", &RefreshPostponed::refresh_at)};
};

}  // namespace model
}  // namespace lastcall
