// How the events of the transaction layer change its state: the only mutators, without a clock.

#include "engine/core/transaction.hpp"
#include "engine/core/transaction_send.hpp"

namespace lastcall::core {
namespace {

using State = TransactionLayer::State;

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
  if (!e.to_tag.empty()) transaction->to_tag = e.to_tag;  // a 100 has none
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

void apply_server_started(State& state, const ServerTransactionStarted& e) {
  Transaction& transaction = state.live.put(e.transaction, transaction_of(e));
  if (e.original) state.originals.put(e.original, e.transaction);
  set_deadlines(state, e.transaction, transaction, std::nullopt, e.trying_at, Timer::kTrying);
}

void apply_client_started(State& state, const ClientTransactionStarted& e) {
  Transaction& transaction = state.live.put(e.transaction, transaction_of(e));
  if (e.first != e.transaction) state.attempts.put(e.first, e.transaction);
  set_deadlines(state, e.transaction, transaction, e.resend_at, e.gives_up_at, Timer::kGiveUp);
}

void apply_aimed(State& state, const ClientTransactionAimed& e) {
  Transaction* transaction = state.live.find(e.transaction);
  if (transaction == nullptr) return;
  transaction->phase = TransactionPhase::kTrying;
  transaction->peer = e.destination;
  transaction->targets = e.targets;
  transaction->wire = e.wire.bytes;
  // Timer B or F has run since the request was asked for.
  set_deadlines(state, e.transaction, *transaction, e.resend_at, transaction->ends_at,
                Timer::kGiveUp);
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

// An INVITE that rings has no timer of its own (RFC 3261 17.1.1.2): give it one. Nobody wants it
// any more, so it goes to no further target.
void bound_final(State& state, TransactionId id, Instant gives_up_at) {
  Transaction* transaction = state.live.find(id);
  if (transaction == nullptr) return;
  transaction->targets.clear();
  set_deadlines(state, id, *transaction, transaction->resend_at, gives_up_at, Timer::kGiveUp);
}

void apply_resent(State& state, const Resent& e) {
  Transaction* transaction = state.live.find(e.transaction);
  if (transaction == nullptr) return;
  transaction->interval = next_interval(*transaction);
  set_deadlines(state, e.transaction, *transaction, e.resend_at, transaction->ends_at,
                transaction->end_timer);
}

void apply_ended(State& state, const TransactionEnded& e) {
  Transaction* transaction = state.live.find(e.transaction);
  if (transaction == nullptr) return;
  set_deadlines(state, e.transaction, *transaction, std::nullopt, std::nullopt, Timer::kLinger);
  if (transaction->original) state.originals.erase(transaction->original);
  const TransactionId first = transaction->first;
  if (first != e.transaction && state.attempt_id(first) == e.transaction) {
    state.attempts.erase(first);
  }
  state.live.erase(e.transaction);
}

void apply_rationed(Rations& rations, const AnswerRationed& e) {
  if (rations.window != e.window) rations = {.window = e.window, .by_source = {}};
  std::uint32_t* count = rations.by_source.find(e.source.host);
  if (count == nullptr) count = &rations.by_source.put(e.source.host, 0);
  ++*count;
}

// Another word of the same server counts instead; when there are too many, the oldest goes.
void apply_avoided(std::vector<Avoided>& avoided, const ServerAvoided& e) {
  std::erase_if(avoided, [&](const Avoided& each) { return each.server == e.server; });
  if (avoided.size() >= limits::kAvoidedMax) avoided.erase(avoided.begin());
  avoided.push_back({e.server, e.until});
}

}  // namespace

void TransactionLayer::apply(State& state, const Event& event) {
  match(
      event, [&](const ServerTransactionStarted& e) { apply_server_started(state, e); },
      [&](const ResponseSent& e) { apply_response(state, e); },
      [&](const FailureAcknowledged& e) {
        Transaction* transaction = state.live.find(e.transaction);
        if (transaction == nullptr) return;
        transaction->phase = TransactionPhase::kConfirmed;
        set_deadlines(state, e.transaction, *transaction, std::nullopt, e.ends_at, Timer::kLinger);
      },
      [&](const ClientTransactionStarted& e) { apply_client_started(state, e); },
      [&](const ClientTransactionAimed& e) { apply_aimed(state, e); },
      [&](const ProvisionalReceived& e) { apply_provisional(state, e); },
      [&](const FinalReceived& e) { apply_final(state, e); },
      [&](const CancelSent& e) { bound_final(state, e.transaction, e.gives_up_at); },
      [&](const CancelDeferred& e) {
        Transaction* transaction = state.live.find(e.transaction);
        if (transaction == nullptr) return;
        transaction->cancelling = true;
        transaction->targets.clear();
      },
      [&](const FinalAwaited& e) { bound_final(state, e.transaction, e.gives_up_at); },
      [&](const Resent& e) { apply_resent(state, e); },
      [&](const TransactionEnded& e) { apply_ended(state, e); },
      [&](const DatagramDropped& e) { ++state.dropped[static_cast<std::size_t>(e.reason)]; },
      [&](const AnswerRationed& e) { apply_rationed(state.rations, e); },
      [&](const ServerAvoided& e) { apply_avoided(state.avoided, e); });
}

}  // namespace lastcall::core
