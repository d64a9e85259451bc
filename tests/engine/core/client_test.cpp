// The client layer: each command has one result, each notice is taken once.

#include "tests/engine/core/given.hpp"

namespace lastcall::core {
namespace {

using ClientGiven = Given<ClientLayer>;

constexpr CallId kCall{0x11};
constexpr CommandId kCommand{0x22};

ClientGiven live_call() {
  ClientGiven layer;
  layer.fact(CallStarted{.call = kCall, .session = SessionId{1}, .rings_until = at_ms(180'000)});
  return layer;
}

ClientGiven attached_call() {
  ClientGiven layer = live_call();
  (void)layer.when(CallArrived{kCall, "<sip:peer@192.0.2.2>"});
  return layer;
}

void begin_ending(ClientGiven& layer) {
  layer.fact(CallTerminating{kCall, Cause::kRemoteBye, 0, {CleanupLayer::kClient}, at_ms(5'000)});
}

CommandGiven command(Op op, CallId call = kCall) { return {kCommand, op, call, {}}; }

TEST(ClientCommand, IsPassedOnAndAnsweredOnce_I15) {
  ClientGiven layer = attached_call();
  EXPECT_EQ(told(layer.when(command(Op::kHold))), (Lines{"CommandTaken", "> Session Operate"}));
  EXPECT_EQ(told(layer.when(command(Op::kHold))), Lines{});  // still under way
  EXPECT_EQ(told(layer.when(OperationDone{kCall, kCommand, Op::kHold, OpResult::kOk})),
            (Lines{"CommandAnswered", "! Reply ok"}));
  // EVENTLOG G4: the same command, the same result, nothing new.
  EXPECT_EQ(told(layer.when(command(Op::kHold))), (Lines{"! Reply ok"}));
}

TEST(ClientCommand, PlacesACallWhoseIdFollowsFromIt) {
  ClientGiven layer;
  const CommandGiven call{kCommand, Op::kCall, {}, "sip:bob@192.0.2.2"};
  const Outbox out = layer.when(call);
  EXPECT_EQ(told(out), (Lines{"CommandTaken", "ClientAttached", "> Session Operate"}));
  const CallId placed = layer.draws().outbound_call(kCommand, layer.now());
  EXPECT_EQ((mail_in<Operate, ToSession>(out).call), placed);
  // Long after, when the command is forgotten but the call is remembered: no second call.
  layer.fact(CallStarted{.call = placed, .session = SessionId{1}, .rings_until = at_ms(1)});
  layer.fact(CallTerminated{.call = placed});
  EXPECT_EQ(told(layer.when(call)), (Lines{"! Reply ok"}));
}

TEST(ClientCommand, ForAnEndedCallIsAnsweredEndedNeverNotFound_I53) {
  ClientGiven layer = live_call();
  layer.fact(CallTerminated{.call = kCall});
  EXPECT_EQ(told(layer.when(command(Op::kHold))), (Lines{"! Reply call-has-ended"}));
  EXPECT_EQ(told(layer.when(command(Op::kHangup))), (Lines{"! Reply ok"}));
}

TEST(ClientCommand, ForAnIdNeverGivenOutIsAnsweredNotFound) {
  ClientGiven layer;
  EXPECT_EQ(told(layer.when(command(Op::kHangup))), (Lines{"! Reply call-not-found"}));
}

TEST(ClientCommand, TooLongATargetIsRefused) {
  ClientGiven layer;
  CommandGiven call{kCommand, Op::kCall, {}, std::string(limits::kTargetBytesMax + 1, 'x')};
  EXPECT_EQ(told(layer.when(call)), (Lines{"! Reply too-many"}));
}

TEST(ClientCommand, TooManyPerCallAreRefused) {
  ClientGiven layer = attached_call();
  for (std::uint64_t i = 0; i < limits::kCommandsMax; ++i) {
    layer.fact(CommandTaken{kCall, CommandId{1'000 + i}, Op::kHold});
  }
  EXPECT_EQ(told(layer.when(command(Op::kHold))), (Lines{"! Reply too-many"}));
}

TEST(ClientEnding, IsConfirmedWhenTheNoticeWasTaken_TP10) {
  ClientGiven layer = attached_call();
  begin_ending(layer);
  EXPECT_EQ(told(layer.when(NoticeTaken{kCall, NoticeKind::kEnding})), Lines{});  // too early
  EXPECT_EQ(told(layer.when(BeginCleanup{kCall, Cause::kRemoteBye})),
            (Lines{"EndingAnnounced", "! Notify CallEnding"}));
  EXPECT_EQ(told(layer.when(BeginCleanup{kCall, Cause::kRemoteBye})), Lines{});
  EXPECT_EQ(told(layer.when(NoticeTaken{kCall, NoticeKind::kIncoming})), Lines{});
  EXPECT_EQ(told(layer.when(NoticeTaken{kCall, NoticeKind::kEnding})),
            (Lines{"ClientReleased", "> Session CleanupDone"}));
  EXPECT_EQ(told(layer.when(NoticeTaken{kCall, NoticeKind::kEnding})), Lines{});
}

TEST(ClientEnding, AClientThatNeverAttachedIsNotWaitedFor) {
  ClientGiven layer = live_call();
  begin_ending(layer);
  EXPECT_EQ(told(layer.when(BeginCleanup{kCall, Cause::kRemoteBye})),
            (Lines{"EndingAnnounced", "> Session CleanupDone", "! Notify CallEnding"}));
}

TEST(ClientEnding, TheEndIsToldWithCauseForcedAndMissing_I17) {
  ClientGiven layer = attached_call();
  const Outbox out = layer.when(CallEnded{kCall, Cause::kRemoteBye, true, {CleanupLayer::kMedia}});
  const auto notice = output_in<Notify>(out);
  EXPECT_EQ(notice.notice, NoticeKind::kEnded);
  EXPECT_EQ(notice.cause, Cause::kRemoteBye);
  EXPECT_TRUE(notice.forced);
  EXPECT_EQ(notice.missing, CleanupLayers{CleanupLayer::kMedia});
  EXPECT_EQ(told(layer.when(AbortCleanup{kCall})), (Lines{"!! AbortCall"}));
}

TEST(ClientGone, NothingIsRememberedOfACallThatIsNoMore) {
  ClientGiven layer = attached_call();
  (void)layer.when(command(Op::kHold));
  layer.fact(CallTerminated{.call = kCall});
  EXPECT_EQ(layer.own(), ClientLayer::State{});
  // Mail that was under way when the call was released.
  EXPECT_EQ(told(layer.when(CallArrived{kCall, "peer"})), (Lines{"! Notify CallIncoming"}));
  EXPECT_EQ(told(layer.when(BeginCleanup{kCall, Cause::kRemoteBye})),
            (Lines{"! Notify CallEnding"}));
  (void)layer.when(OperationDone{kCall, kCommand, Op::kHold, OpResult::kEnding});
  EXPECT_EQ(layer.own(), ClientLayer::State{});
}

}  // namespace
}  // namespace lastcall::core
