#pragma once
// Requests inside a call that wait for an instant: after a collision (I-38), for the refresh of the
// session (I-49).

#include "engine/base/table.hpp"
#include "sim/oracles/rule.hpp"

#include <map>

namespace lastcall::sim {

class OfferRules {
 public:
  void on(const LegStarted& event, const Record& record, Report& report);
  void on(const CollisionMet& event, const Record& record, Report& report);
  void on(const CollisionOver& event, const Record& record, Report& report);
  void on(const SessionTimerSet& event, const Record& record, Report& report);
  void on(const SessionTimerStopped& event, const Record& record, Report& report);
  void on(const CallTerminating& event, const Record& record, Report& report);
  void on(const DutiesTaken& event, const Record& record, Report& report);
  void on(const Faulted& fault, Report& report);
  void passed(Instant now, Report& report);

 private:
  struct Call {
    CallRole role = CallRole::kCaller;
    Position collision = 0;  // the wait that is armed
    Position ending = 0;
    Position duties = 0;  // the dialog layer knows of the ending
  };
  struct Session {
    Instant end = kNever;
    Position set = 0;
  };
  Call& call(CallId id);

  Table<CallId, Call> calls_;
  std::map<CallId, Session> sessions_;  // with a timer, and not ending
  bool crashed_ = false;
};

}  // namespace lastcall::sim
