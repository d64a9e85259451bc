#pragma once
// The two-phase core: one beginning and one end of each ending, states in order, who confirmed,
// the deadline. I-01 to I-05, I-10 to I-13, I-16, I-18 to I-20, I-57.

#include "engine/base/table.hpp"
#include "sim/oracles/rule.hpp"

#include <set>
#include <utility>
#include <vector>

namespace lastcall::sim {

class EndingRules {
 public:
  void on(const CallStarted& event, const Record& record, Report& report);
  void on(const CallRinging& event, const Record& record, Report& report);
  void on(const CallConnected& event, const Record& record, Report& report);
  void on(const SessionChanged& event, const Record& record, Report& report);
  void on(const CallTerminating& event, const Record& record, Report& report);
  void on(const TriggerAbsorbed& event, const Record& record, Report& report);
  void on(const CleanupConfirmed& event, const Record& record, Report& report);
  void on(const DeadlineDue& event, const Record& record, Report& report);
  void on(const CallTerminated& event, const Record& record, Report& report);
  // I-05 and I-20: facts that may not follow an end, or its beginning.
  void on(const LegStarted& event, const Record& record, Report& report);
  void on(const OperationStarted& event, const Record& record, Report& report);
  void on(const StreamOpening& event, const Record& record, Report& report);
  void on(const MediaCleaning& event, const Record& record, Report& report);
  void on(const StreamOpened& event, const Record& record, Report& report);
  void on(const StreamDirected& event, const Record& record, Report& report);
  void on(const MediaHeld& event, const Record& record, Report& report);
  void on(const ClientAttached& event, const Record& record, Report& report);
  void passed(Instant now, Report& report);

 private:
  struct Call {
    CallState state = CallState::kIdle;
    Position ending = 0;    // CallTerminating
    Position ended = 0;     // CallTerminated
    Position fired = 0;     // DeadlineDue
    Position cleaning = 0;  // the media layer knows
    Instant deadline;
    Instant since;  // of the ending
    CleanupLayers required;
    CleanupLayers accepted;
    Cause cause = Cause::kLocalHangup;
  };
  Call& call(CallId id);
  [[nodiscard]] static bool again(const Call& each, const Report& report);
  void change(CallId id, CallState to, const Record& record, Report& report);
  void must_live(CallId id, const Record& record, Report& report);
  void must_not_begin(CallId id, const Record& record, Report& report);
  void must_not_start(CallId id, const Record& record, Report& report);
  void check_verdict(const CleanupConfirmed& event, const Call& call, Report& report);
  void check_completeness(const CallTerminated& event, const Call& call, Report& report);

  Table<CallId, Call> calls_;
  std::set<std::pair<Instant, CallId>> deadlines_;  // of calls that are ending
  std::vector<CallId> confirmed_;                   // at this instant: all layers have confirmed
};

}  // namespace lastcall::sim
