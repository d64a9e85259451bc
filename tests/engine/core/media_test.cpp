// The media layer: streams and holders of a call, and the proof of their release.

#include "tests/engine/core/given.hpp"

namespace lastcall::core {
namespace {

using MediaGiven = Given<MediaLayer>;

constexpr CallId kCall{0x11};
constexpr HolderId kHolder{0x44};
const Endpoint kPort{"192.0.2.1", 4000, Transport::kUdp};

MediaGiven live_call() {
  MediaGiven layer;
  layer.fact(CallStarted{.call = kCall, .session = SessionId{1}, .rings_until = at_ms(180'000)});
  return layer;
}

StreamId stream_of(const MediaGiven& layer) { return layer.draws().stream(kCall); }

MediaGiven open_stream() {
  MediaGiven layer = live_call();
  (void)layer.when(OpenStream{kCall});
  (void)layer.when(StreamStarted{kCall, stream_of(layer), kPort});
  return layer;
}

// Phase 1, as the session would begin it.
Outbox begin_cleanup(MediaGiven& layer) {
  layer.fact(CallTerminating{kCall, Cause::kRemoteBye, 0, {CleanupLayer::kMedia}, at_ms(5'000)});
  return layer.when(BeginCleanup{kCall, Cause::kRemoteBye});
}

void release(MediaGiven& layer) {
  layer.fact(CallTerminated{.call = kCall, .forced = true, .missing = {CleanupLayer::kMedia}});
}

TEST(MediaStream, IsOrderedAndReportedReady) {
  MediaGiven layer = live_call();
  EXPECT_EQ(told(layer.when(OpenStream{kCall})), (Lines{"StreamOpening", "! StartStream"}));
  EXPECT_EQ(told(layer.when(OpenStream{kCall})), Lines{});
  EXPECT_EQ(told(layer.when(StreamStarted{kCall, stream_of(layer), kPort})),
            (Lines{"StreamOpened", "> Session StreamReady"}));
  EXPECT_EQ(told(layer.when(StreamStarted{kCall, stream_of(layer), kPort})), Lines{});
  EXPECT_EQ(told(layer.when(AimStream{kCall, kPort, Direction::kSendRecv, 0})),
            (Lines{"StreamDirected", "! DirectStream"}));
}

TEST(MediaStream, ThatCannotBeOpenedEndsTheCallAndHoldsNothing) {
  MediaGiven layer = live_call();
  (void)layer.when(OpenStream{kCall});
  EXPECT_EQ(told(layer.when(StreamFailed{kCall, stream_of(layer)})),
            (Lines{"StreamClosed", "> Session StreamUnavailable"}));
  EXPECT_EQ(told(begin_cleanup(layer)), (Lines{"MediaCleaning", "> Session CleanupDone"}));
}

TEST(MediaCleanup, IsConfirmedOnProofNotOnHavingAsked_TP10) {
  MediaGiven layer = open_stream();
  EXPECT_EQ(told(begin_cleanup(layer)),
            (Lines{"MediaCleaning", "StreamStopping", "!! StopStream"}));
  EXPECT_EQ(told(layer.when(StreamStopped{kCall, stream_of(layer)})),
            (Lines{"StreamClosed", "> Session CleanupDone"}));
  EXPECT_EQ(told(layer.when(StreamStopped{kCall, stream_of(layer)})), Lines{});  // once
}

TEST(MediaCleanup, AnIdleCallConfirmsAtOnceNoFrameIsNeeded_RTP22) {
  MediaGiven layer = live_call();
  EXPECT_EQ(told(begin_cleanup(layer)), (Lines{"MediaCleaning", "> Session CleanupDone"}));
}

TEST(MediaCleanup, AStreamThatStartsLateIsNotConnectedAndStillWaitedFor_I20) {
  MediaGiven layer = live_call();
  (void)layer.when(OpenStream{kCall});
  EXPECT_EQ(told(begin_cleanup(layer)),
            (Lines{"MediaCleaning", "StreamStopping", "!! StopStream"}));
  EXPECT_EQ(told(layer.when(StreamStarted{kCall, stream_of(layer), kPort})), Lines{});
  EXPECT_EQ(told(layer.when(AimStream{kCall, kPort, Direction::kSendRecv, 0})), Lines{});
  EXPECT_EQ(told(layer.when(StreamStopped{kCall, stream_of(layer)})),
            (Lines{"StreamClosed", "> Session CleanupDone"}));
}

TEST(MediaCleanup, NothingIsOpenedWhileCleaning_I20) {
  MediaGiven layer = live_call();
  (void)begin_cleanup(layer);
  EXPECT_EQ(told(layer.when(OpenStream{kCall})), Lines{});
}

TEST(MediaHolders, AreCountedAndWaitedFor) {
  MediaGiven layer = live_call();
  EXPECT_EQ(told(layer.when(HolderAttached{kCall, kHolder})), (Lines{"MediaHeld"}));
  EXPECT_EQ(told(layer.when(HolderAttached{kCall, HolderId{0x45}})), (Lines{"MediaHeld"}));
  EXPECT_EQ(told(begin_cleanup(layer)), (Lines{"MediaCleaning"}));
  EXPECT_EQ(told(layer.when(HolderReleased{kCall, kHolder})), (Lines{"MediaLetGo"}));
  EXPECT_EQ(told(layer.when(HolderReleased{kCall, kHolder})), Lines{});
  EXPECT_EQ(told(layer.when(HolderReleased{kCall, HolderId{0x45}})),
            (Lines{"MediaLetGo", "> Session CleanupDone"}));
}

TEST(MediaHolders, AndTheStreamMustBothBeGone) {
  MediaGiven layer = open_stream();
  (void)layer.when(HolderAttached{kCall, kHolder});
  (void)begin_cleanup(layer);
  EXPECT_EQ(told(layer.when(StreamStopped{kCall, stream_of(layer)})), (Lines{"StreamClosed"}));
  EXPECT_EQ(told(layer.when(HolderReleased{kCall, kHolder})),
            (Lines{"MediaLetGo", "> Session CleanupDone"}));
}

TEST(MediaHolders, CannotJoinACallThatIsEndingOrUnknown) {
  MediaGiven ending = live_call();
  (void)begin_cleanup(ending);
  EXPECT_EQ(told(ending.when(HolderAttached{kCall, kHolder})), Lines{});
  MediaGiven unknown;
  EXPECT_EQ(told(unknown.when(HolderAttached{kCall, kHolder})), Lines{});
  EXPECT_EQ(unknown.own().calls.size(), 0U);
}

TEST(MediaHolders, AreLimitedPerCall) {
  MediaGiven layer = live_call();
  for (std::uint64_t i = 0; i < limits::kHoldersMax; ++i) {
    (void)layer.when(HolderAttached{kCall, HolderId{i + 1}});
  }
  EXPECT_EQ(told(layer.when(HolderAttached{kCall, HolderId{99}})), Lines{});
}

TEST(MediaOrphan, AnOpenStreamOfAReleasedCallIsRememberedUntilItStops_I24) {
  MediaGiven layer = open_stream();
  (void)begin_cleanup(layer);
  release(layer);
  EXPECT_EQ(layer.own().calls.size(), 0U);
  EXPECT_EQ(told(layer.when(AbortCleanup{kCall})), (Lines{"StreamOrphaned", "!! AbortCall"}));
  EXPECT_EQ(told(layer.when(StreamStopped{kCall, stream_of(layer)})), (Lines{"StreamClosed"}));
  EXPECT_EQ(layer.own().orphans.size(), 0U);
}

TEST(MediaOrphan, AHeldCallWithoutStreamLeavesNone) {
  MediaGiven layer = live_call();
  (void)layer.when(HolderAttached{kCall, kHolder});
  (void)begin_cleanup(layer);
  release(layer);
  EXPECT_EQ(told(layer.when(AbortCleanup{kCall})), (Lines{"!! AbortCall"}));
}

TEST(MediaOrphan, AStreamThatStartsAfterTheReleaseIsStopped) {
  MediaGiven layer = live_call();
  (void)layer.when(OpenStream{kCall});
  (void)begin_cleanup(layer);
  release(layer);
  EXPECT_EQ(told(layer.when(StreamStarted{kCall, stream_of(layer), kPort})),
            (Lines{"!! StopStream"}));
}

TEST(MediaGone, MailForACallThatIsNoMoreOpensNothing) {
  MediaGiven layer = live_call();
  release(layer);
  EXPECT_EQ(told(layer.when(OpenStream{kCall})), Lines{});
  EXPECT_EQ(told(layer.when(AimStream{kCall, kPort, Direction::kSendRecv, 0})), Lines{});
  EXPECT_EQ(told(layer.when(HolderReleased{kCall, kHolder})), Lines{});
  EXPECT_EQ(layer.own().calls.size(), 0U);
}

TEST(MediaFrames, ARefusedFrameIsAFact_I53) {
  MediaGiven layer;
  EXPECT_EQ(event_in<AudioRefused>(layer.when(FrameRefused{kCall, StreamId{1}, Found::kEnding})),
            (AudioRefused{kCall, StreamId{1}, Found::kEnding}));
}

}  // namespace
}  // namespace lastcall::core
