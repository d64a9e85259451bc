#include "engine/core/transaction_send.hpp"

#include "engine/sip/parse.hpp"
#include "engine/sip/write.hpp"

#include <algorithm>

namespace lastcall::core {

void transmit(TransactionId id, const Transaction& transaction, Outbox& out) {
  // A request is repeated by a timer, long after its turn; a provisional response never waits.
  const bool final = transaction.phase >= TransactionPhase::kAccepted;
  const bool server = transaction.role == TransactionRole::kServer;
  const Gate gate = server && !final ? Gate::kFree : Gate::kDurable;
  out.perform(
      transaction.call, gate,
      Transmit{
          transaction.peer, transaction.local, server ? TransactionId{} : id, {transaction.wire}});
}

Duration next_interval(const Transaction& transaction) {
  const bool invite_client =
      transaction.role == TransactionRole::kClient && transaction.method == Method::kInvite;
  const Duration doubled = 2 * transaction.interval;
  return invite_client ? doubled : std::min<Duration>(doubled, limits::kT2);
}

void resend(TransactionId id, const Transaction& transaction, const Context& context, Outbox& out) {
  transmit(id, transaction, out);
  // Counted from when it was due, so that a late timer does not shift the schedule.
  const Instant next =
      std::max(*transaction.resend_at + next_interval(transaction), context.now + limits::kT1);
  out.record(Resent{id, transaction.call, next});
}

void send_request(const SendRequest& mail, const Context& context, Outbox& out) {
  out.record(ClientTransactionStarted{.transaction = mail.transaction,
                                      .call = mail.call,
                                      .method = mail.method,
                                      .destination = mail.destination,
                                      .local = mail.local,
                                      .resend_at = context.now + limits::kT1,
                                      .gives_up_at = context.now + limits::k64T1,
                                      .owner = mail.owner,
                                      .wire = {mail.request}});
  out.perform(mail.call, Gate::kDurable,
              Transmit{mail.destination, mail.local, mail.transaction, {mail.request}});
}

void send_cancel(const TransactionLayer::State& state, const SendCancel& mail,
                 const Context& context, Outbox& out) {
  const Transaction* invite = state.live.find(mail.invite);
  if (invite == nullptr || invite->phase > TransactionPhase::kProceeding) return;
  const auto request = sip::parse(invite->wire);
  if (!request) return;  // what the peer made us copy is too long to be read again
  const TransactionId cancel =
      context.draws.client_transaction(request->via().branch, Method::kCancel);
  send_request({.call = mail.call,
                .transaction = cancel,
                .method = Method::kCancel,
                .destination = invite->peer,
                .local = invite->local,
                .request = sip::cancel_for(*request),
                .owner = invite->owner},
               context, out);
  out.record(CancelSent{mail.invite, mail.call, context.now + limits::k64T1});
}

void await_final(const TransactionLayer::State& state, const AwaitFinal& mail,
                 const Context& context, Outbox& out) {
  const Transaction* invite = state.live.find(mail.invite);
  if (invite == nullptr || invite->phase > TransactionPhase::kProceeding) return;
  out.record(FinalAwaited{mail.invite, invite->call, context.now + limits::k64T1});
}

void respond(const TransactionLayer::State& state, const Respond& mail, const Context& context,
             Outbox& out) {
  const Transaction* transaction = state.live.find(mail.transaction);
  if (transaction == nullptr || transaction->phase > TransactionPhase::kProceeding) return;
  respond(*transaction, mail, context, out);
}

void respond(const Transaction& transaction, const Respond& mail, const Context& context,
             Outbox& out) {
  const bool final = mail.status >= 200;
  const bool failed_invite = transaction.method == Method::kInvite && mail.status >= 300;
  ResponseSent sent{.transaction = mail.transaction,
                    .call = transaction.call,
                    .status = mail.status,
                    .to_tag = mail.to_tag};
  if (failed_invite) sent.resend_at = context.now + limits::kT1;  // Timer G
  if (final) sent.ends_at = context.now + limits::k64T1;          // Timer H, J or L
  sent.wire.bytes = sip::response(
      transaction.head, {.status = mail.status,
                         .to_tag = mail.to_tag,
                         .lines = mail.headers,
                         .body = mail.body,
                         .content_type = mail.body.empty() ? std::string_view{}
                                                           : std::string_view{"application/sdp"}});
  out.perform(transaction.call, final ? Gate::kDurable : Gate::kFree,
              Transmit{transaction.peer, transaction.local, {}, sent.wire});
  out.record(std::move(sent));
}

}  // namespace lastcall::core
