#include "engine/core/transaction_receive.hpp"

#include "engine/core/transaction_send.hpp"
#include "engine/sip/parse.hpp"
#include "engine/sip/write.hpp"

#include <string>

namespace lastcall::core {
namespace {

using State = TransactionLayer::State;

// One datagram on its way through the layer.
struct Arrival {
  const State& state;
  const DatagramReceived& datagram;
  const Context& context;
  Outbox& out;
};

void drop(const Arrival& at, DropReason reason, std::string sentence) {
  at.out.record(DatagramDropped{reason, at.datagram.source, std::move(sentence)});
}

// RFC 3261 17.2.3: branch and sent-by; without a unique branch the rule of RFC 2543.
TransactionId server_transaction(const Arrival& at, const SipMessage& request, Method method) {
  const Via via = request.via();
  const std::string sent_by = std::string{via.host} + ":" + std::to_string(via.port.value_or(5060));
  if (via.has_unique_branch()) {
    return at.context.draws.server_transaction(via.branch, sent_by, method);
  }
  std::string key{request.call_id()};
  key.append("\n").append(request.from_tag()).append("\n").append(std::to_string(request.cseq()));
  return at.context.draws.server_transaction(key, sent_by, method);
}

CallId call_of_request(const Arrival& at, const SipMessage& request) {
  if (!request.to_tag().empty()) {
    const DialogId dialog =
        at.context.draws.dialog(request.call_id(), request.to_tag(), request.from_tag());
    return at.context.directory.find(dialog).call;
  }
  if (request.method() != Method::kInvite) return {};
  return at.context.draws.inbound_call(request.call_id(), request.from_tag(), request.via().branch);
}

Transaction start_server(const Arrival& at, TransactionId id, CallId call,
                         const SipMessage& request) {
  const Transaction started{.role = TransactionRole::kServer,
                            .method = request.method(),
                            .call = call,
                            .peer = sip::response_destination(request, at.datagram.source),
                            .local = at.datagram.local,
                            .head = sip::response_head(request, at.datagram.source)};
  at.out.record(ServerTransactionStarted{.transaction = id,
                                         .call = call,
                                         .method = request.method(),
                                         .reply_to = started.peer,
                                         .local = started.local,
                                         .head = started.head});
  return started;
}

void pass_on(const Arrival& at, TransactionId id, CallId call, SipMessage request) {
  at.out.send(ToDialog{
      RequestReceived{call, id, at.datagram.source, at.datagram.local, std::move(request)}});
}

void receive_ack(const Arrival& at, SipMessage ack) {
  const TransactionId invite = server_transaction(at, ack, Method::kInvite);
  const Transaction* transaction = at.state.live.find(invite);
  const CallId call = call_of_request(at, ack);
  if (transaction == nullptr || transaction->phase == TransactionPhase::kAccepted) {
    // The ACK of a 2xx has a branch of its own and goes to the dialog (RFC 6026 7.1).
    if (!call) return drop(at, DropReason::kStrayAck, "an ACK for no known dialog");
    return pass_on(at, {}, call, std::move(ack));
  }
  if (transaction->phase == TransactionPhase::kCompleted) {
    at.out.record(FailureAcknowledged{invite, transaction->call, at.context.now + limits::kT4});
  } else if (transaction->phase != TransactionPhase::kConfirmed) {
    drop(at, DropReason::kStrayAck, "an ACK before the final response");
  }
}

// RFC 3261 9.2: answered here; what it cancels is the dialog layer's business.
void receive_cancel(const Arrival& at, const SipMessage& cancel) {
  const TransactionId id = server_transaction(at, cancel, Method::kCancel);
  if (const Transaction* repeated = at.state.live.find(id)) return transmit(id, *repeated, at.out);

  const TransactionId invite_id = server_transaction(at, cancel, Method::kInvite);
  const Transaction* invite = at.state.live.find(invite_id);
  const CallId call = invite == nullptr ? CallId{} : invite->call;
  const Transaction started = start_server(at, id, call, cancel);
  const std::string to_tag = invite == nullptr || invite->to_tag.empty()
                                 ? at.context.draws.response_tag(id)
                                 : invite->to_tag;
  respond(started,
          {.call = call,
           .transaction = id,
           .status = invite == nullptr ? 481 : 200,
           .to_tag = to_tag,
           .headers = {},
           .body = {}},
          at.context, at.out);
  if (invite != nullptr && invite->phase <= TransactionPhase::kProceeding) {
    at.out.send(ToDialog{CancelReceived{call, invite_id}});
  }
}

void receive_request(const Arrival& at, SipMessage request) {
  if (request.method() == Method::kAck) return receive_ack(at, std::move(request));
  if (request.method() == Method::kCancel) return receive_cancel(at, request);

  const TransactionId id = server_transaction(at, request, request.method());
  if (const Transaction* repeated = at.state.live.find(id)) {
    // Accepted and Confirmed absorb, and so does Trying, which has nothing to repeat.
    const bool answers = repeated->phase == TransactionPhase::kProceeding ||
                         repeated->phase == TransactionPhase::kCompleted;
    if (answers) transmit(id, *repeated, at.out);
    return;
  }
  const CallId call = call_of_request(at, request);
  (void)start_server(at, id, call, request);
  pass_on(at, id, call, std::move(request));
}

void acknowledge_failure(const Arrival& at, const Transaction& invite, const SipMessage& response) {
  const auto request = sip::parse(invite.wire);
  if (!request) return;  // what the peer made us copy is too long to be read again
  at.out.perform(
      invite.call, Gate::kFree,
      Transmit{invite.peer, invite.local, {}, {sip::ack_for_failure(*request, response)}});
}

// A failure takes our request along, as it was sent: it may have to be mended and sent again.
void pass_on(const Arrival& at, TransactionId id, const Transaction& transaction,
             SipMessage response) {
  const bool failed = response.status() >= 300;
  tell_owner(transaction,
             ResponseReceived{transaction.call, id, std::move(response),
                              failed ? transaction.wire : std::string{}},
             at.out);
}

// RFC 3261 17.1.1.2 with RFC 6026 7.2: the INVITE client transaction.
void receive_invite_response(const Arrival& at, TransactionId id, const Transaction& transaction,
                             SipMessage response) {
  const int status = response.status();
  const bool pending = transaction.phase <= TransactionPhase::kProceeding;
  if (status >= 300) {
    if (pending || transaction.phase == TransactionPhase::kCompleted) {
      acknowledge_failure(at, transaction, response);
    }
  }
  if (status < 200) {
    if (!pending) return;
    if (transaction.phase == TransactionPhase::kTrying) {
      at.out.record(ProvisionalReceived{id, transaction.call, status, std::nullopt});
    }
  } else if (pending) {
    at.out.record(FinalReceived{id, transaction.call, status, at.context.now + limits::k64T1});
  } else if (status >= 300 || transaction.phase != TransactionPhase::kAccepted) {
    return;  // a repeat; only a 2xx goes to the dialog each time
  }
  pass_on(at, id, transaction, std::move(response));
}

// RFC 3261 17.1.2.2: the non-INVITE client transaction.
void receive_other_response(const Arrival& at, TransactionId id, const Transaction& transaction,
                            SipMessage response) {
  const int status = response.status();
  if (transaction.phase > TransactionPhase::kProceeding) return;
  if (status >= 200) {
    at.out.record(FinalReceived{id, transaction.call, status, at.context.now + limits::kT4});
  } else if (transaction.phase == TransactionPhase::kTrying) {
    // Timer E goes on as it was set; it is T2 from the next repeat on.
    at.out.record(ProvisionalReceived{id, transaction.call, status, transaction.resend_at});
  }
  pass_on(at, id, transaction, std::move(response));
}

void receive_response(const Arrival& at, SipMessage response) {
  if (response.via_count() != 1) {
    return drop(at, DropReason::kStrayResponse, "a response with more than one Via");
  }
  const TransactionId id =
      at.context.draws.client_transaction(response.via().branch, response.method());
  const Transaction* transaction = at.state.live.find(id);
  if (transaction == nullptr) {
    // RFC 6026 7.2: never given to the core.
    return drop(at, DropReason::kStrayResponse, "a response to no request of ours");
  }
  if (transaction->method == Method::kInvite) {
    receive_invite_response(at, id, *transaction, std::move(response));
  } else {
    receive_other_response(at, id, *transaction, std::move(response));
  }
}

void receive_malformed(const Arrival& at, const sip::MessageError& error) {
  if (error.keep_alive) return drop(at, DropReason::kKeepAlive, "a keep-alive");
  const std::string sentence = error.sentence + " (at byte " + std::to_string(error.position) + ")";
  const bool answer = error.status != 0 && error.request && error.request->method() != Method::kAck;
  if (!answer) return drop(at, DropReason::kMalformed, sentence);
  // Stateless: a repeat is simply answered again.
  const SipMessage& request = *error.request;
  const std::string tag = at.context.draws.response_tag({hash_of(0, request.call_id())});
  const std::string head = sip::response_head(request, at.datagram.source);
  const std::string text = sip::response(head, {.status = error.status, .to_tag = tag});
  at.out.perform(
      {}, Gate::kFree,
      Transmit{
          sip::response_destination(request, at.datagram.source), at.datagram.local, {}, {text}});
  drop(at, DropReason::kMalformedAnswered, sentence);
}

}  // namespace

void receive_datagram(const State& state, const DatagramReceived& datagram, const Context& context,
                      Outbox& out) {
  const Arrival at{state, datagram, context, out};
  auto message = sip::parse(datagram.wire.bytes);
  if (!message) return receive_malformed(at, message.error());
  if (message->is_request()) return receive_request(at, std::move(*message));
  receive_response(at, std::move(*message));
}

}  // namespace lastcall::core
