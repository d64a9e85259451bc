#pragma once
// Requests of the peer and their answers, as the wire and the log show them: I-26, I-27, I-28,
// I-32, I-40, I-46.

#include "engine/base/table.hpp"
#include "sim/oracles/rule.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace lastcall::sim {

class ServedRules {
 public:
  void on(const Heard& heard, Report& report);
  void on(const Said& said, Report& report);
  void on(const DatagramDropped& event, const Record& record, Report& report);
  void on(const LegStarted& event, const Record& record, Report& report);
  void on(const DialogStarted& event, const Record& record, Report& report);
  void on(const RequestSent& event, const Record& record, Report& report);
  void on(const RequestAccepted& event, const Record& record, Report& report);
  void on(const FailureAcknowledged& event, const Record& record, Report& report);
  void on(const TombstoneEnded& event, const Record& record, Report& report);
  void on(const ServerTransactionStarted& event, const Record& record, Report& report);
  void on(const ResponseSent& event, const Record& record, Report& report);
  void on(const CallTerminated& event, const Record& record, Report& report);
  void on(const Faulted& fault, Report& report);
  void passed(Instant now, Report& report);
  void end(Report& report);

 private:
  // A request as the wire tells it apart: branch, sent-by and method (RFC 3261 17.2.3).
  using Key = std::uint64_t;
  struct Request {
    Method method = Method::kOther;
    CallId call;
    bool in_dialog = false;  // for a BYE: of a dialog that lives or is remembered
    bool mortal = false;     // it came after a BYE
    bool late = false;       // it came after a request with a higher CSeq
    Position heard = 0;
    Instant until{};  // no copy that comes before is a new request
    Instant gone{};   // every copy that comes later is one; in between nobody knows
    TransactionId transaction = {};
    bool unsure = false;  // a copy came that may be a new request or not
    int status = 0;       // of its final response; 0: none yet
    std::uint64_t bytes = 0;
    std::uint64_t former = 0;    // of the final response to the request that this one is a copy of
    bool may_be_former = false;  // `bytes` may be just that, held back by a slow disk
  };
  struct Pending {
    TransactionId transaction;
    CallId call;
    Position since = 0;
  };
  // A dialog that lives or is remembered.
  struct Known {
    CallId call;
    std::uint32_t cseq = 0;  // the highest of the peer
    bool mortal = false;     // a BYE was sent or accepted
  };
  void check_final(const SipMessage& message, Request& request, Report& report);
  void check_status(const Request& request, int status, Report& report);
  void make_mortal(CallId call, DialogId dialog);
  [[nodiscard]] Known* known(const SipMessage& request);

  std::map<Key, Request> requests_;
  Key newest_ = 0;  // the request that was heard last, as long as it may still be dropped
  Table<std::uint64_t, Known> dialogs_;  // by Call-ID and both tags
  struct Leg {
    std::string sip_call_id;
    std::string local_tag;
    std::vector<std::pair<DialogId, std::uint64_t>> dialogs;
  };
  Table<CallId, Leg> legs_;
  std::vector<Pending> byes_;                // at this instant
  std::vector<Pending> mortals_;             // at this instant: other requests after a BYE
  std::vector<TransactionId> acknowledged_;  // refusals of ours
  std::vector<Pending> invites_;             // without a final response
  std::set<CallId> ended_;                   // at this instant
  bool crashed_ = false;
};

}  // namespace lastcall::sim
