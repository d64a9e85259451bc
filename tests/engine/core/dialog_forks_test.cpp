// Several early dialogs of one INVITE, early answers, and a 2xx that makes the offer.

#include "tests/engine/core/dialogs.hpp"

namespace lastcall::core {
namespace {

// Shows DLG-15.
TEST(Forks, A199EndsItsOwnEarlyDialogOnly_6228) {
  Caller us = calling();
  (void)us.receive(180);
  (void)us.receive(180, "fork");
  EXPECT_EQ(told(us.receive(199, "fork")), (Lines{"EarlyDialogEnded"}));
  EXPECT_EQ(us.leg().dialogs[0].phase, DialogPhase::kEarly);
  EXPECT_EQ(us.leg().dialogs[1].phase, DialogPhase::kMortal);
  EXPECT_EQ(told(us.receive(199, "never-seen")), Lines{});
}

// Shows DLG-10, DLG-13.
TEST(Forks, ThoseThatStayEarlyEnd64T1AfterTheFirst2xx_R5407_E4) {
  Caller us = calling();
  (void)us.receive(180);
  (void)us.receive(180, "fork");
  us.layer.clock(at_ms(1'000));
  EXPECT_EQ(event_in<ForksSettling>(us.receive(200)).until, at_ms(33'000));
  EXPECT_EQ(us.leg().dialogs[1].phase, DialogPhase::kEarly);
  EXPECT_EQ(told(us.layer.when_due()), (Lines{"ForksEnded"}));
  EXPECT_EQ(us.layer.now(), at_ms(33'000));
  EXPECT_EQ(us.leg().dialogs[0].phase, DialogPhase::kEstablished);
  EXPECT_EQ(us.leg().dialogs[1].phase, DialogPhase::kMortal);
  EXPECT_EQ(answer_in(us.receive(Method::kOptions, 1, "fork")).status, 481);
}

TEST(Forks, OneThatAcceptsWhenTheOthersHaveEndedIsHungUpAllTheSame_I48) {
  Caller us = calling();
  (void)us.receive(180);
  (void)us.receive(180, "fork");
  (void)us.receive(200);
  ASSERT_EQ(told(us.layer.when_due()), (Lines{"ForksEnded"}));
  // Its 2xx waited while this machine slept.
  EXPECT_EQ(told(us.receive(200, "fork")), (Lines{"AckSent", "RequestSent", "> Transaction SendAck",
                                                  "> Transaction SendRequest BYE"}));
}

TEST(Forks, TheNinthIsStillAcknowledgedAndHungUp_I48) {
  Caller us = calling();
  for (int i = 0; i < 9; ++i) (void)us.receive(180, "fork" + std::to_string(i));
  EXPECT_EQ(us.leg().dialogs.size(), limits::kDialogsMax);
  (void)us.receive(200, "fork0");
  const Outbox ninth = us.receive(200, "fork8");
  EXPECT_EQ(told(ninth), (Lines{"DialogStarted", "AckSent", "RequestSent", "> Transaction SendAck",
                                "> Transaction SendRequest BYE"}));
  EXPECT_EQ(told(us.receive(200, "fork8")), (Lines{"> Transaction SendAck"}));
}

// The 2xx is late or lost, and nothing has told of the dialog before.
TEST(HastyBye, OneThatOvertakesThe2xxIsTakenAndThe2xxIsAcknowledgedOnly_15) {
  Caller us = calling();
  const Outbox bye = us.receive(Method::kBye, 1);
  EXPECT_EQ(answer_in(bye).status, 200);
  EXPECT_EQ((mail_in<CallLost, ToSession>(bye).cause), Cause::kRemoteBye);
  (void)us.end(Cause::kRemoteBye);
  EXPECT_EQ(told(us.receive(200)),
            (Lines{"AckSent", "DutyDone", "DutyDone", "> Transaction SendAck"}));
}

TEST(HastyBye, OneOfACallThatWasNotAcceptedOrIsUpIsOfNoDialog_12_2_2) {
  Caller failed = calling();
  (void)failed.receive(486);
  EXPECT_EQ(answer_in(failed.receive(Method::kBye, 1)).status, 481);
  Caller up = calling();
  (void)up.receive(200);
  EXPECT_EQ(answer_in(up.receive(Method::kBye, 1, "fork")).status, 481);
}

TEST(HastyBye, WhoDoesNotKnowOurTagEndsNothing) {
  Caller us = calling();
  EXPECT_EQ(answer_in(us.receive(Method::kBye, 1, "guessed", "callee-tag")).status, 481);
}

// Shows DLG-09.
TEST(Forks, AnUnreliable1xxNeverMovesTheTargetOfAnEarlyDialog_6141_4_7) {
  Caller us = calling();
  (void)us.receive({.status = 180});
  (void)us.receive({.status = 183, .contact = "<sip:192.0.2.66>"});
  EXPECT_EQ(us.dialog().remote_target, "sip:callee@192.0.2.2");
}

// Shows INV-15.
TEST(EarlyAnswer, TheFirstDescriptionOfAForkIsItsAnswerWhateverThe2xxSays_13_2_1) {
  Caller us = calling();
  const Outbox early = us.receive({.status = 183, .body = sdp_text("recvonly")});
  EXPECT_EQ((mail_in<PeerRinging, ToSession>(early).sdp), sdp_text("recvonly"));
  EXPECT_FALSE((mail_in<PeerRinging, ToSession>(early).settled));
  const Outbox again = us.receive({.status = 183, .body = sdp_text("inactive")});
  EXPECT_EQ((mail_in<PeerRinging, ToSession>(again).sdp), "");
  const Outbox fork = us.receive({.status = 183, .to_tag = "fork", .body = sdp_text("sendonly")});
  EXPECT_EQ((mail_in<PeerRinging, ToSession>(fork).sdp), sdp_text("sendonly"));
  const Outbox accepted = us.receive({.status = 200, .body = sdp_text("inactive")});
  EXPECT_EQ((mail_in<PeerAccepted, ToSession>(accepted).sdp), sdp_text("recvonly"));
}

Caller calling_without_offer() {
  Caller us;
  us.layer.fact(CallStarted{.call = us.call, .session = SessionId{1}});
  const SendRequest sent = sent_in(us.layer.when(PlaceCall{us.call, "sip:callee@192.0.2.2", {}}));
  us.invite = sent.transaction;
  us.request = sent.request;
  return us;
}

// Shows TXN-08.
TEST(DelayedOffer, TheAckCarriesTheAnswerOfTheSession_INV15) {
  Caller us = calling_without_offer();
  // RFC 3262 5: it asks for no reliable response, which would have to make the offer.
  EXPECT_EQ(us.request.find("100rel"), std::string::npos);
  EXPECT_EQ((mail_in<PeerRinging, ToSession>(us.receive({.status = 183, .body = sdp_text()})).sdp),
            "");
  const Outbox accepted = us.receive(200);
  EXPECT_EQ(told(accepted), (Lines{"OfferReceived", "> Session PeerAccepted"}));
  EXPECT_EQ(told(us.receive(200)), Lines{});  // a repeat; its ACK is on its way
  const Outbox out = us.layer.when(AnswerOffer{us.call, sdp_text("recvonly")});
  EXPECT_EQ(told(out), (Lines{"AckSent", "> Transaction SendAck"}));
  const auto ack = mail_in<SendAck, ToTransaction>(out).ack;
  EXPECT_EQ(parsed(ack).body(), sdp_text("recvonly"));
  EXPECT_EQ(us.dialog().phase, DialogPhase::kEstablished);
  EXPECT_EQ((mail_in<SendAck, ToTransaction>(us.receive(200)).ack), ack);
}

TEST(DelayedOffer, OneThatIsNotTakenIsAnsweredWithPort0AndThenBye_ROA24) {
  Caller us = calling_without_offer();
  (void)us.receive(200);
  const Outbox out = us.layer.when(AnswerOffer{us.call, {}});
  EXPECT_NE((mail_in<SendAck, ToTransaction>(out).ack.find("m=audio 0 RTP/AVP 0")),
            std::string::npos);
  EXPECT_EQ(told(us.end(Cause::kMediaFailure)),
            (Lines{"RequestSent", "DutiesTaken", "> Transaction SendRequest BYE",
                   "> Session CleanupDone"}));
  // A call that ends before the session could answer does the same, in this order.
  Caller ending = calling_without_offer();
  (void)ending.receive(200);
  EXPECT_EQ(told(ending.end(Cause::kLocalHangup)),
            (Lines{"AckSent", "RequestSent", "DutiesTaken", "> Transaction SendAck",
                   "> Transaction SendRequest BYE", "> Session CleanupDone"}));
  // So does a second fork, and a 2xx that comes after the end.
  Caller forked = calling_without_offer();
  (void)forked.receive(200);
  EXPECT_EQ(told(forked.receive(200, "fork")),
            (Lines{"DialogStarted", "AckSent", "RequestSent", "> Transaction SendAck",
                   "> Transaction SendRequest BYE"}));
}

}  // namespace
}  // namespace lastcall::core
