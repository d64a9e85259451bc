#pragma once
// What crosses a dialog, by the dialog layer's own facts: I-31, I-33, I-35, PO-2.

#include "engine/base/table.hpp"
#include "sim/oracles/rule.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace lastcall::sim {

class DialogRules {
 public:
  void on(const LegStarted& event, const Record& record, Report& report);
  void on(const RequestMended& event, const Record& record, Report& report);
  void on(const AcceptSent& event, const Record& record, Report& report);
  void on(const AckReceived& event, const Record& record, Report& report);
  void on(const AckSent& event, const Record& record, Report& report);
  void on(const AcceptUnacknowledged& event, const Record& record, Report& report);
  void on(const RequestSent& event, const Record& record, Report& report);
  void on(const ReferTaken& event, const Record& record, Report& report);
  void on(const RequestFinished& event, const Record& record, Report& report);
  void on(const RequestAccepted& event, const Record& record, Report& report);
  void on(const CallTerminating& event, const Record& record, Report& report);
  void on(const Faulted& fault, Report& report);
  void passed(Instant now, Report& report);

 private:
  struct Dialog {
    std::uint32_t cseq = 0;  // of our last request; 0: none, the INVITE's counts
    Position mortal = 0;     // the BYE, ours or theirs
    bool bye_may_repeat = false;
  };
  struct Call {
    CallRole role = CallRole::kCaller;
    std::uint32_t invite_cseq = 0;
    std::uint32_t cseq = 0;  // of our last request in any dialog of the leg
    Instant accepted = kNever;
    bool acknowledged = false;  // the 2xx of the first INVITE, by us or by the peer
    bool abandoned = false;     // 64*T1 without that ACK
    bool bye = false;           // sent or received
    bool referred = false;      // the peer sent a REFER: NOTIFY may follow a BYE (RFC 6665 4.5.2)
    std::map<DialogId, Dialog> dialogs;
  };
  struct Hangup {
    CallId call;
    Position ending = 0;
  };
  Call& call(CallId id);
  void check_order(const RequestSent& event, Call& call, Report& report);
  void check_bye(const RequestSent& event, const Call& call, Report& report);
  void has_bye(CallId id);

  Table<CallId, Call> calls_;
  std::vector<Hangup> hangups_;  // at this instant
  bool crashed_ = false;
};

}  // namespace lastcall::sim
