#pragma once
// Facts of the transaction layer: the state machines of RFC 3261 17 and RFC 6026, one event per
// change of state. Instants are written into the events, because apply has no clock.

#include "engine/base/fields.hpp"
#include "engine/base/time.hpp"
#include "engine/model/input.hpp"
#include "engine/model/layer_id.hpp"
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

// Why a transaction is gone.
enum class TransactionEnd : std::uint8_t { kLingered, kTimedOut, kTransportFailed };
[[nodiscard]] constexpr auto names_of(TransactionEnd) {
  return std::array<std::string_view, 3>{"lingered", "timed-out", "transport-failed"};
}

// Why a datagram led to nothing. Each is counted; none can touch a call.
enum class DropReason : std::uint8_t {
  kMalformed,
  kMalformedAnswered,
  kKeepAlive,
  kStrayResponse,
  kStrayAck,
  kCollision,
  kForeignResponse,  // its Via is not the one we sent (RFC 3261 18.1.2, 8.1.3.3)
  kRationed          // its source has had all the answers it gets this second
};
[[nodiscard]] constexpr auto names_of(DropReason) {
  return std::array<std::string_view, 8>{
      "malformed", "malformed-answered", "keep-alive",       "stray-response",
      "stray-ack", "collision",          "foreign-response", "rationed"};
}

// A request that no live transaction knew (RFC 3261 17.2). `head` is what every response copies
// from it: Via, From, To, Call-ID and CSeq lines. `original` tells the same request on another path
// (8.2.2.2); none for one inside a dialog.
struct ServerTransactionStarted {
  static constexpr std::string_view kName = "ServerTransactionStarted";
  TransactionId transaction;
  CallId call;
  Method method = Method::kOther;
  Endpoint reply_to;
  Endpoint fallback;  // where responses go when the connection is gone (18.2.2)
  Endpoint local;
  TransactionId original;
  std::optional<Instant> trying_at = std::nullopt;  // when a 100 is due
  std::string head;
  bool operator==(const ServerTransactionStarted&) const = default;
  static constexpr auto kFields =
      std::tuple{field("transaction", &ServerTransactionStarted::transaction),
                 field("call", &ServerTransactionStarted::call),
                 field("method", &ServerTransactionStarted::method),
                 field("reply_to", &ServerTransactionStarted::reply_to),
                 field("fallback", &ServerTransactionStarted::fallback),
                 field("local", &ServerTransactionStarted::local),
                 field("original", &ServerTransactionStarted::original),
                 field("trying_at", &ServerTransactionStarted::trying_at),
                 field("head", &ServerTransactionStarted::head)};
};

// Provisional: Proceeding. Final: Completed, or Accepted for a 2xx to INVITE (RFC 6026 7.1).
struct ResponseSent {
  static constexpr std::string_view kName = "ResponseSent";
  TransactionId transaction;
  CallId call;
  int status = 0;
  std::string to_tag;
  std::optional<Instant> resend_at = std::nullopt;  // Timer G
  std::optional<Instant> ends_at = std::nullopt;    // Timer H, J or L
  Wire wire;
  bool operator==(const ResponseSent&) const = default;
  static constexpr auto kFields = std::tuple{field("transaction", &ResponseSent::transaction),
                                             field("call", &ResponseSent::call),
                                             field("status", &ResponseSent::status),
                                             field("to_tag", &ResponseSent::to_tag),
                                             field("resend_at", &ResponseSent::resend_at),
                                             field("ends_at", &ResponseSent::ends_at),
                                             field("wire", &ResponseSent::wire)};
};

// The ACK for our 3xx to 6xx: Confirmed, until Timer I.
struct FailureAcknowledged {
  static constexpr std::string_view kName = "FailureAcknowledged";
  TransactionId transaction;
  CallId call;
  Instant ends_at;
  bool operator==(const FailureAcknowledged&) const = default;
  static constexpr auto kFields = std::tuple{
      field("transaction", &FailureAcknowledged::transaction),
      field("call", &FailureAcknowledged::call), field("ends_at", &FailureAcknowledged::ends_at)};
};

// A request of ours: Calling or Trying (RFC 3261 17.1); without a destination its name is being
// resolved first. One request may take several such attempts, each with a branch of its own (RFC
// 3263 4.3): `first` is the id that `owner` knows it by, `targets` are those still untried.
struct ClientTransactionStarted {
  static constexpr std::string_view kName = "ClientTransactionStarted";
  TransactionId transaction;
  TransactionId first;
  CallId call;
  LayerId owner = LayerId::kDialog;
  Method method = Method::kOther;
  Endpoint destination;
  std::vector<Endpoint> targets;
  std::string server;  // the name that a certificate of the other side must show
  Endpoint local;
  std::optional<Instant> resend_at = std::nullopt;  // Timer A or E, over UDP
  Instant gives_up_at = {};                         // Timer B or F
  Wire wire;
  bool operator==(const ClientTransactionStarted&) const = default;
  static constexpr auto kFields =
      std::tuple{field("transaction", &ClientTransactionStarted::transaction),
                 field("first", &ClientTransactionStarted::first),
                 field("call", &ClientTransactionStarted::call),
                 field("owner", &ClientTransactionStarted::owner),
                 field("method", &ClientTransactionStarted::method),
                 field("destination", &ClientTransactionStarted::destination),
                 field("targets", &ClientTransactionStarted::targets),
                 field("server", &ClientTransactionStarted::server),
                 field("local", &ClientTransactionStarted::local),
                 field("resend_at", &ClientTransactionStarted::resend_at),
                 field("gives_up_at", &ClientTransactionStarted::gives_up_at),
                 field("wire", &ClientTransactionStarted::wire)};
};

// The name is resolved: now it is Calling or Trying. `wire` is what was sent; its Via names the
// transport.
struct ClientTransactionAimed {
  static constexpr std::string_view kName = "ClientTransactionAimed";
  TransactionId transaction;
  CallId call;
  Endpoint destination;
  std::vector<Endpoint> targets;
  std::optional<Instant> resend_at = std::nullopt;  // Timer A or E, over UDP
  Wire wire;
  bool operator==(const ClientTransactionAimed&) const = default;
  static constexpr auto kFields =
      std::tuple{field("transaction", &ClientTransactionAimed::transaction),
                 field("call", &ClientTransactionAimed::call),
                 field("destination", &ClientTransactionAimed::destination),
                 field("targets", &ClientTransactionAimed::targets),
                 field("resend_at", &ClientTransactionAimed::resend_at),
                 field("wire", &ClientTransactionAimed::wire)};
};

// The first 1xx: Proceeding. A BYE and its like go on being repeated every T2, an INVITE does not.
struct ProvisionalReceived {
  static constexpr std::string_view kName = "ProvisionalReceived";
  TransactionId transaction;
  CallId call;
  int status = 0;
  std::optional<Instant> resend_at;
  bool operator==(const ProvisionalReceived&) const = default;
  static constexpr auto kFields = std::tuple{
      field("transaction", &ProvisionalReceived::transaction),
      field("call", &ProvisionalReceived::call), field("status", &ProvisionalReceived::status),
      field("resend_at", &ProvisionalReceived::resend_at)};
};

// Completed, or Accepted for a 2xx to INVITE (RFC 6026 7.2); repeats are absorbed until `ends_at`.
struct FinalReceived {
  static constexpr std::string_view kName = "FinalReceived";
  TransactionId transaction;
  CallId call;
  int status = 0;
  Instant ends_at = {};  // Timer D, K or M
  bool operator==(const FinalReceived&) const = default;
  static constexpr auto kFields = std::tuple{
      field("transaction", &FinalReceived::transaction), field("call", &FinalReceived::call),
      field("status", &FinalReceived::status), field("ends_at", &FinalReceived::ends_at)};
};

// We asked to cancel this INVITE; its final must come by then (RFC 3261 9.1).
struct CancelSent {
  static constexpr std::string_view kName = "CancelSent";
  TransactionId transaction;
  CallId call;
  Instant gives_up_at;
  bool operator==(const CancelSent&) const = default;
  static constexpr auto kFields =
      std::tuple{field("transaction", &CancelSent::transaction), field("call", &CancelSent::call),
                 field("gives_up_at", &CancelSent::gives_up_at)};
};

// We want to cancel an INVITE that went to its next target and has no answer from there: its CANCEL
// waits for a provisional response (RFC 3261 9.1), and no further target is tried.
struct CancelDeferred {
  static constexpr std::string_view kName = "CancelDeferred";
  TransactionId transaction;
  CallId call;
  bool operator==(const CancelDeferred&) const = default;
  static constexpr auto kFields = std::tuple{field("transaction", &CancelDeferred::transaction),
                                             field("call", &CancelDeferred::call)};
};

// The dialog of this INVITE has ended while it rang on: its final response must come by then.
struct FinalAwaited {
  static constexpr std::string_view kName = "FinalAwaited";
  TransactionId transaction;
  CallId call;
  Instant gives_up_at;
  bool operator==(const FinalAwaited&) const = default;
  static constexpr auto kFields = std::tuple{field("transaction", &FinalAwaited::transaction),
                                             field("call", &FinalAwaited::call),
                                             field("gives_up_at", &FinalAwaited::gives_up_at)};
};

// Timer A, E or G fired: the last message was sent again.
struct Resent {
  static constexpr std::string_view kName = "Resent";
  TransactionId transaction;
  CallId call;
  Instant resend_at;
  bool operator==(const Resent&) const = default;
  static constexpr auto kFields =
      std::tuple{field("transaction", &Resent::transaction), field("call", &Resent::call),
                 field("resend_at", &Resent::resend_at)};
};

// The machine reached Terminated, by its own timers only, never because a call ended (I-39).
struct TransactionEnded {
  static constexpr std::string_view kName = "TransactionEnded";
  TransactionId transaction;
  CallId call;
  TransactionEnd reason = TransactionEnd::kLingered;
  bool operator==(const TransactionEnded&) const = default;
  static constexpr auto kFields = std::tuple{field("transaction", &TransactionEnded::transaction),
                                             field("call", &TransactionEnded::call),
                                             field("reason", &TransactionEnded::reason)};
};

// A datagram led to nothing. `sentence` says what was wrong with it, and where.
struct DatagramDropped {
  static constexpr std::string_view kName = "DatagramDropped";
  DropReason reason = DropReason::kMalformed;
  Endpoint source;
  std::string sentence;
  bool operator==(const DatagramDropped&) const = default;
  static constexpr auto kFields = std::tuple{field("reason", &DatagramDropped::reason),
                                             field("source", &DatagramDropped::source),
                                             field("sentence", &DatagramDropped::sentence)};
};

// An answer went to this source that nothing vouches for; `window` is the second it counts in.
struct AnswerRationed {
  static constexpr std::string_view kName = "AnswerRationed";
  Endpoint source;
  Instant window;
  bool operator==(const AnswerRationed&) const = default;
  static constexpr auto kFields = std::tuple{field("source", &AnswerRationed::source),
                                             field("window", &AnswerRationed::window)};
};

// A server said 503 and when to come back: until then no new request goes there (RFC 3261 21.5.4).
struct ServerAvoided {
  static constexpr std::string_view kName = "ServerAvoided";
  Endpoint server;
  Instant until;
  bool operator==(const ServerAvoided&) const = default;
  static constexpr auto kFields =
      std::tuple{field("server", &ServerAvoided::server), field("until", &ServerAvoided::until)};
};

using TransactionEvent =
    std::variant<ServerTransactionStarted, ResponseSent, FailureAcknowledged,
                 ClientTransactionStarted, ClientTransactionAimed, ProvisionalReceived,
                 FinalReceived, CancelSent, CancelDeferred, FinalAwaited, Resent, TransactionEnded,
                 DatagramDropped, AnswerRationed, ServerAvoided>;

}  // namespace model
}  // namespace lastcall
