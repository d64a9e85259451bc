#pragma once
// Ids are never given out twice (I-52), and a quiet engine holds nothing any more (I-54).

#include "sim/oracles/rule.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>

namespace lastcall::sim {

class LeftoverRules {
 public:
  void on(const CallStarted& event, const Record& record, Report& report);
  void on(const LegStarted& event, const Record& record, Report& report);
  void on(const CallTerminating& event, const Record& record, Report& report);
  void on(const CallTerminated& event, const Record& record, Report& report);
  void on(const TombstoneEnded& event, const Record& record, Report& report);
  void on(const ServerTransactionStarted& event, const Record& record, Report& report);
  void on(const ClientTransactionStarted& event, const Record& record, Report& report);
  void on(const TransactionEnded& event, const Record& record, Report& report);
  void end(Report& report);

 private:
  struct Open {
    CallId call;
    Position since = 0;
  };
  std::set<CallId> calls_;
  std::set<SessionId> sessions_;
  std::set<std::pair<std::string, std::string>> legs_;  // Call-ID and local tag
  std::map<CallId, Position> ending_;
  std::map<CallId, Position> tombstones_;
  std::map<TransactionId, Open> transactions_;
};

}  // namespace lastcall::sim
