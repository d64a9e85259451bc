// Each rule about endings is broken once by hand, and kept once.

#include "tests/sim/oracle_story.hpp"

namespace lastcall::sim {
namespace {

using enum CleanupLayer;

TEST(Ending, InOrderIsSilent) { EXPECT_SILENT(Told{}.connected().ended_well()); }

TEST(Ending, FromEveryLiveStateIsSilent) {
  EXPECT_SILENT(Told{}.started().ended_well());
  EXPECT_SILENT(Told{}.started(CallRole::kCaller).record(CallRinging{kCall}).ended_well());
}

TEST(I01, ASecondBeginningIsFound) {
  EXPECT_BREAKS(Told{}.connected().ending().ending().all_confirmed().ended(), "I-01");
}
TEST(I02, ASecondEndIsFound) { EXPECT_BREAKS(Told{}.connected().ended_well().ended(), "I-02"); }
TEST(I03, AnEndWithoutABeginningIsFound) { EXPECT_BREAKS(Told{}.connected().ended(), "I-03"); }
TEST(I04, AStateOutOfOrderIsFound) {
  EXPECT_BREAKS(Told{}.connected().record(CallRinging{kCall}).ended_well(), "I-04");
}
TEST(I05, AFactAfterTheEndIsFound) {
  EXPECT_BREAKS(Told{}.connected().ended_well().record(ClientAttached{kCall}), "I-05");
}
TEST(I05, LateConfirmationsAndTombstoneFactsAreFine) {
  EXPECT_SILENT(Told{}
                    .connected()
                    .ended_well()
                    .confirmed(kMedia, Verdict::kEarly)
                    .record(DutiesTaken{kCall, {Duty::kByeFinal}, {}})
                    .record(DutyDone{kCall, Duty::kByeFinal}));
}
TEST(I10, AnUnforcedEndWithoutAConfirmationIsFound) {
  EXPECT_BREAKS(Told{}.connected().ending().confirmed(kDialog).confirmed(kMedia).ended(), "I-10");
}
TEST(I10, AForcedEndBeforeTheDeadlineIsFound) {
  EXPECT_BREAKS(Told{}.connected().ending().confirmed(kDialog).confirmed(kMedia).ended({kClient}),
                "I-10");
}
TEST(I10, MissingLayersMustBeTheRightOnes) {
  EXPECT_BREAKS(
      Told{}.connected().ending().confirmed(kDialog).confirmed(kClient).at(5000).fired().ended(
          {kClient}),
      "I-10");
}
TEST(I11, AWrongDeadlineIsFound) {
  EXPECT_BREAKS(Told{}
                    .connected()
                    .record(CallTerminating{kCall, Cause::kRemoteBye, 0, kAllLayers, instant_ns(1)})
                    .all_confirmed()
                    .ended(),
                "I-11");
}
TEST(I11, ADeadlineThatFiresEarlyIsFound) {
  EXPECT_BREAKS(Told{}.connected().ending().at(4000).fired().all_confirmed().ended(), "I-11");
}
TEST(I12, ASecondConfirmationAcceptedIsFound) {
  EXPECT_BREAKS(Told{}.connected().ending().confirmed(kMedia).all_confirmed().ended(), "I-12");
}
TEST(I12, ADuplicateThatIsNotAcceptedIsFine) {
  EXPECT_SILENT(Told{}
                    .connected()
                    .ending()
                    .confirmed(kMedia)
                    .confirmed(kMedia, Verdict::kDuplicate)
                    .confirmed(kDialog)
                    .confirmed(kClient)
                    .ended());
}
TEST(I16, AnotherCauseAtTheEndIsFound) {
  EXPECT_BREAKS(Told{}.connected().ending().all_confirmed().ended({}, Cause::kShutdown), "I-16");
}
TEST(I18, AnEndingThatNeverEndsIsFoundWhenTimePassesIt) {
  const auto found =
      Told{}.connected().ending().confirmed(kDialog).at(5001).trace(FrameSent{}).findings();
  ASSERT_TRUE(breaks(found, "I-18"));
  const auto it = std::ranges::find(found, "I-18", &Finding::invariant);
  EXPECT_NE(it->sentence.find("a call that never ends, still waiting for Media, Client"),
            std::string::npos)
      << it->sentence;
}
TEST(I18, AnEndingThatNeverEndsIsFoundInAWorldThatWentQuiet) {
  EXPECT_BREAKS(Told{}.connected().ending(), "I-18");
}
TEST(I19, AnEndAfterTheInstantOfTheLastConfirmationIsFound) {
  EXPECT_BREAKS(Told{}.connected().ending().all_confirmed().at(1).ended(), "I-19");
}
TEST(I20, AChangeWhileEndingIsFound) {
  EXPECT_BREAKS(Told{}.connected().ending().record(Told::connected_event()).all_confirmed().ended(),
                "I-20");
  EXPECT_BREAKS(
      Told{}.connected().ending().record(StreamOpening{kCall, kStream}).all_confirmed().ended(),
      "I-20");
}

Told& forced(Told& told, CleanupLayers missing) {
  kAllLayers.without(missing).for_each([&](CleanupLayer layer) { told.confirmed(layer); });
  return told.at(5000).fired().ended(missing);
}

TEST(PO1, AForcedEndWithoutAFaultSpellsOutTheWaitCycleOfTheClient) {
  Told told;
  told.connected().ending().record(EndingAnnounced{kCall});
  told.record(NoticeTaken{kCall, NoticeKind::kEnding});
  const auto found = forced(told, {kClient}).findings();
  ASSERT_EQ(rules_of(found), std::vector<std::string>{"PO-1"});
  EXPECT_NE(found[0].sentence.find("CallEnded waits for Client; Client waits for CallEnded"),
            std::string::npos)
      << found[0].sentence;
}
TEST(PO1, AForcedEndOnHoldNamesMediaAndTheFrameItWaitsFor) {
  Told told;
  SessionChanged held;
  held.call = kCall;
  held.held_by = {HoldSide::kRemote};
  told.connected().record(StreamStarted{kCall, kStream, {}}).record(held).ending();
  const auto found = forced(told, {kMedia}).findings();
  ASSERT_EQ(rules_of(found), std::vector<std::string>{"PO-1"});
  EXPECT_NE(found[0].sentence.find("Media was missing on hold"), std::string::npos);
  EXPECT_NE(found[0].sentence.find("Media waits for a frame"), std::string::npos);
  EXPECT_EQ(found[0].origin, "PO-1 Media on hold waits for a frame");
}
TEST(PO1, AForcedEndIsExcusedByAFault) {
  Told of_the_call;
  of_the_call.connected().trace(Faulted{kCall, Fault::kClientSilent}).ending();
  EXPECT_SILENT(forced(of_the_call, {kClient}));
  Told of_all;
  of_all.connected().trace(Faulted{{}, Fault::kClientSilent}).ending();
  EXPECT_SILENT(forced(of_all, {kClient}));
  Told of_another;
  of_another.connected().trace(Faulted{CallId{99}, Fault::kClientSilent}).ending();
  EXPECT_BREAKS(forced(of_another, {kClient}), "PO-1");
}

}  // namespace
}  // namespace lastcall::sim
