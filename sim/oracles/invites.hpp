#pragma once
// Our INVITEs: every final response is acknowledged (I-29, I-30), and a CANCEL is in order (I-34).

#include "sim/oracles/rule.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

namespace lastcall::sim {

class InviteRules {
 public:
  void on(const Heard& heard, Report& report);
  void on(const Said& said, Report& report);
  void on(const DatagramDropped& event, const Record& record, Report& report);
  void on(const ClientTransactionStarted& event, const Record& record, Report& report);
  void on(const ProvisionalReceived& event, const Record& record, Report& report);
  void on(const FinalReceived& event, const Record& record, Report& report);
  void on(const CancelSent& event, const Record& record, Report& report);
  void on(const Faulted& fault, Report& report);
  void passed(Instant now, Report& report);
  void end(Report& report);

 private:
  struct Invite {
    std::string uri;
    std::string call_id;
    std::string from_tag;
    std::uint32_t cseq = 0;
  };
  // Copies of one final response and of its ACK; I-29 and I-30 want as many of each.
  struct Finals {
    bool unsure = false;  // the engine was away before: its INVITE may have timed out meanwhile
    int status = 0;
    int heard = 0;
    int acknowledged = 0;
    Position at = 0;
    Instant since = kNever;  // when the one came whose ACK has not left
  };
  struct Cancelled {
    bool provisional = false;
    bool final = false;
    Position cancel = 0;
  };
  using AcceptKey = std::tuple<std::string, std::uint32_t, std::string>;  // Call-ID, CSeq, To tag
  void sent_ack(const SipMessage& ack, Report& report);
  void sent_cancel(const SipMessage& cancel, Report& report);
  static void judge(const Finals& finals, Report& report);
  // Those whose ACK has been missing for too long; the soonest of the others.
  void judge_overdue(Instant now, Report& report);

  std::map<std::string, Invite, std::less<>> invites_;   // by branch
  std::map<std::string, Finals, std::less<>> refusals_;  // by branch
  std::map<AcceptKey, Finals> accepts_;
  // What was heard last, as long as it may still be dropped.
  std::string refused_;  // a branch
  std::optional<AcceptKey> accepted_;
  Position newest_ = 0;
  Instant overdue_ = kNever;
  std::map<TransactionId, Cancelled> transactions_;
  bool crashed_ = false;
};

}  // namespace lastcall::sim
