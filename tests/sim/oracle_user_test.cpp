// The rules about questions, commands, notices, audio, ids and leftovers: each broken and kept.

#include "tests/sim/oracle_story.hpp"

namespace lastcall::sim {
namespace {

using enum CleanupLayer;

TEST(I53, NamesEverybodyWhoWasToldCallNotFound) {
  const CommandGiven hold{kCommand, Op::kHold, kCall, ""};
  const auto found = Told{}
                         .connected()
                         .ended_well()
                         .trace(LookedUp{kCall, Asker::kAudio, Found::kNotFound})
                         .trace(LookedUp{kCall, Asker::kAudio, Found::kNotFound})
                         .trace(CommandAsked{hold})
                         .trace(ClientAnswered{{kCommand, kCall, OpResult::kNotFound}})
                         .trace(LookedUp{kCall, Asker::kClient, Found::kNotFound})
                         .findings();
  ASSERT_EQ(rules_of(found), std::vector<std::string>{"I-53"});
  EXPECT_EQ(found[0].origin, "I-53 call not found: audio, UI, hold");
  EXPECT_NE(found[0].sentence.find("audio, UI, hold"), std::string::npos);
  EXPECT_EQ(found[0].entries, (std::vector<std::size_t>{0, 3, 4}));
}
TEST(I53, EndingAndEndedAreGoodAnswers) {
  EXPECT_SILENT(Told{}
                    .connected()
                    .trace(LookedUp{kCall, Asker::kAudio, Found::kLive})
                    .ending()
                    .trace(LookedUp{kCall, Asker::kAudio, Found::kEnding})
                    .all_confirmed()
                    .ended()
                    .trace(LookedUp{kCall, Asker::kClient, Found::kEnded}));
}
TEST(I53, AnIdThatWasNeverGivenOutMayBeUnknown) {
  EXPECT_SILENT(Told{}.connected().trace(LookedUp{CallId{99}, Asker::kClient, Found::kNotFound}));
}
TEST(I08, ALiveCallThatIsCalledEndedIsFound) {
  EXPECT_BREAKS(Told{}.connected().trace(LookedUp{kCall, Asker::kAudio, Found::kEnded}), "I-08");
}
TEST(I09, AnEndedCallThatIsCalledLiveIsFound) {
  EXPECT_BREAKS(Told{}.connected().ended_well().trace(LookedUp{kCall, Asker::kAudio, Found::kLive}),
                "I-09");
}

TEST(I14, AnOperationDoneWhileEndingIsFound) {
  EXPECT_BREAKS(Told{}
                    .connected()
                    .record(OperationStarted{kCall, kCommand, Op::kHold})
                    .ending()
                    .record(OperationFinished{kCall, kCommand, OpResult::kOk})
                    .all_confirmed()
                    .ended(),
                "I-14");
}
TEST(I14, AnOperationRefusedWhileEndingIsFine) {
  EXPECT_SILENT(Told{}
                    .connected()
                    .record(OperationStarted{kCall, kCommand, Op::kHold})
                    .ending()
                    .record(OperationFinished{kCall, kCommand, OpResult::kEnding})
                    .all_confirmed()
                    .ended());
}

TEST(I14, ARejectMayEndTheCallButNotChangeAnEndingOne) {
  const OperationFinished done{kCall, kCommand, OpResult::kOk};
  const auto rejected = [&](Cause cause) {
    return [&done, cause](Told& told) -> Told& {
      told.started().record(CommandGiven{kCommand, Op::kReject, kCall, ""}).ending(cause);
      told.record(done).all_confirmed().ended({}, cause);
      return told.trace(ClientAnswered{{kCommand, kCall, OpResult::kOk}});
    };
  };
  Told by_reject;
  EXPECT_SILENT(rejected(Cause::kLocalReject)(by_reject));
  Told by_peer;
  EXPECT_BREAKS(rejected(Cause::kRemoteCancel)(by_peer), "I-14");
}

// RFC 5589 6.1: the peer talks to somebody else now.
TEST(I14, ATransferIsDoneWithTheEndingThatItAskedForAndWithNoOther) {
  const auto transferred = [](Cause cause) {
    return [cause](Told& told) -> Told& {
      told.connected().record(OperationStarted{kCall, kCommand, Op::kTransfer}).ending(cause);
      told.record(OperationFinished{kCall, kCommand, OpResult::kOk});
      return told.all_confirmed().ended({}, cause);
    };
  };
  Told by_transfer;
  EXPECT_SILENT(transferred(Cause::kTransferred)(by_transfer));
  Told by_peer;
  EXPECT_BREAKS(transferred(Cause::kRemoteBye)(by_peer), "I-14");
}

Told& asked(Told& told, Op op) { return told.record(CommandGiven{kCommand, op, kCall, ""}); }
ClientAnswered answer(OpResult result) { return {{kCommand, kCall, result}}; }

TEST(I15, ACommandWithoutAnAnswerIsFound) {
  Told told;
  EXPECT_BREAKS(asked(told.connected(), Op::kHold), "I-15");
}
TEST(I15, ACommandWithTwoAnswersIsFound) {
  Told told;
  asked(told.connected(), Op::kHold).trace(answer(OpResult::kOk)).trace(answer(OpResult::kEnding));
  EXPECT_BREAKS(told, "I-15");
}
TEST(I15, ACommandWithOneAnswerIsFine) {
  Told told;
  EXPECT_SILENT(asked(told.connected(), Op::kHold).trace(answer(OpResult::kOk)));
}
TEST(I15, AnOperationThatOutlivesItsCallIsFound) {
  EXPECT_BREAKS(
      Told{}.connected().record(OperationStarted{kCall, kCommand, Op::kHold}).ended_well(), "I-15");
}
TEST(PO3, AHangupThatEndsNothingAtItsInstantIsFound) {
  Told told;
  asked(told.connected(), Op::kHangup).trace(answer(OpResult::kOk)).at(1);
  EXPECT_BREAKS(told.ending(Cause::kLocalHangup).all_confirmed().ended({}, Cause::kLocalHangup),
                "PO-3");
}
TEST(PO3, AHangupThatEndsTheCallIsFine) {
  Told told;
  asked(told.connected(), Op::kHangup).trace(answer(OpResult::kOk));
  EXPECT_SILENT(told.ending(Cause::kLocalHangup).all_confirmed().ended({}, Cause::kLocalHangup));
}

ClientTold notice(NoticeKind kind) {
  Notify told;
  told.call = kCall;
  told.notice = kind;
  return {told};
}

TEST(I17, NoticesInOrderAreFine) {
  EXPECT_SILENT(Told{}
                    .connected()
                    .ended_well()
                    .trace(notice(NoticeKind::kEnding))
                    .trace(notice(NoticeKind::kEnded)));
}
TEST(I17, EndedWithoutEndingTwiceOrFollowedIsFound) {
  EXPECT_BREAKS(Told{}.connected().ended_well().trace(notice(NoticeKind::kEnded)), "I-17");
  EXPECT_BREAKS(Told{}
                    .connected()
                    .ended_well()
                    .trace(notice(NoticeKind::kEnding))
                    .trace(notice(NoticeKind::kEnding)),
                "I-17");
  EXPECT_BREAKS(Told{}
                    .connected()
                    .ended_well()
                    .trace(notice(NoticeKind::kEnding))
                    .trace(notice(NoticeKind::kEnded))
                    .trace(notice(NoticeKind::kProgress)),
                "I-17");
}

TEST(I21I22, AudioWhileEndingIsFoundAndBeforeItIsFine) {
  EXPECT_BREAKS(Told{}.connected().ending().trace(FrameSent{kCall}).all_confirmed().ended(),
                "I-21");
  EXPECT_BREAKS(Told{}.connected().ending().trace(FramePlayed{kCall}).all_confirmed().ended(),
                "I-22");
  EXPECT_SILENT(Told{}.connected().trace(FrameSent{kCall}).trace(FramePlayed{kCall}).ended_well());
}

TEST(I24, AnOpenPortAtTheConfirmationTheEndOrForEverIsFound) {
  const PortOpened opened{kCall, kStream};
  const PortClosed closed{kCall, kStream};
  EXPECT_SILENT(Told{}.connected().trace(opened).ending().trace(closed).all_confirmed().ended());
  EXPECT_BREAKS(Told{}.connected().trace(opened).ending().confirmed(kMedia).trace(closed), "I-24");
  EXPECT_BREAKS(Told{}.connected().ended_well().trace(opened).trace(closed), "I-24");
  const auto found = Told{}.connected().trace(opened).ended_well().findings();
  EXPECT_TRUE(breaks(found, "I-24"));
}

TEST(I52, AReusedIdIsFound) {
  EXPECT_BREAKS(Told{}.started().ended_well().record(CallStarted{
                    .call = CallId{77}, .session = kSession, .peer = "", .rings_until = {}}),
                "I-52");
}

TEST(I54, ATombstoneOrATransactionLeftOverIsFound) {
  CallTerminated remembered;
  remembered.call = kCall;
  remembered.cause = Cause::kRemoteBye;
  EXPECT_BREAKS(Told{}.connected().ending().all_confirmed().record(remembered), "I-54");
  EXPECT_SILENT(
      Told{}.connected().ending().all_confirmed().record(remembered).record(TombstoneEnded{kCall}));

  ClientTransactionStarted transaction;
  transaction.transaction = kBye;
  transaction.call = kCall;
  EXPECT_BREAKS(Told{}.connected().ended_well().record(transaction), "I-54");
  EXPECT_SILENT(Told{}
                    .connected()
                    .ended_well()
                    .record(transaction)
                    .record(TransactionEnded{kBye, kCall, TransactionEnd::kLingered}));
}

}  // namespace
}  // namespace lastcall::sim
