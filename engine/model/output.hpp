#pragma once
// Orders to the world. Both worlds (engine/host and sim) have one exhaustive match over Output.

#include "engine/model/challenged.hpp"
#include "engine/model/input.hpp"
#include "engine/model/media_types.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace lastcall {
inline namespace model {

// Send these bytes. `transaction` is none where no failure need be reported (responses, ACK). On a
// stream the open connection to `destination` is used, else a new one is opened; for a response
// whose connection is gone, to `fallback` (RFC 3261 18.2.2).
struct Transmit {
  static constexpr std::string_view kName = "Transmit";
  Endpoint destination;
  Endpoint local;  // the port of ours to send from; none: the first one
  TransactionId transaction;
  Wire wire;
  Endpoint fallback = {};
  std::string server = {};  // TLS: the domain that the certificate must show (RFC 5922 7.2)
  bool operator==(const Transmit&) const = default;
  static constexpr auto kFields =
      std::tuple{field("destination", &Transmit::destination), field("local", &Transmit::local),
                 field("transaction", &Transmit::transaction), field("wire", &Transmit::wire),
                 field("fallback", &Transmit::fallback),       field("server", &Transmit::server)};
};

// Close this connection once what was given to it has left (RFC 3261 18.3: its framing is lost).
struct CloseConnection {
  static constexpr std::string_view kName = "CloseConnection";
  Endpoint connection;
  bool operator==(const CloseConnection&) const = default;
  static constexpr auto kFields = std::tuple{field("connection", &CloseConnection::connection)};
};

// Find out where requests to this URI go (RFC 3263); answered by TargetsResolved.
struct Resolve {
  static constexpr std::string_view kName = "Resolve";
  CallId call;
  TransactionId transaction;
  std::string uri;
  bool operator==(const Resolve&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &Resolve::call), field("transaction", &Resolve::transaction),
                 field("uri", &Resolve::uri)};
};

// Answer these challenges with our secret, which only the world knows; answered by RequestSigned.
struct SignRequest {
  static constexpr std::string_view kName = "SignRequest";
  LayerId layer = LayerId::kDialog;  // who asks
  CallId call;
  TransactionId transaction;  // the challenged one
  std::vector<Challenged> challenges;
  std::string method;
  std::string uri;
  std::string body;
  std::string aor = {};  // in whose name: an address of record of ours
  bool operator==(const SignRequest&) const = default;
  static constexpr auto kFields = std::tuple{field("layer", &SignRequest::layer),
                                             field("call", &SignRequest::call),
                                             field("transaction", &SignRequest::transaction),
                                             field("challenges", &SignRequest::challenges),
                                             field("method", &SignRequest::method),
                                             field("uri", &SignRequest::uri),
                                             field("body", &SignRequest::body),
                                             field("aor", &SignRequest::aor)};
};

// Check these credentials against what the world knows of its users; answered by CredentialsJudged.
struct JudgeCredentials {
  static constexpr std::string_view kName = "JudgeCredentials";
  CallId call;
  TransactionId transaction;
  std::string credentials;  // the value of Authorization
  std::string method;
  std::string body;
  bool operator==(const JudgeCredentials&) const = default;
  static constexpr auto kFields = std::tuple{
      field("call", &JudgeCredentials::call), field("transaction", &JudgeCredentials::transaction),
      field("credentials", &JudgeCredentials::credentials),
      field("method", &JudgeCredentials::method), field("body", &JudgeCredentials::body)};
};

// Open a port and start the pump; answered by StreamStarted or StreamFailed.
struct StartStream {
  static constexpr std::string_view kName = "StartStream";
  CallId call;
  StreamId stream;
  bool operator==(const StartStream&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &StartStream::call), field("stream", &StartStream::stream)};
};

// From now on send to `remote` (none: nowhere) in this direction, with this payload type.
struct DirectStream {
  static constexpr std::string_view kName = "DirectStream";
  CallId call;
  StreamId stream;
  Endpoint remote;
  Direction direction = Direction::kInactive;
  std::uint8_t payload_type = 0;
  bool operator==(const DirectStream&) const = default;
  static constexpr auto kFields = std::tuple{
      field("call", &DirectStream::call), field("stream", &DirectStream::stream),
      field("remote", &DirectStream::remote), field("direction", &DirectStream::direction),
      field("payload_type", &DirectStream::payload_type)};
};

// Stop sending and playing, close the port; answered by StreamStopped. Idempotent.
struct StopStream {
  static constexpr std::string_view kName = "StopStream";
  CallId call;
  StreamId stream;
  bool operator==(const StopStream&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &StopStream::call), field("stream", &StopStream::stream)};
};

// The call is over though this never confirmed: release everything of the call unconditionally.
struct AbortCall {
  static constexpr std::string_view kName = "AbortCall";
  CallId call;
  CleanupLayer layer = CleanupLayer::kMedia;
  bool operator==(const AbortCall&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &AbortCall::call), field("layer", &AbortCall::layer)};
};

// Tell the client. Cause, forced and missing are those of the ending, where there is one.
struct Notify {
  static constexpr std::string_view kName = "Notify";
  CallId call;
  NoticeKind notice = NoticeKind::kProgress;
  CallState state = CallState::kIdle;
  Cause cause = Cause::kLocalHangup;
  bool forced = false;
  CleanupLayers missing;
  std::string peer;       // with kIncoming: who calls
  std::string text = {};  // what a message says, how a transfer or a registration stands, or,
                          // while it rings, the name of a RingBack
  bool operator==(const Notify&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &Notify::call),     field("notice", &Notify::notice),
                 field("state", &Notify::state),   field("cause", &Notify::cause),
                 field("forced", &Notify::forced), field("missing", &Notify::missing),
                 field("peer", &Notify::peer),     field("text", &Notify::text)};
};

// The answer to a command.
struct Reply {
  static constexpr std::string_view kName = "Reply";
  CommandId command;
  CallId call;
  OpResult result = OpResult::kOk;
  bool operator==(const Reply&) const = default;
  static constexpr auto kFields =
      std::tuple{field("command", &Reply::command), field("call", &Reply::call),
                 field("result", &Reply::result)};
};

using Output = std::variant<Transmit, CloseConnection, Resolve, SignRequest, JudgeCredentials,
                            StartStream, DirectStream, StopStream, AbortCall, Notify, Reply>;

// When an order may leave: at once, or when its turn is durable (EVENTLOG "Before a 200 to BYE
// leaves"). Free are provisional responses, ACK, stateless rejections and orders that only release.
enum class Gate : std::uint8_t { kFree, kDurable };
[[nodiscard]] constexpr auto names_of(Gate) {
  return std::array<std::string_view, 2>{"free", "durable"};
}

}  // namespace model
}  // namespace lastcall
