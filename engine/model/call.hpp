#pragma once
// The words in which a call's life is told: its states, the ways it can end, what a user can ask of
// it and what the answers are.

#include "engine/base/enum_names.hpp"
#include "engine/model/layer_id.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace lastcall {
inline namespace model {

// DESIGN: `Failed` is kTerminated shown with a set-up cause.
enum class CallState : std::uint8_t {
  kIdle,
  kInitiating,
  kRinging,
  kConnected,
  kOnHold,
  kTerminating,
  kTerminated
};
[[nodiscard]] constexpr auto names_of(CallState) {
  return std::array<std::string_view, 7>{"Idle",   "Initiating",  "Ringing",   "Connected",
                                         "OnHold", "Terminating", "Terminated"};
}

// Which side of the first INVITE we are.
enum class CallRole : std::uint8_t { kCaller, kCallee };
[[nodiscard]] constexpr auto names_of(CallRole) {
  return std::array<std::string_view, 2>{"caller", "callee"};
}

// Why a call ends. The first trigger in log order decides (RACES TP-01, TP-14).
enum class Cause : std::uint8_t {
  kRemoteBye,            // the peer hung up
  kRemoteByeOutOfOrder,  // the same, with a CSeq that had to be answered 500 (RACES C-09)
  kRemoteCancel,         // the caller gave up before we answered
  kRemoteReject,         // the callee refused the call: 3xx to 6xx
  kLocalHangup,
  kLocalReject,
  kNoAnswer,       // no final response in time
  kNoAck,          // our 200 was never acknowledged
  kDialogFailure,  // 481, 408 or a timeout of a request inside the dialog
  kTransportFailure,
  kMediaFailure,  // no stream could be opened, or its offer could not be met
  kShutdown,
  kSessionExpired,  // nobody refreshed it in time (RFC 4028 10)
  kReplaced,        // another call took its place (RFC 3891)
  kTransferred,     // the peer talks to somebody else now (RFC 3515, RFC 5589)
};
[[nodiscard]] constexpr auto names_of(Cause) {
  return std::array<std::string_view, 15>{"remote-bye",      "remote-bye-out-of-order",
                                          "remote-cancel",   "remote-reject",
                                          "local-hangup",    "local-reject",
                                          "no-answer",       "no-ack",
                                          "dialog-failure",  "transport-failure",
                                          "media-failure",   "shutdown",
                                          "session-expired", "replaced",
                                          "transferred"};
}

// What a caller hears while it rings (RFC 3960 3.2): ring-back of its own once the callee is being
// alerted (180), and the sound of the other side from the moment that its description says where
// from; never both.
enum class RingBack : std::uint8_t { kNone, kOwn, kPeer };
[[nodiscard]] constexpr auto names_of(RingBack) {
  return std::array<std::string_view, 3>{"none", "own", "peer"};
}

// What a user can ask of a call.
enum class Op : std::uint8_t {
  kCall,
  kAnswer,
  kReject,  // with a URI: the caller is sent there
  kHold,
  kResume,
  kHangup,
  kTransfer,  // to a URI, or to the peer of another call of ours: "call:" and its id
  kRegister,  // an address of record of ours
  kUnregister,
};
[[nodiscard]] constexpr auto names_of(Op) {
  return std::array<std::string_view, 9>{"call",   "answer",   "reject",   "hold",      "resume",
                                         "hangup", "transfer", "register", "unregister"};
}

// The answer to it; exactly one per command.
enum class OpResult : std::uint8_t {
  kOk,
  kEnding,      // the call is ending: nothing was changed
  kEnded,       // the call has ended
  kNotFound,    // an id that was never given out
  kWrongState,  // not in this state of the call, or another operation is still running
  kRefused,     // the peer said no
  kTooMany,     // a limit of ours
};
[[nodiscard]] constexpr auto names_of(OpResult) {
  return std::array<std::string_view, 7>{
      "ok",          "call-is-ending", "call-has-ended", "call-not-found",
      "wrong-state", "refused",        "too-many"};
}

// The answer to a question about any id of a call.
enum class Found : std::uint8_t { kLive, kEnding, kEnded, kNotFound };
[[nodiscard]] constexpr auto names_of(Found) {
  return std::array<std::string_view, 4>{"live", "ending", "ended", "not-found"};
}

// What a client is told about a call.
enum class NoticeKind : std::uint8_t {
  kIncoming,
  kProgress,
  kEnding,
  kEnded,
  kMessage,       // a text of the peer (RFC 3428)
  kTransfer,      // how the transfer of this call goes on (RFC 3515)
  kRegistration,  // how an address of record stands
};
[[nodiscard]] constexpr auto names_of(NoticeKind) {
  return std::array<std::string_view, 7>{"CallIncoming", "CallProgress", "CallEnding",  "CallEnded",
                                         "Message",      "Transfer",     "Registration"};
}

// How calls end: in two phases, or at once (the rollback switch).
enum class Rules : std::uint8_t { kTwoPhase, kImmediate };
[[nodiscard]] constexpr auto names_of(Rules) {
  return std::array<std::string_view, 2>{"two-phase", "immediate"};
}

}  // namespace model
}  // namespace lastcall
