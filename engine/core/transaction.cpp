#include "engine/core/transaction.hpp"

#include "engine/core/transaction_client.hpp"
#include "engine/core/transaction_receive.hpp"
#include "engine/core/transaction_send.hpp"

namespace lastcall::core {
namespace {

using State = TransactionLayer::State;

// The attempt is over without a final response: the next target, or whoever asked is told, as if
// this status had come (RFC 3261 8.1.3.1).
void attempt_failed(TransactionId id, const Transaction& attempt, int status,
                    const Context& context, Outbox& out) {
  const bool timeout = status == 408;
  out.record(TransactionEnded{
      id, attempt.call, timeout ? TransactionEnd::kTimedOut : TransactionEnd::kTransportFailed});
  const auto failure = timeout ? AttemptFailure::kNoAnswer : AttemptFailure::kTransport;
  // Once the other side has answered at all, it is there (RFC 3263 4.3).
  const bool silent = attempt.phase == TransactionPhase::kTrying;
  if (silent && try_next_target(id, attempt, failure, context, out)) return;
  tell_owner(attempt,
             RequestFailed{attempt.call, attempt.first, attempt.method, status, attempt.wire}, out);
}

void decide_deadline(const State& state, const DeadlineDue& due, const Context& context,
                     Outbox& out) {
  const TransactionId id{due.deadline.owner};
  const Transaction* known = state.live.find(id);
  if (known == nullptr) return;
  const Transaction& transaction = *known;
  switch (due.deadline.timer) {
    case Timer::kResend:
      return resend(id, transaction, context, out);
    case Timer::kTrying:
      return respond(transaction,
                     {.call = transaction.call,
                      .transaction = id,
                      .status = 100,
                      .to_tag = {},
                      .headers = {},
                      .body = {}},
                     context, out);
    case Timer::kGiveUp:
      if (transaction.role == TransactionRole::kClient) {
        return attempt_failed(id, transaction, 408, context, out);  // Timer B or F
      }
      // Timer H: the ACK never came, and there is nothing more to do about it.
      out.record(TransactionEnded{id, transaction.call, TransactionEnd::kTimedOut});
      return;
    default:
      out.record(TransactionEnded{id, transaction.call, TransactionEnd::kLingered});
      return;
  }
}

void decide_transmit_failed(const State& state, const TransmitFailed& failed,
                            const Context& context, Outbox& out) {
  const Transaction* transaction = state.live.find(failed.transaction);
  // RFC 6026 7.1: a server transaction outlives what could not be sent.
  if (transaction == nullptr || transaction->role == TransactionRole::kServer) return;
  if (transaction->phase > TransactionPhase::kProceeding) return;
  attempt_failed(failed.transaction, *transaction, 503, context, out);
}

}  // namespace

void TransactionLayer::decide(const State& state, const Input& input, const Context& context,
                              Outbox& out) {
  match(
      input, [&](const DatagramReceived& m) { receive_datagram(state, m, context, out); },
      [&](const TransmitFailed& m) { decide_transmit_failed(state, m, context, out); },
      [&](const TargetsResolved& m) { aim(state, m, context, out); },
      [&](const DeadlineDue& m) { decide_deadline(state, m, context, out); },
      [&](const SendRequest& m) { send_request(state, m, context, out); },
      [&](const SendCancel& m) { send_cancel(state, m, context, out); },
      [&](const AwaitFinal& m) { await_final(state, m, context, out); },
      [&](const SendAck& m) { send_ack(state, m, context, out); },
      [&](const Respond& m) { respond(state, m, context, out); },
      [&](const RepeatResponse& m) {
        if (const Transaction* transaction = state.live.find(m.transaction)) {
          transmit(m.transaction, *transaction, out);
        }
      });
}

}  // namespace lastcall::core
