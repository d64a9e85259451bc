#pragma once
// What all groups of rules share: a rule, and the report they write broken ones into. A group is a
// struct with overloads
//
//   void on(const CallTerminating&, const Record&, Report&);   a record, by its event
//   void on(const FrameSent&, Report&);                        a trace entry, by what happened
//   void on(const Heard&, Report&); void on(const Said&, Report&);  a SIP message of the engine
//   void passed(Instant now, Report&);   time has moved on: what was owed at once is overdue
//   void end(Report&);                   nothing will ever happen again
//
// of which it defines only those it needs (sim/oracle.cpp finds them). Rules speak the names of
// RACES.md; this is how they map to events and trace entries:
//
//   CallCreated      CallStarted              CallEnding       CallTerminating
//   CallEnded        CallTerminated           Confirm          CleanupConfirmed
//   DeadlineFired    DeadlineDue(cleanup)     StateChanged     CallRinging, CallConnected,
//   LayerAbort       output AbortCall                          SessionChanged, both of the ending
//   MapAdded         CallStarted,             MapRemoved       applying CallTerminated
//                    DialogStarted            Lookup           trace LookedUp
//   OpRequested      CommandGiven             OpResult         trace ClientAnswered
//   op executed      OperationStarted         Publish          trace ClientTold
//   SipRx            DatagramReceived         SipTx            trace DatagramSent
//   TxnNew           Server-, ClientTransactionStarted         TxnEnd   TransactionEnded
//   RtpTx            trace FrameSent          RtpDelivered     trace FramePlayed
//   PortOpened       trace PortOpened         PortClosed       trace PortClosed
//   TombNew          CallTerminated           TombEnd          TombstoneEnded
//   ObNew            DutiesTaken              ObDone           DutyDone
//   Fault, Crash     trace Faulted            batch            the decision, or its instant
//   TimerSet         the instants in events   TimerFired       DeadlineDue

#include "engine/base/time.hpp"
#include "engine/model/event.hpp"
#include "engine/model/sip_message.hpp"
#include "sim/finding.hpp"
#include "sim/oracle.hpp"
#include "sim/trace.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::sim {

struct Rule {
  std::string_view id;
  std::string_view sentence;
};

// A SIP message that the engine has begun to handle, and the record that says so.
struct Heard {
  const SipMessage& message;
  Position at;
};
// A SIP message that left the engine, whatever became of it.
struct Said {
  const SipMessage& message;
};

// How a rule was broken. `place` tells failures of one rule apart: layer, asker, state.
struct Breach {
  const Rule& rule;
  CallId call;
  std::string place;
  std::string tale;  // a sentence of its own, behind the rule's
  std::vector<Position> records = {};
  std::vector<std::size_t> entries = {};
};

class Report {
 public:
  // Where in the run we are; oracle.cpp keeps it.
  Instant now;
  Position at = 0;        // the newest record
  std::size_t entry = 0;  // the trace entry that is being seen, or was last
  OracleConfig config;
  bool down = false;   // the engine does not run, or what it does is lost with a crash that comes
  Instant up_since{};  // when it ran again; what was due before is handled then

  // When something that is due at `due` is late.
  [[nodiscard]] Instant late_after(Instant due) const {
    return std::max(due, up_since) + config.timer_lateness_max;
  }

  // Keeps the first breach of a rule at a place of a call. Returns its index.
  std::size_t broken(Breach breach);

  // For what shows its full extent only later.
  [[nodiscard]] Finding& finding(std::size_t index) { return findings_[index]; }
  [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }
  [[nodiscard]] std::vector<Finding> take() { return std::move(findings_); }

 private:
  std::vector<Finding> findings_;
};

// The two sentences of a finding.
[[nodiscard]] std::string tell(const Rule& rule, std::string_view tale);
// "I-53 audio": what stays the same when a failure shrinks.
[[nodiscard]] std::string origin_of(const Rule& rule, std::string_view place);
// "5.000 s", for sentences.
[[nodiscard]] std::string seconds(Instant at);

}  // namespace lastcall::sim
