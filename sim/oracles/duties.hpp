#pragma once
// What is owed to the peer when a call ends, and what happens to forks: I-42, I-43, I-45, I-48.

#include "sim/oracles/rule.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::sim {

class DutyRules {
 public:
  void on(const LegStarted& event, const Record& record, Report& report);
  void on(const RequestMended& event, const Record& record, Report& report);
  void on(const DialogStarted& event, const Record& record, Report& report);
  void on(const AcceptSent& event, const Record& record, Report& report);
  void on(const AcceptResent& event, const Record& record, Report& report);
  void on(const AckReceived& event, const Record& record, Report& report);
  void on(const AcceptUnacknowledged& event, const Record& record, Report& report);
  void on(const AckSent& event, const Record& record, Report& report);
  void on(const RequestSent& event, const Record& record, Report& report);
  void on(const RequestAccepted& event, const Record& record, Report& report);
  void on(const CallTerminating& event, const Record& record, Report& report);
  void on(const CallTerminated& event, const Record& record, Report& report);
  void on(const DutiesTaken& event, const Record& record, Report& report);
  void on(const DutyDone& event, const Record& record, Report& report);
  void on(const TombstoneEnded& event, const Record& record, Report& report);
  void on(const Heard& heard, Report& report);
  void on(const DatagramDropped& event, const Record& record, Report& report);
  void on(const Faulted& fault, Report& report);
  void passed(Instant now, Report& report);

 private:
  struct Dialog {
    DialogId id;
    std::string remote_tag;
    Position confirmed = 0;  // its 2xx was acknowledged, by us or by the peer
    Position mortal = 0;     // a BYE was sent or accepted
  };
  struct Leg {
    CallId call;
    CallRole role = CallRole::kCaller;
    std::string sip_call_id;
    std::string local_tag;
    std::uint32_t invite_cseq = 0;
    std::vector<Dialog> dialogs;
    DialogId kept = {};  // caller: the fork that became the call
    Position ending = 0;
    Position ended = 0;
    Instant ended_at;
    // Our newest 2xx: until when it waits for its ACK, and when that ACK came.
    DialogId accepted = {};
    std::uint32_t accepted_cseq = 0;
    Position accepted_since = 0;
    Instant gives_up_at = kNever;
    Instant ack_heard = kNever;
    std::vector<std::pair<Duty, Position>> duties;
    [[nodiscard]] Dialog* find(DialogId id);
  };
  // A BYE that must leave at this instant.
  struct Bye {
    CallId call;
    DialogId dialog;
    const Rule* rule = nullptr;
    Position since = 0;
    std::string_view why;
  };
  // A fork that accepted at this instant.
  struct Fork {
    CallId call;
    std::string remote_tag;
    Position heard = 0;
  };
  [[nodiscard]] Leg& leg(CallId id);
  void hear_fork(const Heard& heard);
  void check_forks(Report& report);
  void owe_bye(const Leg& each, DialogId dialog, const Bye& bye);
  void check_waiting(Instant now, Report& report);

  std::vector<Leg> legs_;
  std::vector<Bye> byes_;
  std::vector<Fork> forks_;
  Instant soonest_ = kNever;  // end of a wait for an ACK
  bool crashed_ = false;
};

}  // namespace lastcall::sim
