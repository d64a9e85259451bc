// Dialogs that the peer began: creation, requests inside, the 2xx and its ACK.

#include "tests/engine/core/dialogs.hpp"

namespace lastcall::core {
namespace {

TEST(CalleeDialog, IsMadeByTheInvite_12_1_1) {
  const Callee us =
      early_callee("Record-Route: <sip:192.0.2.5;lr>\r\nRecord-Route: <sip:p2;lr>\r\n");
  EXPECT_EQ(us.phase(), DialogPhase::kEarly);
  EXPECT_EQ(us.dialog().routes, (Lines{"<sip:192.0.2.5;lr>", "<sip:p2;lr>"}));  // not reversed
  EXPECT_EQ(us.dialog().remote_cseq, 10U);
  EXPECT_EQ(us.dialog().remote_target, "sip:peer@192.0.2.2");
  EXPECT_EQ(us.dialog().destination.host, "192.0.2.5");
  EXPECT_EQ(us.layer.state().directory.find(us.dialog().id).call, us.call);
}

TEST(CalleeDialog, ItsAnswersReturnRecordRouteAndName_Contact_12_1_1) {
  Callee us = early_callee("Record-Route: <sip:192.0.2.5;lr>\r\n");
  for (const Outbox& out : {us.layer.when(Ring{us.call}), us.layer.when(Accept{us.call, "sdp"})}) {
    const Respond answer = answer_in(out);
    EXPECT_EQ(answer.to_tag, us.tag);
    EXPECT_NE(answer.headers.find("Record-Route: <sip:192.0.2.5;lr>\r\n"), std::string::npos);
    EXPECT_NE(answer.headers.find("Contact: <sip:192.0.2.1:5060>\r\n"), std::string::npos);
  }
}

// Shows UAS-34.
TEST(CalleeDialog, The2xxIsRepeatedElevenTimesAndThenTheCallIsLost_RBYE03) {
  Callee us = accepted_callee();
  EXPECT_EQ(us.phase(), DialogPhase::kMoratorium);
  const Lines expected{"500",   "1500",  "3500",  "7500",  "11500",
                       "15500", "19500", "23500", "27500", "31500"};
  for (const std::string& at : expected) {
    EXPECT_EQ(told(us.layer.when_due()), (Lines{"AcceptResent", "> Transaction RepeatResponse"}));
    EXPECT_EQ(std::to_string(to_ns(us.layer.now()) / 1'000'000), at);
  }
  EXPECT_EQ(told(us.layer.when_due()),
            (Lines{"AcceptUnacknowledged", "> Session CallLost no-ack"}));
  EXPECT_EQ(us.layer.now(), at_ms(32'000));
  EXPECT_EQ(told(us.end(Cause::kNoAck)),
            (Lines{"RequestSent", "DutiesTaken", "> Transaction SendRequest BYE",
                   "> Session CleanupDone"}));
}

TEST(CalleeDialog, ALateRepeatKeepsTheSchedule) {
  Callee us = accepted_callee();
  us.layer.clock(at_ms(900));
  for (const std::int64_t at : {900, 1'500, 3'500, 7'500}) {
    (void)us.layer.when_due();
    EXPECT_EQ(us.layer.now(), at_ms(at));
  }
}

// Shows INV-14, UAS-34.
TEST(CalleeDialog, TheAckEndsTheRepeats_13_3_1_4) {
  Callee us = accepted_callee();
  EXPECT_EQ(told(us.receive(Method::kAck, 9)), Lines{});  // of another INVITE
  EXPECT_EQ(told(us.receive(Method::kAck, 10)), (Lines{"AckReceived", "> Session PeerAnswered"}));
  EXPECT_EQ(us.phase(), DialogPhase::kEstablished);
  EXPECT_EQ(us.layer.own().deadlines.size(), 0U);
  EXPECT_EQ(told(us.receive(Method::kAck, 10)), Lines{});  // R-6026-4
}

// Shows UAS-14.
TEST(CalleeInvite, TheSameInviteOnAnotherPathIsNoSecondCall_REST10) {
  Callee us = early_callee();
  PeerRequest merged = first_invite();
  merged.branch = "other-path";
  EXPECT_EQ(answer_in(us.receive(merged)).status, 482);
  EXPECT_EQ(us.layer.own().legs.size(), 1U);
  // The next INVITE of the same caller is a new call.
  PeerRequest again = first_invite();
  again.cseq = 11;
  again.branch = "b2";
  us.call = CallId{0x77};
  EXPECT_EQ(told(us.receive(again)).front(), "LegStarted");
}

// Shows UAS-14, INV-14.
TEST(CalleeInvite, TheTombstoneStillKnowsTheInvite_R6026_1) {
  Callee us = early_callee();
  (void)us.end(Cause::kLocalReject);
  us.layer.fact(CallTerminated{.call = us.call});
  EXPECT_EQ(answer_in(us.receive(first_invite())).status, 482);
  (void)us.layer.when_due();
  EXPECT_EQ(us.layer.own(), DialogLayer::State{});
}

// Shows INV-02, UAS-16.
TEST(CalleeCancel, BeforeTheAnswerEndsTheCallWith487_R5407_C1) {
  Callee us = early_callee();
  const Outbox out = us.layer.when(CancelReceived{us.call, us.leg().invite});
  EXPECT_EQ(told(out), (Lines{"InviteRefused", "> Transaction Respond 487",
                              "> Session CallLost remote-cancel"}));
  // R-EST-04: the answer that comes after it has no effect.
  EXPECT_EQ(told(us.layer.when(Accept{us.call, sdp_text()})), Lines{});
  EXPECT_EQ(told(us.layer.when(CancelReceived{us.call, us.leg().invite})), Lines{});
}

// Shows INV-02.
TEST(CalleeCancel, AfterTheAnswerHasNoEffect_R5407_C2) {
  Callee us = accepted_callee();
  EXPECT_EQ(told(us.layer.when(CancelReceived{us.call, us.leg().invite})), Lines{});
}

TEST(CalleeCancel, OfAReinviteHasNoEffectForItsAnswerIsOnItsWay_ROA23) {
  Callee us = established_callee();
  (void)us.receive(Method::kInvite, 11, sdp_text());
  const TransactionId reinvite = us.leg().peer_invite->transaction;
  EXPECT_EQ(told(us.layer.when(CancelReceived{us.call, reinvite})), Lines{});
  EXPECT_EQ(told(us.layer.when(Accept{us.call, sdp_text()})),
            (Lines{"AcceptSent", "> Transaction Respond 200"}));
}

TEST(CalleeReinvite, IsPassedOnAndAcceptedWithTheNewTarget_12_2_2) {
  Callee us = established_callee();
  PeerRequest moved{.cseq = 11, .to_tag = us.tag, .body = sdp_text(), .contact = "<sip:192.0.2.8>"};
  EXPECT_EQ(told(us.receive(moved)), (Lines{"RequestAccepted", "> Session PeerReoffered"}));
  EXPECT_EQ(us.dialog().remote_target, "sip:peer@192.0.2.2");
  (void)us.layer.when(Accept{us.call, sdp_text()});
  EXPECT_EQ(us.dialog().remote_target, "sip:192.0.2.8");
  EXPECT_EQ(us.dialog().destination.host, "192.0.2.8");
}

TEST(CalleeReinvite, ARefusedOneLeavesTheTarget_I59) {
  Callee us = established_callee();
  (void)us.receive({.cseq = 11, .to_tag = us.tag, .contact = "<sip:192.0.2.8>"});
  EXPECT_EQ(told(us.layer.when(Refuse{us.call, 488})),
            (Lines{"InviteRefused", "> Transaction Respond 488"}));
  EXPECT_EQ(us.dialog().remote_target, "sip:peer@192.0.2.2");
}

// Shows INV-08, SDP-09, UAS-20.
TEST(CalleeReinvite, ASecondOneBeforeTheAnswerGets500WithRetryAfter_ROA09) {
  Callee us = established_callee();
  (void)us.receive(Method::kInvite, 11, sdp_text());
  const Outbox out = us.receive(Method::kInvite, 12, sdp_text());
  EXPECT_EQ(told(out), (Lines{"RequestRefused", "> Transaction Respond 500"}));
  EXPECT_NE(answer_in(out).headers.find("Retry-After: "), std::string::npos);
}

// Shows INV-08, SDP-09, UAS-19, DLG-13.
TEST(CalleeReinvite, CrossingOursGets491_R5407_3_3_1) {
  Callee us = established_callee();
  EXPECT_EQ(told(us.layer.when(Reoffer{us.call, sdp_text()})),
            (Lines{"RequestSent", "> Transaction SendRequest INVITE"}));
  EXPECT_EQ(told(us.receive(Method::kInvite, 11, sdp_text())),
            (Lines{"RequestRefused", "> Transaction Respond 491"}));
  // Refused, but in order: what comes with a lower CSeq is late (12.2.2).
  EXPECT_EQ(told(us.receive(Method::kOptions, 10)).back(), "> Transaction Respond 500");
}

// Shows DLG-13.
TEST(CalleeReinvite, OvertakingTheAckIsTaken_R5407_3_1_4) {
  Callee us = accepted_callee();
  EXPECT_EQ(told(us.receive(Method::kInvite, 11, sdp_text())).front(), "RequestAccepted");
}

TEST(CalleeReinvite, IsInspectedLikeTheFirst_8_2_3) {
  Callee us = established_callee();
  PeerRequest text{.cseq = 11, .to_tag = us.tag, .body = "x", .type = "text/plain"};
  // Refused, but in order: its CSeq counts.
  EXPECT_EQ(told(us.receive(text)), (Lines{"RequestRefused", "> Transaction Respond 415"}));
  EXPECT_EQ(us.dialog().remote_cseq, 11U);
  EXPECT_FALSE(us.leg().peer_invite.has_value());
  EXPECT_EQ(
      answer_in(us.receive({.cseq = 12, .to_tag = us.tag, .lines = "Require: foo\r\n"})).headers,
      "Unsupported: foo\r\n");
}

// Shows DLG-06, UAS-20.
TEST(CalleeRequests, ALowerCseqGets500AGapIsFine_12_2_2) {
  Callee us = established_callee();
  EXPECT_EQ(answer_in(us.receive(Method::kOptions, 50)).status, 200);
  EXPECT_EQ(told(us.receive(Method::kOptions, 49)), (Lines{"> Transaction Respond 500"}));
  EXPECT_EQ(answer_in(us.receive(Method::kOptions, 51)).status, 200);
  EXPECT_EQ(us.dialog().remote_cseq, 51U);
}

TEST(CalleeRequests, TheSameCseqAgainIsACopyAndDoesNothingTwice_12_2_1_1) {
  Callee us = established_callee();
  (void)us.receive(Method::kOptions, 50);
  EXPECT_EQ(told(us.receive(Method::kInvite, 50)), (Lines{"> Transaction Respond 500"}));
  EXPECT_EQ(answer_in(us.receive(Method::kBye, 50)).status, 200);  // over all the same
}

// Shows DLG-05.
TEST(CalleeRequests, OurRequestsFollowTheLooseRoute_12_2_1_1) {
  Callee us = established_callee("Record-Route: <sip:192.0.2.5;lr>, <sip:192.0.2.6;lr>\r\n");
  const SendRequest bye = sent_in(us.end(Cause::kLocalHangup));
  const SipMessage message = parsed(bye.request);
  EXPECT_EQ(message.request_uri(), "sip:peer@192.0.2.2");
  EXPECT_EQ(message.header(Header::kRoute), "<sip:192.0.2.5;lr>");
  EXPECT_EQ(bye.destination.host, "192.0.2.5");
  EXPECT_EQ(message.cseq(), 1U);
  EXPECT_EQ(message.from_tag(), us.tag);
  EXPECT_EQ(message.to_tag(), kPeerTag);
}

// Shows DLG-05.
TEST(CalleeRequests, AStrictRouterTakesThePlaceOfTheTarget_12_2_1_1) {
  Callee us = established_callee("Record-Route: <sip:192.0.2.5>, <sip:192.0.2.6;lr>\r\n");
  const std::string bye = sent_in(us.end(Cause::kLocalHangup)).request;
  EXPECT_TRUE(bye.starts_with("BYE sip:192.0.2.5 SIP/2.0\r\n")) << bye;
  EXPECT_NE(bye.find("Route: <sip:192.0.2.6;lr>\r\nRoute: <sip:peer@192.0.2.2>\r\n"),
            std::string::npos);
}

// Shows DLG-05.
TEST(CalleeRequests, ATargetWithHeadersMakesAReadableRequest_19_1_5) {
  Callee us;
  us.call = CallId{0x55};
  PeerRequest invite = first_invite();
  invite.contact = "<sip:peer@192.0.2.2?Subject=x>";
  (void)us.receive(invite);
  us.tag = us.layer.draws().local_tag(us.call);
  (void)us.layer.when(Accept{us.call, sdp_text()});
  (void)us.receive(Method::kAck, 10);
  const SendRequest sent = sent_in(us.layer.when(Reoffer{us.call, sdp_text()}));
  EXPECT_TRUE(sip::parse(sent.request).has_value()) << sent.request;
}

}  // namespace
}  // namespace lastcall::core
