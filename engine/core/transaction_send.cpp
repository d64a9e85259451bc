#include "engine/core/transaction_send.hpp"

#include "engine/sip/write.hpp"

#include <algorithm>

namespace lastcall::core {

Transaction transaction_of(const ServerTransactionStarted& started) {
  return {.role = TransactionRole::kServer,
          .method = started.method,
          .call = started.call,
          .original = started.original,
          .peer = started.reply_to,
          .fallback = started.fallback,
          .local = started.local,
          .head = started.head};
}

Transaction transaction_of(const ClientTransactionStarted& started) {
  const bool known = !started.destination.host.empty();
  return {.role = TransactionRole::kClient,
          .phase = known ? TransactionPhase::kTrying : TransactionPhase::kResolving,
          .method = started.method,
          .call = started.call,
          .owner = started.owner,
          .first = started.first,
          .peer = started.destination,
          .local = started.local,
          .targets = started.targets,
          .server = started.server,
          .wire = started.wire.bytes,
          .interval = limits::kT1};
}

Duration linger_over(Transport transport, Duration linger) {
  return is_reliable(transport) ? Duration{} : linger;
}

void transmit(TransactionId id, const Transaction& transaction, Outbox& out) {
  // A request is repeated by a timer, long after its turn; a provisional response never waits.
  const bool final = transaction.phase >= TransactionPhase::kAccepted;
  const bool server = transaction.role == TransactionRole::kServer;
  const bool tls = transaction.peer.transport == Transport::kTls;
  out.perform(transaction.call, server && !final ? Gate::kFree : Gate::kDurable,
              Transmit{.destination = transaction.peer,
                       .local = transaction.local,
                       .transaction = server ? TransactionId{} : id,
                       .wire = {transaction.wire},
                       .fallback = transaction.fallback,
                       .server = tls ? transaction.server : std::string{}});
}

Duration next_interval(const Transaction& transaction) {
  const bool invite_client =
      transaction.role == TransactionRole::kClient && transaction.method == Method::kInvite;
  if (invite_client && transaction.phase == TransactionPhase::kProceeding) return kBindingInterval;
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

void respond(const TransactionLayer::State& state, const Respond& mail, const Context& context,
             Outbox& out) {
  const Transaction* transaction = state.live.find(mail.transaction);
  if (transaction == nullptr || transaction->phase > TransactionPhase::kProceeding) return;
  respond(*transaction, mail, context, out);
}

namespace {

// Timer H, J or L.
Duration end_after(const Transaction& transaction) {
  if (transaction.method == Method::kInvite) return limits::k64T1;
  return linger_over(transaction.peer.transport, limits::k64T1);
}

}  // namespace

void respond(const Transaction& transaction, const Respond& mail, const Context& context,
             Outbox& out) {
  const bool invite = transaction.method == Method::kInvite;
  if (mail.status == 408 && !invite) {
    // RFC 4320 4.2: its sender has given up by itself; a 408 would only be in the way.
    out.record(TransactionEnded{mail.transaction, transaction.call, TransactionEnd::kTimedOut});
    return;
  }
  const bool final = mail.status >= 200;
  const bool repeats = invite && mail.status >= 300 && !is_reliable(transaction.peer.transport);
  ResponseSent sent{.transaction = mail.transaction,
                    .call = transaction.call,
                    .status = mail.status,
                    .to_tag = mail.to_tag};
  if (repeats) sent.resend_at = context.now + limits::kT1;  // Timer G
  if (final) sent.ends_at = context.now + end_after(transaction);
  sent.wire.bytes = sip::response(
      transaction.head, {.status = mail.status,
                         .to_tag = mail.to_tag,
                         .lines = mail.headers,
                         .body = mail.body,
                         .content_type = mail.body.empty() ? std::string_view{}
                                                           : std::string_view{mail.content_type}});
  out.perform(transaction.call, final ? Gate::kDurable : Gate::kFree,
              Transmit{.destination = transaction.peer,
                       .local = transaction.local,
                       .transaction = {},
                       .wire = sent.wire,
                       .fallback = transaction.fallback});
  out.record(std::move(sent));
}

}  // namespace lastcall::core
