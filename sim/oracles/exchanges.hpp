#pragma once
// Who may ask what inside a dialog, and when: one INVITE at a time, the codes of collisions, what a
// hold may come from, the order of an ACK and a BYE, and their route. I-36, I-37, I-59, PO-4, PO-6.

#include "sim/oracles/rule.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace lastcall::sim {

class ExchangeRules {
 public:
  void on(const LegStarted& event, const Record& record, Report& report);
  void on(const DialogStarted& event, const Record& record, Report& report);
  void on(const RequestSent& event, const Record& record, Report& report);
  void on(const RequestMended& event, const Record& record, Report& report);
  void on(const RequestFinished& event, const Record& record, Report& report);
  void on(const RequestAccepted& event, const Record& record, Report& report);
  void on(const AcceptSent& event, const Record& record, Report& report);
  void on(const AckSent& event, const Record& record, Report& report);
  void on(const AckReceived& event, const Record& record, Report& report);
  void on(const InviteRefused& event, const Record& record, Report& report);
  void on(const UpdateAnswered& event, const Record& record, Report& report);
  void on(const ReliableReceived& event, const Record& record, Report& report);
  void on(const SessionChanged& event, const Record& record, Report& report);
  void on(const Said& said, Report& report);
  void on(const Faulted& fault, Report& report);

 private:
  struct Own {
    TransactionId transaction;
    Method method = Method::kOther;
    Position since = 0;
  };
  // An ACK of ours, by the CSeq of its INVITE, that has not left.
  struct Ack {
    std::string remote_tag;
    std::uint32_t cseq = 0;
    Position since = 0;
  };
  struct Leg {
    CallId call;
    std::string sip_call_id;
    TransactionId invite;
    std::vector<std::pair<DialogId, std::string>> remote_tags;
    std::vector<Own> own;            // INVITE and UPDATE of ours, without their final responses
    TransactionId peer_invite = {};  // the peer's re-INVITE
    Position peer_since = 0;
    bool held = false;  // by us
    bool over = false;  // the peer has sent a BYE
    Instant answered;   // when an offer last had its answer
    std::vector<Ack> acks;
    Position bye = 0;  // our newest
    // By remote tag: the first route of the dialog, empty if it has none.
    std::vector<std::pair<std::string, std::string>> routes;
  };
  [[nodiscard]] Leg& leg(CallId id);
  [[nodiscard]] static const Own* own_invite(const Leg& leg);
  static void check_route(const Leg& leg, const SipMessage& request, Report& report);
  static void check_order(Leg& leg, const SipMessage& message, Report& report);

  std::vector<Leg> legs_;
  bool crashed_ = false;
};

}  // namespace lastcall::sim
