#pragma once
// Requests and responses that the dialog layer asks the transaction layer to send, composed from a
// leg and a dialog (RFC 3261 12.2.1.1, 13.2.2.4). Part of DialogLayer::decide and as pure.

#include "engine/core/dialog.hpp"
#include "engine/core/inspection.hpp"

#include <string>

namespace lastcall::core {

// What a decision about one call needs at hand.
struct LegContext {
  CallId call;
  const Leg& leg;
  const Context& context;
  Outbox& out;
};

// What a request says beyond what its dialog, or the call, gives it.
struct Outgoing {
  Method method = Method::kOther;
  std::string lines = {};  // whole header lines
  std::string body = {};
  std::string_view content_type = "application/sdp";  // of a body that is not empty
};

// The INVITE that places a call. REQUIRES: a leg as LegStarted describes it.
[[nodiscard]] std::string compose_invite(const LegStarted& leg, const Context& context,
                                         std::string_view target, const Outgoing& outgoing);

// Sends a new request inside the dialog with its next CSeq; it stands in Leg::requests until its
// final response.
TransactionId send_in_dialog(const LegContext& at, const Dialog& dialog, const Outgoing& outgoing);

// Acknowledges a 2xx, for the first time or again with the same bytes (RFC 3261 13.2.2.4): it is
// known by the CSeq of its INVITE. `sdp` is the answer to an offer in the 2xx.
struct Acknowledgement {
  std::uint32_t cseq = 0;
  std::string sdp = {};
};
void acknowledge(const LegContext& at, const Dialog& dialog, const Acknowledgement& ack);

// Answers a request. `tag` is ours; dialog-forming answers carry Contact and the routes.
void answer(const LegContext& at, TransactionId transaction, int status);
// The Contact that tells the peer of this dialog where we are.
[[nodiscard]] std::string contact_in(const LegContext& at, const Dialog& dialog);
// 500, asking to come back within 10 s: another request is not answered yet (RFC 3261 14.2).
[[nodiscard]] Rejection overlapping(const Draws& draws, TransactionId transaction);
struct Forming {
  int status = 0;
  std::string sdp = {};
  std::string lines = {};  // whole header lines
};
void answer_forming_dialog(const LegContext& at, TransactionId transaction, const Forming& answer);
// Answers a request that belongs to no call.
void answer_stateless(const RequestReceived& request, int status, std::string headers,
                      const Context& context, Outbox& out);
// Answers a request of the call with what its inspection found.
void answer(const LegContext& at, TransactionId transaction, Rejection why);

}  // namespace lastcall::core
