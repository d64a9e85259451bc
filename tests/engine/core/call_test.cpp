// Whole calls through the kernel, driven with SIP text: as callee and as caller. After each, the
// live state must be the fold of the log, and after the last tombstone nothing may be left.

#include "tests/engine/core/engine.hpp"

namespace lastcall::core {
namespace {

Engine connected_callee() {
  Engine engine;
  engine.receive(first_invite());
  engine.command(Op::kAnswer, 1);
  engine.receive({.method = Method::kAck, .cseq = 10, .branch = "ack", .to_tag = engine.tag()});
  return engine;
}

Engine connected_caller() {
  Engine engine;
  engine.command(Op::kCall, 1, "sip:callee@192.0.2.2");
  engine.respond(Method::kInvite, {.status = 180});
  engine.respond(Method::kInvite, {.status = 200, .body = sdp_text()});
  return engine;
}

// Nothing is left when all timers have run, and the log tells the same story.
void expect_gone(Engine& engine) {
  EXPECT_EQ(engine.kernel().state(), engine.folded());
  EXPECT_EQ(hash_of_state(engine.kernel().state()), hash_of_state(engine.folded()));
  engine.run_until(at_ms(1'000'000));
  const TransactionLayer::State& transactions = layer<TransactionLayer>(engine.kernel().state());
  EXPECT_EQ(transactions.live.size(), 0U);
  EXPECT_EQ(transactions.originals.size(), 0U);
  EXPECT_EQ(layer<DialogLayer>(engine.kernel().state()), DialogLayer::State{});
  EXPECT_EQ(layer<SessionLayer>(engine.kernel().state()), SessionLayer::State{});
  EXPECT_EQ(layer<MediaLayer>(engine.kernel().state()), MediaLayer::State{});
  EXPECT_EQ(layer<ClientLayer>(engine.kernel().state()), ClientLayer::State{});
  EXPECT_EQ(engine.kernel().state().directory, Directory{});
  EXPECT_EQ(engine.kernel().next_deadline(), kNever);
}

TEST(CalleeCall, AnsweredAndHungUpByThePeer) {
  Engine engine = connected_callee();
  EXPECT_EQ(engine.sent(), (Lines{"180 INVITE", "200 INVITE"}));
  EXPECT_EQ(engine.state(), CallState::kConnected);
  EXPECT_EQ(engine.kernel().state(), engine.folded());
  const PeerRequest bye{
      .method = Method::kBye, .cseq = 11, .branch = "bye", .to_tag = engine.tag()};
  engine.receive(bye);
  EXPECT_EQ(engine.sent(), (Lines{"200 BYE"}));
  EXPECT_EQ(engine.state(), CallState::kTerminating);  // the client has to take the notice
  engine.take(NoticeKind::kEnding);
  EXPECT_EQ(engine.state(), CallState::kTerminated);
  EXPECT_FALSE(engine.end().forced);
  EXPECT_EQ(engine.end().cause, Cause::kRemoteBye);
  // R-BYE-06, the seed of it all: the same BYE after the end gets the same 200.
  engine.receive(bye);
  EXPECT_EQ(engine.sent(), (Lines{"200 BYE"}));
  expect_gone(engine);
}

TEST(CalleeCall, HungUpByUsBeforeTheAckByesAfterTheEnd_RBYE01) {
  Engine engine;
  engine.receive(first_invite());
  engine.command(Op::kAnswer, 1);
  engine.command(Op::kHangup, 2);
  engine.take(NoticeKind::kEnding);
  EXPECT_EQ(engine.state(), CallState::kTerminated);
  EXPECT_EQ(engine.sent(), (Lines{"180 INVITE", "200 INVITE"}));
  engine.receive({.method = Method::kAck, .cseq = 10, .branch = "ack", .to_tag = engine.tag()});
  EXPECT_EQ(engine.sent(), (Lines{"BYE"}));
  engine.respond(Method::kBye, {.status = 200});
  expect_gone(engine);
}

// Shows INV-02.
TEST(CalleeCall, CancelledWhileRinging_R5407_C1) {
  Engine engine;
  engine.receive(first_invite());
  (void)engine.sent();
  engine.receive({.method = Method::kCancel, .cseq = 10, .contact = {}});
  EXPECT_EQ(engine.sent(), (Lines{"200 CANCEL", "487 INVITE"}));
  engine.receive({.method = Method::kAck, .cseq = 10, .to_tag = engine.tag()});
  engine.take(NoticeKind::kEnding);
  EXPECT_EQ(engine.end().cause, Cause::kRemoteCancel);
  expect_gone(engine);
}

// Shows UAS-34.
TEST(CalleeCall, NeverAcknowledgedEndsAfter64T1_RBYE03) {
  Engine engine;
  engine.receive(first_invite());
  engine.command(Op::kAnswer, 1);
  (void)engine.sent();
  engine.run_until(at_ms(32'000));
  Lines expected(10, "200 INVITE");
  expected.push_back("BYE");
  EXPECT_EQ(engine.sent(), expected);
  engine.take(NoticeKind::kEnding);
  EXPECT_EQ(engine.end().cause, Cause::kNoAck);
  expect_gone(engine);
}

TEST(CalleeCall, ASilentClientIsForcedAfterFiveSeconds_RTP09) {
  Engine engine = connected_callee();
  engine.receive({.method = Method::kBye, .cseq = 11, .branch = "bye", .to_tag = engine.tag()});
  engine.run_until(at_ms(10'000));
  EXPECT_TRUE(engine.end().forced);
  EXPECT_EQ(engine.end().missing, CleanupLayers{CleanupLayer::kClient});
  EXPECT_EQ(engine.end().at, at_ms(5'000));
  expect_gone(engine);
}

TEST(CallerCall, HungUpByUs) {
  Engine engine = connected_caller();
  EXPECT_EQ(engine.sent(), (Lines{"INVITE", "ACK"}));
  EXPECT_EQ(engine.state(), CallState::kConnected);
  engine.command(Op::kHangup, 2);
  EXPECT_EQ(engine.sent(), (Lines{"BYE"}));
  engine.take(NoticeKind::kEnding);
  EXPECT_EQ(engine.find(engine.call()), Found::kEnded);
  engine.respond(Method::kBye, {.status = 200});
  EXPECT_EQ(engine.replies(), (Lines{"ok", "ok"}));
  expect_gone(engine);
}

TEST(CallerCall, HoldAndResumeThroughThePeer) {
  Engine engine = connected_caller();
  engine.command(Op::kHold, 2);
  engine.respond(Method::kInvite, {.status = 200, .body = sdp_text("recvonly")});
  EXPECT_EQ(engine.state(), CallState::kOnHold);
  engine.command(Op::kResume, 3);
  engine.respond(Method::kInvite, {.status = 200, .body = sdp_text()});
  EXPECT_EQ(engine.state(), CallState::kConnected);
  EXPECT_EQ(engine.sent(), (Lines{"INVITE", "ACK", "INVITE", "ACK", "INVITE", "ACK"}));
  EXPECT_EQ(engine.kernel().state(), engine.folded());
}

TEST(CallerCall, AHoldThatIsInFlightWhenTheByeComesFails_ROA01) {
  Engine engine = connected_caller();
  (void)engine.replies();
  engine.command(Op::kHold, 2);
  const std::string tag{parsed(engine.newest(Method::kInvite)).from_tag()};
  const std::string call_id{parsed(engine.newest(Method::kInvite)).call_id()};
  (void)engine.sent();
  engine.receive({.method = Method::kBye,
                  .cseq = 1,
                  .to_tag = tag,
                  .from_tag = "callee-tag",
                  .call_id = call_id});
  EXPECT_EQ(engine.replies(), (Lines{"call-is-ending"}));
  engine.respond(Method::kInvite, {.status = 481});
  EXPECT_EQ(engine.sent(), (Lines{"200 BYE", "ACK"}));
  engine.take(NoticeKind::kEnding);
  expect_gone(engine);
}

TEST(CallerCall, HungUpBeforeAnyAnswerCancelsWithTheFirst1xx_REST01) {
  Engine engine;
  engine.command(Op::kCall, 1, "sip:callee@192.0.2.2");
  engine.command(Op::kHangup, 2);
  engine.take(NoticeKind::kEnding);
  EXPECT_EQ(engine.state(), CallState::kTerminated);
  EXPECT_EQ(engine.sent(), (Lines{"INVITE"}));
  engine.respond(Method::kInvite, {.status = 100, .to_tag = {}, .contact = {}});
  EXPECT_EQ(engine.sent(), (Lines{"CANCEL"}));
  engine.respond(Method::kCancel, {.status = 200, .contact = {}});
  engine.respond(Method::kInvite, {.status = 487});
  EXPECT_EQ(engine.sent(), (Lines{"ACK"}));
  expect_gone(engine);
}

TEST(CallerCall, A2xxThatCrossesTheCancel_R5407_3_1_2) {
  Engine engine;
  engine.command(Op::kCall, 1, "sip:callee@192.0.2.2");
  engine.respond(Method::kInvite, {.status = 180});
  engine.command(Op::kHangup, 2);
  engine.take(NoticeKind::kEnding);
  (void)engine.sent();
  engine.respond(Method::kInvite, {.status = 200, .body = sdp_text()});
  EXPECT_EQ(engine.sent(), (Lines{"ACK", "BYE"}));
  engine.respond(Method::kCancel, {.status = 200, .contact = {}});
  engine.respond(Method::kBye, {.status = 200});
  EXPECT_EQ(engine.end().cause, Cause::kLocalHangup);
  expect_gone(engine);
}

TEST(CallerCall, NobodyThere_TimerB) {
  Engine engine;
  engine.command(Op::kCall, 1, "sip:callee@192.0.2.2");
  engine.run_until(at_ms(32'000));
  EXPECT_EQ(engine.sent(), Lines(7, "INVITE"));
  engine.take(NoticeKind::kEnding);
  EXPECT_EQ(engine.end().cause, Cause::kNoAnswer);
  expect_gone(engine);
}

TEST(CallerCall, RingingForeverIsCancelledAtTheRingTimeout_I44) {
  Engine engine;
  engine.command(Op::kCall, 1, "sip:callee@192.0.2.2");
  engine.respond(Method::kInvite, {.status = 180});
  (void)engine.sent();
  engine.run_until(at_ms(180'000));
  EXPECT_EQ(engine.sent(), (Lines{"CANCEL"}));
  engine.take(NoticeKind::kEnding);
  expect_gone(engine);
}

}  // namespace
}  // namespace lastcall::core
