#pragma once
// Requests of ours that were refused and go out once more, changed as the refusal asks: to another
// target (RFC 3261 8.1.3.4), without an extension (8.1.3.5), with credentials (22.2), for a longer
// session (RFC 4028 7.3). One way for all of them: a new transaction with the next CSeq, and all
// else as it was. Part of DialogLayer::decide and as pure; remembers nothing but RequestMended.

#include "engine/core/dialog_send.hpp"
#include "engine/sip/again.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::core {

// What is known of a request of ours: the first INVITE has no entry among the others.
struct KnownRequest {
  Method method = Method::kInvite;
  const Dialog* dialog = nullptr;  // null: it is outside dialogs
  std::uint32_t tries = 1;
};
[[nodiscard]] std::optional<KnownRequest> known_request(const Leg& leg, TransactionId transaction);
// Whether it may still be sent: a BYE also while the call is ending (RACES R-5407-D2), nothing else
// then (I-31).
[[nodiscard]] bool may_leave(const Leg& leg, const KnownRequest& known);

// The URI without the brackets of its name-addr.
[[nodiscard]] std::string bare(const std::string& name_addr);

// How a refused request is mended. `changes` name neither branch nor CSeq.
struct Mending {
  TransactionId refused;
  const std::string& request;  // as it was sent
  sip::Changes changes = {};
  std::string credentials = {};           // that it then carries, whole header lines
  std::string target = {};                // another request URI
  std::vector<std::string> targets = {};  // those left behind it
};
// Sends it. False: it may not, or was sent too often to this target already.
bool send_again(const LegContext& at, const Mending& mending);

// 420: without the extensions that the peer does not know. False: that would not help.
bool send_without_extensions(const LegContext& at, const ResponseReceived& refused);

// How our first INVITE failed.
struct Failure {
  int status = 0;                        // 408 or 503 without a response (8.1.3.1)
  const std::string& request;            // as it was sent
  const SipMessage* response = nullptr;  // null: there was none
};
// Sends it to the next target of a redirection, this one or an earlier one: by q, each target once,
// until one of them answers for all with a 6xx (8.1.3.4). False: there is none.
bool follow_redirection(const LegContext& at, const Failure& failure);

}  // namespace lastcall::core
