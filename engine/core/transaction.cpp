#include "engine/core/transaction.hpp"

#include "engine/core/transaction_receive.hpp"
#include "engine/core/transaction_send.hpp"

namespace lastcall::core {
namespace {

using State = TransactionLayer::State;

void decide_deadline(const State& state, const DeadlineDue& due, const Context& context,
                     Outbox& out) {
  const TransactionId id{due.deadline.owner};
  const Transaction* known = state.live.find(id);
  if (known == nullptr) return;
  const Transaction& transaction = *known;
  switch (due.deadline.timer) {
    case Timer::kResend:
      resend(id, transaction, context, out);
      return;
    case Timer::kGiveUp:
      out.record(TransactionEnded{id, transaction.call, TransactionEnd::kTimedOut});
      // Timer B or F: as if a 408 had come (RFC 3261 8.1.3.1). Timer H leaves nothing to do.
      if (transaction.role == TransactionRole::kClient) {
        tell_owner(transaction, RequestFailed{transaction.call, id, transaction.method, 408}, out);
      }
      return;
    default:
      out.record(TransactionEnded{id, transaction.call, TransactionEnd::kLingered});
      return;
  }
}

void decide_transmit_failed(const State& state, const TransmitFailed& failed, Outbox& out) {
  const Transaction* transaction = state.live.find(failed.transaction);
  if (transaction == nullptr || transaction->role == TransactionRole::kServer) return;
  if (transaction->phase > TransactionPhase::kProceeding) return;
  out.record(
      TransactionEnded{failed.transaction, transaction->call, TransactionEnd::kTransportFailed});
  // RFC 3261 8.1.3.1: a transport error is treated as a 503.
  tell_owner(*transaction,
             RequestFailed{transaction->call, failed.transaction, transaction->method, 503}, out);
}

}  // namespace

void TransactionLayer::decide(const State& state, const Input& input, const Context& context,
                              Outbox& out) {
  match(
      input, [&](const DatagramReceived& m) { receive_datagram(state, m, context, out); },
      [&](const TransmitFailed& m) { decide_transmit_failed(state, m, out); },
      [](const TargetsResolved&) {},
      [&](const DeadlineDue& m) { decide_deadline(state, m, context, out); },
      [&](const SendRequest& m) { send_request(m, context, out); },
      [&](const SendCancel& m) { send_cancel(state, m, context, out); },
      [&](const AwaitFinal& m) { await_final(state, m, context, out); },
      [&](const SendAck& m) {
        // The ACK of a 2xx belongs to no transaction and may leave at once.
        out.perform(m.call, Gate::kFree, Transmit{m.destination, m.local, {}, {m.ack}});
      },
      [&](const Respond& m) { respond(state, m, context, out); },
      [&](const RepeatResponse& m) {
        if (const Transaction* transaction = state.live.find(m.transaction)) {
          transmit(m.transaction, *transaction, out);
        }
      });
}

namespace {

void set_deadlines(State& state, TransactionId id, Transaction& transaction,
                   std::optional<Instant> resend_at, std::optional<Instant> ends_at,
                   Timer end_timer) {
  const auto entry = [&](Instant due, Timer timer) { return Deadline{due, timer, id.value}; };
  if (transaction.resend_at) {
    state.deadlines.remove(entry(*transaction.resend_at, Timer::kResend), transaction.call);
  }
  if (transaction.ends_at) {
    state.deadlines.remove(entry(*transaction.ends_at, transaction.end_timer), transaction.call);
  }
  transaction.resend_at = resend_at;
  transaction.ends_at = ends_at;
  transaction.end_timer = end_timer;
  if (resend_at) state.deadlines.add(entry(*resend_at, Timer::kResend), transaction.call);
  if (ends_at) state.deadlines.add(entry(*ends_at, end_timer), transaction.call);
}

void apply_response(State& state, const ResponseSent& e) {
  Transaction* transaction = state.live.find(e.transaction);
  if (transaction == nullptr) return;
  transaction->wire = e.wire.bytes;
  transaction->to_tag = e.to_tag;
  const bool invite = transaction->method == Method::kInvite;
  Timer end_timer = Timer::kLinger;
  if (e.status < 200) {
    transaction->phase = TransactionPhase::kProceeding;
  } else if (invite && e.status < 300) {
    transaction->phase = TransactionPhase::kAccepted;
  } else {
    transaction->phase = TransactionPhase::kCompleted;
    if (invite) end_timer = Timer::kGiveUp;  // Timer H waits for the ACK
  }
  transaction->interval = limits::kT1;
  set_deadlines(state, e.transaction, *transaction, e.resend_at, e.ends_at, end_timer);
}

void apply_client_started(State& state, const ClientTransactionStarted& e) {
  Transaction& transaction = state.live.put(e.transaction, {.role = TransactionRole::kClient,
                                                            .method = e.method,
                                                            .call = e.call,
                                                            .owner = e.owner,
                                                            .peer = e.destination,
                                                            .local = e.local,
                                                            .wire = e.wire.bytes,
                                                            .interval = limits::kT1});
  set_deadlines(state, e.transaction, transaction, e.resend_at, e.gives_up_at, Timer::kGiveUp);
}

void apply_final(State& state, const FinalReceived& e) {
  Transaction* transaction = state.live.find(e.transaction);
  if (transaction == nullptr) return;
  const bool accepted = transaction->method == Method::kInvite && e.status < 300;
  transaction->phase = accepted ? TransactionPhase::kAccepted : TransactionPhase::kCompleted;
  set_deadlines(state, e.transaction, *transaction, std::nullopt, e.ends_at, Timer::kLinger);
}

void apply_provisional(State& state, const ProvisionalReceived& e) {
  Transaction* transaction = state.live.find(e.transaction);
  if (transaction == nullptr) return;
  transaction->phase = TransactionPhase::kProceeding;
  transaction->interval = limits::kT2;
  // Timer B runs in Calling only, Timer F until the final response (RFC 3261 17.1.1.2, 17.1.2.2).
  const bool invite = transaction->method == Method::kInvite;
  set_deadlines(state, e.transaction, *transaction, e.resend_at,
                invite ? std::nullopt : transaction->ends_at, Timer::kGiveUp);
}

// An INVITE that rings has no timer of its own (RFC 3261 17.1.1.2): give it one.
void bound_final(State& state, TransactionId id, Instant gives_up_at) {
  Transaction* transaction = state.live.find(id);
  if (transaction == nullptr) return;
  set_deadlines(state, id, *transaction, transaction->resend_at, gives_up_at, Timer::kGiveUp);
}

void apply_resent(State& state, const Resent& e) {
  Transaction* transaction = state.live.find(e.transaction);
  if (transaction == nullptr) return;
  transaction->interval = next_interval(*transaction);
  set_deadlines(state, e.transaction, *transaction, e.resend_at, transaction->ends_at,
                transaction->end_timer);
}

}  // namespace

void TransactionLayer::apply(State& state, const Event& event) {
  match(
      event,
      [&](const ServerTransactionStarted& e) {
        state.live.put(e.transaction, {.role = TransactionRole::kServer,
                                       .method = e.method,
                                       .call = e.call,
                                       .peer = e.reply_to,
                                       .local = e.local,
                                       .head = e.head});
      },
      [&](const ResponseSent& e) { apply_response(state, e); },
      [&](const FailureAcknowledged& e) {
        Transaction* transaction = state.live.find(e.transaction);
        if (transaction == nullptr) return;
        transaction->phase = TransactionPhase::kConfirmed;
        set_deadlines(state, e.transaction, *transaction, std::nullopt, e.ends_at, Timer::kLinger);
      },
      [&](const ClientTransactionStarted& e) { apply_client_started(state, e); },
      [&](const ProvisionalReceived& e) { apply_provisional(state, e); },
      [&](const FinalReceived& e) { apply_final(state, e); },
      [&](const CancelSent& e) { bound_final(state, e.transaction, e.gives_up_at); },
      [&](const FinalAwaited& e) { bound_final(state, e.transaction, e.gives_up_at); },
      [&](const Resent& e) { apply_resent(state, e); },
      [&](const TransactionEnded& e) {
        Transaction* transaction = state.live.find(e.transaction);
        if (transaction == nullptr) return;
        set_deadlines(state, e.transaction, *transaction, std::nullopt, std::nullopt,
                      Timer::kLinger);
        state.live.erase(e.transaction);
      },
      [&](const DatagramDropped& e) { ++state.dropped[static_cast<std::size_t>(e.reason)]; });
}

}  // namespace lastcall::core
