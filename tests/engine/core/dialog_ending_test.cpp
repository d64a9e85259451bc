// What the signalling owes the peer when a call ends, in every phase of a dialog, and what the
// tombstone still does after the end (RACES 5.4, 5.5, TP-09 to TP-13).

#include "tests/engine/core/dialogs.hpp"

namespace lastcall::core {
namespace {

// The call's ids are released; from now on the record is a tombstone.
template <class Us>
void release(Us& us) {
  us.layer.fact(CallTerminated{.call = us.call});
}

Duties duties_in(const Outbox& out) { return event_in<DutiesTaken>(out).duties; }

// Shows INV-05.
TEST(EndingCallee, BeforeTheAnswerRefusesTheInviteNeverByes_RBYE22) {
  const std::vector<std::pair<Cause, int>> table{{Cause::kLocalReject, 486},
                                                 {Cause::kMediaFailure, 488},
                                                 {Cause::kShutdown, 503},
                                                 {Cause::kLocalHangup, 480},
                                                 {Cause::kNoAnswer, 480}};
  for (const auto& [cause, status] : table) {
    Callee us = early_callee();
    EXPECT_EQ(told(us.end(cause)),
              (Lines{"InviteRefused", "DutiesTaken",
                     "> Transaction Respond " + std::to_string(status), "> Session CleanupDone"}));
  }
}

// Shows INV-05.
TEST(EndingCallee, BeforeTheAckDefersItsBye_RBYE01_TP12) {
  Callee us = accepted_callee();
  us.layer.clock(at_ms(100));
  const Outbox out = us.end(Cause::kLocalHangup);
  EXPECT_EQ(told(out), (Lines{"DutiesTaken", "> Session CleanupDone"}));
  EXPECT_EQ(duties_in(out), Duties{Duty::kByeOnAck});
  release(us);
  EXPECT_EQ(told(us.layer.when_due()), (Lines{"AcceptResent", "> Transaction RepeatResponse"}));
  EXPECT_EQ(told(us.receive(Method::kAck, 10)),
            (Lines{"AckReceived", "DutyDone", "RequestSent", "> Transaction SendRequest BYE"}));
  EXPECT_EQ(told(us.receive(Method::kAck, 10)), Lines{});
}

// Shows INV-05.
TEST(EndingCallee, WithoutAckByesAfter64T1FromTheTombstone_RBYE02) {
  Callee us = accepted_callee();
  (void)us.end(Cause::kLocalHangup);
  release(us);
  for (int i = 0; i < 10; ++i) (void)us.layer.when_due();
  EXPECT_EQ(told(us.layer.when_due()), (Lines{"AcceptUnacknowledged", "DutyDone", "RequestSent",
                                              "> Transaction SendRequest BYE"}));
  EXPECT_EQ(us.layer.now(), at_ms(32'000));
}

TEST(EndingCallee, ThePeersByeDischargesTheDeferredOne_I31) {
  Callee us = accepted_callee();
  (void)us.end(Cause::kLocalHangup);
  EXPECT_EQ(told(us.receive(Method::kBye, 11)),
            (Lines{"RequestAccepted", "DutyDone", "> Transaction Respond 200"}));
  EXPECT_TRUE(us.leg().duties.empty());
  EXPECT_EQ(told(us.receive(Method::kAck, 10)), Lines{});  // R-5407-3.1.6
}

// Shows INV-03.
TEST(EndingCallee, EstablishedByesAtOnceAndOwesItsFinal) {
  Callee us = established_callee();
  const Outbox out = us.end(Cause::kLocalHangup);
  EXPECT_EQ(told(out), (Lines{"RequestSent", "DutiesTaken", "> Transaction SendRequest BYE",
                              "> Session CleanupDone"}));
  EXPECT_EQ(duties_in(out), Duties{Duty::kByeFinal});
  const SendRequest bye = sent_in(out);
  const std::string answer = text_of(bye.request, {.status = 481});
  EXPECT_EQ(told(us.layer.when(ResponseReceived{us.call, bye.transaction, parsed(answer)})),
            (Lines{"RequestFinished", "DutyDone"}));  // R-BYE-11
}

// Shows INV-03.
TEST(EndingCallee, AByeWithoutAnswerIsATombstoneMatter_RBYE10) {
  Callee us = established_callee();
  const SendRequest bye = sent_in(us.end(Cause::kLocalHangup));
  release(us);
  EXPECT_EQ(told(us.layer.when(RequestFailed{us.call, bye.transaction, Method::kBye, 408})),
            (Lines{"RequestFinished", "DutyDone"}));
}

TEST(EndingCallee, APendingReinviteOfThePeerGets487_ROA03) {
  Callee us = established_callee();
  (void)us.receive(Method::kInvite, 11, sdp_text());
  EXPECT_EQ(told(us.end(Cause::kLocalHangup)),
            (Lines{"InviteRefused", "RequestSent", "DutiesTaken", "> Transaction Respond 487",
                   "> Transaction SendRequest BYE", "> Session CleanupDone"}));
}

// Shows INV-04.
TEST(PeerBye, EstablishedEndsTheCallAndNeedsNoByeOfOurs_15_1_2) {
  Callee us = established_callee();
  EXPECT_EQ(
      told(us.receive(Method::kBye, 11)),
      (Lines{"RequestAccepted", "> Transaction Respond 200", "> Session CallLost remote-bye"}));
  EXPECT_EQ(told(us.end(Cause::kRemoteBye)), (Lines{"DutiesTaken", "> Session CleanupDone"}));
}

// Shows INV-04, INV-05, DLG-13.
TEST(PeerBye, EarlyGets200AndTheInvite487_R5407_3_1_3) {
  Callee us = early_callee();
  EXPECT_EQ(told(us.receive(Method::kBye, 11)).back(), "> Session CallLost remote-bye");
  // An answer that was under way comes too late.
  EXPECT_EQ(told(us.layer.when(Accept{us.call, sdp_text()})), Lines{});
  EXPECT_EQ(told(us.end(Cause::kRemoteBye)),
            (Lines{"InviteRefused", "DutiesTaken", "> Transaction Respond 487",
                   "> Session CleanupDone"}));
}

// Shows DLG-13.
TEST(PeerBye, InMoratoriumStopsThe2xx_R5407_3_1_6) {
  Callee us = accepted_callee();
  EXPECT_EQ(told(us.receive(Method::kBye, 11)).back(), "> Session CallLost remote-bye");
  EXPECT_EQ(us.layer.own().deadlines.size(), 0U);
  EXPECT_EQ(told(us.end(Cause::kRemoteBye)), (Lines{"DutiesTaken", "> Session CleanupDone"}));
}

// Shows INV-04, UAS-16.
TEST(PeerBye, WhileItsReinviteIsPending_ROA04) {
  Callee us = established_callee();
  (void)us.receive(Method::kInvite, 11, sdp_text());
  EXPECT_EQ(told(us.receive(Method::kBye, 12)),
            (Lines{"RequestAccepted", "InviteRefused", "> Transaction Respond 200",
                   "> Transaction Respond 487", "> Session CallLost remote-bye"}));
}

TEST(PeerBye, LateGets500AndEndsTheCallWithoutByeOfOurs_C09) {
  Callee us = established_callee();
  (void)us.receive(Method::kOptions, 20);
  EXPECT_EQ(told(us.receive(Method::kBye, 11)),
            (Lines{"RequestAccepted", "> Transaction Respond 500",
                   "> Session CallLost remote-bye-out-of-order"}));
  EXPECT_EQ(us.dialog().remote_cseq, 20U);  // I-46
  EXPECT_EQ(told(us.end(Cause::kRemoteByeOutOfOrder)),
            (Lines{"DutiesTaken", "> Session CleanupDone"}));
}

TEST(PeerBye, WithTheCseqOfAnEarlierRequestIsTaken_RBYE13) {
  Callee us = established_callee();
  (void)us.receive(Method::kOptions, 11);
  EXPECT_EQ(answer_in(us.receive(Method::kBye, 11)).status, 200);
}

TEST(PeerBye, OfAnEarlyDialogOfOursEndsTheCall_RBYE04) {
  Caller us = calling();
  (void)us.receive(180);
  EXPECT_EQ(told(us.receive(Method::kBye, 1)).back(), "> Session CallLost remote-bye");
  EXPECT_EQ(told(us.end(Cause::kRemoteBye)),
            (Lines{"DutiesTaken", "> Transaction SendCancel", "> Session CleanupDone"}));
  // The 200 that it overtook is acknowledged; that dialog needs no BYE.
  EXPECT_EQ(told(us.receive(200)), (Lines{"AckSent", "DutyDone", "> Transaction SendAck"}));
}

// Shows DLG-13.
TEST(Tombstone, AnswersLateRequestsAsTheRfcAsks_I32) {
  Callee us = established_callee();
  (void)us.end(Cause::kLocalHangup);
  release(us);
  EXPECT_EQ(answer_in(us.receive(Method::kBye, 11)).status, 200);  // R-5407-3.2.1
  EXPECT_EQ(answer_in(us.receive(Method::kBye, 12)).status, 200);  // R-BYE-07
  EXPECT_EQ(told(us.receive(Method::kInvite, 13, sdp_text())),
            (Lines{"> Transaction Respond 481"}));  // R-5407-3.2.2
  EXPECT_EQ(told(us.receive(Method::kOptions, 14)), (Lines{"> Transaction Respond 481"}));
  EXPECT_EQ(told(us.receive(Method::kInvite, 5)), (Lines{"> Transaction Respond 481"}));  // C-02
}

TEST(Tombstone, EndsAndLeavesNothing_I54) {
  Callee us = established_callee();
  (void)us.receive(Method::kBye, 11);
  (void)us.end(Cause::kRemoteBye);
  release(us);
  EXPECT_EQ(told(us.layer.when_due()), (Lines{"TombstoneEnded"}));
  EXPECT_EQ(us.layer.now(), at_ms(37'000));
  EXPECT_EQ(us.layer.own(), DialogLayer::State{});
  EXPECT_EQ(us.layer.state().directory, Directory{});
  EXPECT_EQ(answer_in(us.receive(Method::kBye, 12)).status, 481);
}

// Shows INV-14.
TEST(Tombstone, AcknowledgesTheRepeated2xxWithTheSameBytes_R6026_6) {
  Caller us = connected_caller();
  const std::string first = us.dialog().acks.begin()->second;
  (void)us.end(Cause::kLocalHangup);
  release(us);
  const Outbox out = us.receive(200);
  EXPECT_EQ(told(out), (Lines{"> Transaction SendAck"}));
  EXPECT_EQ((mail_in<SendAck, ToTransaction>(out).ack), first);
}

// Shows DLG-13.
TEST(Tombstone, AcknowledgesThe2xxOfAReinviteAndLastsForItsRepeats_R5407_3_2_3) {
  Caller us = connected_caller();
  const SendRequest reinvite = sent_in(us.layer.when(Reoffer{us.call, sdp_text()}));
  (void)us.receive(Method::kBye, 1);
  const Outbox ending = us.end(Cause::kRemoteBye);
  EXPECT_GE(event_in<DutiesTaken>(ending).until, at_ms(64'000));
  release(us);
  EXPECT_EQ(told(us.receive(reinvite.request, reinvite.transaction, {.status = 200})),
            (Lines{"AckSent", "RequestFinished", "> Transaction SendAck"}));
}

// Shows INV-01.
TEST(EndingCaller, BeforeAny1xxWaitsWithItsCancel_REST01_TP13) {
  Caller us = calling();
  const Outbox out = us.end(Cause::kLocalHangup);
  EXPECT_EQ(told(out), (Lines{"DutiesTaken", "> Session CleanupDone"}));
  EXPECT_EQ(duties_in(out), (Duties{Duty::kCancelOnProvisional, Duty::kByeOnAccept}));
  release(us);
  const Outbox ringing = us.receive({.status = 100, .to_tag = {}, .contact = {}});
  EXPECT_EQ(told(ringing), (Lines{"InviteProceeding", "DutyDone", "> Transaction SendCancel"}));
  EXPECT_EQ(told(us.receive(487)), (Lines{"InviteFailed", "DutyDone"}));
  EXPECT_TRUE(us.leg().duties.empty());
}

// Shows INV-01.
TEST(EndingCaller, AfterA1xxCancelsAtOnce_9_1) {
  Caller us = calling();
  (void)us.receive(180);
  const Outbox out = us.end(Cause::kLocalHangup);
  EXPECT_EQ(told(out), (Lines{"DutiesTaken", "> Transaction SendCancel", "> Session CleanupDone"}));
  EXPECT_EQ(duties_in(out), Duties{Duty::kByeOnAccept});
}

// Shows INV-06, DLG-13.
TEST(EndingCaller, A2xxThatCrossesTheCancelGetsAckThenBye_R5407_3_1_2) {
  Caller us = calling();
  (void)us.receive(180);
  (void)us.end(Cause::kLocalHangup);
  release(us);
  EXPECT_EQ(told(us.receive(200)),
            (Lines{"AckSent", "DutyDone", "RequestSent", "> Transaction SendAck",
                   "> Transaction SendRequest BYE"}));
  EXPECT_EQ(told(us.receive(200)), (Lines{"> Transaction SendAck"}));
  EXPECT_EQ(told(us.receive(200, "fork")),
            (Lines{"DialogStarted", "AckSent", "RequestSent", "> Transaction SendAck",
                   "> Transaction SendRequest BYE"}));  // R-5407-A
}

TEST(EndingCaller, BeforeTheInviteLeftOwesNothing_RTP27) {
  Caller us;
  const Outbox out = us.end(Cause::kLocalHangup);
  EXPECT_EQ(told(out), (Lines{"DutiesTaken", "> Session CleanupDone"}));
  EXPECT_TRUE(duties_in(out).empty());
  EXPECT_EQ(told(us.layer.when_due()), (Lines{"TombstoneEnded"}));
}

// Shows INV-01.
TEST(EndingCaller, TakesTheNextCseqAlsoWhileAReinviteRuns_RBYE19) {
  Caller us = connected_caller();
  (void)us.layer.when(Reoffer{us.call, sdp_text()});
  const Outbox out = us.end(Cause::kLocalHangup);
  EXPECT_EQ(parsed(sent_in(out).request).cseq(), 3U);
  EXPECT_EQ(parsed(sent_in(out).request).method(), Method::kBye);
}

}  // namespace
}  // namespace lastcall::core
