#include "sim/oracles/leftovers.hpp"

#include <fmt/format.h>

namespace lastcall::sim {
namespace {

constexpr Rule kI52{"I-52", "Call ids, session ids and our (Call-ID, tag) pairs are never reused."};
constexpr Rule kI54{"I-54", "When all is quiet, every ended call is gone from every table."};

}  // namespace

void LeftoverRules::on(const CallStarted& event, const Record& record, Report& report) {
  if (!calls_.insert(event.call).second) {
    report.broken({kI52, event.call, "call", "A call id was given out again.", {record.pos}});
  }
  if (!sessions_.insert(event.session).second) {
    report.broken({kI52, event.call, "session", "A session id was given out again.", {record.pos}});
  }
}

void LeftoverRules::on(const LegStarted& event, const Record& record, Report& report) {
  if (legs_.emplace(event.sip_call_id, event.local_tag).second) return;
  report.broken({kI52, event.call, "tag", "A Call-ID and tag were used again.", {record.pos}});
}

void LeftoverRules::on(const CallTerminating& event, const Record& record, Report&) {
  ending_.emplace(event.call, record.pos);
}
void LeftoverRules::on(const CallTerminated& event, const Record& record, Report&) {
  ending_.erase(event.call);
  if (event.remembered) tombstones_.emplace(event.call, record.pos);
}
void LeftoverRules::on(const TombstoneEnded& event, const Record&, Report&) {
  tombstones_.erase(event.call);
}
void LeftoverRules::on(const ServerTransactionStarted& event, const Record& record, Report&) {
  transactions_.insert_or_assign(event.transaction, Open{event.call, record.pos});
}
void LeftoverRules::on(const ClientTransactionStarted& event, const Record& record, Report&) {
  transactions_.insert_or_assign(event.transaction, Open{event.call, record.pos});
}
void LeftoverRules::on(const TransactionEnded& event, const Record&, Report&) {
  transactions_.erase(event.transaction);
}

void LeftoverRules::end(Report& report) {
  for (const auto& [call, since] : ending_) {
    report.broken({kI54, call, "ending", "A call is still ending.", {since}});
  }
  for (const auto& [call, since] : tombstones_) {
    report.broken({kI54, call, "tombstone", "A tombstone never ended.", {since}});
  }
  for (const auto& [id, open] : transactions_) {
    report.broken({kI54, open.call, "transaction", "A transaction never ended.", {open.since}});
  }
}

}  // namespace lastcall::sim
