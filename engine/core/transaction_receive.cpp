#include "engine/core/transaction_receive.hpp"

#include "engine/core/transaction_send.hpp"
#include "engine/sip/parse.hpp"
#include "engine/sip/reason.hpp"
#include "engine/sip/write.hpp"

#include <string>

namespace lastcall::core {

void drop(const Arrival& at, DropReason reason, std::string sentence) {
  at.out.record(DatagramDropped{reason, at.datagram.source, std::move(sentence)});
}

TransactionId server_transaction_of(const SipMessage& request, Method method, const Draws& draws) {
  const Via via = request.via();
  const std::string sent_by = std::string{via.host} + ":" + std::to_string(via.port.value_or(0));
  if (via.has_unique_branch()) return draws.server_transaction(via.branch, sent_by, method);
  // The To tag takes no part here: an ACK carries that of the response, its INVITE had none.
  std::string key{request.request_uri()};
  for (const std::string_view part : {request.call_id(), request.from_tag(), via.branch}) {
    key.append("\n").append(part);
  }
  key.append("\n").append(std::to_string(request.cseq()));
  return draws.server_transaction(key, sent_by, method);
}

namespace {

using State = TransactionLayer::State;

TransactionId id_of(const Arrival& at, const SipMessage& request, Method method) {
  return server_transaction_of(request, method, at.context.draws);
}

CallId call_of_request(const Arrival& at, const SipMessage& request) {
  if (!request.to_tag().empty()) {
    const DialogId dialog =
        at.context.draws.dialog(request.call_id(), request.to_tag(), request.from_tag());
    return at.context.directory.find(dialog).call;
  }
  if (request.method() != Method::kInvite) return {};
  return at.context.draws.inbound_call(request.call_id(), request.from_tag(), request.via().branch,
                                       at.context.now);
}

// RFC 3261 18.2.2: a response whose connection is gone goes to the address that the request came
// from, at the port where its sender listens. A browser listens nowhere (RFC 7118).
Endpoint fallback_of(const SipMessage& request, const Endpoint& source) {
  if (!is_reliable(source.transport) || source.transport == Transport::kWs) return {};
  return {source.host, request.via().port.value_or(default_port(source.transport)),
          source.transport};
}

// RFC 3261 8.2.2.2: what a request outside dialogs shares with itself on another path.
TransactionId original_of(const Arrival& at, const SipMessage& request) {
  if (!request.to_tag().empty() || request.from_tag().empty()) return {};
  return at.context.draws.original(request.call_id(), request.from_tag(), request.cseq(),
                                   request.method());
}

// When a request that nobody has answered gets a 100 (RFC 3261 17.2.1, RFC 4320 4.1).
Instant trying_of(const Arrival& at, Method method) {
  return at.context.now +
         (method == Method::kInvite ? limits::kTryingInvite : limits::kTryingOther);
}

ServerTransactionStarted started_by(const Arrival& at, TransactionId id, CallId call,
                                    const SipMessage& request) {
  return {.transaction = id,
          .call = call,
          .method = request.method(),
          .reply_to = sip::response_destination(request, at.datagram.source),
          .fallback = fallback_of(request, at.datagram.source),
          .local = at.datagram.local,
          .head = sip::response_head(request, at.datagram.source)};
}

// Starts a transaction that is answered in this very step.
void answer_at_once(const Arrival& at, ServerTransactionStarted started, int status,
                    std::string to_tag) {
  const Transaction transaction = transaction_of(started);
  const Respond answer{.call = started.call,
                       .transaction = started.transaction,
                       .status = status,
                       .to_tag = std::move(to_tag),
                       .headers = {},
                       .body = {}};
  at.out.record(std::move(started));
  respond(transaction, answer, at.context, at.out);
}

void pass_on(const Arrival& at, TransactionId id, CallId call, SipMessage request) {
  at.out.send(ToDialog{
      RequestReceived{call, id, at.datagram.source, at.datagram.local, std::move(request)}});
}

// The rule of RFC 2543 leaves the To tag to be compared: an ACK is for one response.
bool acknowledges(const SipMessage& ack, const Transaction& invite) {
  return ack.via().has_unique_branch() || ack.to_tag() == invite.to_tag;
}

void receive_ack(const Arrival& at, SipMessage ack) {
  const TransactionId id = id_of(at, ack, Method::kInvite);
  const Transaction* invite = at.state.live.find(id);
  if (invite == nullptr || invite->phase == TransactionPhase::kAccepted) {
    // The ACK of a 2xx has a branch of its own and goes to the dialog (RFC 6026 7.1).
    const CallId call = call_of_request(at, ack);
    if (!call) return drop(at, DropReason::kStrayAck, "an ACK for no known dialog");
    return pass_on(at, {}, call, std::move(ack));
  }
  if (!acknowledges(ack, *invite)) {
    drop(at, DropReason::kStrayAck, "an ACK for a response of somebody else");
  } else if (invite->phase == TransactionPhase::kCompleted) {
    const Duration linger = linger_over(invite->peer.transport, limits::kT4);  // Timer I
    at.out.record(FailureAcknowledged{id, invite->call, at.context.now + linger});
  } else if (invite->phase != TransactionPhase::kConfirmed) {
    drop(at, DropReason::kStrayAck, "an ACK before the final response");
  }
}

// RFC 3261 9.2: answered here, never challenged; what it cancels is the dialog layer's business.
void receive_cancel(const Arrival& at, const SipMessage& cancel) {
  const TransactionId id = id_of(at, cancel, Method::kCancel);
  if (const Transaction* repeated = at.state.live.find(id)) return transmit(id, *repeated, at.out);

  const TransactionId invite_id = id_of(at, cancel, Method::kInvite);
  const Transaction* invite = at.state.live.find(invite_id);
  if (invite == nullptr && !ration(at)) return;
  const CallId call = invite == nullptr ? CallId{} : invite->call;
  const bool tagged = invite != nullptr && !invite->to_tag.empty();
  answer_at_once(at, started_by(at, id, call, cancel), invite == nullptr ? 481 : 200,
                 tagged ? invite->to_tag : at.context.draws.response_tag(id));
  if (invite != nullptr && invite->phase <= TransactionPhase::kProceeding) {
    at.out.send(
        ToDialog{CancelReceived{call, invite_id, sip::write_reasons(sip::reasons_of(cancel))}});
  }
}

// What anybody could have made up to get an answer, or to send one to somebody else.
bool is_unvouched(const Arrival& at, const SipMessage& request, CallId call) {
  const bool elsewhere =
      sip::response_destination(request, at.datagram.source).host != at.datagram.source.host;
  return elsewhere || (!request.to_tag().empty() && !call);
}

void receive_new_request(const Arrival& at, TransactionId id, SipMessage request) {
  const CallId call = call_of_request(at, request);
  if (is_unvouched(at, request, call) && !ration(at)) return;
  ServerTransactionStarted started = started_by(at, id, call, request);
  const TransactionId original = original_of(at, request);
  if (at.state.originals.contains(original)) {
    // RFC 3261 8.2.2.2: merged somewhere on its way; the first copy is being served.
    started.call = {};
    return answer_at_once(at, std::move(started), 482, at.context.draws.response_tag(id));
  }
  started.original = original;
  started.trying_at = trying_of(at, request.method());
  at.out.record(std::move(started));
  pass_on(at, id, call, std::move(request));
}

void receive_request(const Arrival& at, SipMessage request) {
  const Method method = request.method();
  if (method == Method::kAck) return receive_ack(at, std::move(request));
  if (method == Method::kCancel) return receive_cancel(at, request);
  const TransactionId id = id_of(at, request, method);
  const Transaction* repeated = at.state.live.find(id);
  if (repeated == nullptr) return receive_new_request(at, id, std::move(request));
  // Accepted and Confirmed absorb, and so does Trying, which has nothing to repeat.
  const bool answers = repeated->phase == TransactionPhase::kProceeding ||
                       repeated->phase == TransactionPhase::kCompleted;
  if (answers) transmit(id, *repeated, at.out);
}

void refuse_request(const Arrival& at, const SipMessage& request, std::string sentence) {
  if (request.method() == Method::kAck) {
    return drop(at, DropReason::kMalformed, std::move(sentence));
  }
  reject(at, request, 400, std::move(sentence));
}

void receive_malformed(const Arrival& at, const sip::MessageError& error) {
  if (error.keep_alive) return drop(at, DropReason::kKeepAlive, "a keep-alive");
  std::string sentence = error.sentence + " (at byte " + std::to_string(error.position) + ")";
  const bool answer = error.status != 0 && error.request && error.request->method() != Method::kAck;
  if (!answer) return drop(at, DropReason::kMalformed, std::move(sentence));
  if (is_too_large(at.datagram)) return reject(at, *error.request, 513, "It is too large.");
  reject(at, *error.request, error.status, std::move(sentence));
}

// A message that could be read: what is left to be wrong with it is not in its text alone.
void receive_message(const Arrival& at, SipMessage message) {
  if (message.is_response()) {
    if (is_framed(at.datagram)) return receive_response(at, std::move(message));
    return drop(at, DropReason::kMalformed, "a response of no length on a stream");
  }
  if (!is_framed(at.datagram)) {
    return refuse_request(at, message, "a request of no length on a stream");
  }
  if (message.via().branch == Via::kBranchCookie) {
    // RFC 4475 3.2.1: it would share its key with everybody who makes the same mistake.
    return refuse_request(at, message, "a branch that is nothing but the cookie");
  }
  receive_request(at, std::move(message));
}

}  // namespace

void receive_datagram(const State& state, const DatagramReceived& datagram, const Context& context,
                      Outbox& out) {
  const Arrival at{state, datagram, context, out};
  auto message = sip::parse(datagram.wire.bytes);
  if (message) {
    receive_message(at, std::move(*message));
  } else {
    receive_malformed(at, message.error());
  }
  if (!is_framed(datagram)) close_connection(at);
}

}  // namespace lastcall::core
