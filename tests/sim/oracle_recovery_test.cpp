// The rules about crashes and about usages that outlive a call, on hand-made runs: each with a run
// that breaks it and one that does not.

#include "tests/sim/oracle_story.hpp"

namespace lastcall::sim {
namespace {

// A call that is ending when the engine is lost, which runs again at `ms`.
Told& lost_while_ending(Told& told, std::int64_t ms) {
  return told.connected()
      .at(100)
      .ending()
      .confirmed(CleanupLayer::kDialog)
      .confirmed(CleanupLayer::kMedia)
      .trace(Faulted{{}, Fault::kCrash})
      .at(ms)
      .trace(Recovered{});
}

TEST(I57, AnEndingThatIsForgottenByTheRecoveryIsSeen) {
  Told told;
  lost_while_ending(told, 200);
  EXPECT_BREAKS(told.at(9'000).record(EndingAnnounced{kCall}), "I-57");
}
TEST(I57, AnEndingThatIsOverdueAfterTheRecoveryMayEndAtOnce) {
  Told told;
  lost_while_ending(told, 9'000);
  EXPECT_SILENT(told.fired().ended({CleanupLayer::kClient}));
}
TEST(I57, NothingIsDueWhileTheEngineIsDown) {
  Told told;
  told.connected().at(100).ending().confirmed(CleanupLayer::kDialog);
  told.confirmed(CleanupLayer::kMedia).trace(Faulted{{}, Fault::kStall});
  told.at(30'000).trace(DatagramSent{1, 0, "", false}).trace(Recovered{});
  EXPECT_SILENT(told.confirmed(CleanupLayer::kClient).ended());
}
TEST(I57, WhatACrashHasLostCountsAsNotYetDone) {
  Told told;
  told.connected().at(100).ending().confirmed(CleanupLayer::kDialog);
  told.confirmed(CleanupLayer::kMedia).at(5'000).trace(Faulted{{}, Fault::kRecordsLost});
  told.at(6'000).trace(DatagramSent{1, 0, "", false}).trace(Faulted{{}, Fault::kCrash});
  told.at(6'500).trace(Recovered{});
  EXPECT_SILENT(told.fired().ended({CleanupLayer::kClient}));
}
TEST(I11, ADeadlineThatFiresLongAfterTheRecoveryIsLate) {
  Told told;
  lost_while_ending(told, 6'000);
  EXPECT_BREAKS(told.at(8'000).fired().ended({CleanupLayer::kClient}), "I-11");
}
TEST(I56, WhatTheLogSaysOfAnEndingIsNotDoneAgain) {
  Told begun;
  EXPECT_BREAKS(lost_while_ending(begun, 200).ending(), "I-56");
  Told over;
  over.connected().at(100).ended_well().trace(Faulted{{}, Fault::kCrash});
  EXPECT_BREAKS(over.at(200).trace(Recovered{}).ended(), "I-56");
}

constexpr TransactionId kRefer{40};

Told& referred(Told& told) {
  ReferTaken refer;
  refer.call = kCall;
  refer.refer = kRefer;
  return told.connected().record(refer);
}
RequestAccepted bye() {
  RequestAccepted event;
  event.call = kCall;
  event.dialog = kDialog;
  event.method = Method::kBye;
  return event;
}

TEST(I47, AByeEndsNoSubscription) {
  Told told;
  referred(told).at(100).record(bye()).record(ReferEnded{kCall, kRefer});
  EXPECT_BREAKS(told, "I-47");
  Told later;
  referred(later).at(100).record(bye()).at(300).record(ReferEnded{kCall, kRefer});
  EXPECT_FALSE(breaks(later.findings(), "I-47"));
}
TEST(I47, ADialogIsRememberedAsLongAsASubscriptionUsesIt) {
  Told told;
  referred(told).ended_well().at(70'000).record(TombstoneEnded{kCall});
  EXPECT_BREAKS(told, "I-47");
  Told last;
  ReferTold said;
  said.call = kCall;
  said.refer = kRefer;
  said.last = true;
  referred(last).ended_well().record(said).at(70'000).record(TombstoneEnded{kCall});
  EXPECT_FALSE(breaks(last.findings(), "I-47"));
}

}  // namespace
}  // namespace lastcall::sim
