#include "sim/oracles/timers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lastcall::sim {
namespace {

constexpr Rule kI39{"I-39", "A transaction ends by its own timers only, never with its call."};
constexpr Rule kI41{"I-41", "No timer fires after it was stopped, and none outlives its owner."};
constexpr Rule kI44{"I-44",
                    "Every request of ours comes to an end: 64*T1 without a final response, and an "
                    "INVITE that rings is bounded once its call ends."};

}  // namespace

TimerRules::Machine* TimerRules::find(TransactionId id) {
  const auto it = std::ranges::find(machines_, id, &Machine::id);
  return it == machines_.end() ? nullptr : &*it;
}

TimerRules::Call& TimerRules::call(CallId id) {
  const auto it = std::ranges::find(calls_, id, &Call::call);
  if (it != calls_.end()) return *it;
  calls_.push_back({.call = id});
  return calls_.back();
}

void TimerRules::on(const ServerTransactionStarted& event, const Record& record, Report&) {
  machines_.push_back({.id = event.transaction,
                       .call = event.call,
                       .method = event.method,
                       .since = record.pos,
                       .ends_at = event.trying_at});
}
void TimerRules::on(const ClientTransactionStarted& event, const Record& record, Report&) {
  machines_.push_back({.id = event.transaction,
                       .call = event.call,
                       .method = event.method,
                       .since = record.pos,
                       .client = true,
                       .resend_at = event.resend_at,
                       .ends_at = event.gives_up_at});
  bound_ = std::min(bound_, event.gives_up_at);
}
void TimerRules::on(const ClientTransactionAimed& event, const Record&, Report&) {
  if (Machine* each = find(event.transaction)) each->resend_at = event.resend_at;
}
void TimerRules::on(const ResponseSent& event, const Record&, Report&) {
  Machine* each = find(event.transaction);
  if (each == nullptr) return;
  each->final = event.status >= 200;
  each->resend_at = event.resend_at;
  each->ends_at = event.ends_at;
}
void TimerRules::on(const FailureAcknowledged& event, const Record&, Report&) {
  Machine* each = find(event.transaction);
  if (each == nullptr) return;
  each->resend_at.reset();
  each->ends_at = event.ends_at;
}
void TimerRules::on(const ProvisionalReceived& event, const Record&, Report&) {
  Machine* each = find(event.transaction);
  if (each == nullptr) return;
  each->resend_at = event.resend_at;
  // Timer B runs in Calling only (RFC 3261 17.1.1.2).
  if (each->method == Method::kInvite) each->ends_at.reset();
}
void TimerRules::on(const FinalReceived& event, const Record&, Report&) {
  Machine* each = find(event.transaction);
  if (each == nullptr) return;
  each->final = true;
  each->resend_at.reset();
  each->ends_at = event.ends_at;
}
void TimerRules::on(const CancelSent& event, const Record&, Report&) {
  Machine* each = find(event.transaction);
  if (each == nullptr) return;
  each->ends_at = event.gives_up_at;
  bound_ = std::min(bound_, event.gives_up_at);
}
void TimerRules::on(const FinalAwaited& event, const Record&, Report&) {
  Machine* each = find(event.transaction);
  if (each == nullptr) return;
  each->ends_at = event.gives_up_at;
  bound_ = std::min(bound_, event.gives_up_at);
}
void TimerRules::on(const Resent& event, const Record&, Report&) {
  if (Machine* each = find(event.transaction)) each->resend_at = event.resend_at;
}

void TimerRules::on(const TransactionEnded& event, const Record& record, Report& report) {
  const auto it = std::ranges::find(machines_, event.transaction, &Machine::id);
  if (it == machines_.end()) return;
  // A failed transport ends it at once (RFC 3261 17.1.4); an ACK and a 408 have no machine.
  const bool timed = event.reason != TransactionEnd::kTransportFailed &&
                     it->method != Method::kAck && (it->client || it->final);
  if (timed && (!it->ends_at || record.at < *it->ends_at)) {
    report.broken({kI39,
                   event.call,
                   std::string{name(it->method)},
                   fmt::format("This one ended, and its timer was not due before {}.",
                               it->ends_at ? seconds(*it->ends_at) : "its final response"),
                   {it->since, record.pos}});
  }
  machines_.erase(it);
}

void TimerRules::check_transaction_timer(const DeadlineDue& event, Report& report) {
  const Machine* each = find(TransactionId{event.deadline.owner});
  const Instant due = event.deadline.due;
  if (each != nullptr && (each->resend_at == due || each->ends_at == due)) return;
  report.broken({kI41,
                 event.call,
                 fmt::format("transaction {}", name(event.deadline.timer)),
                 fmt::format("The timer {} fired, which its {}.", name(event.deadline.timer),
                             each == nullptr ? "transaction has outlived" : "transaction stopped"),
                 {each == nullptr ? 0 : each->since, report.at}});
}

// The fact that stopped this timer of a call; 0 if it may run.
Position TimerRules::stopped(const Call& call, const DeadlineDue& event) {
  switch (event.deadline.timer) {
    case Timer::kRing:
      return call.connected != 0 ? call.connected : call.ending;
    case Timer::kCleanup:
      return call.ended;
    case Timer::kGlare:
    case Timer::kRefresh:
    case Timer::kExpiry:
    case Timer::kTrying:
    case Timer::kReliableResend:
    case Timer::kReliableGiveUp:
      return call.duties;
    default:
      return 0;
  }
}

void TimerRules::on(const DeadlineDue& event, const Record& record, Report& report) {
  if (event.layer == LayerId::kTransaction) return check_transaction_timer(event, report);
  const Position stop = stopped(call(event.call), event);
  if (stop == 0) return;
  report.broken(
      {kI41,
       event.call,
       std::string{name(event.deadline.timer)},
       fmt::format("The timer {} fired, which had been stopped.", name(event.deadline.timer)),
       {stop, record.pos}});
}

void TimerRules::on(const CallConnected& event, const Record& record, Report&) {
  call(event.call).connected = record.pos;
}
void TimerRules::on(const CallTerminating& event, const Record& record, Report&) {
  call(event.call).ending = record.pos;
}
void TimerRules::on(const DutiesTaken& event, const Record& record, Report&) {
  call(event.call).duties = record.pos;
  cancelling_.push_back(event.call);
}
void TimerRules::on(const CallTerminated& event, const Record& record, Report&) {
  call(event.call).ended = record.pos;
}
void TimerRules::on(const Faulted& fault, Report&) { crashed_ |= fault.what == Fault::kCrash; }

void TimerRules::passed(Instant now, Report& report) {
  for (const CallId id : cancelling_) {
    for (const Machine& each : machines_) {
      if (each.call != id || !each.client || each.final || each.ends_at || crashed_) continue;
      report.broken({kI44,
                     id,
                     "unbounded",
                     fmt::format("The call ends, and nothing bounds its {}.", name(each.method)),
                     {each.since, call(id).duties}});
    }
  }
  cancelling_.clear();
  const bool none = crashed_ || report.down || now == kNever || bound_ == kNever;
  if (none || report.late_after(bound_) >= now) return;
  bound_ = kNever;
  for (const Machine& each : machines_) {
    if (!each.client || each.final || !each.ends_at) continue;
    if (report.late_after(*each.ends_at) < now) {
      report.broken({kI44,
                     each.call,
                     std::string{name(each.method)},
                     fmt::format("This {} should have ended at {}.", name(each.method),
                                 seconds(*each.ends_at)),
                     {each.since}});
    } else {
      bound_ = std::min(bound_, *each.ends_at);
    }
  }
}

}  // namespace lastcall::sim
