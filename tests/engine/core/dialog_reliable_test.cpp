// Provisional responses, reliable and not (RFC 3262), of either side.

#include "tests/engine/core/dialogs.hpp"

namespace lastcall::core {
namespace {

std::string now_ms(const DialogGiven& layer) {
  return std::to_string(to_ns(layer.now()) / 1'000'000);
}

std::uint32_t rseq_in(const Outbox& out) { return event_in<ProvisionalSent>(out).rseq; }

PeerRequest prack(const Callee& us, std::uint32_t rseq, std::uint32_t cseq = 11) {
  return {.method = Method::kPrack,
          .cseq = cseq,
          .to_tag = us.tag,
          .lines = "RAck: " + std::to_string(rseq) + " 10 INVITE\r\n"};
}

struct Reliable180 {
  Callee us = early_callee("Supported: 100rel\r\n");
  Outbox out = us.layer.when(Ring{us.call});
  std::uint32_t rseq = rseq_in(out);
};

// Shows INV-09.
TEST(ReliableCallee, RingsReliablyForACallerThatCan_3262_3) {
  const Reliable180 ringing;
  const Respond answer = answer_in(ringing.out);
  EXPECT_EQ(answer.status, 180);
  EXPECT_GE(ringing.rseq, 1U);
  EXPECT_LE(ringing.rseq, 0x7FFF'FFFFU);
  EXPECT_NE(answer.headers.find("Require: 100rel\r\n"), std::string::npos);
  EXPECT_NE(answer.headers.find("RSeq: " + std::to_string(ringing.rseq)), std::string::npos);
  // Without a description in it the 2xx never has to wait for the PRACK.
  EXPECT_EQ(answer.body, "");
  Callee plain = early_callee();
  EXPECT_EQ(rseq_in(plain.layer.when(Ring{plain.call})), 0U);
}

TEST(ReliableCallee, RepeatsWithoutCapAndRejectsAfter64T1_3262_3) {
  Reliable180 ringing;
  Callee& us = ringing.us;
  for (const std::string at : {"500", "1500", "3500", "7500", "15500", "31500"}) {
    EXPECT_EQ(told(us.layer.when_due()),
              (Lines{"ProvisionalResent", "> Transaction RepeatResponse"}));
    EXPECT_EQ(now_ms(us.layer), at);
  }
  EXPECT_EQ(told(us.layer.when_due()), (Lines{"InviteRefused", "> Transaction Respond 504",
                                              "> Session CallLost dialog-failure"}));
  EXPECT_EQ(now_ms(us.layer), "32000");
  EXPECT_EQ(us.layer.own().deadlines.size(), 0U);
}

// Shows INV-11.
TEST(ReliableCallee, APrackThatMatchesGets200OnceAnyOther481_3262_3) {
  Reliable180 ringing;
  Callee& us = ringing.us;
  EXPECT_EQ(answer_in(us.receive(prack(us, ringing.rseq + 1))).status, 481);
  EXPECT_EQ(answer_in(us.receive({.method = Method::kPrack, .cseq = 12, .to_tag = us.tag})).status,
            481);
  EXPECT_EQ(told(us.receive(prack(us, ringing.rseq, 13))),
            (Lines{"RequestAccepted", "ProvisionalAcknowledged", "> Transaction Respond 200"}));
  EXPECT_EQ(us.layer.own().deadlines.size(), 1U);  // only the next ringing
  EXPECT_EQ(answer_in(us.receive(prack(us, ringing.rseq, 14))).status, 481);
  // After the final response it is still answered, and the ACK still finds its INVITE.
  Reliable180 other;
  (void)other.us.layer.when(Accept{other.us.call, sdp_text()});
  EXPECT_EQ(answer_in(other.us.receive(prack(other.us, other.rseq))).status, 200);
  EXPECT_EQ(told(other.us.receive(Method::kAck, 10)).front(), "AckReceived");
}

// Shows UAS-33.
TEST(ReliableCallee, TellsTheCallerEveryMinuteThatItRings_13_3_1_1) {
  Reliable180 ringing;
  Callee& us = ringing.us;
  (void)us.receive(prack(us, ringing.rseq));
  EXPECT_EQ(rseq_in(us.layer.when_due()), ringing.rseq + 1);
  EXPECT_EQ(now_ms(us.layer), "60000");
  Callee plain = early_callee();
  (void)plain.layer.when(Ring{plain.call});
  for (const std::string at : {"60000", "120000"}) {
    EXPECT_EQ(answer_in(plain.layer.when_due()).status, 180);
    EXPECT_EQ(now_ms(plain.layer), at);
  }
  (void)plain.layer.when(Accept{plain.call, sdp_text()});
  EXPECT_EQ(told(plain.layer.when_due()).front(), "AcceptResent");
}

TEST(ReliableCallee, HeedsWhatIsRequired_3262_3) {
  Callee strict;
  strict.layer.config().reliable = Reliable::kRequired;
  const Respond refused = answer_in(strict.receive(first_invite()));
  EXPECT_EQ(refused.status, 421);
  EXPECT_EQ(refused.headers, "Require: 100rel\r\n");
  Callee off;
  off.layer.config().reliable = Reliable::kOff;
  EXPECT_EQ(answer_in(off.receive(first_invite("Require: 100rel\r\n"))).status, 420);
  Callee offerless = early_callee();
  offerless.call = CallId{0x44};
  (void)offerless.receive({.cseq = 77, .lines = "Require: 100rel\r\n"});
  EXPECT_EQ(answer_in(offerless.layer.when(Ring{offerless.call})).status, 100);
}

PeerResponse reliable(std::uint32_t rseq, std::string body = {}, std::string tag = "callee-tag") {
  return {.status = 183,
          .to_tag = std::move(tag),
          .lines = "Require: 100rel\r\nRSeq: " + std::to_string(rseq) + "\r\n",
          .body = std::move(body)};
}

// Shows INV-10.
TEST(ReliableCaller, AcknowledgesEachOneInItsOrderAndDropsAllOthers_3262_4) {
  Caller us = calling();
  EXPECT_NE(us.request.find("Supported: 100rel"), std::string::npos);
  const Outbox first = us.receive(reliable(7));
  EXPECT_EQ(told(first),
            (Lines{"InviteProceeding", "DialogStarted", "PeerLearned", "ReliableReceived",
                   "RequestSent", "> Session PeerRinging", "> Transaction SendRequest PRACK"}));
  const SipMessage prack = parsed(sent_in(first).request);
  EXPECT_EQ(prack.header(Header::kRack), "7 1 INVITE");
  EXPECT_EQ(prack.cseq(), 2U);
  EXPECT_EQ(prack.to_tag(), "callee-tag");
  EXPECT_EQ(told(us.receive(reliable(7))), Lines{});  // a repeat
  EXPECT_EQ(told(us.receive(reliable(9))), Lines{});  // 8 is missing
  EXPECT_EQ(parsed(sent_in(us.receive(reliable(8))).request).header(Header::kRack), "8 1 INVITE");
  // Another fork counts for itself.
  EXPECT_EQ(parsed(sent_in(us.receive(reliable(1, {}, "fork"))).request).header(Header::kRack),
            "1 1 INVITE");
}

TEST(ReliableCaller, DoesNotGoOnWithACallThatEnds) {
  Caller us = calling();
  (void)us.end(Cause::kLocalHangup);
  for (const std::string& line : told(us.receive(reliable(7)))) {
    EXPECT_EQ(line.find("PRACK"), std::string::npos);
  }
}

TEST(ReliableCaller, ItsAnswerSettlesTheReinviteAndMovesTheTarget_I59) {
  Caller us = connected_caller();
  const SendRequest sent = sent_in(us.layer.when(Reoffer{us.call, sdp_text()}));
  PeerResponse answer = reliable(3, sdp_text());
  answer.contact = "<sip:192.0.2.9>";
  EXPECT_EQ(told(us.receive(sent.request, sent.transaction, answer)),
            (Lines{"ReliableReceived", "RequestSent", "> Transaction SendRequest PRACK",
                   "> Session PeerAnswered"}));
  EXPECT_EQ(us.dialog().remote_target, "sip:192.0.2.9");
  // An unreliable one changes nothing (RFC 6141 4.7).
  EXPECT_EQ(told(us.receive(sent.request, sent.transaction,
                            {.status = 180, .contact = "<sip:192.0.2.10>"})),
            Lines{});
  EXPECT_EQ(us.dialog().remote_target, "sip:192.0.2.9");
}

}  // namespace
}  // namespace lastcall::core
