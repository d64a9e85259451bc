#pragma once
// The subscriptions of transfers, which are usages of a dialog beside its call (RFC 5057): I-47.

#include "sim/oracles/rule.hpp"

#include <vector>

namespace lastcall::sim {

class UsageRules {
 public:
  void on(const ReferTaken& event, const Record& record, Report& report);
  void on(const ReferTold& event, const Record& record, Report& report);
  void on(const ReferEnded& event, const Record& record, Report& report);
  void on(const RequestAccepted& event, const Record& record, Report& report);
  void on(const TombstoneEnded& event, const Record& record, Report& report);
  // What may end one at the very instant of a BYE, by its own end.
  void on(const TransmitFailed&, const Record& record, Report&) { other_end_ = record.at; }
  void on(const DeadlineDue&, const Record& record, Report&) { other_end_ = record.at; }

 private:
  // What the peer has subscribed to by a REFER.
  struct Usage {
    CallId call;
    TransactionId refer;
    Position since = 0;
    Instant bye;  // when the peer ended the call
    Position bye_at = 0;
  };
  std::vector<Usage> usages_;
  Instant other_end_{};
};

}  // namespace lastcall::sim
