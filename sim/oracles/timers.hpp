#pragma once
// The transactions and the timers of calls, by their own facts: I-39, I-41, I-44.

#include "sim/oracles/rule.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace lastcall::sim {

class TimerRules {
 public:
  void on(const ServerTransactionStarted& event, const Record& record, Report& report);
  void on(const ClientTransactionStarted& event, const Record& record, Report& report);
  void on(const ClientTransactionAimed& event, const Record& record, Report& report);
  void on(const ResponseSent& event, const Record& record, Report& report);
  void on(const FailureAcknowledged& event, const Record& record, Report& report);
  void on(const ProvisionalReceived& event, const Record& record, Report& report);
  void on(const FinalReceived& event, const Record& record, Report& report);
  void on(const CancelSent& event, const Record& record, Report& report);
  void on(const FinalAwaited& event, const Record& record, Report& report);
  void on(const Resent& event, const Record& record, Report& report);
  void on(const TransactionEnded& event, const Record& record, Report& report);
  void on(const DeadlineDue& event, const Record& record, Report& report);
  void on(const CallConnected& event, const Record& record, Report& report);
  void on(const CallTerminating& event, const Record& record, Report& report);
  void on(const DutiesTaken& event, const Record& record, Report& report);
  void on(const CallTerminated& event, const Record& record, Report& report);
  void on(const Faulted& fault, Report& report);
  void passed(Instant now, Report& report);

 private:
  // A transaction with the deadlines that its events have set.
  struct Machine {
    TransactionId id;
    CallId call;
    Method method = Method::kOther;
    Position since = 0;
    bool client = false;
    bool final = false;  // its final response was sent or received
    std::optional<Instant> resend_at = {};
    std::optional<Instant> ends_at = {};
  };
  // A call, by what stopped its timers.
  struct Call {
    CallId call;
    Position connected = 0;
    Position ending = 0;
    Position duties = 0;  // the dialog layer knows
    Position ended = 0;
  };
  [[nodiscard]] Machine* find(TransactionId id);
  [[nodiscard]] Call& call(CallId id);
  [[nodiscard]] static Position stopped(const Call& call, const DeadlineDue& event);
  void check_transaction_timer(const DeadlineDue& event, Report& report);

  std::vector<Machine> machines_;  // live ones
  std::vector<Call> calls_;
  std::vector<CallId> cancelling_;  // calls that began to end at this instant
  Instant bound_ = kNever;          // the soonest end of a client transaction
  bool crashed_ = false;
};

}  // namespace lastcall::sim
